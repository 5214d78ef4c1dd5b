"""A batch's counters, kept true in the transaction that changes a page, so that no request counts pages."""

from collections.abc import Iterable
from datetime import UTC, datetime

from contracts.identifiers import page_id_for
from contracts.vocabulary import BatchState
from kernel.database import WriteSession
from services.intake import repository
from services.intake.domain import PageFacts, batch_state, tally_change
from services.intake.models import ReceivedFileRow, ReceivedPageRow, ScanBatchRow


def add_pages(
    session: WriteSession, batch: ScanBatchRow, file: ReceivedFileRow, page_numbers: Iterable[int]
) -> None:
    """Add pages of which nothing has been heard, and count them. The batch must be locked."""
    nothing = PageFacts()
    for page_no in page_numbers:
        row = ReceivedPageRow(
            id=page_id_for(file.id, page_no),
            batch_id=batch.id,
            file_id=file.id,
            unit_code=batch.unit_code,
            sequence=file.sequence,
            page_no=page_no,
            changed_in=batch.version,
        )
        repository.write_facts(row, nothing)
        session.add(row)
        _count(batch, None, nothing)


def change_page(batch: ScanBatchRow, row: ReceivedPageRow, facts: PageFacts) -> None:
    """Give a page new facts and count the change. The batch must be locked."""
    _count(batch, repository.facts_of(row), facts)
    repository.write_facts(row, facts)
    row.changed_in = batch.version


def settle(batch: ScanBatchRow) -> None:
    """Move the batch on to the state that its counters show; it never moves back."""
    state = batch_state(
        closed=batch.closed_at is not None,
        files=batch.files,
        files_counted=batch.files_counted,
        pages_known=batch.pages_known,
        pages_done=batch.pages_done,
    )
    if state is BatchState.PROCESSED and batch.processed_at is None:
        batch.processed_at = datetime.now(UTC)
    batch.state = BatchState.PROCESSED if batch.processed_at else state


def _count(batch: ScanBatchRow, before: PageFacts | None, after: PageFacts) -> None:
    for counter, amount in tally_change(before, after).items():
        setattr(batch, counter, getattr(batch, counter) + amount)
