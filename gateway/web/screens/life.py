"""Vòng đời: where a dossier stands, its sheets, holds and exemptions, as a part of the dossier's screen."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.data import Reader
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from gateway.web.words import EXEMPTION_REASONS, HOLD_REASONS
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)

STEP = frozenset({Role.KEEPER, Role.SCAN_OPERATOR, Role.INSPECTOR, Role.ADMINISTRATOR})
HOLD = frozenset({Role.KEEPER, Role.INSPECTOR, Role.UNIT_LEADER, Role.ADMINISTRATOR})
ASK = frozenset({Role.KEEPER, Role.SCAN_OPERATOR, Role.ADMINISTRATOR})
DECIDE = frozenset({Role.KEEPER, Role.UNIT_LEADER, Role.ADMINISTRATOR})
"""Who may do what, as records checks it."""


@routes.get("/dossiers/{dossier_id}/life")
async def show_life(request: Request, visitor: Visitor, dossier_id: uuid.UUID) -> Response:
    """The whole part, as it is now."""
    life = await Reader(request, visitor).get(f"/v1/dossiers/{dossier_id}/life")
    roles = visitor.identity.roles
    return page(
        request,
        "dossier_life_live.html",
        visitor,
        life=life,
        me=visitor.identity.subject,
        may_step=bool(roles & STEP),
        may_hold=bool(roles & HOLD),
        may_ask=bool(roles & ASK),
        may_decide=bool(roles & DECIDE),
        hold_reasons=HOLD_REASONS,
        exemption_reasons=EXEMPTION_REASONS,
    )
