"""Nhập danh sách: lists of households and identity dossiers, checked before anything is written."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.navigation import MAY_IMPORT
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from kernel.database import ALL_UNITS

routes = APIRouter(include_in_schema=False)


@routes.get("/imports")
async def show_imports(request: Request, visitor: Visitor, cursor: str = "") -> Response:
    """Lists sent so far, newest first, and where to send one."""
    visitor.identity.require_role(*MAY_IMPORT)
    found = await Reader(request, visitor).get("/v1/imports", cursor=cursor, limit=25)
    units = sorted(visitor.identity.units - {ALL_UNITS})
    return page(request, "imports.html", visitor, imports=found, units=units)


@routes.get("/imports/{import_id}")
async def show_import(request: Request, visitor: Visitor, import_id: str) -> Response:
    """One list: preview, refused rows, and whether to write it."""
    return await _shown(request, visitor, import_id, "import.html")


@routes.get("/imports/{import_id}/live")
async def show_import_live(request: Request, visitor: Visitor, import_id: str) -> Response:
    """The part of that screen that changes while the list is worked on."""
    return await _shown(request, visitor, import_id, "import_live.html")


async def _shown(request: Request, visitor: Visitor, import_id: str, template: str) -> Response:
    visitor.identity.require_role(*MAY_IMPORT)
    found = await Reader(request, visitor).get(f"/v1/imports/{import_id}")
    return page(request, template, visitor, found=found)
