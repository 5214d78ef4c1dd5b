"""OCR as a service on the real servers: what it stores and announces, once, whatever is delivered."""

import asyncio
import io
import os
import signal
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import select

from bench.drawn_forms import draw_declaration
from contracts.events import PageEnhanced, PageRecognised
from contracts.recognition import Recognition
from contracts.vocabulary import DossierKind, PageContent
from kernel.database import Database
from kernel.migration import pending_changes, upgrade
from kernel.runtime import Runtime
from kernel.settings import ServiceSettings
from kernel.storage import DERIVATIVES, key_of
from kernel.tables import DeadLetterRow, OutboxRow
from services.ocr.app import MIGRATIONS, create_app
from services.ocr.models import Base, RecognitionRow
from services.ocr.settings import DEFAULT_MODEL


@dataclass
class Running:
    """A running OCR service inside the test's loop."""

    app: FastAPI
    runtime: Runtime

    async def keep(self, image: bytes) -> str:
        """Store a reading image; returns its key."""
        key = key_of(image, ".png")
        await self.runtime.store.put(DERIVATIVES, key, image, "image/png")
        return key

    async def rows(self, table: type[Any]) -> list[Any]:
        """All rows of a table."""
        async with self.runtime.database.read() as session:
            return list(await session.scalars(select(table)))

    async def announced(self, count: int = 1) -> list[PageRecognised]:
        """Wait for this many announcements."""
        found: list[Any] = []
        async with asyncio.timeout(90):
            while len(found) < count:
                await asyncio.sleep(0.05)
                found = await self.rows(OutboxRow)
        return [PageRecognised.model_validate(row.payload) for row in found]


@pytest.fixture
def model() -> Path | None:
    """The pack that the service under test reads with; none reads nothing, and starts faster."""
    return None


@pytest.fixture
async def service(
    service_environment: dict[str, str], model: Path | None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Running]:
    """The whole service, run in its lifespan."""
    for name, value in service_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TANGTHU_OCR_MODEL", str(model or ""))
    monkeypatch.setenv("TANGTHU_OCR_PROCESSES", "1")
    app = create_app()
    async with app.router.lifespan_context(app):
        yield Running(app, app.state.runtime)


@pytest.fixture
def enhanced() -> Callable[..., PageEnhanced]:
    """Makes events about a page of text."""

    def make(reading_key: str | None, content: PageContent = PageContent.TEXT, **more: Any) -> PageEnhanced:
        values: dict[str, Any] = {
            "page_id": uuid.uuid4(),
            "file_id": uuid.uuid4(),
            "batch_id": uuid.uuid4(),
            "unit_code": "941",
            "kind": DossierKind.IDENTITY,
            "sequence": 1,
            "page_no": 1,
            "page_count": 1,
            "content": content,
            "master_key": "m",
            "access_key": "a",
            "thumbnail_key": "t",
            "reading_key": reading_key,
            "width_px": 1654,
            "height_px": 2339,
            "recipe_version": "1",
        }
        return PageEnhanced(**{**values, **more})

    return make


def png(image: np.ndarray) -> bytes:
    """A grey image as a PNG of 200 dpi."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", dpi=(200, 200))
    return buffer.getvalue()


async def test_a_page_is_announced_once(service: Running, enhanced: Callable[..., PageEnhanced]) -> None:
    """The same event twice, and published again past the duplicate window: one row, one announcement."""
    event = enhanced(await service.keep(png(np.full((300, 200), 255, np.uint8))))
    await service.runtime.bus.publish(event)
    (announced,) = await service.announced()
    await service.runtime.bus.publish_again(event.subject, event.model_dump_json().encode())
    other = enhanced(event.reading_key)
    await service.runtime.bus.publish(other)
    assert len(await service.announced(2)) == 2
    assert announced.page_id == event.page_id
    assert announced.correlation_id == event.batch_id
    assert len(await service.rows(RecognitionRow)) == 2
    stored = await service.runtime.store.get(DERIVATIVES, announced.recognition_key)
    recognition = Recognition.model_validate_json(stored)
    assert (recognition.page_id, recognition.width_px, recognition.fields) == (event.page_id, 200, {})


async def test_pages_without_text_pass_silently(
    service: Running, enhanced: Callable[..., PageEnhanced]
) -> None:
    """Blank pages and cover sheets are neither read nor announced."""
    for content in (PageContent.BLANK, PageContent.COVER_SHEET):
        await service.runtime.bus.publish(enhanced(None, content))
    await service.runtime.bus.publish(enhanced(await service.keep(png(np.full((300, 200), 255, np.uint8)))))
    assert len(await service.announced()) == 1
    assert await service.rows(DeadLetterRow) == []


async def test_an_unreadable_image_becomes_a_dead_letter(
    service: Running, enhanced: Callable[..., PageEnhanced]
) -> None:
    """Bytes that are no image, and a page of text without any, are given up at once with the reason."""
    await service.runtime.bus.publish(enhanced(await service.keep(b"not an image")))
    await service.runtime.bus.publish(enhanced(None))
    rows: list[Any] = []
    async with asyncio.timeout(30):
        while len(rows) < 2:
            await asyncio.sleep(0.05)
            rows = await service.rows(DeadLetterRow)
    assert {row.deliveries for row in rows} == {1}
    assert any("unsupported_type" in row.reason for row in rows)
    assert await service.rows(RecognitionRow) == []


def kill_reading_processes() -> None:
    """Kill this process's spawned children."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    for child in children:
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)


async def test_a_killed_reading_process_is_replaced(
    service: Running, enhanced: Callable[..., PageEnhanced]
) -> None:
    """The page that was being read is tried again by a new process."""
    kill_reading_processes()
    await service.runtime.bus.publish(enhanced(await service.keep(png(np.full((300, 200), 255, np.uint8)))))
    assert len(await service.announced()) == 1


async def test_probes_and_metrics(service: Running) -> None:
    """The service is ready once its model is loaded, and counts what it does."""
    transport = httpx.ASGITransport(app=service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ocr") as client:
        assert (await client.get("/readyz")).status_code == 200
        metrics = (await client.get("/metrics")).text
    assert "tangthu_ocr_page_cpu_seconds" in metrics


class TestWithModel:
    """The same with the shipped pack."""

    @pytest.fixture
    def model(self) -> Path:
        """The shipped pack."""
        return DEFAULT_MODEL

    async def test_fields_reach_storage(
        self, service: Running, enhanced: Callable[..., PageEnhanced], printed: list[Path]
    ) -> None:
        """Fields of a drawn declaration arrive in storage; the event holds none of their text."""
        drawn = draw_declaration(1, printed, printed)
        await service.runtime.bus.publish(enhanced(await service.keep(png(drawn.image))))
        (announced,) = await service.announced()
        stored = await service.runtime.store.get(DERIVATIVES, announced.recognition_key)
        recognition = Recognition.model_validate_json(stored)
        assert announced.field_count == len(recognition.fields) >= 5
        assert drawn.truth["full_name"] not in announced.model_dump_json()
        (row,) = await service.rows(RecognitionRow)
        assert row.cpu_seconds < 10


async def test_migrations_make_the_tables_of_the_models(service_settings: ServiceSettings) -> None:
    """A migrated schema differs in nothing from what the code expects."""
    database = Database(service_settings.database_url.get_secret_value(), "ocr", pool_size=2)
    await upgrade(database, MIGRATIONS)
    assert await pending_changes(database, Base.metadata) == []
    await database.close()


async def test_a_corrected_page_is_read_again(
    service: Running, enhanced: Callable[..., PageEnhanced]
) -> None:
    """Another image is another reading; the same image told of again costs none; an older word changes nothing."""
    first = enhanced(await service.keep(png(np.full((300, 200), 255, np.uint8))))
    turned = enhanced(await service.keep(png(np.full((200, 300), 255, np.uint8))), page_id=first.page_id)
    await service.runtime.bus.publish(turned)
    await service.announced(1)
    await service.runtime.bus.publish(first)
    verdict_only = enhanced(turned.reading_key, page_id=first.page_id)
    await service.runtime.bus.publish(verdict_only)
    told = await service.announced(2)
    (row,) = await service.rows(RecognitionRow)

    assert {one.recognition_key for one in told} == {row.recognition_key}
    assert (row.reading_key, row.read_of) == (turned.reading_key, verdict_only.id)
    stored = Recognition.model_validate_json(
        await service.runtime.store.get(DERIVATIVES, row.recognition_key)
    )
    assert (stored.width_px, stored.height_px) == (300, 200)

    back = enhanced(first.reading_key, page_id=first.page_id)
    await service.runtime.bus.publish(back)
    assert (await service.announced(3))[-1].recognition_key != row.recognition_key
