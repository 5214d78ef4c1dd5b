"""Vị trí trong kho: the tree of places with what lies in it; ranges made at once, names, closing, labels."""

import asyncio
import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.formats import VIETNAM
from gateway.web.navigation import MAY_LAY_OUT
from gateway.web.rendering import page
from gateway.web.unit_names import editions, named
from gateway.web.visitor import Visitor
from kernel.database import ALL_UNITS

routes = APIRouter(include_in_schema=False)

SHOWN = 50
MOST_LABELS = 1000
"""Labels that one file holds, as imaging checks it."""


@routes.get("/shelves/places")
async def show_places(
    request: Request,
    visitor: Visitor,
    unit: Annotated[str, Query(max_length=20)] = "",
    place: uuid.UUID | None = None,
    cursor: str = "",
) -> Response:
    """Places of one unit that stand by themselves or in one place, with how many dossiers lie in each."""
    visitor.identity.require_role(*MAY_LAY_OUT)
    reader = Reader(request, visitor)
    known = named(await editions(reader, datetime.now(VIETNAM).date().isoformat()))
    mine = sorted(known if visitor.identity.all_units else visitor.identity.units - {ALL_UNITS})
    chosen = unit or (mine[0] if len(mine) == 1 else "")
    path = await reader.get(f"/v1/shelves/places/{place}") if place else None
    chosen = path["place"]["unit"] if path else chosen
    # A unit of another time may hold a store still.
    mine = sorted({*mine, chosen} - {""})
    if not known.keys() >= set(mine):
        known = named(await editions(reader)) | known
    found = scheme = sheets = None
    if chosen:
        found, scheme, sheets = await asyncio.gather(
            reader.get("/v1/shelves/tree", unit=chosen, parent=str(place or ""), cursor=cursor, limit=SHOWN),
            reader.get(f"/v1/shelves/scheme/{chosen}"),
            reader.get("/v1/prints/label-sheets"),
        )
    return page(
        request,
        "places.html",
        visitor,
        unit=chosen,
        units=[(code, known.get(code, code)) for code in mine],
        way=path,
        found=found,
        scheme=scheme,
        sheets=sheets["items"] if sheets else [],
        inside=_levels_inside(scheme, path),
        most_labels=MOST_LABELS,
    )


def _levels_inside(scheme: dict[str, list[dict[str, str]]] | None, path: object) -> list[dict[str, str]]:
    """Levels of the scheme that may stand in the place shown."""
    levels = scheme["levels"] if scheme else []
    if not isinstance(path, dict):
        return levels
    codes = [one["code"] for one in levels]
    level = path["place"]["level"]
    return levels[codes.index(level) + 1 :] if level in codes else []
