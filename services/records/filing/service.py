"""Use cases of filing: follow a batch, and put its pages in dossiers once all of them are known."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contracts.events import (
    PageEnhanced,
    PageFiled,
    PageRecognised,
    PageRefused,
    ScanBatchClosed,
    ScanBatchOpened,
)
from contracts.vocabulary import DossierKind, GroupingMethod, PageContent
from kernel.database import ReadSession, WriteSession
from kernel.outbox import record
from services.records.dossiers import pages, scanned
from services.records.dossiers.domain import PageMark
from services.records.dossiers.models import PageRow
from services.records.filing import repository
from services.records.filing.domain import Scan, divide_batch, provisional_reference
from services.records.filing.models import BatchRow

AnySession = ReadSession | WriteSession
BatchEvent = ScanBatchOpened | ScanBatchClosed | PageEnhanced | PageRefused | PageRecognised


@dataclass(slots=True)
class Filing:
    """What an event changed."""

    filed: list[uuid.UUID] = field(default_factory=list)
    """Pages that have just got their dossier."""
    dossiers: set[uuid.UUID] = field(default_factory=set)
    """Dossiers whose pages changed; their documents follow the pages already."""


async def lock_batch(session: WriteSession, event: BatchEvent) -> BatchRow:
    """Make one batch's events take effect one after another."""
    return await repository.lock_batch(session, event.batch_id, event.unit_code, event.kind)


async def open_batch(session: WriteSession, event: ScanBatchOpened) -> Filing:
    """Know how a batch is to be divided."""
    batch = await lock_batch(session, event)
    _set_grouping(batch, event)
    return await _file_if_complete(session, batch)


async def close_batch(session: WriteSession, event: ScanBatchClosed) -> Filing:
    """Know how many files a batch holds."""
    batch = await lock_batch(session, event)
    _set_grouping(batch, event)
    batch.file_count = event.file_count
    batch.senders = list(event.senders)
    batch.duplex = event.duplex
    return await _file_if_complete(session, batch)


async def enhance_page(session: WriteSession, event: PageEnhanced) -> Filing:
    """Know a page and where its derivatives are."""
    batch = await lock_batch(session, event)
    page = await pages.lock_page(session, event)
    first = page.mark == PageMark.EXPECTED
    if not pages.note_enhanced(page, event):
        return Filing()
    if first:
        await repository.count_page(session, batch, event.file_id, event.page_count)
    if page.dossier_id:
        await scanned.arrange(session, [page.dossier_id])
        return Filing(dossiers={page.dossier_id})
    return await _file_if_complete(session, batch)


async def refuse_page(session: WriteSession, event: PageRefused) -> Filing:
    """Know that a page cannot be archived."""
    batch = await lock_batch(session, event)
    page = await pages.lock_page(session, event)
    first = page.mark == PageMark.EXPECTED
    if pages.note_refused(page, event) and first:
        await repository.count_page(session, batch, event.file_id, event.page_count)
    return await _file_if_complete(session, batch)


async def senders_of(session: WriteSession, batch_id: uuid.UUID) -> list[str]:
    """Who scanned a batch."""
    batch = await session.get(BatchRow, batch_id)
    return list(batch.senders) if batch else []


async def duplex_of(session: AnySession, batch_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, bool | None]:
    """Batch → whether both sides of its sheets were scanned; none where its sender did not say."""
    return await repository.duplex_of(session, batch_ids)


def _set_grouping(batch: BatchRow, event: ScanBatchOpened | ScanBatchClosed) -> None:
    batch.grouping, batch.pages_per_dossier = event.grouping.value, event.pages_per_dossier


async def _file_if_complete(session: WriteSession, batch: BatchRow) -> Filing:
    if batch.file_count is None or batch.grouping is None or batch.files_resolved < batch.file_count:
        return Filing()
    known = await pages.pages_of_batch(session, batch.id)
    waiting = {
        page.id
        for page in known
        if page.mark == PageMark.ENHANCED and page.dossier_id is None and page.replaced_in is None
    }
    if not waiting:
        batch.filed_at = batch.filed_at or datetime.now(UTC)
        return Filing()
    placed = await _place(session, batch, known, waiting)
    await scanned.put_pages(session, batch.unit_code, batch.id, placed)
    touched = set(placed.values())
    await scanned.arrange(session, touched)
    await _announce(session, batch, touched, waiting)
    batch.filed_at = datetime.now(UTC)
    return Filing(filed=sorted(waiting), dossiers=touched)


async def _place(
    session: WriteSession, batch: BatchRow, known: Sequence[PageRow], waiting: set[uuid.UUID]
) -> dict[uuid.UUID, uuid.UUID]:
    """Page → dossier for pages that wait; the division always looks at the whole batch."""
    groups = divide_batch(
        [_scan(page) for page in known],
        GroupingMethod(batch.grouping or GroupingMethod.REFERENCE),
        batch.pages_per_dossier,
    )
    homes: dict[uuid.UUID, str] = {}
    given: dict[str, bool] = {}
    attention: set[str] = set()
    for group in groups:
        reference = group.reference or provisional_reference(batch.id, group.number)
        mine = [page for page in group.pages if page in waiting]
        if not mine:
            continue
        given[reference] = group.reference is not None
        homes |= dict.fromkeys(mine, reference)
        if group.attention:
            attention.add(reference)
    ids = await scanned.register(
        session,
        unit_code=batch.unit_code,
        kind=DossierKind(batch.kind),
        batch_id=batch.id,
        references=given,
        attention=attention,
    )
    return {page_id: ids[reference] for page_id, reference in homes.items()}


async def _announce(
    session: WriteSession, batch: BatchRow, touched: set[uuid.UUID], waiting: set[uuid.UUID]
) -> None:
    filed = await pages.pages_of_dossiers(session, touched)
    await record(
        session,
        *(
            PageFiled(
                correlation_id=batch.id,
                page_id=page.id,
                file_id=page.file_id,
                batch_id=batch.id,
                unit_code=page.unit_code,
                kind=DossierKind(page.kind),
                dossier_id=page.dossier_id,
                document_id=page.document_id,
                content=page.page_content,
            )
            for page in filed.values()
            if page.id in waiting and page.dossier_id and page.document_id
        ),
    )


def _scan(page: PageRow) -> Scan:
    return Scan(
        page_id=page.id,
        refused=page.mark == PageMark.REFUSED,
        content=PageContent(page.content) if page.content else None,
        dossier_reference=page.dossier_reference,
        cover_reference=page.cover_reference,
    )
