"""HTTP of reconciliation."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from contracts.vocabulary import DossierKind
from kernel.concurrency import IfMatch, etag
from kernel.database import ReadSession, WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Role
from kernel.pages import (
    Cursor,
    CursorInvalid,
    CursorPage,
    Limit,
    decode_cursor,
    decode_id,
    encode_cursor,
    page_by_id,
)
from services.records.dossiers.domain import normalise_reference
from services.records.reconciliation import repository, service
from services.records.reconciliation.domain import Answer, RoundState
from services.records.reconciliation.models import ItemRow, RoundRow
from services.records.reconciliation.schemas import (
    AnswerItem,
    Due,
    MissingRecord,
    Round,
    RoundItem,
    StartRound,
)
from services.records.reconciliation.service import Said
from services.records.reconciliation.views import round_of
from services.records.units import service as units

routes = APIRouter(prefix="/v1/reconciliations", tags=["reconciliation"])

RECONCILERS = (Role.KEEPER, Role.INSPECTOR, Role.UNIT_LEADER)
"""Roles that compare records with their paper."""


@routes.post("", status_code=201, response_model=Round, summary="Mở đợt đối soát · Start a round")
async def start_round(
    request: Request, wanted: StartRound, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """All dossiers of a unit and kind, or a random sample whose seed is kept."""
    identity.require_role(*RECONCILERS)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        row = await service.start(session, identity, wanted.unit, wanted.kind, wanted.size, wanted.seed)
        headers = {"Location": f"/v1/reconciliations/{row.id}", "ETag": etag(row.version)}
        return 201, await _shown(session, row), headers

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.get("", summary="Các đợt đối soát · Rounds of reconciliation")
async def list_rounds(
    request: Request,
    identity: CurrentIdentity,
    unit: Annotated[str | None, Query(max_length=20)] = None,
    kind: DossierKind | None = None,
    state: RoundState | None = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> CursorPage[Round]:
    """Of the caller's units, newest first, each with its figures."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await repository.page(
            session, unit=unit, kind=kind, state=state, before=decode_id(cursor), limit=limit + 1
        )
        items = [await _shown(session, row) for row in rows[:limit]]
    return page_by_id(items, more=len(rows) > limit)


@routes.get("/due", summary="Kỳ đối soát tới · When rounds are due")
async def list_due(
    request: Request, identity: CurrentIdentity, unit: Annotated[str, Query(max_length=20)]
) -> list[Due]:
    """For each kind the unit's last round and the day by which the next is to be started."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        found = await service.due(session, identity, unit)
    return [
        Due(
            kind=DossierKind(kind),
            last_round=last.id if last else None,
            last_started_at=last.started_at if last else None,
            due_on=day,
            overdue=day < units.today(),
        )
        for kind, last, day in found
    ]


@routes.get("/{round_id}", summary="Một đợt đối soát · One round")
async def get_round(
    round_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> Round:
    """A round with its figures; another unit's answers 404."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await service.get(session, round_id)
        shown = await _shown(session, row)
    response.headers["ETag"] = etag(row.version)
    return shown


@routes.get("/{round_id}/items", summary="Hồ sơ của đợt đối soát · A round's dossiers")
async def list_items(
    round_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    unanswered: bool = False,
    answer: Annotated[list[Answer] | None, Query(max_length=4)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[RoundItem]:
    """In the order of the references; papers without a record last."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        await service.get(session, round_id)
        rows = await repository.items(
            session,
            round_id,
            unanswered=unanswered,
            answers=[one.value for one in answer or ()],
            after=_ordinal(cursor),
            limit=limit + 1,
        )
    items = [RoundItem.model_validate(row) for row in rows[:limit]]
    following = encode_cursor(str(items[-1].ordinal)) if len(rows) > limit else None
    return CursorPage(items=items, next_cursor=following)


@routes.put("/{round_id}/items/{ordinal}", summary="Ghi kết quả đối soát · Say what was found")
async def answer_item(
    round_id: uuid.UUID,
    ordinal: int,
    said: AnswerItem,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> RoundItem:
    """A difference opens a review case in the dossier; needs If-Match with the item's `version`."""
    identity.require_role(*RECONCILERS)
    found = Said(said.answer, said.aspects, said.fields, said.sheets_found, said.note or None)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.answer(session, identity, round_id, ordinal, if_match, found)
    return _answer(row, response)


@routes.post(
    "/{round_id}/items",
    status_code=201,
    response_model=RoundItem,
    summary="Có giấy, không có bản điện tử · A paper without a record",
)
async def add_missing_record(
    round_id: uuid.UUID,
    found: MissingRecord,
    request: Request,
    identity: CurrentIdentity,
    key: IdempotencyKey = None,
) -> Response:
    """Its record is registered, and a review case asks for its content."""
    identity.require_role(*RECONCILERS)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        reference = normalise_reference(found.reference) or found.reference
        row = await service.add_missing(session, identity, round_id, reference, found.note or None)
        return 201, RoundItem.model_validate(row), {"ETag": etag(row.version)}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.post("/{round_id}:close", summary="Kết thúc đợt đối soát · Close a round")
async def close_round(
    round_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Round:
    """Once every dossier is answered that the unit still has; needs If-Match."""
    identity.require_role(*RECONCILERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.close(session, identity, round_id, if_match)
        shown = await _shown(session, row)
    response.headers["ETag"] = etag(row.version)
    return shown


async def _shown(session: ReadSession | WriteSession, row: RoundRow) -> Round:
    names = await units.names_of(session, [row.unit_code])
    return round_of(row, names[row.unit_code], await service.statistics_of(session, row))


def _answer(row: ItemRow, response: Response) -> RoundItem:
    response.headers["ETag"] = etag(row.version)
    return RoundItem.model_validate(row)


def _ordinal(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return int(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise CursorInvalid from error
