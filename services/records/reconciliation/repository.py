"""SQL of reconciliation."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from kernel.database import ReadSession, WriteSession
from services.records.reconciliation.domain import RoundState
from services.records.reconciliation.models import ItemRow, RoundRow
from services.records.sql import insert_many

AnySession = ReadSession | WriteSession


async def get(session: AnySession, round_id: uuid.UUID) -> RoundRow | None:
    """A round of the transaction's units."""
    return await session.get(RoundRow, round_id)


async def lock(session: WriteSession, round_id: uuid.UUID) -> RoundRow | None:
    """The same, locked and as it is now."""
    return await session.get(RoundRow, round_id, with_for_update=True, populate_existing=True)


async def open_round(session: AnySession, unit: str, kind: str) -> RoundRow | None:
    """The round of a unit and kind that is under way."""
    query = select(RoundRow).where(
        RoundRow.unit_code == unit, RoundRow.kind == kind, RoundRow.state == RoundState.OPEN.value
    )
    return (await session.scalars(query)).one_or_none()


async def newest(session: AnySession, unit: str, kind: str) -> RoundRow | None:
    """The round of a unit and kind that was started last."""
    query = select(RoundRow).where(RoundRow.unit_code == unit, RoundRow.kind == kind)
    return (await session.scalars(query.order_by(RoundRow.id.desc()).limit(1))).one_or_none()


async def page(
    session: ReadSession,
    *,
    unit: str | None,
    kind: str | None,
    state: RoundState | None,
    before: uuid.UUID | None,
    limit: int,
) -> Sequence[RoundRow]:
    """Rounds, newest first."""
    query = select(RoundRow).order_by(RoundRow.id.desc()).limit(limit)
    if unit:
        query = query.where(RoundRow.unit_code == unit)
    if kind:
        query = query.where(RoundRow.kind == kind)
    if state:
        query = query.where(RoundRow.state == state.value)
    if before:
        query = query.where(RoundRow.id < before)
    return (await session.scalars(query)).all()


async def add_items(
    session: WriteSession, row: RoundRow, dossiers: Sequence[tuple[uuid.UUID, str]], first: int = 1
) -> None:
    """Put dossiers (id, reference) on a round's list, from an ordinal on."""
    await insert_many(
        session,
        ItemRow.__tablename__,
        [
            {
                "round_id": row.id,
                "ordinal": ordinal,
                "unit_code": row.unit_code,
                "dossier_id": dossier_id,
                "reference": reference,
            }
            for ordinal, (dossier_id, reference) in enumerate(dossiers, start=first)
        ],
    )


async def lock_item(session: WriteSession, round_id: uuid.UUID, ordinal: int) -> ItemRow | None:
    """An item, locked and as it is now."""
    return await session.get(ItemRow, (round_id, ordinal), with_for_update=True, populate_existing=True)


async def items(
    session: AnySession,
    round_id: uuid.UUID,
    *,
    unanswered: bool = False,
    answers: Collection[str] = (),
    after: int = 0,
    limit: int | None = None,
) -> Sequence[ItemRow]:
    """Items in the list's order, behind an ordinal."""
    query = select(ItemRow).where(ItemRow.round_id == round_id, ItemRow.ordinal > after)
    if unanswered:
        query = query.where(ItemRow.answer.is_(None))
    if answers:
        query = query.where(ItemRow.answer.in_(answers))
    return (await session.scalars(query.order_by(ItemRow.ordinal).limit(limit))).all()


async def last_ordinal(session: AnySession, round_id: uuid.UUID) -> int:
    """The list's length."""
    return (await session.scalar(select(func.max(ItemRow.ordinal)).where(ItemRow.round_id == round_id))) or 0


async def counts(session: AnySession, round_id: uuid.UUID) -> dict[str | None, int]:
    """Answer → how many; none: not answered yet."""
    found = await session.execute(
        select(ItemRow.answer, func.count()).where(ItemRow.round_id == round_id).group_by(ItemRow.answer)
    )
    return {row[0]: row[1] for row in found}


async def counted(session: AnySession, round_id: uuid.UUID, column: str) -> dict[str, int]:
    """Value of a list column (`aspects`, `fields`) → in how many dossiers it was found."""
    value = func.unnest(getattr(ItemRow, column)).label("value")
    listed = select(value).where(ItemRow.round_id == round_id).subquery()
    found = await session.execute(select(listed.c.value, func.count()).group_by(listed.c.value))
    return {row[0]: row[1] for row in found}
