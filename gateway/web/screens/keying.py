"""Nhập liệu: the keying desk; the same desk shows fields in dispute to whoever arbitrates."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)


@routes.get("/keying")
async def show_keying(request: Request, visitor: Visitor, *, arbitrate: bool = False) -> Response:
    """The desk; its forms come over the API."""
    visitor.identity.require_role(Role.KEYER, Role.INSPECTOR)
    return page(request, "keying.html", visitor, arbitrate=arbitrate)
