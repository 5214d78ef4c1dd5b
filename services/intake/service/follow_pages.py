"""Following received pages through the other services by their events, in whatever order these come."""

import uuid
from collections.abc import Callable

from contracts.events import PageEnhanced, PageFiled, PageRecognised, PageRefused
from kernel.database import WriteSession
from kernel.errors import PermanentError
from services.intake import repository
from services.intake.domain import PageFacts, page_number
from services.intake.models import ReceivedFileRow, ReceivedPageRow, ScanBatchRow
from services.intake.service.counting import add_pages, change_page, settle
from services.intake.service.rescans import rescan_imaged

PageEvent = PageEnhanced | PageRefused | PageRecognised | PageFiled

Learn = Callable[[PageFacts], PageFacts]
"""Adds an event's facts to a page's."""


async def page_enhanced(session: WriteSession, event: PageEnhanced) -> None:
    """Note what imaging made of a page and how many pages its file has; an older word changes nothing."""
    known = await repository.imaged_by(session, event.batch_id, event.page_id)
    if known is not None and known >= event.id:
        return
    row = await _learn(
        session, event, event.page_count,
        lambda facts: facts.with_enhancement(event.content, event.verdict, event.defects),
    )  # fmt: skip
    row.imaged_by = event.id
    if event.rescan_id:
        await rescan_imaged(session, event)


async def page_refused(session: WriteSession, event: PageRefused) -> None:
    """Note that a page, or its whole file, cannot be archived as it is; a rescan leaves its page be."""
    if event.rescan_id:
        await rescan_imaged(session, event)
        return
    await _learn(session, event, event.page_count, lambda facts: facts.with_refusal(event.reason))


async def page_recognised(session: WriteSession, event: PageRecognised) -> None:
    """Note that a page was read."""
    await _learn(session, event, None, lambda facts: facts.with_recognition())


async def page_filed(session: WriteSession, event: PageFiled) -> None:
    """Note that a page has its place in a dossier."""
    row = await _learn(session, event, None, lambda facts: facts.with_filing(event.dossier_id, event.content))
    row.filed_at = row.filed_at or event.occurred_at


async def _learn(
    session: WriteSession, event: PageEvent, page_count: int | None, learn: Learn
) -> ReceivedPageRow:
    batch, file = await _lock(session, event)
    batch.version += 1
    if page_count is not None:
        await _count_file(session, batch, file, page_count)
    row = await _page(session, batch, file, event.page_id)
    change_page(batch, row, learn(repository.facts_of(row)))
    settle(batch)
    return row


async def _lock(session: WriteSession, event: PageEvent) -> tuple[ScanBatchRow, ReceivedFileRow]:
    batch = await repository.lock_batch(session, event.batch_id)
    file = await repository.file(session, event.file_id)
    if batch is None or file is None or file.batch_id != batch.id:
        # Intake announces a file in the transaction that adds it, so nobody can know of it earlier.
        raise PermanentError(f"file {event.file_id} of batch {event.batch_id} was never received here")
    return batch, file


async def _count_file(
    session: WriteSession, batch: ScanBatchRow, file: ReceivedFileRow, page_count: int
) -> None:
    """Learn how many pages the file has; of two counts the larger holds, whichever came first."""
    if page_count <= (file.page_count or 0):
        return
    if file.page_count is None:
        batch.files_counted += 1
    file.page_count = page_count
    await _know_pages(session, batch, file, page_count)


async def _page(
    session: WriteSession, batch: ScanBatchRow, file: ReceivedFileRow, page_id: uuid.UUID
) -> ReceivedPageRow:
    row = await repository.page(session, page_id)
    if row is None:
        number = page_number(file.id, page_id)
        if number is None:
            raise PermanentError(f"file {file.id} has no page {page_id}")
        await _know_pages(session, batch, file, number)
        row = await repository.page(session, page_id)
    if row is None or row.file_id != file.id:
        raise PermanentError(f"page {page_id} is not of file {file.id}")
    return row


async def _know_pages(session: WriteSession, batch: ScanBatchRow, file: ReceivedFileRow, up_to: int) -> None:
    """Add the pages up to a number that are not known yet; known ones have no gaps."""
    known = await repository.known_pages(session, file.id)
    add_pages(session, batch, file, range(known + 1, up_to + 1))
    await session.flush()
