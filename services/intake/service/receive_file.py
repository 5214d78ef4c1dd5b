"""Registering a file whose bytes lie in quarantine."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.events import PageReceived
from contracts.vocabulary import BatchState, DossierKind, GroupingMethod, PageState, PaperSize
from kernel.database import ReadSession, WriteSession
from kernel.errors import NotFound
from kernel.identity import Identity
from kernel.ids import new_id
from kernel.outbox import record
from kernel.storage import content_key
from services.intake import repository
from services.intake.models import ReceivedFileRow, ScanBatchRow
from services.intake.problems import BatchClosed, DossierReferenceMissing, SequenceTaken
from services.intake.schemas import ReceivedFile
from services.intake.service.counting import add_pages

STATES = list(PageState)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its batch a file belongs."""

    batch_id: uuid.UUID
    sequence: int
    sha256: str
    dossier_reference: str | None
    multi_page: bool
    rescan_id: uuid.UUID | None = None
    """The order that the page answers; then the order knows the position."""
    spool_files: int | None = None
    """Files that the sender has still to send after this one, where it says so."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the bytes showed."""

    size_bytes: int
    media_type: str


async def check_place(session: ReadSession, identity: Identity, place: Place) -> ReceivedFileRow | None:
    """The file that is already there, before any byte is read; raises what `receive_file` would raise."""
    return await _find(session, identity, place, await repository.batch(session, place.batch_id))


async def receive_file(
    session: WriteSession, identity: Identity, place: Place, content: Content
) -> tuple[ReceivedFileRow, bool]:
    """Register a stored file and announce it; the same file again changes nothing (second value false).

    Raises NotFound, BatchClosed, SequenceTaken, DossierReferenceMissing.
    """
    batch = await repository.lock_batch(session, place.batch_id)
    known = await _find(session, identity, place, batch)
    if batch is None or known is not None:
        return _present(known), False
    row = ReceivedFileRow(
        id=new_id(),
        batch_id=batch.id,
        unit_code=batch.unit_code,
        sequence=place.sequence,
        sha256=place.sha256,
        size_bytes=content.size_bytes,
        media_type=content.media_type,
        multi_page=place.multi_page,
        dossier_reference=place.dossier_reference,
        received_by=identity.subject,
        received_at=datetime.now(UTC),
    )
    session.add(row)
    await session.flush()
    batch.files += 1
    batch.version += 1
    if place.spool_files is not None:
        batch.spool_files, batch.spool_at = place.spool_files, row.received_at
    add_pages(session, batch, row, [1])
    await record(session, _announcement(batch, row))
    return row, True


async def describe(session: WriteSession, row: ReceivedFileRow, *, created: bool) -> ReceivedFile:
    """The file as its sender sees it."""
    states = set() if created else await repository.file_states(session, row.id)
    return ReceivedFile(
        file_id=row.id,
        sha256=row.sha256,
        sequence=row.sequence,
        size_bytes=row.size_bytes,
        state=min((PageState(state) for state in states), key=STATES.index, default=PageState.RECEIVED),
    )


async def _find(
    session: ReadSession | WriteSession, identity: Identity, place: Place, batch: ScanBatchRow | None
) -> ReceivedFileRow | None:
    if batch is None or not identity.may_see(batch.unit_code):
        raise NotFound(f"no scan batch {place.batch_id}")
    known = await repository.file_at(session, batch.id, place.sequence)
    if known is not None:
        if known.sha256 != place.sha256:
            raise SequenceTaken(f"sequence {place.sequence} is {known.sha256}")
        return known
    if batch.state != BatchState.OPEN:
        raise BatchClosed
    if batch.grouping_method == GroupingMethod.REFERENCE and not place.dossier_reference:
        raise DossierReferenceMissing
    return None


def _present(row: ReceivedFileRow | None) -> ReceivedFileRow:
    if row is None:
        raise NotFound
    return row


def _announcement(batch: ScanBatchRow, row: ReceivedFileRow) -> PageReceived:
    return PageReceived(
        correlation_id=batch.id,
        file_id=row.id,
        batch_id=batch.id,
        unit_code=batch.unit_code,
        kind=DossierKind(batch.kind),
        sequence=row.sequence,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        media_type=row.media_type,
        storage_key=content_key(row.sha256),
        dossier_reference=row.dossier_reference,
        multi_page=row.multi_page,
        duplex=batch.duplex,
        papers=tuple(PaperSize(paper) for paper in batch.papers),
    )
