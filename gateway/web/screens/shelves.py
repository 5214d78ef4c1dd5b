"""Kho giấy: one box for a barcode scanner, what must go back, what is overdue or on a wrong shelf."""

import asyncio
import uuid
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.accounts import service as accounts
from gateway.web.data import Reader
from gateway.web.formats import VIETNAM
from gateway.web.navigation import MAY_CARRY, MAY_LAY_OUT
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)

SHOWN = 50


@routes.get("/shelves")
async def show_shelves(request: Request, visitor: Visitor) -> Response:
    """The desk: what is scanned decides what is done."""
    visitor.identity.require_role(Role.KEEPER, Role.SCAN_OPERATOR)
    lays_out = bool(visitor.identity.roles & MAY_LAY_OUT)
    return page(request, "shelves.html", visitor, lays_out=lays_out)


@routes.get("/shelves/alarms")
async def show_alarms(request: Request, visitor: Visitor) -> Response:
    """Papers on wrong shelves and papers overdue, as a part of the screen."""
    reader = Reader(request, visitor)
    wrong, overdue = await asyncio.gather(
        reader.get("/v1/shelves/alarms/wrong_shelf", limit=SHOWN),
        reader.get("/v1/shelves/alarms/overdue", limit=SHOWN),
    )
    return page(request, "shelves_alarms.html", visitor, wrong=wrong, overdue=overdue)


@routes.get("/shelves/return")
async def show_checklist(
    request: Request, visitor: Visitor, batch: uuid.UUID | None = None, cursor: str = ""
) -> Response:
    """What must go back, with where it belongs; of a batch every dossier, ticked where it is back."""
    visitor.identity.require_role(Role.KEEPER, Role.SCAN_OPERATOR)
    found = await Reader(request, visitor).get(
        "/v1/shelves/return-checklist", batch=str(batch) if batch else "", cursor=cursor, limit=200
    )
    return page(request, "shelves_return.html", visitor, found=found, batch=batch)


@routes.get("/dossiers/{dossier_id}/paper")
async def show_paper(request: Request, visitor: Visitor, dossier_id: uuid.UUID) -> Response:
    """Where a dossier's paper is and was, as a part of the dossier's screen."""
    paper = await Reader(request, visitor).get(f"/v1/dossiers/{dossier_id}/paper")
    who = {one["who"] for one in paper["movements"]}
    names = await accounts.names_of(request.app.state.runtime.database, who)
    return page(
        request,
        "dossier_paper.html",
        visitor,
        paper=paper,
        names=names,
        may_lend=bool(visitor.identity.roles & MAY_CARRY),
        today=datetime.now(VIETNAM).date().isoformat(),
    )
