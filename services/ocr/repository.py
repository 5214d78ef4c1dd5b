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


async def lock(session: WriteSession, page_id: uuid.UUID) -> RecognitionRow | None:
    """The latest reading of a page, locked."""
    return await session.get(RecognitionRow, page_id, with_for_update=True, populate_existing=True)


async def reading_of_same(session: WriteSession, event: PageEnhanced) -> RecognitionRow | None:
    """The page's reading, locked and noted for this event, where it is of the same image and none later."""
    row = await lock(session, event.page_id)
    if row is None or row.reading_key != event.reading_key or (row.read_of and row.read_of > event.id):
        return None
    row.read_of, row.file_id = event.id, event.file_id
    return row


async def store_recognition(
    session: WriteSession, event: PageEnhanced, found: Recognition, key: str, cpu_seconds: float
) -> RecognitionRow | None:
    """Record a page's reading in place of an earlier one; none where a later announcement was read."""
    values = {
        "batch_id": event.batch_id,
        "file_id": event.file_id,
        "unit_code": event.unit_code,
        "kind": event.kind.value,
        "read_of": event.id,
        "reading_key": event.reading_key,
        **_read(found, key, cpu_seconds),
    }
    not_later = or_(RecognitionRow.read_of.is_(None), RecognitionRow.read_of <= event.id)
    stored = await session.scalars(
        insert(RecognitionRow)
        .values(page_id=event.page_id, **values)
        .on_conflict_do_update(index_elements=[RecognitionRow.page_id], set_=values, where=not_later)
        .returning(RecognitionRow)
        .execution_options(populate_existing=True)
    )
    return stored.one_or_none()


def replace_reading(row: RecognitionRow, found: Recognition, key: str, cpu_seconds: float) -> None:
    """Let a locked row tell of another reading of the same image."""
    for name, value in _read(found, key, cpu_seconds).items():
        setattr(row, name, value)


def _read(found: Recognition, key: str, cpu_seconds: float) -> dict[str, object]:
    return {
        "form": found.form,
        "edition": found.edition,
        "verdict": found.verdict.value if found.verdict else None,
        "field_count": len(found.fields),
        "line_count": len(found.lines),
        "confidence": found.confidence,
        "cpu_seconds": cpu_seconds,
        "model": found.model,
        "recognition_key": key,
        "read_at": datetime.now(UTC),
    }
