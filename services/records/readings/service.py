"""Use cases of readings: take over a recognition, announce its fields, give fields back."""

import unicodedata
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from contracts.events import FieldsProposed, PageRecognised
from contracts.recognition import ReadField, Recognition
from contracts.vocabulary import DossierKind, PageContent
from kernel.database import ALL_UNITS, ReadSession, WriteSession
from kernel.errors import NotFound, PermanentError
from kernel.outbox import record
from kernel.storage import DERIVATIVES, ObjectStore
from services.records.dossiers import pages, scanned
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act, DossierState
from services.records.dossiers.models import PageRow
from services.records.life.domain import SEALED
from services.records.readings import repository
from services.records.readings.domain import FieldStatus, field_id_for, needs_keying, written
from services.records.readings.models import FieldRow
from services.records.texts import service as texts
from services.records.texts.domain import Source

AnySession = ReadSession | WriteSession


@dataclass(frozen=True, slots=True)
class Settled:
    """A field's value as people settled it; empty text where it is illegible."""

    name: str
    ordinal: int
    unit_code: str
    text: str
    value: str | None
    page_width_px: int
    page_height_px: int


class NotRead(NotFound):
    """The page has not been read, or holds nothing to read."""

    slug = "not_recognised"
    title = "Trang này chưa được nhận dạng"
    title_en = "This page has not been read"


async def fetch(store: ObjectStore, key: str) -> Recognition:
    """The recognition stored under `key`; raises ObjectMissing, PermanentError if it is not one."""
    try:
        return Recognition.model_validate_json(await store.get(DERIVATIVES, key))
    except ValidationError as error:
        # The error's own text would quote what was read.
        raise PermanentError(f"no recognition under the key: {error.error_count()} errors") from None


async def note_recognition(
    session: WriteSession, event: PageRecognised, read: Recognition
) -> uuid.UUID | None:
    """Keep a page's reading unless a newer one is known; returns the page's dossier if it is filed.

    A page read again, for an edition accepted since, changes nothing in a dossier that somebody has signed.
    """
    page = await pages.lock_page(session, event)
    if page.recognition_key and page.dossier_id and await _is_signed(session, page.dossier_id):
        return None
    name = read.fields.get("full_name")
    if not pages.note_read(page, event, names_person=name is not None and written(name)):
        return None
    await session.flush()
    await repository.replace_proposals(
        session,
        page.id,
        [
            _row(page, ordinal, field, value, read)
            for ordinal, (field, value) in enumerate(read.fields.items(), start=1)
            if written(value) and _may_hold_text(page)
        ],
    )
    if _may_hold_text(page):
        await texts.note_page(session, page.id, page.unit_code, read)
    if page.dossier_id:
        await scanned.arrange(session, [page.dossier_id])
    return page.dossier_id


async def withdraw(session: WriteSession, page_id: uuid.UUID) -> None:
    """Let the proposals of a page go that has turned out to hold no text; what people settled stays."""
    page = await pages.known_page(session, page_id)
    if page is not None and page.read_by is not None and not _may_hold_text(page):
        await repository.replace_proposals(session, page.id, [])
        await texts.forget(session, Source.PAGE, [page.id])


async def announce(
    session: WriteSession, page_ids: Iterable[uuid.UUID], dossier_ids: Iterable[uuid.UUID]
) -> None:
    """Say which of `page_ids`, filed in `dossier_ids`, have proposals now."""
    wanted = set(page_ids)
    counts = Counter(row.page_id for row in await repository.fields_of(session, wanted))
    filed = await pages.pages_of_dossiers(session, dossier_ids)
    ready = [page for page in filed.values() if counts[page.id] and page.id in wanted]
    await record(session, *(_proposed(page, counts[page.id]) for page in ready))
    await dossiers.note(
        session,
        Act.FIELDS_PROPOSED,
        [
            (page.dossier_id, page.unit_code, {"page_id": str(page.id), "fields": counts[page.id]})
            for page in ready
            if page.dossier_id
        ],
    )


async def fields_of(session: AnySession, page_ids: Iterable[uuid.UUID]) -> Sequence[FieldRow]:
    """Fields of pages, per page in the order of the form."""
    return await repository.fields_of(session, page_ids)


async def by_page(session: AnySession, page_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[FieldRow]]:
    """Page → its fields in the order of the form."""
    found: dict[uuid.UUID, list[FieldRow]] = defaultdict(list)
    for row in await repository.fields_of(session, page_ids):
        found[row.page_id].append(row)
    return found


async def settle(session: WriteSession, page_id: uuid.UUID, settled: Sequence[Settled]) -> None:
    """Put what people agreed on in the place of the readings; later readings leave it alone."""
    await repository.settle(
        session,
        [
            {
                "id": field_id_for(page_id, one.name),
                "page_id": page_id,
                "unit_code": one.unit_code,
                "ordinal": one.ordinal,
                "name": one.name,
                "text": one.text,
                "value": one.value,
                "page_width_px": one.page_width_px,
                "page_height_px": one.page_height_px,
                "confidence": 1.0,
                "status": FieldStatus.SETTLED,
                "needs_keying": False,
                "warnings": [],
                **dict.fromkeys(("x", "y", "width", "height"), 0),
            }
            for one in settled
        ],
    )


async def recognition_of(store: ObjectStore, page: PageRow) -> Recognition:
    """The page's full text and lines; raises NotRead."""
    if page.recognition_key is None:
        raise NotRead(f"page {page.id}")
    return await fetch(store, page.recognition_key)


async def _is_signed(session: WriteSession, dossier_id: uuid.UUID) -> bool:
    """Whether somebody has put their name to a dossier, which nobody can do until the transaction ends."""
    (row,) = await dossiers.hold_still(session, [dossier_id], [ALL_UNITS], merged_too=True)
    return DossierState(row.state) in SEALED


def _proposed(page: PageRow, count: int) -> FieldsProposed:
    if page.dossier_id is None:
        raise ValueError(f"page {page.id} is not filed")
    return FieldsProposed(
        correlation_id=page.batch_id,
        page_id=page.id,
        batch_id=page.batch_id,
        unit_code=page.unit_code,
        kind=DossierKind(page.kind),
        dossier_id=page.dossier_id,
        field_count=count,
    )


def _may_hold_text(page: PageRow) -> bool:
    """A reading may arrive before imaging's word of its page."""
    return page.content in (None, PageContent.TEXT.value)


def _row(page: PageRow, ordinal: int, field: str, read: ReadField, whole: Recognition) -> dict[str, object]:
    return {
        "id": field_id_for(page.id, field),
        "page_id": page.id,
        "unit_code": page.unit_code,
        "ordinal": ordinal,
        "name": field,
        "text": unicodedata.normalize("NFC", read.text).replace("\x00", ""),
        "value": read.value,
        "confidence": read.confidence,
        "x": read.box.x,
        "y": read.box.y,
        "width": read.box.width,
        "height": read.box.height,
        "page_width_px": whole.width_px,
        "page_height_px": whole.height_px,
        "status": FieldStatus.PROPOSED.value,
        "needs_keying": needs_keying(field, read),
        "warnings": list(read.warnings),
    }
