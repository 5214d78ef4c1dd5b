"""SQL of keying."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, literal, select, true, union_all, update
from sqlalchemy.dialects.postgresql import insert

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records import leases
from services.records.keying.domain import FieldState, Stage, VoteKind
from services.records.keying.models import KeyingFieldRow, KeyingFormRow, LeaseRow, VoteRow
from services.records.sql import NO_MOMENT, Waits, constant, in_scope, one_of

AnySession = ReadSession | WriteSession


async def forms_with_answers(session: WriteSession, form_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those forms that somebody has answered already."""
    found = await session.scalars(select(VoteRow.form_id).where(one_of(VoteRow.form_id, form_ids)).distinct())
    return set(found)


async def forms_given(session: WriteSession, form_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those forms that somebody was ever given."""
    found = await session.scalars(
        select(LeaseRow.form_id).where(one_of(LeaseRow.form_id, form_ids)).distinct()
    )
    return set(found)


async def withdrawn_among(session: WriteSession, form_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those forms that are withdrawn."""
    withdrawn = KeyingFormRow.stage == Stage.WITHDRAWN.value
    return set(
        await session.scalars(select(KeyingFormRow.id).where(one_of(KeyingFormRow.id, form_ids), withdrawn))
    )


async def lock_forms(session: WriteSession, form_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, KeyingFormRow]:
    """Forms by id, locked in the order of their ids."""
    rows = await session.scalars(
        select(KeyingFormRow)
        .where(one_of(KeyingFormRow.id, form_ids))
        .order_by(KeyingFormRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


async def open_forms(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Dossier → its forms that wait for somebody."""
    rows = await session.execute(
        select(KeyingFormRow.dossier_id, func.count())
        .where(
            one_of(KeyingFormRow.dossier_id, dossier_ids),
            KeyingFormRow.stage.not_in([Stage.DONE.value, Stage.WITHDRAWN.value]),
        )
        .group_by(KeyingFormRow.dossier_id)
    )
    return {row[0]: row[1] for row in rows}


async def save_forms(
    session: WriteSession, forms: list[dict[str, Any]], fields: list[dict[str, Any]]
) -> None:
    """Insert forms, or replace those that nobody has answered, with all their fields."""
    if not forms:
        return
    statement = insert(KeyingFormRow).values(forms)
    changed = {name: statement.excluded[name] for name in ("dossier_id", "unit_code", "form", "stage")}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))
    await session.execute(
        delete(KeyingFieldRow)
        .where(one_of(KeyingFieldRow.form_id, [form["id"] for form in forms]))
        .execution_options(synchronize_session=False)
    )
    await session.execute(insert(KeyingFieldRow).values(fields))


async def place_fields(session: WriteSession, fields: Sequence[Mapping[str, Any]]) -> None:
    """Let fields that are not settled lie where these rows say."""
    if not fields:
        return
    wanted = {field["id"]: field for field in fields}
    query = select(KeyingFieldRow).where(one_of(KeyingFieldRow.id, wanted))
    for row in await session.scalars(query.where(KeyingFieldRow.state != FieldState.SETTLED.value)):
        for name in ("x", "y", "width", "height", "page_width_px", "page_height_px"):
            setattr(row, name, wanted[row.id][name])
    await session.flush()


async def delete_forms(session: WriteSession, form_ids: Collection[uuid.UUID]) -> None:
    """Forget forms that nobody has answered."""
    for table, column in (
        (LeaseRow, LeaseRow.form_id),
        (KeyingFieldRow, KeyingFieldRow.form_id),
        (KeyingFormRow, KeyingFormRow.id),
    ):
        await session.execute(
            delete(table).where(one_of(column, form_ids)).execution_options(synchronize_session=False)
        )


async def move_forms(session: WriteSession, form_ids: Collection[uuid.UUID], dossier_id: uuid.UUID) -> None:
    """Let forms belong to another dossier."""
    await session.execute(
        update(KeyingFormRow)
        .where(one_of(KeyingFormRow.id, form_ids))
        .values(dossier_id=dossier_id)
        .execution_options(synchronize_session=False)
    )


async def forms_of_dossiers(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """The forms of dossiers."""
    found = select(KeyingFormRow.id).where(one_of(KeyingFormRow.dossier_id, dossier_ids))
    return set(await session.scalars(found))


async def take(
    session: WriteSession,
    *,
    who: str,
    stages: Collection[Stage],
    now: datetime,
    until: datetime,
    count: int,
    kind: str | None,
    units: Collection[str],
) -> Sequence[KeyingFormRow]:
    """Lease up to `count` forms that wait and that `who` has not answered, the most urgent first."""
    answered = select(VoteRow.id).where(VoteRow.form_id == KeyingFormRow.id, VoteRow.who == who)
    query = (
        select(KeyingFormRow)
        .where(
            KeyingFormRow.stage.in_([stage.value for stage in stages]),
            leases.is_free(KeyingFormRow, now),
            ~answered.exists(),
        )
        .order_by(KeyingFormRow.priority.desc(), KeyingFormRow.ordered_at, KeyingFormRow.id)
        .limit(count)
    )
    if kind:
        query = query.where(KeyingFormRow.kind == kind)
    rows = await leases.take(session, KeyingFormRow, query.where(_within(units)), who, until)
    if rows:
        given = [{"form_id": row.id, "who": who, "unit_code": row.unit_code} for row in rows]
        await session.execute(insert(LeaseRow).values(given).on_conflict_do_nothing())
    return rows


async def forms_by_id(session: AnySession, form_ids: Iterable[uuid.UUID]) -> Sequence[KeyingFormRow]:
    """Forms by id, in no order."""
    return (await session.scalars(select(KeyingFormRow).where(one_of(KeyingFormRow.id, form_ids)))).all()


async def settled_fields(session: WriteSession, field_ids: Iterable[uuid.UUID]) -> Sequence[KeyingFieldRow]:
    """Those of some fields that are settled."""
    query = select(KeyingFieldRow).where(one_of(KeyingFieldRow.id, field_ids))
    return (await session.scalars(query.where(KeyingFieldRow.state == FieldState.SETTLED.value))).all()


async def settled_with_place(
    session: ReadSession,
    unit_code: str,
    hows: Collection[str],
    without: Collection[str],
    after: uuid.UUID | None,
    limit: int,
) -> list[tuple[KeyingFieldRow, uuid.UUID]]:
    """Settled fields of a unit's finished forms whose place is known, with their dossiers, by id."""
    query = (
        select(KeyingFieldRow, KeyingFormRow.dossier_id)
        .join(KeyingFormRow, KeyingFormRow.id == KeyingFieldRow.form_id)
        .where(
            KeyingFieldRow.unit_code == unit_code,
            KeyingFieldRow.state == FieldState.SETTLED.value,
            KeyingFieldRow.how.in_(list(hows)),
            KeyingFieldRow.name.not_in(list(without)),
            KeyingFieldRow.text.is_not(None),
            KeyingFieldRow.width > 0,
            KeyingFormRow.stage == Stage.DONE.value,
        )
        .order_by(KeyingFieldRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(KeyingFieldRow.id > after)
    return [(field, dossier_id) for field, dossier_id in await session.execute(query)]


async def overturn(session: WriteSession, field_ids: Iterable[uuid.UUID]) -> None:
    """Let what was answered for fields have no effect any more."""
    await session.execute(
        update(VoteRow)
        .where(one_of(VoteRow.field_id, field_ids))
        .values(kind=VoteKind.OVERTURNED.value)
        .execution_options(synchronize_session=False)
    )


async def hand_over(session: WriteSession, who: str, to: str, until: datetime) -> int:
    """Let `to` hold what `who` holds, but for forms that `to` has answered; returns how many."""
    answered = select(VoteRow.id).where(VoteRow.form_id == KeyingFormRow.id, VoteRow.who == to)
    moved = await session.execute(
        update(KeyingFormRow)
        .where(KeyingFormRow.leased_by == who, ~answered.exists())
        .values(leased_by=to, leased_until=until)
        .returning(KeyingFormRow.id, KeyingFormRow.unit_code)
        .execution_options(synchronize_session=False)
    )
    given = [{"form_id": form, "who": to, "unit_code": unit} for form, unit in moved]
    if given:
        await session.execute(insert(LeaseRow).values(given).on_conflict_do_nothing())
    return len(given)


async def was_given(session: WriteSession, form_id: uuid.UUID, who: str) -> bool:
    """Whether `who` was ever given the form."""
    return await session.get(LeaseRow, (form_id, who)) is not None


async def hold_again(
    session: WriteSession, who: str, stages: Collection[Stage], *, now: datetime, until: datetime
) -> Sequence[KeyingFormRow]:
    """Let `who` hold for longer what they hold at some stages, but for what they answer just now."""
    held = (
        select(KeyingFormRow)
        .where(KeyingFormRow.stage.in_([stage.value for stage in stages]))
        .order_by(KeyingFormRow.priority.desc(), KeyingFormRow.ordered_at, KeyingFormRow.id)
    )
    return await leases.hold_again(session, KeyingFormRow, held, who, now=now, until=until)


async def leased_by(session: AnySession, who: str, now: datetime) -> list[KeyingFormRow]:
    """Forms that `who` holds now, in their order."""
    rows = await session.scalars(
        select(KeyingFormRow)
        .where(KeyingFormRow.leased_by == who, KeyingFormRow.leased_until >= now)
        .order_by(KeyingFormRow.priority.desc(), KeyingFormRow.ordered_at, KeyingFormRow.id)
    )
    return list(rows)


async def release(session: WriteSession, who: str, form_ids: Collection[uuid.UUID] | None = None) -> int:
    """Give leases of `who` back, all of them or some; returns how many."""
    statement = update(KeyingFormRow).where(KeyingFormRow.leased_by == who)
    if form_ids is not None:
        statement = statement.where(one_of(KeyingFormRow.id, form_ids))
    done = await session.execute(
        statement.values(leased_by=None, leased_until=None)
        .returning(KeyingFormRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


async def fields_of(
    session: AnySession, form_ids: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, list[KeyingFieldRow]]:
    """Form → its fields in order."""
    rows = await session.scalars(
        select(KeyingFieldRow)
        .where(one_of(KeyingFieldRow.form_id, form_ids))
        .order_by(KeyingFieldRow.form_id, KeyingFieldRow.ordinal)
    )
    found: dict[uuid.UUID, list[KeyingFieldRow]] = defaultdict(list)
    for row in rows:
        found[row.form_id].append(row)
    return found


async def votes_of(session: AnySession, form_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, list[VoteRow]]:
    """Field → its answers in the order in which they came."""
    rows = await session.scalars(
        select(VoteRow).where(one_of(VoteRow.form_id, form_ids)).order_by(VoteRow.at, VoteRow.id)
    )
    found: dict[uuid.UUID, list[VoteRow]] = defaultdict(list)
    for row in rows:
        found[row.field_id].append(row)
    return found


async def waiting(
    session: AnySession,
    stages: Collection[Stage],
    *,
    units: Collection[str],
    most: int,
) -> int:
    """Forms that wait at some stages, counted up to `most`: the queue's length costs a lease nothing."""
    some = select(KeyingFormRow.id).where(KeyingFormRow.stage.in_([stage.value for stage in stages]))
    counted = select(func.count()).select_from(some.where(_within(units)).limit(most).subquery())
    return await session.scalar(counted) or 0


async def lengths(
    session: AnySession, asked: Iterable[tuple[str, Stage]], *, units: Collection[str], most: int
) -> dict[tuple[str, str], int]:
    """(kind, stage) → forms that wait there, counted up to `most`; all in one statement."""
    counts = []
    for kind, stage in asked:
        there = and_(KeyingFormRow.kind == kind, KeyingFormRow.stage == stage.value, _within(units))
        some = select(KeyingFormRow.id).where(there).limit(most).subquery()
        counts.append(select(literal(kind), literal(stage.value), func.count()).select_from(some))
    return {(row[0], row[1]): row[2] for row in await session.execute(union_all(*counts))}


def _within(units: Collection[str]) -> ColumnElement[bool]:
    """Forms of some units. Row-level security alone cannot use an index."""
    return true() if ALL_UNITS in units else KeyingFormRow.unit_code.in_(units)


async def work_of(session: ReadSession, who: str, since: datetime) -> tuple[int, int, int, int]:
    """Of `who` since a moment: forms, fields, fields that another mind checked, those that differed."""
    mine = VoteRow.__table__.alias("mine")
    checked = KeyingFieldRow.how.in_(["agreed", "arbitrated"])
    differed = and_(checked, KeyingFieldRow.text.is_distinct_from(mine.c.text))
    row = (
        await session.execute(
            select(
                func.count(mine.c.form_id.distinct()),
                func.count(),
                func.count().filter(checked),
                func.count().filter(differed),
            )
            .select_from(mine)
            .join(KeyingFieldRow, KeyingFieldRow.id == mine.c.field_id)
            .where(mine.c.who == who, mine.c.at >= since, mine.c.kind == VoteKind.KEYED.value)
        )
    ).one()
    return row[0], row[1], row[2], row[3]


def waits(stages: Collection[Stage], *, everywhere: bool) -> Waits:
    """Forms that wait at some stages; they have no deadline, and the oldest is not looked for."""
    at = KeyingFormRow.stage.in_([constant(stage) for stage in stages])
    there = in_scope(KeyingFormRow.unit_code, everywhere=everywhere)
    return select(NO_MOMENT, NO_MOMENT).select_from(KeyingFormRow).where(at, there)
