"""Gửi hồ sơ ra ngoài: the queue for each destination, discrepancy tickets, and sending again."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from gateway.web.data import Reader, ServiceRefused
from gateway.web.navigation import MAY_EXPORT
from gateway.web.purpose import stated, with_purpose
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)

STATES = ("queued", "packed", "delivered", "discrepant", "failed")
MOST_LINES = 100
State = Annotated[str, Query(pattern=f"^({'|'.join(STATES)})?$")]


@routes.get("/exports")
async def show_exports(request: Request, visitor: Visitor, state: State = "", cursor: str = "") -> Response:
    """Destinations, the queue, open tickets."""
    return await _shown(request, visitor, state=state, cursor=cursor)


@routes.get("/exports/live")
async def show_queue(request: Request, visitor: Visitor, state: State = "", cursor: str = "") -> Response:
    """The part of that screen that changes while packages are made and sent."""
    return await _shown(request, visitor, state=state, cursor=cursor, template="exports_live.html")


@routes.post("/exports")
async def send(
    request: Request,
    visitor: Visitor,
    destination: Annotated[str, Form(max_length=40)],
    purpose: Annotated[str, Form(max_length=200)],
    dossiers: Annotated[str, Form(max_length=20_000)],
) -> Response:
    """Queue the dossiers named by reference or barcode, one a line; any that is not found stops all."""
    visitor.identity.require_role(*MAY_EXPORT)
    visitor = await with_purpose(request, visitor, purpose.strip())
    reader = Reader(request, visitor)
    lines = list(dict.fromkeys(one.strip() for one in dossiers.splitlines() if one.strip()))[:MOST_LINES]
    found: list[str] = []
    unknown: list[str] = []
    refused: ServiceRefused | None = None
    try:
        for line in lines:
            q = line if line.startswith("TT:D:") else f"hồ sơ: {line}"
            answer = await reader.send("/v1/lookups", {"q": q[:200]})
            ids = [one["id"] for item in answer["items"] for one in item["holdings"]]
            found += ids
            unknown += [] if ids else [line]
        if found and not unknown:
            body = {"destination": destination, "dossiers": found}
            await reader.send("/v1/exports", body, key=str(uuid.uuid4()))
            return RedirectResponse("/exports", 303)
    except ServiceRefused as problem:
        if problem.status_code >= 500:
            raise
        refused = problem
    return await _shown(
        request, visitor, status=422, unknown=unknown, refused=refused, typed=dossiers, chosen=destination
    )


async def _shown(
    request: Request,
    visitor: Visitor,
    *,
    state: str = "",
    cursor: str = "",
    template: str = "exports.html",
    status: int = 200,
    unknown: list[str] | None = None,
    refused: ServiceRefused | None = None,
    typed: str = "",
    chosen: str = "",
) -> Response:
    visitor.identity.require_role(*MAY_EXPORT)
    reader = Reader(request, visitor)
    return page(
        request,
        template,
        visitor,
        status=status,
        exports=await reader.get("/v1/exports", state=state, cursor=cursor, limit=25),
        tickets=await reader.get("/v1/export-tickets", limit=50),
        # After the exports: a line that one of them has just found down is shown down.
        destinations=await reader.get("/v1/export-destinations"),
        states=STATES,
        state=state,
        purpose=stated(visitor),
        unknown=unknown or [],
        refused=refused,
        typed=typed,
        chosen=chosen,
        administers=Role.ADMINISTRATOR in visitor.identity.roles,
    )
