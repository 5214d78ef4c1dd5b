"""Sắp xếp trang: a dossier's pages by document, arranged, corrected and exempted by keyboard."""

import uuid
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import Response

from contracts.inspection import inspection_defects
from gateway.web.data import Reader
from gateway.web.navigation import MAY_ENTER, MAY_INSPECT, MAY_SUPERVISE
from gateway.web.rendering import MAY_CORRECT, page
from gateway.web.screens.life import ASK
from gateway.web.visitor import Visitor
from gateway.web.words import EXEMPTION_REASONS

routes = APIRouter(include_in_schema=False)


@routes.get("/dossiers/{dossier_id}/pages")
async def show_pages(
    request: Request, visitor: Visitor, dossier_id: uuid.UUID, page_id: uuid.UUID | None = None
) -> Response:
    """The screen, opened at a page; what is arranged goes over the API, and the grid is asked for anew."""
    visitor.identity.require_role(*MAY_ENTER, *MAY_CORRECT)
    reader = Reader(request, visitor)
    dossier = await reader.get(f"/v1/dossiers/{dossier_id}")
    may_ask = bool(visitor.identity.roles & ASK)
    rescans = await reader.get(f"/v1/inspection/dossiers/{dossier_id}/rescans")
    life = await reader.get(f"/v1/dossiers/{dossier_id}/life") if may_ask else None
    return page(
        request,
        "page_work.html",
        visitor,
        dossier=dossier,
        opened=page_id,
        count=sum(len(document["pages"]) for document in dossier["documents"]),
        may_mark=bool(visitor.identity.roles & MAY_SUPERVISE),
        may_ask=bool(life and life["documents"]),
        life=life,
        may_inspect=bool(visitor.identity.roles & MAY_INSPECT),
        awaited={one["page_id"]: one for one in rescans},
        defects=[asdict(one) for one in inspection_defects().values()],
        exemption_reasons=EXEMPTION_REASONS,
    )
