"""Tiến độ: every unit against its milestones."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)

MAPS = (date(2025, 2, 28), date(2025, 3, 1), date(2025, 7, 1))
"""Days offered: the last one of the districts, the first without them, the first of the merged province."""


@routes.get("/progress")
async def show_progress(
    request: Request, visitor: Visitor, kind: str = "", on_map: Annotated[str, Query(alias="map")] = ""
) -> Response:
    """All units in scope; with a day, by the units of that day."""
    day = on_map if _is_day(on_map) else ""
    progress = await Reader(request, visitor).get("/v1/progress", kind=kind, map=day)
    return page(request, "progress.html", visitor, progress=progress, kind=kind, day=day, maps=MAPS)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
