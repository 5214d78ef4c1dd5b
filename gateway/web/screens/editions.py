"""Mẫu biểu mới: the printed fields of a new form edition marked on a sample, as a file for `forms/`."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.navigation import MAY_SUPERVISE
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from gateway.web.words import FIELD_TYPES

routes = APIRouter(include_in_schema=False)


@routes.get("/editions")
async def show_editions(request: Request, visitor: Visitor, page_id: uuid.UUID | None = None) -> Response:
    """The screen, with a page of a dossier as its sample where one is named."""
    visitor.identity.require_role(*MAY_SUPERVISE)
    reader = Reader(request, visitor)
    found = await reader.get("/v1/keying/policies")
    sample = await reader.get(f"/v1/pages/{page_id}") if page_id else None
    return page(
        request,
        "editions.html",
        visitor,
        known=[one for one in found["rules"]["thresholds"] if one["field"] != "*"],
        sample=sample["images"]["access"] if sample else "",
        types=FIELD_TYPES,
    )
