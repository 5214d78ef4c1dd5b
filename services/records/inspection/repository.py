"""SQL of inspection."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, all_, and_, any_, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from kernel.database import ReadSession, WriteSession
from services.records import leases
from services.records.dossiers.models import PageRow
from services.records.inspection.domain import SET_PAGES, PageCheckState, SetReason, SetState
from services.records.inspection.models import InspectionCheckRow, InspectionPageRow, InspectionSetRow
from services.records.sql import NO_MOMENT, WHO, Waits, constant, one_of

AnySession = ReadSession | WriteSession

AT_ONCE = 2000
"""Rows of one statement: Postgres takes 32,767 parameters."""


async def save_pages(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    """Note where pages stand; those that are known already stay."""
    for start in range(0, len(rows), AT_ONCE):
        statement = insert(InspectionPageRow).values(list(rows[start : start + AT_ONCE]))
        await session.execute(statement.on_conflict_do_nothing())


async def known_pages(
    session: AnySession, page_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, InspectionPageRow]:
    """Pages by id, of those that inspection knows."""
    rows = await session.scalars(select(InspectionPageRow).where(one_of(InspectionPageRow.id, page_ids)))
    return {row.id: row for row in rows}


async def lock_page(session: WriteSession, page_id: uuid.UUID) -> InspectionPageRow | None:
    """One page, locked."""
    query = select(InspectionPageRow).where(InspectionPageRow.id == page_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def lock_set(session: WriteSession, set_id: uuid.UUID) -> InspectionSetRow | None:
    """One set, locked."""
    query = select(InspectionSetRow).where(InspectionSetRow.id == set_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def pages_of_sets(
    session: AnySession, set_ids: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, list[InspectionPageRow]]:
    """Set → its pages in order."""
    rows = await session.scalars(
        select(InspectionPageRow)
        .where(one_of(InspectionPageRow.set_id, set_ids))
        .order_by(InspectionPageRow.set_id, InspectionPageRow.ordinal)
        .execution_options(populate_existing=True)
    )
    found: dict[uuid.UUID, list[InspectionPageRow]] = defaultdict(list)
    for row in rows:
        if row.set_id:
            found[row.set_id].append(row)
    return found


async def dossiers_of(session: AnySession, set_id: uuid.UUID) -> set[uuid.UUID]:
    """The dossiers of a set's pages, and of the pages that were not drawn beside them."""
    inside = aliased(InspectionPageRow)
    beside = and_(
        InspectionPageRow.state == PageCheckState.UNSAMPLED.value,
        InspectionPageRow.batch_id == inside.batch_id,
        InspectionPageRow.content == inside.content,
    )
    rows = await session.scalars(
        select(PageRow.dossier_id)
        .join(InspectionPageRow, InspectionPageRow.id == PageRow.id)
        .join(inside, or_(InspectionPageRow.id == inside.id, beside))
        .where(inside.set_id == set_id)
        .distinct()
    )
    return {row for row in rows if row}


async def room_for_rescan(
    session: WriteSession, batch_id: uuid.UUID, senders: Sequence[str]
) -> InspectionSetRow | None:
    """A set of the batch's rescans that nobody holds and that has room for one more."""
    held = select(func.count()).where(InspectionPageRow.set_id == InspectionSetRow.id).scalar_subquery()
    query = (
        select(InspectionSetRow)
        .where(
            InspectionSetRow.batch_id == batch_id,
            InspectionSetRow.reason == SetReason.RESCANNED.value,
            InspectionSetRow.state == SetState.WAITING.value,
            InspectionSetRow.leased_by.is_(None),
            InspectionSetRow.senders == list(senders),
            held < SET_PAGES,
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).one_or_none()


async def hold_again(
    session: WriteSession, who: str, *, now: datetime, until: datetime
) -> Sequence[InspectionSetRow]:
    """Let `who` hold for longer what they hold, the oldest first, but for a set that they finish just now."""
    held = (
        select(InspectionSetRow)
        .where(InspectionSetRow.state == SetState.WAITING.value)
        .order_by(InspectionSetRow.priority.desc(), InspectionSetRow.ordered_at, InspectionSetRow.id)
    )
    return await leases.hold_again(session, InspectionSetRow, held, who, now=now, until=until)


async def take(
    session: WriteSession,
    who: str,
    *,
    now: datetime,
    until: datetime,
    count: int,
    kind: str | None,
    unit: str | None,
) -> Sequence[InspectionSetRow]:
    """Lease up to `count` sets that wait and that `who` has not scanned, the most urgent first."""
    query = (
        select(InspectionSetRow)
        .where(
            InspectionSetRow.state == SetState.WAITING.value,
            leases.is_free(InspectionSetRow, now),
            literal(who) != all_(InspectionSetRow.senders),
        )
        .order_by(InspectionSetRow.priority.desc(), InspectionSetRow.ordered_at, InspectionSetRow.id)
        .limit(count)
    )
    if kind:
        query = query.where(InspectionSetRow.kind == kind)
    if unit:
        query = query.where(InspectionSetRow.unit_code == unit)
    return await leases.take(session, InspectionSetRow, query, who, until)


async def release(session: WriteSession, who: str) -> int:
    """Give every set of `who` back; returns how many."""
    done = await session.execute(
        update(InspectionSetRow)
        .where(InspectionSetRow.leased_by == who, InspectionSetRow.state == SetState.WAITING.value)
        .values(leased_by=None, leased_until=None)
        .returning(InspectionSetRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


async def waiting(session: AnySession, most: int) -> int:
    """Sets that wait, counted up to `most`."""
    some = select(InspectionSetRow.id).where(InspectionSetRow.state == SetState.WAITING.value).limit(most)
    return await session.scalar(select(func.count()).select_from(some.subquery())) or 0


async def queue_for(session: AnySession, who: str, most: int) -> tuple[int, int, datetime | None]:
    """Sets that wait, rescans among them, and since when the oldest waits; all counted up to `most`.

    Left out is what `who` has scanned and what others hold.
    """
    some = (
        select(InspectionSetRow.priority, InspectionSetRow.ordered_at)
        .where(*_free_for(literal(who)))
        .order_by(InspectionSetRow.priority.desc(), InspectionSetRow.ordered_at, InspectionSetRow.id)
        .limit(most)
        .subquery()
    )
    rescans = func.count().filter(some.c.priority > 0)
    row = (await session.execute(select(func.count(), rescans, func.min(some.c.ordered_at)))).one()
    return row[0], row[1], row[2]


async def own_waits(session: AnySession, who: str) -> bool:
    """Whether a set waits that `who` has scanned and so may not inspect."""
    own = literal(who) == any_(InspectionSetRow.senders)
    query = select(InspectionSetRow.id).where(InspectionSetRow.state == SetState.WAITING.value, own).limit(1)
    return await session.scalar(query) is not None


async def undo_checks(session: WriteSession, set_id: uuid.UUID, now: datetime) -> None:
    """Mark what was last said of a set as taken back."""
    await session.execute(
        update(InspectionCheckRow)
        .where(InspectionCheckRow.set_id == set_id, InspectionCheckRow.undone_at.is_(None))
        .values(undone_at=now)
        .execution_options(synchronize_session=False)
    )


async def checks_of(session: AnySession, page_id: uuid.UUID) -> Sequence[InspectionCheckRow]:
    """What was said of a page's images, in order."""
    query = select(InspectionCheckRow).where(InspectionCheckRow.page_id == page_id)
    return (await session.scalars(query.order_by(InspectionCheckRow.at, InspectionCheckRow.id))).all()


async def checks_that_ordered(
    session: AnySession, orders: Mapping[uuid.UUID, uuid.UUID]
) -> dict[uuid.UUID, InspectionCheckRow]:
    """By page, the check that ordered its rescan; `orders` gives pages their rescans."""
    query = select(InspectionCheckRow).where(
        one_of(InspectionCheckRow.page_id, orders), one_of(InspectionCheckRow.rescan_id, orders.values())
    )
    return {row.page_id: row for row in await session.scalars(query)}


async def check(session: AnySession, check_id: uuid.UUID) -> InspectionCheckRow | None:
    """One of those."""
    return await session.get(InspectionCheckRow, check_id)


async def lot_of(session: AnySession, batch_id: uuid.UUID, content: str) -> dict[str, int]:
    """State → pages of a class in a batch."""
    rows = await session.execute(
        select(InspectionPageRow.state, func.count())
        .where(InspectionPageRow.batch_id == batch_id, InspectionPageRow.content == content)
        .group_by(InspectionPageRow.state)
    )
    return {row[0]: row[1] for row in rows}


async def unsampled(session: WriteSession, batch_id: uuid.UUID, content: str) -> Sequence[uuid.UUID]:
    """Pages of a class that were not drawn, locked in the order of their ids."""
    query = (
        select(InspectionPageRow.id)
        .where(
            InspectionPageRow.batch_id == batch_id,
            InspectionPageRow.content == content,
            InspectionPageRow.state == PageCheckState.UNSAMPLED.value,
        )
        .order_by(InspectionPageRow.id)
        .with_for_update()
    )
    return (await session.scalars(query)).all()


async def put_in_set(
    session: WriteSession, set_id: uuid.UUID, page_ids: Collection[uuid.UUID], first: int = 1
) -> None:
    """Let pages wait in a set, in this order."""
    await session.execute(
        update(InspectionPageRow).execution_options(synchronize_session=False),
        [
            {"id": page_id, "set_id": set_id, "ordinal": ordinal, "state": PageCheckState.WAITING.value}
            for ordinal, page_id in enumerate(page_ids, start=first)
        ],
    )


def waits(*, rescans: bool) -> Waits:
    """Sets that WHO may inspect, of pages scanned again or of all others; the oldest first."""
    again = InspectionSetRow.priority > 0 if rescans else InspectionSetRow.priority <= 0
    query = select(InspectionSetRow.ordered_at, NO_MOMENT).where(*_free_for(WHO), again)
    return query.order_by(InspectionSetRow.priority.desc(), InspectionSetRow.ordered_at, InspectionSetRow.id)


def _free_for(who: ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
    """Waiting sets that `who` did not scan and nobody else holds."""
    own = who == any_(InspectionSetRow.senders)
    free = or_(
        InspectionSetRow.leased_until.is_(None),
        InspectionSetRow.leased_until < func.now(),
        InspectionSetRow.leased_by == who,
    )
    return InspectionSetRow.state == constant(SetState.WAITING), ~own, free
