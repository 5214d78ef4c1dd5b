"""What people see of batches, pages and holdings."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from contracts.vocabulary import BatchState, DossierKind, GroupingMethod, PageState, PaperSize, RefusalReason
from kernel.database import Database, ReadSession, WriteSession
from kernel.errors import NotFound
from kernel.identity import Identity
from services.intake import repository
from services.intake.domain import arrival_window, minutes_left, per_minute
from services.intake.models import ReceivedFileRow, ReceivedPageRow, ScanBatchRow
from services.intake.refusals import REFUSAL_TEXTS
from services.intake.schemas import (
    Arrival,
    BatchPage,
    ContentCounts,
    Grouping,
    PageCounts,
    ReachedCounts,
    RefusedPage,
    ScanBatch,
    ScanBatchSummary,
)
from services.intake.service.rescans import rescan_page

CHANGES_AT_ONCE = 200


async def visible_batch(
    session: ReadSession | WriteSession, identity: Identity, batch_id: uuid.UUID
) -> ScanBatchRow:
    """The batch; raises NotFound if it does not exist or belongs to a unit outside the caller's scope."""
    row = await repository.batch(session, batch_id)
    if row is None or not identity.may_see(row.unit_code):
        raise NotFound(f"no scan batch {batch_id}")
    return row


def summary(row: ScanBatchRow) -> ScanBatchSummary:
    """The batch with its counts."""
    return ScanBatchSummary(
        id=row.id,
        unit=row.unit_code,
        unit_name=row.unit_name,
        kind=DossierKind(row.kind),
        grouping=Grouping(
            method=GroupingMethod(row.grouping_method), pages_per_dossier=row.pages_per_dossier
        ),
        duplex=row.duplex,
        papers=[PaperSize(paper) for paper in row.papers],
        note=row.note,
        state=BatchState(row.state),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        processed_at=row.processed_at,
        files=row.files,
        counts=PageCounts(
            received=row.in_received,
            enhanced=row.in_enhanced,
            recognised=row.in_recognised,
            filed=row.in_filed,
            refused=row.in_refused,
        ),
        reached=ReachedCounts(
            enhanced=row.reached_enhanced, recognised=row.reached_recognised, filed=row.reached_filed
        ),
        contents=ContentCounts(
            text=row.content_text, blank=row.content_blank, cover_sheet=row.content_cover_sheet
        ),
        version=row.version,
    )


async def with_refusals(session: ReadSession | WriteSession, row: ScanBatchRow) -> ScanBatch:
    """The batch with its counts, every refused page and every page to be scanned again."""
    # Most batches have none, and their counter says so without a query.
    refused = await repository.refused_pages(session, row.id) if row.in_refused else ()
    # Only what has been filed is inspected.
    rescans = await repository.open_rescans(session, row.id) if row.reached_filed else ()
    return ScanBatch(
        **dict(summary(row)),
        refused=[_refused(page, file) for page, file in refused],
        rescans=[rescan_page(order, file) for order, file in rescans],
        arrival=await _arrival(session, row) if row.state == BatchState.OPEN else None,
    )


async def _arrival(session: ReadSession | WriteSession, row: ScanBatchRow) -> Arrival:
    now = datetime.now(UTC)
    window = arrival_window(now - row.opened_at)
    files, pages = await repository.arrived_since(session, row.id, now - window) if row.files else (0, 0)
    return Arrival(
        pages_per_minute=per_minute(pages, window),
        spool_files=row.spool_files,
        spool_at=row.spool_at,
        minutes_left=minutes_left(row.spool_files, files, window),
    )


def batch_page(page: ReceivedPageRow, file: ReceivedFileRow) -> BatchPage:
    """One page of a batch."""
    return BatchPage(
        page_id=page.id,
        file_id=file.id,
        sha256=file.sha256,
        sequence=page.sequence,
        page_no=page.page_no,
        page_count=file.page_count,
        state=PageState(page.state),
        thumbnail=f"/v1/pages/{page.id}/thumbnail" if page.enhanced else None,
        received_at=file.received_at,
        filed_at=page.filed_at,
        **{name: getattr(page, name) for name in ("content", "verdict", "defects", "reason", "dossier_id")},
    )


async def changes_since(
    database: Database, identity: Identity, batch_id: uuid.UUID, version: int
) -> AsyncIterator[list[BatchPage] | ScanBatch]:
    """Pages changed after `version` in lists of CHANGES_AT_ONCE, then the batch; nothing if unchanged.

    A page that changes again meanwhile is left for the next call, whose `version` is the batch's here.
    """
    async with database.read(identity.units) as session:
        newest = await repository.batch_version(session, batch_id)
        if newest is None:
            raise NotFound(f"no scan batch {batch_id}")
        if newest <= version:
            return
        batch = await with_refusals(session, await visible_batch(session, identity, batch_id))
    after: uuid.UUID | None = None
    while True:
        async with database.read(identity.units) as session:
            rows = await repository.changed_pages(
                session, batch_id, since=version, until=batch.version, after=after, limit=CHANGES_AT_ONCE
            )
        if rows:
            yield [batch_page(page, file) for page, file in rows]
            after = rows[-1][0].id
        if len(rows) < CHANGES_AT_ONCE:
            break
    yield batch


def _refused(page: ReceivedPageRow, file: ReceivedFileRow) -> RefusedPage:
    reason = RefusalReason(page.reason or "")
    texts = REFUSAL_TEXTS[reason]
    return RefusedPage(
        file_id=file.id,
        page_id=page.id,
        sha256=file.sha256,
        sequence=page.sequence,
        page_no=page.page_no,
        reason=reason,
        reason_title=texts.title,
        reason_title_en=texts.title_en,
        advice=texts.advice,
        advice_en=texts.advice_en,
    )
