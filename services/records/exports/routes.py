"""HTTP of exports: destinations, the queue, discrepancy tickets."""

import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from kernel.concurrency import IfMatch, etag
from kernel.database import ReadSession, WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Role
from kernel.pages import Cursor, CursorPage, Limit, decode_id, page_by_id
from services.records.dossiers import service as dossiers
from services.records.exports import repository, service
from services.records.exports.domain import ExportState, Resolution
from services.records.exports.models import ExportRow, TicketRow
from services.records.exports.schemas import (
    Destination,
    DestinationBody,
    Export,
    ExportOrder,
    Exports,
    Replayed,
    Ticket,
    TicketResolution,
)

routes = APIRouter(prefix="/v1", tags=["exports"])

SENDERS = (Role.KEEPER, Role.UNIT_LEADER)
Code = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]


@routes.get("/export-destinations", summary="Nơi nhận hồ sơ · Destinations of exports")
async def list_destinations(request: Request, identity: CurrentIdentity) -> list[Destination]:
    """All of them, with whether their line is down."""
    identity.require_role(*SENDERS)
    async with request.app.state.runtime.database.read(identity.units) as session:
        return [Destination.model_validate(one) for one in await repository.destinations(session)]


@routes.put("/export-destinations/{code}", summary="Đặt nơi nhận hồ sơ · Set a destination")
async def put_destination(
    code: Code,
    body: DestinationBody,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Destination:
    """Makes it, or changes it with If-Match; an administrator's to do."""
    identity.require_role(Role.ADMINISTRATOR)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.set_destination(
            session,
            code,
            if_match,
            name=body.name,
            adapter=body.adapter,
            settings=body.settings,
            active=body.active,
        )
        answer = Destination.model_validate(row)
    response.headers["ETag"] = etag(answer.version)
    return answer


@routes.post("/export-destinations/{code}:replay", summary="Gửi lại tất cả · Replay what waits")
async def replay_destination(code: Code, request: Request, identity: CurrentIdentity) -> Replayed:
    """The line is back: everything that waits in the caller's units is tried now."""
    identity.require_role(*SENDERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        return Replayed(tried=await service.replay_all(session, code))


@routes.post(
    "/exports", response_model=Exports, status_code=202, summary="Gửi hồ sơ ra ngoài · Send dossiers out"
)
async def ask(
    body: ExportOrder, request: Request, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """Queued; packed and delivered in the background. One that waits already is answered as it is."""
    identity.require_role(*SENDERS)
    identity.require_purpose()

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        rows = await service.ask(session, identity, body.destination, body.dossiers)
        return 202, Exports(items=await _exports(session, rows)), {}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.get("/exports", summary="Hàng đợi gửi hồ sơ · The queue of exports")
async def list_exports(
    request: Request,
    identity: CurrentIdentity,
    state: ExportState | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[Export]:
    """Those of the caller's units, newest first."""
    identity.require_role(*SENDERS)
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await service.list_exports(session, state=state, before=decode_id(cursor), limit=limit + 1)
        items = await _exports(session, rows[:limit])
    return page_by_id(items, more=len(rows) > limit)


@routes.post("/exports/{export_id}:replay", summary="Gửi lại một gói · Replay one export")
async def replay(export_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> Export:
    """Tries it now, also where it was given up; pressing twice changes nothing more."""
    identity.require_role(*SENDERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        (answer,) = await _exports(session, [await service.replay(session, export_id)])
    return answer


@routes.get("/export-tickets", summary="Phiếu sai lệch · Discrepancy tickets")
async def list_tickets(
    request: Request,
    identity: CurrentIdentity,
    *,
    resolved: bool = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[Ticket]:
    """What destinations found different, of the caller's units, newest first."""
    identity.require_role(*SENDERS)
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await repository.page_of_tickets(
            session, resolved=resolved, before=decode_id(cursor), limit=limit + 1
        )
        items = await _tickets(session, rows[:limit])
    return page_by_id(items, more=len(rows) > limit)


@routes.post("/export-tickets/{ticket_id}:resolve", summary="Xử lý phiếu sai lệch · Resolve a ticket")
async def resolve(
    ticket_id: uuid.UUID,
    body: TicketResolution,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Ticket:
    """Needs If-Match; `resend` packs the dossier as it is now and sends it again."""
    identity.require_role(*SENDERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.resolve(
            session, ticket_id, if_match, body.resolution, body.note, identity.subject
        )
        (answer,) = await _tickets(session, [row])
    response.headers["ETag"] = etag(answer.version)
    return answer


async def _exports(session: ReadSession | WriteSession, rows: Sequence[ExportRow]) -> list[Export]:
    known = await dossiers.get_many(session, {row.dossier_id for row in rows})
    plain = Export.model_fields.keys() - {"reference", "unit", "state"}
    return [
        Export(
            **{name: getattr(row, name) for name in plain},
            reference=known[row.dossier_id].reference,
            unit=row.unit_code,
            state=ExportState(row.state),
        )
        for row in rows
    ]


async def _tickets(session: ReadSession | WriteSession, rows: Sequence[TicketRow]) -> list[Ticket]:
    known = await dossiers.get_many(session, {row.dossier_id for row in rows})
    plain = Ticket.model_fields.keys() - {"reference", "unit", "differences", "resolution"}
    return [
        Ticket(
            **{name: getattr(row, name) for name in plain},
            reference=known[row.dossier_id].reference,
            unit=row.unit_code,
            differences=row.differences["items"],
            resolution=Resolution(row.resolution) if row.resolution else None,
        )
        for row in rows
    ]
