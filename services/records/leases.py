"""Work that is lent to one person at a time: taken, held for longer, free again when its time is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, String, or_
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import WriteSession


class Leased:
    """Columns of a row that somebody may hold until a moment."""

    leased_by: Mapped[str | None] = mapped_column(String(120))
    leased_until: Mapped[datetime | None]


Row = TypeVar("Row", bound=Leased)


def is_free(table: type[Leased], now: datetime) -> ColumnElement[bool]:
    """Whether nobody holds the row."""
    return or_(table.leased_by.is_(None), table.leased_until < now)


async def take(
    session: WriteSession, table: type[Row], query: Select[Row], who: str, until: datetime
) -> Sequence[Row]:
    """Lend what a query of free rows finds to `who`; rows that another request has locked are passed over."""
    rows = (await session.scalars(query.with_for_update(skip_locked=True, of=table))).all()
    for row in rows:
        row.leased_by, row.leased_until = who, until
    await session.flush()
    return rows


async def hold_again(
    session: WriteSession, table: type[Row], query: Select[Row], who: str, *, now: datetime, until: datetime
) -> Sequence[Row]:
    """Let `who` hold for longer what they hold of a query's rows.

    What another request of theirs is answering just now is passed over: a lease written over the answer
    would keep the row from everybody.
    """
    held = query.where(table.leased_by == who, table.leased_until >= now)
    locked = held.with_for_update(skip_locked=True, of=table).execution_options(populate_existing=True)
    rows = (await session.scalars(locked)).all()
    for row in rows:
        row.leased_until = until
    return rows
