"""Cách nhập: how each field is keyed, what another way would do, and deciding it from a day on."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.accounts import service as accounts
from gateway.web.data import Reader
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)


@routes.get("/policies")
async def show_policies(request: Request, visitor: Visitor) -> Response:
    """The whole screen."""
    visitor.identity.require_role(Role.UNIT_LEADER, Role.PROVINCE_LEADER)
    found = await Reader(request, visitor).get("/v1/keying/policies")
    who = {one["who"] for one in found["decisions"]}
    names = await accounts.names_of(request.app.state.runtime.database, who)
    return page(
        request,
        "policies.html",
        visitor,
        found=found,
        names={one: names.get(one, one) for one in who},
        may_decide=bool(visitor.identity.roles & {Role.PROVINCE_LEADER, Role.ADMINISTRATOR}),
    )
