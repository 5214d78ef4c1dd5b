"""HTTP of merges and splits."""

import uuid

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from contracts.civil.writing import cleaned
from kernel.concurrency import IfMatch, etag
from kernel.database import WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Role
from kernel.pages import Cursor, CursorPage, Limit, decode_id, page_by_id
from services.records.dossiers.domain import normalise_reference
from services.records.merging import repository, service
from services.records.merging.domain import MergingState
from services.records.merging.models import MergingRow
from services.records.merging.schemas import AskMerging, DecideMerging, Merging, UndoMerging
from services.records.merging.service import Wanted

routes = APIRouter(prefix="/v1/mergings", tags=["mergings"])

MERGERS = (Role.INSPECTOR, Role.KEEPER, Role.UNIT_LEADER)
"""Roles that ask for merges and splits, decide on each other's and undo them."""


@routes.post(
    "", status_code=201, response_model=Merging, summary="Đề nghị gộp, tách · Ask for a merge or split"
)
async def ask_merging(
    request: Request, wanted: AskMerging, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """Two persons or dossiers that are one, or papers that belong elsewhere; another person decides."""
    identity.require_role(*MERGERS)
    asked = Wanted(
        kind=wanted.kind,
        source_id=wanted.source_id,
        target_id=wanted.target_id,
        document=cleaned(wanted.document),
        reason=cleaned(wanted.reason),
        reference=normalise_reference(wanted.reference),
        case_id=wanted.case_id,
        documents=wanted.documents,
        persons=wanted.persons,
        surveyed=wanted.surveyed,
    )

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        row = await service.ask(session, identity, asked)
        headers = {"Location": f"/v1/mergings/{row.id}", "ETag": etag(row.version)}
        return 201, Merging.model_validate(row), headers

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.get("", summary="Các việc gộp, tách · Merges and splits")
async def list_mergings(
    request: Request,
    identity: CurrentIdentity,
    state: MergingState | None = None,
    case: uuid.UUID | None = None,
    subject: uuid.UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[Merging]:
    """Of the caller's units, newest first; `subject`: a person or dossier at either end."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await repository.page(
            session, state=state, case_id=case, subject=subject, before=decode_id(cursor), limit=limit + 1
        )
    items = [Merging.model_validate(row) for row in rows[:limit]]
    return page_by_id(items, more=len(rows) > limit)


@routes.get("/{merging_id}", summary="Một việc gộp, tách · One merge or split")
async def get_merging(
    merging_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> Merging:
    """One that concerns the caller's units; another's answers 404."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await service.get(session, merging_id)
    return _answer(row, response)


@routes.post("/{merging_id}:approve", summary="Duyệt gộp, tách · Approve and do it")
async def approve_merging(
    merging_id: uuid.UUID,
    said: DecideMerging,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Merging:
    """Done at once and whole, by another person than who asked; needs If-Match."""
    identity.require_role(*MERGERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.approve(session, identity, merging_id, if_match, cleaned(said.note))
    return _answer(row, response)


@routes.post("/{merging_id}:refuse", summary="Không duyệt gộp, tách · Refuse it")
async def refuse_merging(
    merging_id: uuid.UUID,
    said: DecideMerging,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Merging:
    """Nothing changes; needs If-Match."""
    identity.require_role(*MERGERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.refuse(session, identity, merging_id, if_match, cleaned(said.note))
    return _answer(row, response)


@routes.post("/{merging_id}:undo", summary="Hoàn tác gộp, tách · Undo it")
async def undo_merging(
    merging_id: uuid.UUID,
    said: UndoMerging,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Merging:
    """What was moved goes back exactly; 409 `merge_overtaken` where it has been moved on since."""
    identity.require_role(*MERGERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.undo(session, identity, merging_id, if_match, cleaned(said.reason))
    return _answer(row, response)


def _answer(row: MergingRow, response: Response) -> Merging:
    response.headers["ETag"] = etag(row.version)
    return Merging.model_validate(row)
