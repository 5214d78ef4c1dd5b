"""Use cases of pages: what was heard of one, and reading it back."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from contracts.events import PageEnhanced, PageRecognised, PageRefused
from kernel.database import ReadSession, WriteSession
from kernel.errors import NotFound
from services.records.dossiers import page_repository
from services.records.dossiers.domain import PageMark, normalise_reference
from services.records.dossiers.models import PageRow

AnySession = ReadSession | WriteSession


async def lock_page(session: WriteSession, event: PageEnhanced | PageRefused | PageRecognised) -> PageRow:
    """The page that an event is about, locked; a page nobody has mentioned yet is made."""
    return await page_repository.lock_page(
        session,
        page_id=event.page_id,
        batch_id=event.batch_id,
        file_id=event.file_id,
        unit_code=event.unit_code,
        kind=event.kind,
    )


def note_enhanced(page: PageRow, event: PageEnhanced) -> bool:
    """Take over what imaging found; false if something newer is known."""
    if page.mark == PageMark.ENHANCED and page.imaged_by and page.imaged_by >= event.id:
        return False
    page.mark, page.imaged_by = PageMark.ENHANCED.value, event.id
    page.refusal_reason = None
    page.sequence, page.page_no = event.sequence, event.page_no
    page.dossier_reference = normalise_reference(event.dossier_reference)
    if page.access_key != event.access_key and page.read_by and page.read_by < event.id:
        page.recognition_key = None  # what was read was another image; its own reading is on the way
    page.content = event.content.value
    page.cover_reference = normalise_reference(event.cover_reference)
    page.master_key = event.master_key
    page.access_key = event.access_key
    page.thumbnail_key = event.thumbnail_key
    page.width_px, page.height_px, page.dpi = event.width_px, event.height_px, event.dpi
    page.rotation, page.skew_degrees = event.rotation, event.skew_degrees
    page.verdict, page.defects = event.verdict.value, list(event.defects)
    return True


def note_refused(page: PageRow, event: PageRefused) -> bool:
    """Take over a refusal; false if something newer or better is known: an accepted page stays accepted."""
    if page.mark == PageMark.ENHANCED or (page.imaged_by and page.imaged_by >= event.id):
        return False
    page.mark, page.imaged_by = PageMark.REFUSED.value, event.id
    page.sequence, page.page_no = event.sequence, event.page_no
    page.refusal_reason = event.reason.value
    return True


def note_read(page: PageRow, event: PageRecognised, *, names_person: bool) -> bool:
    """Take over what OCR found; false if a newer reading is known."""
    if page.read_by and page.read_by >= event.id:
        return False
    page.read_by = event.id
    page.form, page.edition = event.form, event.edition
    page.recognition_key = event.recognition_key
    page.confidence, page.model = event.confidence, event.model
    page.names_person = names_person
    return True


async def get_accepted_page(session: AnySession, page_id: uuid.UUID, units: Iterable[str]) -> PageRow:
    """An enhanced page of one of `units`; raises NotFound, for another unit's too."""
    page = await page_repository.get(session, page_id, units)
    if page is None or page.mark != PageMark.ENHANCED:
        raise NotFound(f"page {page_id}")
    return page


async def known_page(session: AnySession, page_id: uuid.UUID) -> PageRow | None:
    """Whatever is known of a page."""
    return await session.get(PageRow, page_id)


async def ordinal_of(session: AnySession, page: PageRow) -> int:
    """A page's position in its document, from 1; 0 while it is in none."""
    if page.dossier_id is None:
        return 0
    filed = await page_repository.pages_of_dossiers(session, [page.dossier_id])
    together = [other.id for other in filed if other.document_id == page.document_id]
    return together.index(page.id) + 1


async def pages_of_batch(session: AnySession, batch_id: uuid.UUID) -> Sequence[PageRow]:
    """A batch's enhanced and refused pages in scan order."""
    return await page_repository.pages_of_batch(session, batch_id)


async def dossiers_of_batch(session: AnySession, batch_id: uuid.UUID) -> Mapping[uuid.UUID, int]:
    """Dossiers that have pages of a batch, each with the position of its first page there."""
    return await page_repository.first_places(session, batch_id)


async def pages_by_id(session: AnySession, page_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, PageRow]:
    """Pages by id, of those that are known."""
    return {page.id: page for page in await page_repository.pages_by_id(session, page_ids)}


async def read_after(session: AnySession, after: uuid.UUID | None, limit: int) -> Sequence[PageRow]:
    """Pages that were read, by id, after a position."""
    return await page_repository.read_after(session, after, limit)


async def pages_of_dossiers(
    session: AnySession, dossier_ids: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, PageRow]:
    """Filed pages of dossiers by id, in paper order."""
    return {page.id: page for page in await page_repository.pages_of_dossiers(session, dossier_ids)}


async def move(
    session: WriteSession, page_ids: Iterable[uuid.UUID], source: uuid.UUID, target: uuid.UUID
) -> int:
    """Let filed pages be in another dossier, whose documents must then be arranged; returns how many were."""
    return await page_repository.move_pages(session, page_ids, source, target)


async def take_out(session: WriteSession, page_id: uuid.UUID, dossier_id: uuid.UUID) -> int:
    """Let a filed page be in no dossier, replaced in this one, whose documents must then be arranged."""
    return await page_repository.take_out(session, [page_id], dossier_id)


async def put_back(session: WriteSession, page_ids: Iterable[uuid.UUID], dossier_id: uuid.UUID) -> int:
    """Let those of the pages that were replaced in a dossier be in it again; returns how many were."""
    return await page_repository.put_back(session, page_ids, dossier_id)
