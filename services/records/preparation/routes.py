"""HTTP of preparation."""

import uuid
from typing import Any

from fastapi import APIRouter, Request, Response

from contracts.vocabulary import DossierKind
from kernel.concurrency import etag
from kernel.identity import CurrentIdentity, Role
from services.records.dossiers.domain import BLANK, COVER_SHEET, UNCLASSIFIED, DossierState, document_types
from services.records.keying.days import midnight_in_vietnam
from services.records.life.domain import SURVEYABLE
from services.records.preparation import service
from services.records.preparation.schemas import (
    Codes,
    DossiersToPrepare,
    DossierToPrepare,
    PaperToSurvey,
    PaperType,
    PreparationSheet,
)
from services.records.preparation.service import Brief
from services.records.shelves.domain import DOSSIER_PREFIX
from services.records.shelves.views import place_of

routes = APIRouter(prefix="/v1/preparation", tags=["preparation"])

PREPARERS = (Role.KEEPER, Role.SCAN_OPERATOR)
NOT_ON_PAPER = frozenset({COVER_SHEET, BLANK, UNCLASSIFIED})
"""Types that only filed pages have."""


@routes.post("/dossiers:find", summary="Tìm hồ sơ theo mã đã quét · Find dossiers by scanned codes")
async def find_dossiers(wanted: Codes, request: Request, identity: CurrentIdentity) -> DossiersToPrepare:
    """A dossier's code or reference brings it up, a place's code all that belong there in their order."""
    identity.require_role(*PREPARERS)
    async with request.app.state.runtime.database.read(identity.units) as session:
        found, places = await service.find(session, wanted.codes)
    return DossiersToPrepare(
        items=[DossierToPrepare(**_brief(one)) for one in found], places=[place_of(one) for one in places]
    )


@routes.get("/today", summary="Hồ sơ tôi chuẩn bị hôm nay · Dossiers that I prepared today")
async def list_today(request: Request, identity: CurrentIdentity) -> DossiersToPrepare:
    """Since midnight in Vietnam, the last one first, at most 200."""
    identity.require_role(*PREPARERS)
    async with request.app.state.runtime.database.read(identity.units) as session:
        found = await service.prepared_since(session, identity.subject, midnight_in_vietnam())
    return DossiersToPrepare(items=[DossierToPrepare(**_brief(one)) for one in found])


@routes.get("/sheets/{dossier_id}", summary="Phiếu chuẩn bị hồ sơ · A dossier's preparation sheet")
async def get_sheet(
    dossier_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> PreparationSheet:
    """Its papers as entered or surveyed last, and the types that it may hold; the ETag is the dossier's."""
    identity.require_role(*PREPARERS)
    async with request.app.state.runtime.database.read(identity.units) as session:
        found = await service.sheet_of(session, dossier_id, identity.units)
    response.headers["ETag"] = etag(found.row.version)
    kind = DossierKind(found.row.kind)
    return PreparationSheet(
        **_brief(found),
        papers=[
            PaperToSurvey(
                type=one.type,
                name=one.name,
                sheets=one.surveyed,
                paper_size=one.paper_size,
                condition=one.condition,
                method=one.method,
            )
            for one in found.papers
        ],
        types=[
            PaperType(code=one.code, title=one.title, title_en=one.title_en)
            for one in sorted(document_types().values(), key=lambda one: one.legal_order)
            if one.kind in {None, kind} and one.code not in NOT_ON_PAPER
        ],
        open_for_survey=DossierState(found.row.state) in SURVEYABLE,
        version=found.row.version,
    )


def _brief(found: Brief) -> dict[str, Any]:
    row = found.row
    return {
        "dossier_id": row.id,
        "unit": row.unit_code,
        "unit_name": found.unit_name,
        "kind": row.kind,
        "reference": row.reference,
        "title": row.title,
        "state": row.state,
        "barcode": f"{DOSSIER_PREFIX}{row.id}",
        "home": found.home,
        "documents": len(found.papers),
        "sheets": sum(one.surveyed for one in found.papers),
        "surveyed_at": found.surveyed_at,
    }
