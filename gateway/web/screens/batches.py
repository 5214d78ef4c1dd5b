"""Lô quét: all scan batches in the officer's units."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)


@routes.get("/batches")
async def show_batches(
    request: Request, visitor: Visitor, state: str = "", unit: str = "", cursor: str = ""
) -> Response:
    """A page of the list, newest first."""
    found = await Reader(request, visitor).get(
        "/v1/scan-batches", state=state, unit=unit, cursor=cursor, limit=25
    )
    return page(request, "batches.html", visitor, batches=found, state=state, unit=unit)
