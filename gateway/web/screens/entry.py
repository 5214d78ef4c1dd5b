"""Lập hồ sơ: a dossier entered by keyboard before anything of it is scanned, and changed later."""

import asyncio
import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.navigation import MAY_ENTER
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from kernel.database import ALL_UNITS
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)

HOUSEHOLD = (
    *("household_book_no", "permanent_residence", "volume_no", "residence_register_no"),
    *("register_leaf_no", "archived_on"),
)
"""Boxes of the household, in the order in which papers show them."""


@routes.get("/dossiers/new")
async def show_new(request: Request, visitor: Visitor) -> Response:
    """An empty form."""
    return await _form(request, visitor, None)


@routes.get("/dossiers/{dossier_id}/entry")
async def show_entry(request: Request, visitor: Visitor, dossier_id: uuid.UUID) -> Response:
    """The form for what was entered; its content comes over the API."""
    return await _form(request, visitor, dossier_id)


async def _form(request: Request, visitor: Visitor, dossier_id: uuid.UUID | None) -> Response:
    visitor.identity.require_role(*MAY_ENTER)
    reader = Reader(request, visitor)
    types, metadata = await asyncio.gather(
        reader.get("/v1/dossiers/document-types"), reader.get("/v1/dossiers/metadata-fields")
    )
    return page(
        request,
        "entry.html",
        visitor,
        dossier_id=dossier_id,
        units=sorted(visitor.identity.units - {ALL_UNITS}),
        may_shelve=dossier_id is None and bool(visitor.identity.roles & {Role.KEEPER, Role.ADMINISTRATOR}),
        household=HOUSEHOLD,
        types=types,
        metadata=metadata,
    )
