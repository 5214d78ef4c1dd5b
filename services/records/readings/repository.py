"""SQL of read fields."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from kernel.database import ReadSession, WriteSession
from services.records.readings.domain import FieldStatus
from services.records.readings.models import FieldRow
from services.records.sql import one_of

AnySession = ReadSession | WriteSession


async def replace_proposals(session: WriteSession, page_id: uuid.UUID, rows: list[dict[str, Any]]) -> None:
    """Make the page's proposals these; what somebody has settled stays."""
    await session.execute(
        delete(FieldRow)
        .where(FieldRow.page_id == page_id, FieldRow.status == FieldStatus.PROPOSED.value)
        .execution_options(synchronize_session=False)
    )
    if rows:
        await session.execute(insert(FieldRow).values(rows).on_conflict_do_nothing())


async def settle(session: WriteSession, rows: list[dict[str, Any]]) -> None:
    """Insert settled fields, or settle those that were read: their place on the page stays."""
    statement = insert(FieldRow).values(rows)
    settled = ("text", "value", "confidence", "status", "needs_keying", "warnings")
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["page_id", "name"],
            set_={name: statement.excluded[name] for name in settled},
        )
    )


async def fields_of(session: AnySession, page_ids: Iterable[uuid.UUID]) -> Sequence[FieldRow]:
    """Fields of pages, per page in the order of the form."""
    rows = await session.scalars(
        select(FieldRow)
        .where(one_of(FieldRow.page_id, page_ids))
        .order_by(FieldRow.page_id, FieldRow.ordinal)
        .execution_options(populate_existing=True)
    )
    return rows.all()
