"""HTTP of a dossier's life."""

import uuid

from fastapi import APIRouter, Request, Response

from contracts.civil.writing import cleaned
from kernel.concurrency import IfMatch, etag
from kernel.database import ReadSession, WriteSession
from kernel.identity import CurrentIdentity, Role
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import DossierState, document_types
from services.records.dossiers.models import DossierRow
from services.records.life import following, repository, service
from services.records.life.domain import ORDER, Happening, may_follow
from services.records.life.models import SurveyedRow
from services.records.life.schemas import (
    Advance,
    DocumentSheets,
    Exemption,
    Hold,
    Life,
    SheetCounts,
    Survey,
)
from services.records.life.service import Counted, Surveyed

routes = APIRouter(prefix="/v1/dossiers", tags=["life"])

SURVEYORS = (Role.KEEPER, Role.SCAN_OPERATOR)
"""Roles that look at the paper."""
STEPS = (Role.KEEPER, Role.SCAN_OPERATOR, Role.INSPECTOR)
"""Roles that bring a dossier on."""


@routes.get("/{dossier_id}/life", summary="Vòng đời và cân đối số tờ · A dossier's state and sheets")
async def get_life(
    dossier_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> Life:
    """State, sheets by document with the difference, holds and exemptions."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await dossiers.get_dossier(session, dossier_id, identity.units)
        return await _answer(session, row, response)


@routes.put("/{dossier_id}/survey", summary="Rà soát giấy tờ · Survey a dossier's documents")
async def put_survey(
    dossier_id: uuid.UUID,
    found: Survey,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Life:
    """Documents, sheets, paper size and condition as found before scanning; needs If-Match."""
    identity.require_role(*SURVEYORS)
    documents = [
        Surveyed(
            one.type, one.sheets, one.paper_size, one.condition, cleaned(one.name or "") or None, one.method
        )
        for one in found.documents
    ]
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.survey(session, identity, dossier_id, if_match, documents)
        await following.follow(session, [row.id], Happening.SURVEYED)
        return await _answer(session, row, response)


@routes.put("/{dossier_id}/sheets", summary="Đếm tờ đã quét · Count a dossier's sheets")
async def put_sheets(
    dossier_id: uuid.UUID,
    counts: SheetCounts,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Life:
    """Scanned, blank and missing sheets of the documents named; others stay. Needs If-Match."""
    identity.require_role(*STEPS)
    counted = {
        one.ordinal: Counted(one.scanned, one.blank, one.missing, one.missing_reason)
        for one in counts.documents
    }
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.count(session, identity, dossier_id, if_match, counted)
        await following.follow(session, [row.id], Happening.SHEETS_COUNTED)
        return await _answer(session, row, response)


@routes.post("/{dossier_id}:advance", summary="Chuyển trạng thái hồ sơ · Put a dossier in another state")
async def advance_dossier(
    dossier_id: uuid.UUID,
    wanted: Advance,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Life:
    """One step on, or back where something failed; needs If-Match.

    409 `sheets_unbalanced` names the difference by document; only a keeper closes or opens again.
    """
    identity.require_role(*((Role.KEEPER,) if wanted.state is DossierState.CLOSED else STEPS))
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.advance(session, identity, dossier_id, if_match, wanted.state, wanted.reason)
        return await _answer(session, row, response)


async def _answer(session: ReadSession | WriteSession, row: DossierRow, response: Response) -> Life:
    balance = await service.balance_of(session, row.id)
    holds = await repository.holds(session, row.id)
    response.headers["ETag"] = etag(row.version)
    return Life(
        dossier_id=row.id,
        state=DossierState(row.state),
        may_go_to=[one for one in ORDER if may_follow(DossierState(row.state), one)],
        on_hold=any(one.released_at is None for one in holds),
        balanced=bool(balance.documents) and not balance.unbalanced,
        difference=balance.total.difference,
        scanned_sheets=balance.total.scanned,
        written_pages=balance.pages,
        pages_agree=balance.pages_agree,
        documents=[
            _document(one, balance.documents[one.ordinal].exempt, balance.documents[one.ordinal].difference)
            for one in await repository.surveyed(session, row.id)
        ],
        holds=[Hold.model_validate(one) for one in holds],
        exemptions=[Exemption.model_validate(one) for one in await repository.exemptions(session, row.id)],
        version=row.version,
    )


def _document(row: SurveyedRow, exempt: int, difference: int) -> DocumentSheets:
    kind = document_types()[row.type]
    return DocumentSheets(
        ordinal=row.ordinal,
        type=row.type,
        type_title=kind.title,
        type_title_en=kind.title_en,
        name=row.name,
        paper_size=row.paper_size,
        condition=row.condition,
        method=row.method,
        surveyed=row.surveyed,
        scanned=row.scanned,
        blank=row.blank,
        exempt=exempt,
        missing=row.missing,
        missing_reason=row.missing_reason,
        counted_by=row.counted_by,
        difference=difference,
    )
