"""HTTP of custody: transfers, who held a dossier, reorganisations."""

import uuid
from datetime import MAXYEAR
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from contracts.vocabulary import DossierKind
from kernel.concurrency import IfMatch, etag
from kernel.database import WriteSession
from kernel.errors import NotFound
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Role
from kernel.pages import Cursor, CursorPage, Limit, decode_id, page_by_id
from services.records.custody import reorganisation, repository, scanning, service
from services.records.custody.domain import TransferState
from services.records.custody.models import PeriodRow, ReorganisationRow, TransferRow
from services.records.custody.reorganisation import Progress
from services.records.custody.schemas import (
    Because,
    Candidate,
    CustodyPeriod,
    OrderReorganisation,
    Reorganisation,
    ReorganisationStep,
    ScannedCode,
    SendDossier,
    Transfer,
)
from services.records.units import service as units

routes = APIRouter(prefix="/v1/transfers", tags=["custody"])
dossier_custody_routes = APIRouter(prefix="/v1/dossiers", tags=["custody"])
reorganisation_routes = APIRouter(prefix="/v1/reorganisations", tags=["custody"])

CARRIERS = (Role.KEEPER, Role.UNIT_LEADER)
"""Roles that send and take over dossiers."""

ADVANCE_BATCHES = 5
"""Batches that one request moves: it answers within some seconds and is asked again until all is done."""


@routes.post("", status_code=201, response_model=Transfer, summary="Chuyển hồ sơ · Send a dossier")
async def send_dossier(
    request: Request, wanted: SendDossier, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """Paper and digital together; the dossier counts with its sender until the receiver accepts."""
    identity.require_role(*CARRIERS)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        (row,) = await service.send(session, identity, [wanted.dossier_id], wanted.to_unit, wanted.reason)
        headers = {"Location": f"/v1/transfers/{row.id}", "ETag": etag(row.version)}
        return 201, Transfer.model_validate(row), headers

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.get("", summary="Các lần chuyển hồ sơ · Transfers")
async def list_transfers(
    request: Request,
    identity: CurrentIdentity,
    sender: Annotated[str | None, Query(max_length=20)] = None,
    receiver: Annotated[str | None, Query(max_length=20)] = None,
    state: TransferState | None = None,
    dossier: uuid.UUID | None = None,
    alone: Annotated[bool, Query(description="Without those of a consignment")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[Transfer]:
    """Transfers from and to the caller's units, newest first."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await repository.page_of_transfers(
            session,
            sender=sender,
            receiver=receiver,
            state=state,
            dossier_id=dossier,
            alone=alone,
            before=decode_id(cursor),
            limit=limit + 1,
        )
    items = [Transfer.model_validate(row) for row in rows[:limit]]
    return page_by_id(items, more=len(rows) > limit)


@routes.post(":look-up", summary="Hồ sơ vừa quét để chuyển · A dossier scanned to be sent")
async def look_up_candidate(request: Request, scanned: ScannedCode, identity: CurrentIdentity) -> Candidate:
    """The dossier of the caller's units that a code or number names, and whether it is on its way already."""
    identity.require_role(*CARRIERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row, transfer = await scanning.look_up(session, identity, scanned.code)
        return Candidate(
            dossier_id=row.id,
            kind=DossierKind(row.kind),
            reference=row.reference,
            unit_code=row.unit_code,
            transfer_id=transfer.id if transfer else None,
        )


@routes.get("/{transfer_id}", summary="Một lần chuyển hồ sơ · One transfer")
async def get_transfer(
    transfer_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> Transfer:
    """A transfer that the caller's units send or receive; another's answers 404."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await service.get_transfer(session, identity, transfer_id)
    return _answer(row, response)


@routes.post("/{transfer_id}:accept", summary="Tiếp nhận hồ sơ · Take a dossier over")
async def accept_transfer(
    transfer_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Transfer:
    """The receiver has the paper: from now on the dossier is theirs, with all that belongs to it."""
    identity.require_role(*CARRIERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.accept(session, identity, transfer_id, if_match)
    return _answer(row, response)


@routes.post("/{transfer_id}:refuse", summary="Không tiếp nhận hồ sơ · Refuse a dossier")
async def refuse_transfer(
    transfer_id: uuid.UUID,
    because: Because,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Transfer:
    """The paper goes back; the dossier has counted with its sender all the while."""
    identity.require_role(*CARRIERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.refuse(session, identity, transfer_id, if_match, because.reason)
    return _answer(row, response)


@routes.post("/{transfer_id}:recall", summary="Gọi hồ sơ trở lại · Recall a dossier")
async def recall_transfer(
    transfer_id: uuid.UUID,
    because: Because,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Transfer:
    """The sender takes it back before anybody accepted."""
    identity.require_role(*CARRIERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.recall(session, identity, transfer_id, if_match, because.reason)
    return _answer(row, response)


@dossier_custody_routes.get("/{dossier_id}/custody", summary="Các đơn vị đã giữ hồ sơ · Who held a dossier")
async def list_periods(
    dossier_id: uuid.UUID, request: Request, identity: CurrentIdentity
) -> list[CustodyPeriod]:
    """Oldest first; the last one is open. Units are named as they were called then."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await service.periods_of(session, dossier_id, identity.units)
        return [
            _period(row, await units.names_of(session, [row.unit_code], row.began_at.date())) for row in rows
        ]


@reorganisation_routes.post(
    "", status_code=201, response_model=Reorganisation, summary="Sắp xếp lại đơn vị · Order a reorganisation"
)
async def order_reorganisation(
    request: Request, wanted: OrderReorganisation, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """Write down which unit's dossiers go where, from the units' data; nothing moves yet."""
    identity.require_role(Role.ADMINISTRATOR)
    identity.require_unit("*")

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        made = await reorganisation.order(session, wanted.effective_on, wanted.decree, identity.subject)
        return 201, _reorganisation(made), {}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@reorganisation_routes.get("", summary="Các lần sắp xếp lại đơn vị · Reorganisations")
async def list_reorganisations(request: Request, identity: CurrentIdentity) -> CursorPage[Reorganisation]:
    """All of them, the latest day first, with how far each step is."""
    identity.require_role(Role.ADMINISTRATOR)
    identity.require_unit("*")
    async with request.app.state.runtime.database.read() as session:
        found = [
            _reorganisation(Progress(row, await repository.steps(session, row.id)))
            for row in await repository.reorganisations(session)
        ]
    return CursorPage(items=found, next_cursor=None)


@reorganisation_routes.post(
    "/{reorganisation_id}:advance", summary="Tiếp tục chuyển hồ sơ theo sắp xếp · Move the next dossiers"
)
async def advance_reorganisation(
    reorganisation_id: uuid.UUID, request: Request, identity: CurrentIdentity
) -> Reorganisation:
    """Move the next some thousand dossiers, each batch in its own transaction; ask again until it is done."""
    identity.require_role(Role.ADMINISTRATOR)
    identity.require_unit("*")
    database = request.app.state.runtime.database
    async with database.read() as session:
        if await session.get(ReorganisationRow, reorganisation_id) is None:
            raise NotFound(f"reorganisation {reorganisation_id}")
    await reorganisation.run(database, reorganisation_id, identity.subject, batches=ADVANCE_BATCHES)
    async with database.read() as session:
        row = await session.get_one(ReorganisationRow, reorganisation_id)
        return _reorganisation(Progress(row, await repository.steps(session, row.id)))


def _answer(row: TransferRow, response: Response) -> Transfer:
    response.headers["ETag"] = etag(row.version)
    return Transfer.model_validate(row)


def _period(row: PeriodRow, names: dict[str, str]) -> CustodyPeriod:
    return CustodyPeriod(
        unit_code=row.unit_code,
        unit_name=names[row.unit_code],
        began_at=row.began_at,
        ended_at=row.ended_at if row.ended_at.year < MAXYEAR else None,
        cause=row.cause,
        move_id=row.move_id,
        who=row.who,
    )


def _reorganisation(progress: Progress) -> Reorganisation:
    row = progress.reorganisation
    return Reorganisation(
        id=row.id,
        effective_on=row.effective_on,
        decree=row.decree,
        state=row.state,
        done_at=row.done_at,
        steps=[ReorganisationStep.model_validate(step) for step in progress.steps],
    )
