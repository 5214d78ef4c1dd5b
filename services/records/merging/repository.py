"""SQL of merges and splits."""

import uuid
from collections.abc import Sequence

from sqlalchemy import or_, select

from kernel.database import ReadSession, WriteSession
from services.records.merging.domain import MergingKind, MergingState
from services.records.merging.models import MergingRow
from services.records.sql import NO_MOMENT, WHO, Waits, constant

AnySession = ReadSession | WriteSession


async def get(session: AnySession, merging_id: uuid.UUID) -> MergingRow | None:
    """A merge or split that concerns one of the transaction's units."""
    return await session.get(MergingRow, merging_id)


async def lock(session: WriteSession, merging_id: uuid.UUID) -> MergingRow:
    """The same, locked and as it is now."""
    return await session.get_one(MergingRow, merging_id, with_for_update=True, populate_existing=True)


async def is_asked(session: WriteSession, source_id: uuid.UUID, target_id: uuid.UUID) -> bool:
    """Whether somebody has asked to merge the two and nobody has decided."""
    query = select(MergingRow.id).where(
        MergingRow.source_id == source_id,
        MergingRow.target_id == target_id,
        MergingRow.kind != MergingKind.SPLIT.value,
        MergingRow.state == MergingState.ASKED.value,
    )
    return (await session.scalars(query)).first() is not None


async def page(
    session: ReadSession,
    *,
    state: MergingState | None,
    case_id: uuid.UUID | None,
    subject: uuid.UUID | None,
    before: uuid.UUID | None,
    limit: int,
) -> Sequence[MergingRow]:
    """Merges and splits, newest first; `subject`: a person or dossier at either end."""
    query = select(MergingRow).order_by(MergingRow.id.desc()).limit(limit)
    if state:
        query = query.where(MergingRow.state == state.value)
    if case_id:
        query = query.where(MergingRow.case_id == case_id)
    if subject:
        query = query.where(or_(MergingRow.source_id == subject, MergingRow.target_id == subject))
    if before:
        query = query.where(MergingRow.id < before)
    return (await session.scalars(query)).all()


def waits() -> Waits:
    """What others than WHO have asked for and nobody has decided, the oldest first."""
    asked = MergingRow.state == constant(MergingState.ASKED)
    query = select(MergingRow.asked_at, NO_MOMENT).where(asked, MergingRow.asked_by != WHO)
    return query.order_by(MergingRow.id)
