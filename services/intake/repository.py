"""Queries on intake's tables; every writer takes the batch's row first (see ScanBatchRow)."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from contracts.vocabulary import PageContent, RefusalReason, Verdict
from kernel.database import ReadSession, WriteSession
from services.intake.domain import PageFacts, RescanState
from services.intake.models import (
    HoldingsRow,
    PoliceUnitRow,
    ReceivedFileRow,
    ReceivedPageRow,
    RescanRow,
    ScanBatchRow,
)

Session = ReadSession | WriteSession


async def unit_name(session: Session, code: str) -> str | None:
    """The name of the newest edition of the unit; none if no edition is known."""
    newest = select(PoliceUnitRow.name).where(PoliceUnitRow.code == code)
    return await session.scalar(newest.order_by(PoliceUnitRow.valid_from.desc()).limit(1))


async def any_unit(session: Session) -> bool:
    """Whether any unit is known yet."""
    return await session.scalar(select(PoliceUnitRow.code).limit(1)) is not None


async def store_unit(session: WriteSession, row: PoliceUnitRow) -> None:
    """Add an edition of a unit, or correct the one with the same code and first day."""
    values = {"name": row.name, "valid_to": row.valid_to}
    await session.execute(
        insert(PoliceUnitRow)
        .values(code=row.code, valid_from=row.valid_from, **values)
        .on_conflict_do_update(index_elements=[PoliceUnitRow.code, PoliceUnitRow.valid_from], set_=values)
    )


async def batch(session: Session, batch_id: uuid.UUID) -> ScanBatchRow | None:
    """The batch, if it exists within the session's units."""
    return await session.get(ScanBatchRow, batch_id)


async def lock_batch(session: WriteSession, batch_id: uuid.UUID) -> ScanBatchRow | None:
    """The batch, locked until the transaction ends."""
    return await session.get(ScanBatchRow, batch_id, with_for_update=True)


async def batches(
    session: ReadSession,
    *,
    unit: str | None,
    kind: str | None,
    refused: bool,
    states: Collection[str],
    before: uuid.UUID | None,
    limit: int,
) -> Sequence[ScanBatchRow]:
    """Batches from the newest on (their identifiers rise with time), at most `limit`.

    `refused`: only those with refused pages.
    """
    query = select(ScanBatchRow).order_by(ScanBatchRow.id.desc()).limit(limit)
    if unit:
        query = query.where(ScanBatchRow.unit_code == unit)
    if kind:
        query = query.where(ScanBatchRow.kind == kind)
    if refused:
        query = query.where(ScanBatchRow.in_refused > 0)
    if states:
        query = query.where(ScanBatchRow.state.in_(states))
    if before:
        query = query.where(ScanBatchRow.id < before)
    return (await session.scalars(query)).all()


async def batch_version(session: ReadSession, batch_id: uuid.UUID) -> int | None:
    """The batch's version alone: what followers ask twice a second."""
    return await session.scalar(select(ScanBatchRow.version).where(ScanBatchRow.id == batch_id))


async def file_at(session: Session, batch_id: uuid.UUID, sequence: int) -> ReceivedFileRow | None:
    """The file at a position of the batch."""
    return await session.scalar(
        select(ReceivedFileRow).where(
            ReceivedFileRow.batch_id == batch_id, ReceivedFileRow.sequence == sequence
        )
    )


async def file(session: Session, file_id: uuid.UUID) -> ReceivedFileRow | None:
    """A received file."""
    return await session.get(ReceivedFileRow, file_id)


async def file_hashes(session: Session, batch_id: uuid.UUID) -> set[str]:
    """The hashes of all files of the batch."""
    return set(
        await session.scalars(select(ReceivedFileRow.sha256).where(ReceivedFileRow.batch_id == batch_id))
    )


async def arrived_since(session: Session, batch_id: uuid.UUID, since: datetime) -> tuple[int, int]:
    """Files of the batch received since a moment, and their pages; a file not yet split counts as one."""
    pages = func.coalesce(func.sum(func.coalesce(ReceivedFileRow.page_count, 1)), 0)
    query = select(func.count(), pages).where(
        ReceivedFileRow.batch_id == batch_id, ReceivedFileRow.received_at >= since
    )
    files, counted = (await session.execute(query)).one()
    return int(files), int(counted)


async def file_states(session: Session, file_id: uuid.UUID) -> set[str]:
    """The states of the file's known pages."""
    return set(await session.scalars(select(ReceivedPageRow.state).where(ReceivedPageRow.file_id == file_id)))


async def known_pages(session: Session, file_id: uuid.UUID) -> int:
    """The highest number of a known page of the file; 0 if none is known."""
    return (
        await session.scalar(
            select(func.max(ReceivedPageRow.page_no)).where(ReceivedPageRow.file_id == file_id)
        )
        or 0
    )


async def page(session: Session, page_id: uuid.UUID) -> ReceivedPageRow | None:
    """A known page."""
    return await session.get(ReceivedPageRow, page_id)


async def imaged_by(session: WriteSession, batch_id: uuid.UUID, page_id: uuid.UUID) -> uuid.UUID | None:
    """Which PageEnhanced a page's facts come from; its batch is locked first, as every writer does."""
    await lock_batch(session, batch_id)
    return await session.scalar(select(ReceivedPageRow.imaged_by).where(ReceivedPageRow.id == page_id))


async def pages(
    session: ReadSession, batch_id: uuid.UUID, *, after: tuple[int, int] | None, limit: int
) -> Sequence[tuple[ReceivedPageRow, ReceivedFileRow]]:
    """Pages with their files in the order of the paper, after (sequence, page_no)."""
    query = _pages_of(batch_id).order_by(ReceivedPageRow.sequence, ReceivedPageRow.page_no).limit(limit)
    if after:
        sequence, page_no = after
        same_file = and_(ReceivedPageRow.sequence == sequence, ReceivedPageRow.page_no > page_no)
        query = query.where(or_(ReceivedPageRow.sequence > sequence, same_file))
    return [(page_row, file_row) for page_row, file_row in await session.execute(query)]


async def changed_pages(
    session: ReadSession, batch_id: uuid.UUID, *, since: int, until: int, after: uuid.UUID | None, limit: int
) -> Sequence[tuple[ReceivedPageRow, ReceivedFileRow]]:
    """Pages last changed in versions `since` (exclusive) to `until`, by identifier, after `after`."""
    query = _pages_of(batch_id).where(ReceivedPageRow.changed_in > since, ReceivedPageRow.changed_in <= until)
    if after:
        query = query.where(ReceivedPageRow.id > after)
    query = query.order_by(ReceivedPageRow.id).limit(limit)
    return [(page_row, file_row) for page_row, file_row in await session.execute(query)]


async def refused_pages(
    session: Session, batch_id: uuid.UUID
) -> Sequence[tuple[ReceivedPageRow, ReceivedFileRow]]:
    """Every refused page of the batch, in the order of the paper."""
    query = _pages_of(batch_id).where(ReceivedPageRow.reason.is_not(None))
    query = query.order_by(ReceivedPageRow.sequence, ReceivedPageRow.page_no)
    return [(page_row, file_row) for page_row, file_row in await session.execute(query)]


async def rescan(session: Session, rescan_id: uuid.UUID) -> RescanRow | None:
    """An order to scan a page again."""
    return await session.get(RescanRow, rescan_id)


async def open_rescans(session: Session, batch_id: uuid.UUID) -> Sequence[tuple[RescanRow, ReceivedFileRow]]:
    """Orders of the batch that are neither done nor taken back, in the order of the paper."""
    closed = [RescanState.DONE.value, RescanState.WITHDRAWN.value]
    query = (
        select(RescanRow, ReceivedFileRow)
        .join(ReceivedFileRow, ReceivedFileRow.id == RescanRow.file_id)
        .where(RescanRow.batch_id == batch_id, RescanRow.state.not_in(closed))
        .order_by(ReceivedFileRow.sequence, RescanRow.page_no)
    )
    return [(row, file_row) for row, file_row in await session.execute(query)]


async def senders(session: Session, batch_id: uuid.UUID) -> set[str]:
    """Who sent the batch's files."""
    found = select(ReceivedFileRow.received_by).where(ReceivedFileRow.batch_id == batch_id).distinct()
    return set(await session.scalars(found))


async def holdings(session: Session, unit: str, kind: str) -> HoldingsRow | None:
    """What the unit has declared for a kind."""
    return await session.get(HoldingsRow, (unit, kind))


async def lock_holdings(session: WriteSession, unit: str, kind: str) -> HoldingsRow | None:
    """The same, locked until the transaction ends."""
    return await session.get(HoldingsRow, (unit, kind), with_for_update=True)


def facts_of(row: ReceivedPageRow) -> PageFacts:
    """The facts in a page's row."""
    return PageFacts(
        enhanced=row.enhanced,
        recognised=row.recognised,
        filed=row.filed,
        reason=RefusalReason(row.reason) if row.reason else None,
        content=PageContent(row.content) if row.content else None,
        verdict=Verdict(row.verdict) if row.verdict else None,
        defects=tuple(row.defects),
        dossier_id=row.dossier_id,
    )


def write_facts(row: ReceivedPageRow, facts: PageFacts) -> None:
    """Put facts into a page's row."""
    row.state = facts.state
    row.enhanced, row.recognised, row.filed = facts.enhanced, facts.recognised, facts.filed
    row.reason, row.content, row.verdict = facts.reason, facts.content, facts.verdict
    row.defects, row.dossier_id = list(facts.defects), facts.dossier_id


def _pages_of(batch_id: uuid.UUID) -> Select[ReceivedPageRow, ReceivedFileRow]:
    return (
        select(ReceivedPageRow, ReceivedFileRow)
        .join(ReceivedFileRow, ReceivedFileRow.id == ReceivedPageRow.file_id)
        .where(ReceivedPageRow.batch_id == batch_id)
    )
