"""The background step that takes in texts from before the index, once, going on where it was stopped."""

import asyncio
import uuid
from collections.abc import Sequence

import structlog

from contracts.vocabulary import PageContent
from kernel.bus import being_cancelled
from kernel.database import WriteSession
from kernel.errors import PermanentError
from kernel.runtime import Runtime
from kernel.storage import ObjectMissing
from services.records.dossiers import pages
from services.records.households import service as households
from services.records.readings import service as readings
from services.records.texts import repository, service
from services.records.texts.domain import Source

log = structlog.get_logger()

BATCH = 200
"""Subjects of one transaction: a second of reading from storage."""
PAUSE_S = 0.05
REST_S = 3600.0

Texts = list[tuple[uuid.UUID, str, str]]


class TextBackfill:
    """Indexes what was read and entered before, beside all other work."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def run(self) -> None:
        """Work until everything is in the index, then look once an hour whether another process is done."""
        while not being_cancelled():
            busy = [await self.take_in(source) for source in Source]
            await asyncio.sleep(PAUSE_S if any(busy) else REST_S)

    async def take_in(self, source: Source) -> bool:
        """The next subjects of a source in one transaction with the position; false where nothing is left."""
        async with self._runtime.database.write() as session:
            row = await repository.take_backfill(session, source)
            if row is None:
                return False
            after = row.position
            last, texts = await (self._pages if source is Source.PAGE else self._addresses)(session, after)
            # A reading that has come meanwhile is newer: it stays.
            await service.note(session, source, [one for one in texts if one[2].strip()], replace=False)
            await repository.note_backfill(session, row, last)
        if last is None:
            log.info("texts taken in", source=source.value)
        return last is not None

    async def _pages(self, session: WriteSession, after: uuid.UUID | None) -> tuple[uuid.UUID | None, Texts]:
        rows = await pages.read_after(session, after, BATCH)
        wanted = [row for row in rows if row.content == PageContent.TEXT.value and row.recognition_key]
        read = await asyncio.gather(*(self._text(row.recognition_key or "") for row in wanted))
        texts = [(row.id, row.unit_code, text) for row, text in zip(wanted, read, strict=True)]
        return _last([row.id for row in rows]), texts

    async def _text(self, key: str) -> str:
        try:
            return service.text_of(await readings.fetch(self._runtime.store, key))
        except (ObjectMissing, PermanentError):
            return ""

    async def _addresses(
        self, session: WriteSession, after: uuid.UUID | None
    ) -> tuple[uuid.UUID | None, Texts]:
        rows = await households.addresses_after(session, after, BATCH)
        return _last([one for one, _, _ in rows]), rows


def _last(ids: Sequence[uuid.UUID]) -> uuid.UUID | None:
    return ids[-1] if ids else None
