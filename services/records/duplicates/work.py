"""The background search for duplicates: among everybody, as often as it is cheap."""

import asyncio
import sys
import time
from contextlib import suppress
from pathlib import Path

import structlog
from sqlalchemy import text

from kernel.bus import being_cancelled
from kernel.database import Database
from services.records.duplicates import repository, service

log = structlog.get_logger()

LOCK = 0x6475_706C
"""Replicas take turns ("dupl" in ASCII)."""
SHARE = 20
"""A search pauses twenty times as long as it took: at most a twentieth of one core and of the disk."""
ROOT = Path(__file__).parents[3]


class Duplicates:
    """Looks for duplicates until cancelled, when persons have changed."""

    def __init__(self, database: Database, least_s: float) -> None:
        self._database = database
        self._least_s = least_s
        self._seen = -1

    async def run(self) -> None:
        """Look, pause, look again."""
        while not being_cancelled():
            began = time.monotonic()
            await self.look_if_changed()
            await asyncio.sleep(max(self._least_s, SHARE * (time.monotonic() - began)))

    async def look_if_changed(self) -> bool:
        """Look in a process of its own; false where nothing changed, or that process failed.

        Among five million it computes for half a minute: here, every request would wait for it.
        """
        async with self._database.read() as session:
            seen = await repository.changes_seen(session)
            if seen == self._seen or not await repository.anybody(session):
                return False
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.records.duplicates.child"), cwd=ROOT
        )
        try:
            ended = await process.wait()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
        if ended:
            log.warning("search for duplicates failed", exit_status=ended)
            return False
        self._seen = seen
        return True


async def look(database: Database) -> None:
    """Look among everybody and make the review cases be what is found."""
    async with database.read() as session:
        pairs = await service.find_all(session)
    async with database.write() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        dossiers = await service.follow(session, pairs)
    log.info("duplicates looked for", pairs=len(pairs), dossiers=dossiers)
