"""SQL of saved views; everybody's own alone."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.saved_views.models import SavedViewRow
from gateway.saved_views.schemas import NewView
from kernel.database import WriteSession
from kernel.ids import new_id


async def views_of(session: AsyncSession, officer_id: uuid.UUID, screen: str) -> Sequence[SavedViewRow]:
    """An officer's views of a screen, by name."""
    query = select(SavedViewRow).where(SavedViewRow.officer_id == officer_id, SavedViewRow.screen == screen)
    return (await session.scalars(query.order_by(SavedViewRow.name))).all()


async def count_of(session: AsyncSession, officer_id: uuid.UUID) -> int:
    """How many an officer has, of all screens."""
    query = select(func.count()).select_from(SavedViewRow).where(SavedViewRow.officer_id == officer_id)
    return await session.scalar(query) or 0


async def put(session: WriteSession, officer_id: uuid.UUID, new: NewView) -> SavedViewRow:
    """Keep a view in place of the one of its name, if there is one."""
    keeping = (
        insert(SavedViewRow)
        .values(id=new_id(), officer_id=officer_id, **new.model_dump())
        .on_conflict_do_update(
            index_elements=[SavedViewRow.officer_id, SavedViewRow.screen, SavedViewRow.name],
            set_={"query": new.query},
        )
        .returning(SavedViewRow)
    )
    return (await session.scalars(keeping)).one()


async def remove(session: WriteSession, officer_id: uuid.UUID, view_id: uuid.UUID) -> bool:
    """Forget a view; whether the officer had it."""
    gone = delete(SavedViewRow).where(SavedViewRow.id == view_id, SavedViewRow.officer_id == officer_id)
    return (await session.scalar(gone.returning(SavedViewRow.id))) is not None
