"""SQL of exports, destinations and tickets."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from kernel.database import ReadSession, WriteSession
from services.records.exports.domain import WAITING, ExportState
from services.records.exports.models import DestinationRow, ExportRow, TicketRow
from services.records.sql import NO_MOMENT, Waits, constant, one_of

AnySession = ReadSession | WriteSession

_OPEN = [state.value for state in WAITING]


async def destinations(session: AnySession) -> Sequence[DestinationRow]:
    """All destinations, by code."""
    return (await session.scalars(select(DestinationRow).order_by(DestinationRow.code))).all()


async def get_destination(session: AnySession, code: str) -> DestinationRow | None:
    """A destination."""
    return await session.get(DestinationRow, code, populate_existing=True)


async def lock_destination(session: WriteSession, code: str) -> DestinationRow | None:
    """A destination, locked."""
    return await session.get(DestinationRow, code, with_for_update=True, populate_existing=True)


async def open_exports(
    session: AnySession, destination: str, dossier_ids: Iterable[uuid.UUID]
) -> Sequence[ExportRow]:
    """Exports of dossiers to a destination that wait or are at work."""
    query = select(ExportRow).where(
        ExportRow.destination == destination,
        one_of(ExportRow.dossier_id, dossier_ids),
        ExportRow.state.in_(_OPEN),
    )
    return (await session.scalars(query)).all()


async def page_of_exports(
    session: ReadSession, *, state: str | None, before: uuid.UUID | None, limit: int
) -> Sequence[ExportRow]:
    """Exports of the session's units, newest first."""
    query = select(ExportRow).order_by(ExportRow.id.desc()).limit(limit)
    if state:
        query = query.where(ExportRow.state == state)
    if before:
        query = query.where(ExportRow.id < before)
    return (await session.scalars(query)).all()


async def page_of_tickets(
    session: ReadSession, *, resolved: bool, before: uuid.UUID | None, limit: int
) -> Sequence[TicketRow]:
    """Tickets of the session's units, newest first."""
    which = TicketRow.resolution.is_not(None) if resolved else TicketRow.resolution.is_(None)
    query = select(TicketRow).where(which).order_by(TicketRow.id.desc()).limit(limit)
    if before:
        query = query.where(TicketRow.id < before)
    return (await session.scalars(query)).all()


async def lock(session: WriteSession, export_id: uuid.UUID) -> ExportRow | None:
    """An export of the session's units, locked."""
    return await session.get(ExportRow, export_id, with_for_update=True, populate_existing=True)


async def lock_ticket(session: WriteSession, ticket_id: uuid.UUID) -> TicketRow | None:
    """A ticket of the session's units, locked."""
    return await session.get(TicketRow, ticket_id, with_for_update=True, populate_existing=True)


async def due(session: ReadSession, now: datetime, limit: int) -> Sequence[tuple[uuid.UUID, ExportState]]:
    """Exports to work on: those whose time has come, of destinations whose line is not known to be down."""
    up = or_(DestinationRow.down_until.is_(None), DestinationRow.down_until <= now)
    query = (
        select(ExportRow.id, ExportRow.state)
        .join(DestinationRow, DestinationRow.code == ExportRow.destination)
        .where(
            ExportRow.state.in_(_OPEN),
            ExportRow.next_at <= now,
            DestinationRow.active,
            or_(up, ExportRow.state == ExportState.QUEUED.value),
        )
        .order_by(ExportRow.next_at, ExportRow.id)
        .limit(limit)
    )
    return [(row.id, ExportState(row.state)) for row in await session.execute(query)]


async def hurry(session: WriteSession, destination: str, now: datetime) -> int:
    """Let every waiting export of the session's units to a destination be tried now; returns how many."""
    done = await session.execute(
        update(ExportRow)
        .where(ExportRow.destination == destination, ExportRow.state.in_(_OPEN))
        .values(next_at=now, version=ExportRow.version + 1)
        .returning(ExportRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


def waits() -> Waits:
    """Exports that failed, the oldest first."""
    failed = ExportRow.state == constant(ExportState.FAILED)
    return select(ExportRow.asked_at, NO_MOMENT).where(failed).order_by(ExportRow.id)
