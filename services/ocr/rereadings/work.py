"""Reads pages again, one at a time in each replica, while no new page waits."""

import asyncio
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from nats.errors import Error as NatsError
from prometheus_client import Counter

from contracts.recognition import Recognition
from contracts.subjects import OCR
from kernel.bus import Bus, being_cancelled
from kernel.database import Database
from kernel.ids import new_id
from kernel.outbox import record
from kernel.storage import DERIVATIVES, ObjectMissing, ObjectStore
from services.ocr import repository as recognitions
from services.ocr.editions import repository as editions
from services.ocr.editions.following import EditionFollower
from services.ocr.images import ImageRefused
from services.ocr.pool import ReadingFailed, ReadingPool
from services.ocr.rereadings import repository
from services.ocr.rereadings.domain import MOST_TRIES, PAUSE, STORING, RereadingState
from services.ocr.service import announcement, recognition_key

log = structlog.get_logger()

REREAD = Counter("tangthu_ocr_rereadings_total", "Pages read again for a form edition", ["outcome"])


@dataclass(frozen=True, slots=True)
class _Lent:
    """A page that this replica reads now."""

    edition_id: uuid.UUID
    page_id: uuid.UUID
    edition: str
    """Its key."""
    reading_key: str
    by: uuid.UUID


@dataclass(slots=True)
class Rereader:
    """Reads the pages that officers ordered to be read again; several replicas share them by leases."""

    database: Database
    store: ObjectStore
    bus: Bus
    pool: ReadingPool
    editions: EditionFollower
    turns: asyncio.Semaphore
    """Shared with trials: neither takes more than one process from new pages."""
    timeout_s: float
    """After which the pool gives a reading up."""
    interval_s: float

    async def run(self) -> None:
        """Read for ever."""
        while not being_cancelled():
            if not await self.read_next():
                await asyncio.sleep(self.interval_s)

    async def read_next(self) -> bool:
        """Read the page whose turn it is; false where none waits, or new pages do."""
        async with self.turns:
            if await self._new_pages_wait():
                return False
            lent = await self._take()
            if lent is not None:
                await self._read(lent)
        return lent is not None

    async def _new_pages_wait(self) -> bool:
        if not self.pool.idle:
            return True
        with suppress(NatsError, TimeoutError, OSError):
            return await self.bus.waiting(OCR) > 0
        return True

    async def _take(self) -> _Lent | None:
        while True:
            async with self.database.write() as session:
                now = datetime.now(UTC)
                row = await repository.take(session, now)
                if row is None:
                    return None
                edition = await editions.get(session, row.edition_id)
                kept = await recognitions.find(session, row.page_id)
                if edition is None or kept is None or kept.read_at != row.read_at:
                    outcome = RereadingState.LEFT_OUT
                elif row.tries >= MOST_TRIES:
                    outcome = RereadingState.FAILED
                else:
                    row.tries += 1
                    row.leased_by = new_id()
                    row.leased_until = now + timedelta(seconds=self.timeout_s) + STORING
                    return _Lent(row.edition_id, row.page_id, edition.key, kept.reading_key, row.leased_by)
                row.state = outcome.value
            REREAD.labels(outcome).inc()

    async def _read(self, lent: _Lent) -> None:
        try:
            image = await self.store.get(DERIVATIVES, lent.reading_key)
            await self.editions.look()
            if lent.edition not in {one.key for one in self.pool.editions}:
                raise ReadingFailed(f"this replica cannot use edition {lent.edition_id}")
            found, cpu_seconds = await self.pool.read(image)
        except (ObjectMissing, ImageRefused) as error:
            log.warning("page cannot be read again", page=str(lent.page_id), error=type(error).__name__)
            await self._end(lent, RereadingState.FAILED)
        except ReadingFailed:
            await self._put_back(lent)
        except Exception:
            # Storage or database is away, which is no fault of the page.
            await self._put_back(lent, tried=False)
            raise
        else:
            await self._keep(lent, found.model_copy(update={"page_id": lent.page_id}), cpu_seconds)

    async def _keep(self, lent: _Lent, found: Recognition, cpu_seconds: float) -> None:
        """Let a reading that knows the form stand in the place of the earlier one, and announce it.

        Where the form is still unknown nothing changes: nobody's work is moved for nothing.
        """
        if found.edition is None:
            await self._end(lent, RereadingState.UNKNOWN)
            return
        key = recognition_key(found, lent.reading_key, again=lent.edition_id.hex)
        await self.store.put(DERIVATIVES, key, found.model_dump_json().encode(), "application/json")
        async with self.database.write() as session:
            row = await repository.held(session, lent.edition_id, lent.page_id, lent.by)
            if row is None:
                return
            kept = await recognitions.lock(session, lent.page_id)
            if kept is None or kept.read_at != row.read_at:
                outcome = RereadingState.LEFT_OUT
            else:
                outcome = RereadingState.RECOGNISED
                recognitions.replace_reading(kept, found, key, cpu_seconds)
                row.read_at = kept.read_at
                await record(session, announcement(kept))
            row.state, row.leased_by, row.leased_until = outcome.value, None, None
        REREAD.labels(outcome).inc()

    async def _end(self, lent: _Lent, state: RereadingState) -> None:
        async with self.database.write() as session:
            row = await repository.held(session, lent.edition_id, lent.page_id, lent.by)
            if row is None:
                return
            row.state, row.leased_by, row.leased_until = state.value, None, None
        REREAD.labels(state).inc()

    async def _put_back(self, lent: _Lent, *, tried: bool = True) -> None:
        async with self.database.write() as session:
            row = await repository.held(session, lent.edition_id, lent.page_id, lent.by)
            if row is None:
                return
            row.tries -= not tried
            row.leased_by, row.leased_until = None, datetime.now(UTC) + PAUSE
