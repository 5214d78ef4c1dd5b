"""Lô quét: all scan batches in the officer's units."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)


@routes.get("/batches")
async def show_batches(
    request: Request,
    visitor: Visitor,
    state: str = "",
    unit: str = "",
    kind: str = "",
    refused: str = "",
    cursor: str = "",
) -> Response:
    """A page of the list, newest first."""
    chosen: dict[str, Any] = {"unit": unit, "kind": kind, "refused": refused}
    found = await Reader(request, visitor).get(
        "/v1/scan-batches", state=state, cursor=cursor, limit=25, **chosen
    )
    names = {one["unit"]: one["unit_name"] for one in found["items"]}
    narrowed = urlencode({name: value for name, value in chosen.items() if value})
    return page(
        request, "batches.html", visitor, batches=found, state=state, names=names, narrowed=narrowed, **chosen
    )
