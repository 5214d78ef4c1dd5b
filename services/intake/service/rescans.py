"""Pages to be scanned again: ordered by an inspector, sent by the scanner, replaced in their place."""

import uuid
from datetime import UTC, datetime

from contracts.events import PageEnhanced, PageReceived, PageRefused, RescanOrdered, RescanWithdrawn
from contracts.inspection import inspection_defects
from contracts.vocabulary import DossierKind, PageState, PaperSize, RefusalReason
from kernel.database import ReadSession, WriteSession
from kernel.errors import NotFound, PermanentError
from kernel.identity import Identity
from kernel.outbox import record
from kernel.storage import content_key
from services.intake import repository
from services.intake.domain import RescanState
from services.intake.models import ReceivedFileRow, RescanRow, ScanBatchRow
from services.intake.problems import RescanAnswered
from services.intake.refusals import REFUSAL_TEXTS
from services.intake.schemas import ReceivedFile, RescanPage

OPEN = (RescanState.WANTED, RescanState.REFUSED)
"""States in which an image is awaited."""


async def rescan_ordered(session: WriteSession, event: RescanOrdered) -> None:
    """Let the scanner know that a page is wanted again, unless it was taken back already."""
    batch = await _batch(session, event.batch_id)
    known = await repository.rescan(session, event.rescan_id)
    if known is None:
        now = datetime.now(UTC)
        values = {name: getattr(event, name) for name in ("batch_id", "file_id", "page_id", "unit_code")}
        session.add(
            RescanRow(
                id=event.rescan_id,
                **values,
                page_no=event.page_no,
                defect=event.defect,
                state=RescanState.WANTED,
                ordered_at=event.occurred_at,
                changed_at=now,
            )
        )
    elif not known.defect:
        known.file_id, known.page_no, known.defect = event.file_id, event.page_no, event.defect
    batch.version += 1


async def rescan_withdrawn(session: WriteSession, event: RescanWithdrawn) -> None:
    """Take the order back; a word that overtakes its order is kept for it."""
    batch = await _batch(session, event.batch_id)
    row = await repository.rescan(session, event.rescan_id)
    if row is None:
        row = RescanRow(
            id=event.rescan_id,
            batch_id=event.batch_id,
            file_id=event.page_id,
            page_id=event.page_id,
            unit_code=event.unit_code,
            page_no=1,
            defect="",
            ordered_at=event.occurred_at,
        )
        session.add(row)
    _move(row, RescanState.WITHDRAWN)
    batch.version += 1


async def rescan_imaged(session: WriteSession, event: PageEnhanced | PageRefused) -> None:
    """Note that the new image stands in the page's place, or that it cannot be used and another is wanted."""
    batch = await _batch(session, event.batch_id)
    row = await repository.rescan(session, event.rescan_id or event.page_id)
    if row is None:
        raise PermanentError(f"no rescan {event.rescan_id} was ordered")
    if isinstance(event, PageRefused):
        if row.state == RescanState.SENT:
            _move(row, RescanState.REFUSED)
            row.refusal = event.reason.value
    else:
        _move(row, RescanState.DONE)
        row.refusal = None
    batch.version += 1


async def check_rescan(
    session: ReadSession | WriteSession,
    identity: Identity,
    batch_id: uuid.UUID,
    rescan_id: uuid.UUID,
    sha256: str,
) -> RescanRow:
    """The order, if the image may answer it or has done so; raises NotFound, RescanAnswered."""
    row = await repository.rescan(session, rescan_id)
    if row is None or row.batch_id != batch_id or not identity.may_see(row.unit_code):
        raise NotFound(f"no rescan {rescan_id}")
    if not is_there(row, sha256) and row.state not in OPEN:
        raise RescanAnswered
    return row


def is_there(row: RescanRow, sha256: str) -> bool:
    """Whether this very image was sent for the order already and not refused."""
    return row.sha256 == sha256 and row.state in {RescanState.SENT, RescanState.DONE}


async def receive_rescan(
    session: WriteSession,
    identity: Identity,
    batch_id: uuid.UUID,
    rescan_id: uuid.UUID,
    sha256: str,
    *,
    size_bytes: int,
    media_type: str,
) -> tuple[RescanRow, bool]:
    """Register a stored image for its order and announce it; the same again changes nothing (value false).

    Raises NotFound, RescanAnswered.
    """
    batch = await repository.lock_batch(session, batch_id)
    row = await check_rescan(session, identity, batch_id, rescan_id, sha256)
    file = await repository.file(session, row.file_id)
    if batch is None or file is None:
        raise NotFound(f"no rescan {rescan_id}")
    if is_there(row, sha256):
        return row, False
    _move(row, RescanState.SENT)
    row.sha256, row.size_bytes, row.media_type = sha256, size_bytes, media_type
    row.sent_by, row.sent_at, row.refusal = identity.subject, datetime.now(UTC), None
    batch.version += 1
    await record(session, _announcement(batch, file, row))
    return row, True


async def describe_rescan(session: WriteSession, row: RescanRow) -> ReceivedFile:
    """The image as its sender sees it."""
    file = await repository.file(session, row.file_id)
    return ReceivedFile(
        file_id=row.file_id,
        sha256=row.sha256 or "",
        sequence=file.sequence if file else 0,
        size_bytes=row.size_bytes or 0,
        state=PageState.ENHANCED if row.state == RescanState.DONE else PageState.RECEIVED,
    )


def rescan_page(row: RescanRow, file: ReceivedFileRow) -> RescanPage:
    """A page that is to be scanned again, with the sentences for its scanner."""
    defect = inspection_defects()[row.defect]
    refusal = RefusalReason(row.refusal) if row.refusal else None
    texts = REFUSAL_TEXTS[refusal] if refusal else None
    return RescanPage(
        rescan_id=row.id,
        page_id=row.page_id,
        sequence=file.sequence,
        page_no=row.page_no,
        state=RescanState(row.state),
        defect=row.defect,
        reason_title=defect.title,
        reason_title_en=defect.title_en,
        advice=defect.advice,
        advice_en=defect.advice_en,
        refusal=refusal,
        refusal_title=texts.title if texts else None,
        refusal_title_en=texts.title_en if texts else None,
        ordered_at=row.ordered_at,
    )


async def _batch(session: WriteSession, batch_id: uuid.UUID) -> ScanBatchRow:
    batch = await repository.lock_batch(session, batch_id)
    if batch is None:
        raise PermanentError(f"batch {batch_id} was never opened here")
    return batch


def _move(row: RescanRow, state: RescanState) -> None:
    row.state, row.changed_at = state.value, datetime.now(UTC)


def _announcement(batch: ScanBatchRow, file: ReceivedFileRow, row: RescanRow) -> PageReceived:
    sha256 = row.sha256 or ""
    return PageReceived(
        correlation_id=batch.id,
        file_id=file.id,
        batch_id=batch.id,
        unit_code=batch.unit_code,
        kind=DossierKind(batch.kind),
        sequence=file.sequence,
        sha256=sha256,
        size_bytes=row.size_bytes or 0,
        media_type=row.media_type or "",
        storage_key=content_key(sha256),
        dossier_reference=file.dossier_reference,
        duplex=batch.duplex,
        papers=tuple(PaperSize(paper) for paper in batch.papers),
        rescan_id=row.id,
        sent_by=row.sent_by,
        page_no=row.page_no,
        page_count=file.page_count or 1,
    )
