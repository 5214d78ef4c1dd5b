"""HTTP of review cases."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from contracts.civil.writing import cleaned
from kernel.concurrency import IfMatch, etag
from kernel.database import ReadSession
from kernel.identity import CurrentIdentity, Role
from kernel.pages import Cursor, CursorPage, Limit, decode_id, page_by_id
from services.records.cases import service
from services.records.cases.domain import CaseKind, CaseState, Resolution
from services.records.cases.models import CaseRow
from services.records.cases.schemas import CaseResolution, ReviewCase, case_of
from services.records.dossiers import service as dossiers
from services.records.dossiers.views import title_of
from services.records.units import service as units

routes = APIRouter(prefix="/v1/review-cases", tags=["review-cases"])


@routes.get("", summary="Điểm cần xem xét · Review cases")
async def list_cases(
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    state: CaseState | None = CaseState.OPEN,
    kind: CaseKind | None = None,
    dossier: uuid.UUID | None = None,
    unit: Annotated[str | None, Query(max_length=20)] = None,
    mine: Annotated[bool, Query(description="Resolved by the caller")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[ReviewCase]:
    """Cases of the caller's units, oldest first; those that are open by default."""
    after = decode_id(cursor)
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await service.list_cases(
            session,
            units=identity.units,
            state=state,
            kind=kind,
            dossier_id=dossier,
            unit=unit,
            resolved_by=identity.subject if mine else None,
            after=after,
            limit=limit + 1,
        )
        items = await _shown(session, rows[:limit])
    response.headers["Cache-Control"] = "private, no-store"
    return page_by_id(items, more=len(rows) > limit)


@routes.get("/{case_id}", summary="Một điểm cần xem xét · One review case")
async def get_case(
    case_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> ReviewCase:
    """A case of the caller's units; another unit's answers 404."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await service.get(session, case_id, identity.units)
        (case,) = await _shown(session, [row])
    response.headers["ETag"] = etag(row.version)
    response.headers["Cache-Control"] = "private, no-store"
    return case


@routes.post("/{case_id}:resolve", summary="Kết luận · Resolve a review case")
async def resolve_case(
    case_id: uuid.UUID,
    said: CaseResolution,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> ReviewCase:
    """Say what holds; If-Match is the case's `version` as ETag. The data stay as they are.

    A case that holds two dossiers needs `document` and `outcome`, and ends in both at once.
    """
    identity.require_role(Role.INSPECTOR, Role.KEEPER, Role.UNIT_LEADER)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.resolve(
            session,
            case_id,
            Resolution(cleaned(said.resolution), cleaned(said.document or "") or None, said.outcome),
            if_match=if_match,
            who=identity.subject,
            units=identity.units,
        )
    response.headers["ETag"] = etag(row.version)
    return case_of(row)


async def _shown(session: ReadSession, rows: Sequence[CaseRow]) -> list[ReviewCase]:
    known = await dossiers.get_many(session, {row.dossier_id for row in rows})
    names = await units.names_of(session, {row.unit_code for row in rows})
    return [
        case_of(
            row,
            known[row.dossier_id].reference if row.dossier_id in known else "",
            title_of(known[row.dossier_id]) if row.dossier_id in known else "",
            names.get(row.unit_code, row.unit_code),
        )
        for row in rows
    ]
