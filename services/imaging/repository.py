"""SQL of imaging."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.events import PageReceived
from contracts.identifiers import page_id_for
from kernel.database import ReadSession, WriteSession
from kernel.tables import InboxRow
from services.imaging.domain import PageOutcome
from services.imaging.models import EnhancementRow


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page's outcome and where its images lie; all keys are none on a refused page."""

    outcome: PageOutcome
    master_key: str | None = None
    access_key: str | None = None
    thumbnail_key: str | None = None
    reading_key: str | None = None


async def is_handled(session: ReadSession, consumer: str, event_id: uuid.UUID) -> bool:
    """Whether an event has already had its effect, before any work is done for it again."""
    found = await session.scalar(
        select(InboxRow.event_id).where(InboxRow.consumer == consumer, InboxRow.event_id == event_id)
    )
    return found is not None


async def is_accepted(session: ReadSession, file_id: uuid.UUID, master_key: str) -> bool:
    """Whether at least one page shows what these bytes hold, so that the master is archived."""
    found = await session.scalar(
        select(EnhancementRow.page_id)
        .where(EnhancementRow.file_id == file_id, EnhancementRow.master_key == master_key)
        .limit(1)
    )
    return found is not None


async def rows_of_file(session: WriteSession, file_id: uuid.UUID) -> Sequence[EnhancementRow]:
    """A file's pages in their order, locked until the transaction ends."""
    query = select(EnhancementRow).where(EnhancementRow.file_id == file_id).order_by(EnhancementRow.page_no)
    found = await session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return found.all()


async def store_enhancements(session: WriteSession, event: PageReceived, pages: Sequence[StoredPage]) -> None:
    """Record what became of a file's pages, in place of an earlier result."""
    if not pages:
        return
    statement = insert(EnhancementRow)
    changed = {
        column.name: statement.excluded[column.name]
        for column in EnhancementRow.__table__.columns
        if not column.primary_key
    }
    await session.execute(
        statement.on_conflict_do_update(index_elements=[EnhancementRow.page_id], set_=changed),
        [_values(event, page) for page in pages],
    )


def _values(event: PageReceived, page: StoredPage) -> dict[str, Any]:
    outcome = page.outcome
    enhanced = outcome.refused is None
    return {
        "page_id": page_id_for(event.file_id, outcome.page_no),
        "rescan_id": event.rescan_id,
        "file_id": event.file_id,
        "batch_id": event.batch_id,
        "unit_code": event.unit_code,
        "kind": event.kind.value,
        "sequence": event.sequence,
        "page_no": outcome.page_no,
        "page_count": outcome.page_count,
        "refused": outcome.refused,
        "detail": outcome.detail,
        "dossier_reference": event.dossier_reference,
        "cover_reference": outcome.cover_reference,
        "content": outcome.content.value if enhanced else None,
        "verdict": outcome.verdict.value if enhanced else None,
        "defects": [defect.model_dump(mode="json") for defect in outcome.defects],
        "measures": outcome.measures.model_dump(mode="json") | {"fingerprint": outcome.fingerprint},
        "recipe": outcome.recipe.model_dump(mode="json") if outcome.recipe else None,
        "sha256": event.sha256,
        "master_key": page.master_key,
        "access_key": page.access_key,
        "thumbnail_key": page.thumbnail_key,
        "reading_key": page.reading_key,
        "width_px": outcome.width or None,
        "height_px": outcome.height or None,
        "cpu_seconds": sum(outcome.milliseconds.values()) / 1000,
        "made_at": datetime.now(UTC),
        "corrections": 0,
    }
