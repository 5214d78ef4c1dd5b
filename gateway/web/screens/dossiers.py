"""Hồ sơ: the list of dossiers."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)


@routes.get("/dossiers")
async def show_dossiers(
    request: Request, visitor: Visitor, unit: str = "", kind: str = "", batch: str = "", cursor: str = ""
) -> Response:
    """A page of the list."""
    reader = Reader(request, visitor)
    found, progress = await asyncio.gather(
        reader.get("/v1/dossiers", unit=unit, kind=kind, batch=batch, cursor=cursor, limit=30),
        reader.get("/v1/progress"),
    )
    units = {item["unit"]: item["unit_name"] for item in progress["units"]}
    return page(
        request, "dossiers.html", visitor, dossiers=found, units=units, unit=unit, kind=kind, batch=batch
    )
