"""What OCR does with an enhanced page: read it, keep the reading, announce it."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from prometheus_client import Counter, Histogram

from contracts.events import PageEnhanced, PageRecognised
from contracts.recognition import Recognition
from contracts.subjects import OCR
from contracts.vocabulary import DossierKind, PageContent
from kernel.database import Database
from kernel.errors import PermanentError
from kernel.inbox import first_time
from kernel.outbox import record
from kernel.storage import DERIVATIVES, ObjectStore
from services.ocr import repository
from services.ocr.images import ImageRefused
from services.ocr.models import RecognitionRow
from services.ocr.pool import ReadingPool

PAGES = Counter("tangthu_ocr_pages_total", "Pages read", ["form"])
FIELDS = Counter("tangthu_ocr_fields_total", "Fields read", ["field"])
CPU_SECONDS = Histogram(
    "tangthu_ocr_page_cpu_seconds",
    "Processor time per page read",
    buckets=(0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30),
)


@dataclass(frozen=True, slots=True)
class PageRecogniser:
    """Reads the pages that events name."""

    database: Database
    store: ObjectStore
    pool: ReadingPool

    async def recognise(self, event: PageEnhanced) -> None:
        """Read a page of text once; other pages and repeated events cost nothing.

        The reading happens outside any transaction; row, inbox and event are one. Raises PermanentError
        where the reading image can never be read.
        """
        if event.content is not PageContent.TEXT:
            return
        if event.reading_key is None:
            raise PermanentError(f"page {event.page_id} holds text but has no reading image")
        async with self.database.read() as session:
            if await repository.is_handled(session, OCR.name, event.id):
                return
            known = await repository.find(session, event.page_id)
        if known is not None and known.reading_key == event.reading_key:
            await self._tell_again(event)
            return
        image = await self.store.get(DERIVATIVES, event.reading_key)
        try:
            read, cpu_seconds = await self.pool.read(image)
        except ImageRefused as refused:
            raise PermanentError(f"reading image of page {event.page_id}: {refused}") from refused
        found = read.model_copy(update={"page_id": event.page_id})
        key = recognition_key(found, event.reading_key)
        await self.store.put(DERIVATIVES, key, found.model_dump_json().encode(), "application/json")
        async with self.database.write() as session:
            if not await first_time(session, OCR.name, event.id):
                return
            row = await repository.store_recognition(session, event, found, key, cpu_seconds)
            if row is None:
                return
            await record(session, announcement(row))
        PAGES.labels(found.form or "unknown").inc()
        for field in found.fields:
            FIELDS.labels(field).inc()
        CPU_SECONDS.observe(cpu_seconds)

    async def _tell_again(self, event: PageEnhanced) -> None:
        """Announce the reading of an image that was read before: the page was announced for another reason.

        Whoever let the reading go, because the page was marked blank meanwhile, takes it up again.
        """
        async with self.database.write() as session:
            if not await first_time(session, OCR.name, event.id):
                return
            if row := await repository.reading_of_same(session, event):
                await record(session, announcement(row))


def recognition_key(found: Recognition, reading_key: str, *, again: str = "") -> str:
    """Where a model's reading of an image lies: reading it again for the same reason writes the same object.

    `again` tells readings of one image with one model apart: under a key once told lies always the same one.
    """
    model = re.sub(r"[^\w.-]+", "-", found.model)
    image = PurePosixPath(reading_key).stem[:16]
    return f"recognitions/{found.page_id}/{model}-{image}{again and f'-{again}'}.json"


def announcement(row: RecognitionRow) -> PageRecognised:
    """The event that says where a page's reading lies; no word of the page itself."""
    if row.file_id is None:
        raise ValueError(f"the file of page {row.page_id} is not known")
    return PageRecognised(
        correlation_id=row.batch_id,
        page_id=row.page_id,
        file_id=row.file_id,
        batch_id=row.batch_id,
        unit_code=row.unit_code,
        kind=DossierKind(row.kind),
        form=row.form,
        edition=row.edition,
        recognition_key=row.recognition_key,
        field_count=row.field_count,
        confidence=row.confidence,
        model=row.model,
    )
