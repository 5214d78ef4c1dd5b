"""SQL of OCR."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import select
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


async def store_recognition(
    session: WriteSession, event: PageEnhanced, found: Recognition, key: str, cpu_seconds: float
) -> None:
    """Record a page's reading, in place of an earlier one."""
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
        "reading_key": event.reading_key,
        "recognition_key": key,
        "read_at": datetime.now(UTC),
    }
    await session.execute(
        insert(RecognitionRow)
        .values(page_id=event.page_id, **values)
        .on_conflict_do_update(index_elements=[RecognitionRow.page_id], set_=values)
    )
