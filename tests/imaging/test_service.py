"""The running service on real servers: files become pages, masters stay as they are, repeats do nothing."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from contracts.envelope import Event
from contracts.events import PageEnhanced, PageReceived, PageRefused
from contracts.identifiers import page_id_for
from contracts.subjects import Consumer
from contracts.vocabulary import DossierKind, PageContent, RefusalReason
from kernel.runtime import Runtime
from kernel.storage import DERIVATIVES, MASTERS, QUARANTINE, ObjectMissing, content_key
from services.imaging.app import create_app, lifespan
from services.imaging.domain import Recipe
from services.imaging.models import EnhancementRow
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.derive import rebuild
from synthetic import files
from synthetic.scans import Faults
from tests.imaging.scans import COVER_REFERENCE, scanned

Announced = PageEnhanced | PageRefused
LISTENER = Consumer("imaging-test", "test", (PageEnhanced, PageRefused))


@dataclass
class RunningImaging:
    """Imaging in this process, with a listener for what it announces."""

    runtime: Runtime
    heard: list[Announced] = field(default_factory=list)

    async def receive(self, data: bytes, media_type: str, *, sequence: int = 1) -> PageReceived:
        """Store `data` as intake would and announce it."""
        sha256 = hashlib.sha256(data).hexdigest()
        event = PageReceived(
            file_id=uuid.uuid4(), batch_id=uuid.uuid4(), unit_code="941", kind=DossierKind.RESIDENCE,
            sequence=sequence, sha256=sha256, size_bytes=len(data), media_type=media_type,
            storage_key=content_key(sha256),
        )  # fmt: skip
        await self.runtime.store.put(QUARANTINE, event.storage_key, data, media_type)
        await self.runtime.bus.publish(event)
        return event

    async def outcome(self, event: PageReceived) -> list[Announced]:
        """The announcements for every page of a file, once they are complete."""
        async with asyncio.timeout(60):
            while True:
                found = [one for one in self.heard if one.file_id == event.file_id]
                if found and len({one.page_no for one in found}) >= found[0].page_count:
                    return sorted(found, key=lambda one: one.page_no)
                await asyncio.sleep(0.02)

    async def until_gone(self, bucket: str, key: str) -> None:
        """Wait until an object is deleted."""
        async with asyncio.timeout(30):
            while True:
                try:
                    await self.runtime.store.stat(bucket, key)
                except ObjectMissing:
                    return
                await asyncio.sleep(0.02)


@pytest.fixture
async def imaging(
    service_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[RunningImaging]:
    """Imaging running on the test's own database, streams and buckets."""
    for name, value in service_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TANGTHU_IMAGING_WORK_FOLDER", str(tmp_path_factory.mktemp("work")))
    app = create_app()
    async with lifespan(app):
        running = RunningImaging(app.state.runtime)

        async def listen(event: Event) -> None:
            assert isinstance(event, PageEnhanced | PageRefused)
            running.heard.append(event)

        running.runtime.consume(LISTENER, listen)
        yield running


async def test_a_page_is_enhanced_and_its_master_is_archived_untouched(imaging: RunningImaging) -> None:
    """An upside-down scan: upright images under their hashes, master byte for byte, quarantine cleared."""
    data = files.jpeg(scanned("form", Faults(turned=180, skew_degrees=1.0)))

    received = await imaging.receive(data, "image/jpeg", sequence=7)
    (enhanced,) = await imaging.outcome(received)

    assert isinstance(enhanced, PageEnhanced)
    assert enhanced.page_id == page_id_for(received.file_id, 1)
    assert (enhanced.sequence, enhanced.page_count, enhanced.rotation) == (7, 1, 180)
    assert enhanced.content is PageContent.TEXT
    assert await imaging.runtime.store.get(MASTERS, enhanced.master_key) == data
    for key in (enhanced.access_key, enhanced.thumbnail_key, enhanced.reading_key):
        assert key is not None
        derived = await imaging.runtime.store.get(DERIVATIVES, key)
        assert hashlib.sha256(derived).hexdigest() in key
    await imaging.until_gone(QUARANTINE, received.storage_key)


async def test_every_derivative_can_be_rebuilt_from_master_and_recipe(imaging: RunningImaging) -> None:
    """The stored recipe, followed again on the archived master, gives the stored bytes."""
    data = files.jpeg(scanned("form", Faults(skew_degrees=-1.5, border_mm=4)))
    (enhanced,) = await imaging.outcome(await imaging.receive(data, "image/jpeg"))
    assert isinstance(enhanced, PageEnhanced)
    async with imaging.runtime.database.read() as session:
        stored = await session.scalar(
            select(EnhancementRow.recipe).where(EnhancementRow.page_id == enhanced.page_id)
        )

    master = await imaging.runtime.store.get(MASTERS, enhanced.master_key)
    again = rebuild(decode_jpeg(master), Recipe.model_validate(stored))

    assert again.access == await imaging.runtime.store.get(DERIVATIVES, enhanced.access_key)
    assert again.thumbnail == await imaging.runtime.store.get(DERIVATIVES, enhanced.thumbnail_key)
    assert enhanced.reading_key is not None
    assert again.reading == await imaging.runtime.store.get(DERIVATIVES, enhanced.reading_key)


async def test_covers_and_blanks_say_so_and_have_nothing_to_read(imaging: RunningImaging) -> None:
    """A QR cover sheet names its dossier; the back of a sheet is blank in spite of what shines through."""
    cover = await imaging.receive(files.jpeg(scanned("cover", Faults(turned=90))), "image/jpeg")
    back = await imaging.receive(files.jpeg(scanned("back")), "image/jpeg")

    (cover_page,), (back_page,) = await imaging.outcome(cover), await imaging.outcome(back)

    assert isinstance(cover_page, PageEnhanced)
    assert isinstance(back_page, PageEnhanced)
    assert (cover_page.content, cover_page.cover_reference) == (PageContent.COVER_SHEET, COVER_REFERENCE)
    assert cover_page.rotation == 270
    assert back_page.content is PageContent.BLANK
    assert (cover_page.reading_key, back_page.reading_key) == (None, None)


async def test_a_refused_file_stays_in_quarantine(imaging: RunningImaging) -> None:
    """A truncated file is refused with its reason, its bytes are kept for the administrator."""
    data = files.truncated(files.jpeg(scanned("form")))

    received = await imaging.receive(data, "image/jpeg")
    (refused,) = await imaging.outcome(received)

    assert isinstance(refused, PageRefused)
    assert (refused.reason, refused.page_count) == (RefusalReason.TRUNCATED, 1)
    assert await imaging.runtime.store.get(QUARANTINE, received.storage_key) == data
    with pytest.raises(ObjectMissing):
        await imaging.runtime.store.stat(MASTERS, received.storage_key)


async def test_a_repeated_event_changes_nothing(imaging: RunningImaging) -> None:
    """The same event delivered again, after quarantine was cleared, makes neither a row nor an event."""
    received = await imaging.receive(files.pdf([scanned("form"), scanned("back")]), "application/pdf")
    await imaging.outcome(received)
    await imaging.until_gone(QUARANTINE, received.storage_key)

    await imaging.runtime.bus.publish_again(received.subject, received.model_dump_json().encode())
    marker = await imaging.receive(files.jpeg(scanned("back")), "image/jpeg")
    await imaging.outcome(marker)
    await asyncio.sleep(0.3)

    assert len([one for one in imaging.heard if one.file_id == received.file_id]) == 2
    async with imaging.runtime.database.read() as session:
        rows = await session.scalar(select(func.count()).where(EnhancementRow.file_id == received.file_id))
    assert rows == 2


async def test_the_same_bytes_in_another_batch_are_enhanced_from_the_master(imaging: RunningImaging) -> None:
    """After the first file's quarantine copy is gone, a second file of the same bytes still gets its page."""
    data = files.jpeg(scanned("form"))
    first = await imaging.receive(data, "image/jpeg")
    await imaging.outcome(first)
    await imaging.until_gone(QUARANTINE, first.storage_key)

    second = first.model_copy(update={"id": uuid.uuid4(), "file_id": uuid.uuid4(), "batch_id": uuid.uuid4()})
    await imaging.runtime.bus.publish(second)
    (enhanced,) = await imaging.outcome(second)

    assert isinstance(enhanced, PageEnhanced)
    assert enhanced.page_id == page_id_for(second.file_id, 1)
