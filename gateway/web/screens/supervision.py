"""Giám sát nhập liệu: what waits, who holds what, how good it is; work is taken back and given to others."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.accounts import service as accounts
from gateway.web.data import Reader
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)


@routes.get("/supervision")
async def show_supervision(request: Request, visitor: Visitor, cursor: str = "") -> Response:
    """The whole screen."""
    visitor.identity.require_role(Role.UNIT_LEADER, Role.PROVINCE_LEADER)
    reader = Reader(request, visitor)
    seen, lots = await asyncio.gather(
        reader.get("/v1/keying/supervision"), reader.get("/v1/keying/lots", limit=40, cursor=cursor)
    )
    who = {one["who"] for one in [*seen["keyers"], *lots["items"]]}
    names = await accounts.names_of(request.app.state.runtime.database, who)
    return page(
        request,
        "supervision.html",
        visitor,
        seen=seen,
        lots=lots,
        names={one: names.get(one, one) for one in who},
    )
