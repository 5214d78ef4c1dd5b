"""SQL of OCR."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from contracts.events import PageEnhanced
from contracts.recognition import Recognition
from kernel.database import ReadSession, WriteSession
from kernel.tables import InboxRow
from services.ocr.models import RecognitionRow


async def is_handled(session: ReadSession, consumer: str, event_id: uuid.UUID) -> bool:
    """Whether an event has already had its effect: reading is too dear to do twice."""
    found = await session.scalar(
        select(InboxRow.event_id).where(InboxRow.consumer == consumer, InboxRow.event_id == event_id)
    )
    return found is not None


async def find(session: ReadSession | WriteSession, page_id: uuid.UUID) -> RecognitionRow | None:
    """The latest reading of a page."""
    return await session.get(RecognitionRow, page_id)


async def reading_of_same(session: WriteSession, event: PageEnhanced) -> RecognitionRow | None:
    """The page's reading, locked and noted for this event, where it is of the same image and none later."""
    row = await session.get(RecognitionRow, event.page_id, with_for_update=True)
    if row is None or row.reading_key != event.reading_key or (row.read_of and row.read_of > event.id):
        return None
    row.read_of = event.id
    return row


async def store_recognition(
    session: WriteSession, event: PageEnhanced, found: Recognition, key: str, cpu_seconds: float
) -> bool:
    """Record a page's reading in place of an earlier one; false where a later announcement was read."""
    values = {
        "batch_id": event.batch_id,
        "unit_code": event.unit_code,
        "kind": event.kind.value,
        "form": found.form,
        "edition": found.edition,
        "field_count": len(found.fields),
        "line_count": len(found.lines),
        "confidence": found.confidence,
        "cpu_seconds": cpu_seconds,
        "model": found.model,
        "read_of": event.id,
        "reading_key": event.reading_key,
        "recognition_key": key,
        "read_at": datetime.now(UTC),
    }
    not_later = or_(RecognitionRow.read_of.is_(None), RecognitionRow.read_of <= event.id)
    stored = await session.execute(
        insert(RecognitionRow)
        .values(page_id=event.page_id, **values)
        .on_conflict_do_update(index_elements=[RecognitionRow.page_id], set_=values, where=not_later)
        .returning(RecognitionRow.page_id)
    )
    return stored.first() is not None
