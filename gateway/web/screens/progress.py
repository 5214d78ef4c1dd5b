"""Tiến độ: every unit against its milestones."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)


@routes.get("/progress")
async def show_progress(request: Request, visitor: Visitor, kind: str = "", map: str = "") -> Response:  # noqa: A002
    """All units in scope; with `map`, the units as they are on the map of that day."""
    progress = await Reader(request, visitor).get("/v1/progress", kind=kind, map=map)
    return page(request, "progress.html", visitor, progress=progress, kind=kind, map=map)
