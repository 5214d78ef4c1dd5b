"""SQL of document PDFs."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.imaging.documents.models import DocumentPdfRow
from services.imaging.models import EnhancementRow

AnySession = ReadSession | WriteSession


async def pages_by_id(session: ReadSession, page_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, EnhancementRow]:
    """Accepted pages of these, by id."""
    rows = await session.scalars(
        select(EnhancementRow).where(
            EnhancementRow.page_id.in_(page_ids), EnhancementRow.access_key.is_not(None)
        )
    )
    return {row.page_id: row for row in rows}


async def find(session: AnySession, order: str, profile: str) -> DocumentPdfRow | None:
    """What became of an order under a profile."""
    return await session.get(DocumentPdfRow, (order, profile))


async def store(session: WriteSession, values: dict[str, Any]) -> None:
    """Record what became of an order, unless somebody else has just done so."""
    await session.execute(insert(DocumentPdfRow).values(**values).on_conflict_do_nothing())


async def newest(
    session: ReadSession,
    document_id: uuid.UUID,
    units: Iterable[str],
    *,
    order: str | None = None,
    stored_only: bool = False,
) -> DocumentPdfRow | None:
    """A document's newest PDF (of `order`, if told) within `units`."""
    query = select(DocumentPdfRow).where(DocumentPdfRow.document_id == document_id)
    if (scope := set(units)) and ALL_UNITS not in scope:
        query = query.where(DocumentPdfRow.unit_code.in_(scope))
    if order is not None:
        query = query.where(DocumentPdfRow.order == order)
    if stored_only:
        query = query.where(DocumentPdfRow.pdf_key.is_not(None))
    query = query.order_by(DocumentPdfRow.ordered_at.desc(), DocumentPdfRow.profile.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()
