"""SQL of vigilance."""

import secrets
import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, distinct, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.database import ReadSession, WriteSession
from services.records import leases
from services.records.keying.domain import FieldState, How, Stage, VoteKind
from services.records.keying.models import KeyingFieldRow, KeyingFormRow, VoteRow
from services.records.sql import NO_MOMENT, Waits, one_of
from services.records.vigilance.domain import OPEN_CHECKS, LotState
from services.records.vigilance.models import (
    CanaryAnswerRow,
    CanaryRow,
    KeyerRow,
    LotAnswerRow,
    LotCheckRow,
    LotRow,
)

AnySession = ReadSession | WriteSession

KNOWN = (How.AGREED.value, How.ARBITRATED.value)
"""What two minds have settled can stand as a known answer."""
SINGLE = (How.AGREED.value, How.CONFIRMED.value, How.CORRECTED.value)
"""What one person's word settled, alone or with the reader's: what a lot is made of."""
_AT_ONCE = 2000


async def count_given(session: WriteSession, who: str, forms: int) -> int:
    """Count forms that are given to `who`; returns how many they had before."""
    statement = insert(KeyerRow).values(who=who, given=forms)
    total = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=[KeyerRow.who], set_={"given": KeyerRow.given + statement.excluded.given}
        ).returning(KeyerRow.given)
    )
    return (total or forms) - forms


async def open_canaries(session: AnySession, who: str) -> Sequence[CanaryRow]:
    """Known answers that `who` holds and has not answered."""
    query = select(CanaryRow).where(CanaryRow.who == who, CanaryRow.answered_at.is_(None))
    return (await session.scalars(query.order_by(CanaryRow.id))).all()


async def canary_of(session: WriteSession, form_id: uuid.UUID, who: str) -> CanaryRow | None:
    """The known answer that a form is, or was, for `who`; locked."""
    query = select(CanaryRow).where(CanaryRow.form_id == form_id, CanaryRow.who == who)
    return (await session.scalars(query.with_for_update())).one_or_none()


async def pick_known(
    session: WriteSession, who: str, kind: str, beside: Collection[uuid.UUID]
) -> KeyingFormRow | None:
    """A form of a kind that is done, that `who` never saw, from anywhere: two minds settled its fields."""
    seen = select(VoteRow.id).where(VoteRow.form_id == KeyingFormRow.id, VoteRow.who == who)
    had = select(CanaryRow.id).where(CanaryRow.form_id == KeyingFormRow.id, CanaryRow.who == who)
    unknown = select(KeyingFieldRow.id).where(
        KeyingFieldRow.form_id == KeyingFormRow.id, KeyingFieldRow.how.not_in(KNOWN)
    )

    def behind(start: uuid.UUID) -> Select[KeyingFormRow]:
        return (
            select(KeyingFormRow)
            .where(
                KeyingFormRow.id >= start,
                KeyingFormRow.stage == Stage.DONE.value,
                KeyingFormRow.kind == kind,
                ~one_of(KeyingFormRow.id, beside),
                ~seen.exists(),
                ~had.exists(),
                ~unknown.exists(),
            )
            .order_by(KeyingFormRow.id)
            .limit(1)
        )

    # Identifiers of pages are spread evenly: from a place chosen by lot the next one is one of any.
    found = await session.scalar(behind(uuid.UUID(int=secrets.randbits(128))))
    return found or await session.scalar(behind(uuid.UUID(int=0)))


async def forget_canaries(
    session: WriteSession, who: str, form_ids: Collection[uuid.UUID] | None = None
) -> int:
    """Take known answers back that were not answered; returns how many."""
    query = delete(CanaryRow).where(CanaryRow.who == who, CanaryRow.answered_at.is_(None))
    if form_ids is not None:
        query = query.where(one_of(CanaryRow.form_id, form_ids))
    gone = await session.execute(query.returning(CanaryRow.id).execution_options(synchronize_session=False))
    return len(gone.all())


async def canary_answers(session: AnySession, canary_id: uuid.UUID) -> Sequence[CanaryAnswerRow]:
    """What was written for a known answer."""
    return (
        await session.scalars(select(CanaryAnswerRow).where(CanaryAnswerRow.canary_id == canary_id))
    ).all()


async def canaries_since(session: AnySession, who: str, since: datetime) -> tuple[int, int]:
    """Forms and fields that `who` answered unknowingly."""
    row = (
        await session.execute(
            select(func.count(distinct(CanaryAnswerRow.canary_id)), func.count()).where(
                CanaryAnswerRow.who == who, CanaryAnswerRow.at >= since
            )
        )
    ).one()
    return row[0], row[1]


async def hold_checks_again(
    session: WriteSession, who: str, *, now: datetime, until: datetime
) -> Sequence[LotCheckRow]:
    """Let `who` hold for longer the fields of samples that they hold, but for what they answer just now."""
    held = select(LotCheckRow).where(LotCheckRow.state.in_(OPEN_CHECKS)).order_by(LotCheckRow.id)
    return await leases.hold_again(session, LotCheckRow, held, who, now=now, until=until)


async def take_checks(
    session: WriteSession,
    who: str,
    *,
    now: datetime,
    until: datetime,
    count: int,
    kind: str | None,
    units: Collection[str],
) -> Sequence[LotCheckRow]:
    """Lease fields of samples that others keyed and that `who` has had no part in."""
    voted = select(VoteRow.id).where(VoteRow.form_id == LotCheckRow.form_id, VoteRow.who == who)
    said = select(LotAnswerRow.check_id).where(
        LotAnswerRow.check_id == LotCheckRow.id, LotAnswerRow.who == who
    )
    known = select(CanaryRow.id).where(CanaryRow.form_id == LotCheckRow.form_id, CanaryRow.who == who)
    query = (
        select(LotCheckRow)
        .join(KeyingFormRow, KeyingFormRow.id == LotCheckRow.form_id)
        .where(
            LotCheckRow.state.in_(OPEN_CHECKS),
            leases.is_free(LotCheckRow, now),
            LotCheckRow.who != who,
            KeyingFormRow.stage == Stage.DONE.value,
            ~voted.exists(),
            ~said.exists(),
            ~known.exists(),
        )
        .order_by(LotCheckRow.id)
        .limit(count)
    )
    if kind:
        query = query.where(KeyingFormRow.kind == kind)
    if "*" not in units:
        query = query.where(LotCheckRow.unit_code.in_(units))
    return await leases.take(session, LotCheckRow, query, who, until)


async def checks_of(session: WriteSession, form_id: uuid.UUID, who: str) -> Sequence[LotCheckRow]:
    """Fields of a form that `who` holds or has answered for a sample; locked."""
    said = select(LotAnswerRow.check_id).where(
        LotAnswerRow.check_id == LotCheckRow.id, LotAnswerRow.who == who
    )
    query = select(LotCheckRow).where(
        LotCheckRow.form_id == form_id, or_(LotCheckRow.leased_by == who, said.exists())
    )
    return (await session.scalars(query.order_by(LotCheckRow.id).with_for_update(of=LotCheckRow))).all()


async def release_checks(
    session: WriteSession, who: str, form_ids: Collection[uuid.UUID] | None = None
) -> int:
    """Give fields of samples back; returns of how many."""
    query = update(LotCheckRow).where(LotCheckRow.leased_by == who, LotCheckRow.state.in_(OPEN_CHECKS))
    if form_ids is not None:
        query = query.where(one_of(LotCheckRow.form_id, form_ids))
    done = await session.execute(
        query.values(leased_by=None, leased_until=None)
        .returning(LotCheckRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


async def answers_of(session: AnySession, check_ids: Iterable[uuid.UUID]) -> Sequence[LotAnswerRow]:
    """What was written for fields of samples, in order."""
    query = select(LotAnswerRow).where(one_of(LotAnswerRow.check_id, check_ids))
    return (await session.scalars(query.order_by(LotAnswerRow.at, LotAnswerRow.who))).all()


async def keyers(session: AnySession, limit: int) -> Sequence[str]:
    """Everybody who was ever given a form."""
    return (await session.scalars(select(KeyerRow.who).order_by(KeyerRow.who).limit(limit))).all()


async def last_draw(session: AnySession, who: str) -> datetime | None:
    """Up to when a keyer's work is in lots."""
    return await session.scalar(select(func.max(LotRow.until)).where(LotRow.who == who))


async def members(
    session: AnySession, who: str, after: datetime | None, until: datetime
) -> Sequence[tuple[uuid.UUID, uuid.UUID, str, str]]:
    """(field id, form id, name, unit) of what `who` keyed in a time and stands as they wrote it."""
    query = (
        select(KeyingFieldRow.id, KeyingFieldRow.form_id, KeyingFieldRow.name, KeyingFieldRow.unit_code)
        .select_from(VoteRow)
        .join(KeyingFieldRow, KeyingFieldRow.id == VoteRow.field_id)
        .where(
            VoteRow.who == who,
            VoteRow.kind == VoteKind.KEYED.value,
            VoteRow.at <= until,
            KeyingFieldRow.state == FieldState.SETTLED.value,
            KeyingFieldRow.how.in_(SINGLE),
        )
    )
    if after is not None:
        query = query.where(VoteRow.at > after)
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(query)]


async def save_checks(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the fields of samples."""
    for start in range(0, len(rows), _AT_ONCE):
        await session.execute(insert(LotCheckRow).values(list(rows[start : start + _AT_ONCE])))


async def lock_lot(session: WriteSession, lot_id: uuid.UUID) -> LotRow:
    """One lot, locked."""
    query = select(LotRow).where(LotRow.id == lot_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def states_of(session: AnySession, lot_id: uuid.UUID) -> Sequence[tuple[uuid.UUID, str]]:
    """(field, state) of a lot's sample."""
    found = await session.execute(
        select(LotCheckRow.field_id, LotCheckRow.state).where(LotCheckRow.lot_id == lot_id)
    )
    return [(row[0], row[1]) for row in found]


async def drop_checks(session: WriteSession, lot_id: uuid.UUID) -> None:
    """Let the rest of a failed lot's sample go: nobody needs to key it."""
    await session.execute(
        delete(LotCheckRow)
        .where(LotCheckRow.lot_id == lot_id, LotCheckRow.state == "waiting")
        .execution_options(synchronize_session=False)
    )


async def lots(session: AnySession, *, before: uuid.UUID | None, limit: int) -> Sequence[LotRow]:
    """Lots, the newest first."""
    query = select(LotRow).order_by(LotRow.id.desc()).limit(limit)
    if before:
        query = query.where(LotRow.id < before)
    return (await session.scalars(query)).all()


async def holdings(session: AnySession, now: datetime) -> dict[str, tuple[int, datetime]]:
    """Keyer → forms held and when the first lease ends."""
    held = and_(KeyingFormRow.leased_by.is_not(None), KeyingFormRow.leased_until >= now)
    rows = await session.execute(
        select(KeyingFormRow.leased_by, func.count(), func.min(KeyingFormRow.leased_until))
        .where(held)
        .group_by(KeyingFormRow.leased_by)
    )
    return {who: (count, first) for who, count, first in rows if who and first}


async def done_since(session: AnySession, who: str, since: datetime) -> int:
    """Forms that a keyer answered."""
    query = select(func.count(distinct(VoteRow.form_id))).where(VoteRow.who == who, VoteRow.at >= since)
    return await session.scalar(query) or 0


async def wrong_since(session: AnySession, who: str, since: datetime) -> tuple[int, int]:
    """(known fields answered, of those wrong) of a keyer."""
    row = (
        await session.execute(
            select(func.count(), func.count().filter(CanaryAnswerRow.wrong)).where(
                CanaryAnswerRow.who == who, CanaryAnswerRow.at >= since
            )
        )
    ).one()
    return row[0], row[1]


async def wrong_by_policy(session: AnySession, policy: str, since: datetime) -> tuple[int, int]:
    """(known fields answered, of those wrong) under a policy."""
    row = (
        await session.execute(
            select(func.count(), func.count().filter(CanaryAnswerRow.wrong)).where(
                CanaryAnswerRow.policy == policy, CanaryAnswerRow.at >= since
            )
        )
    ).one()
    return row[0], row[1]


def waits(newest: int) -> Waits:
    """Those that failed among the `newest` lots."""
    some = select(LotRow.state, LotRow.decided_at).order_by(LotRow.id.desc()).limit(newest).subquery()
    query = select(some.c.decided_at, NO_MOMENT).where(some.c.state == LotState.FAILED.value)
    return query.order_by(some.c.decided_at)
