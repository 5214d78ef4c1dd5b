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
        self._took_s = 0.0

    async def run(self) -> None:
        """Look, pause, look again."""
        while not being_cancelled():
            await self.look_if_changed()
            await asyncio.sleep(max(self._least_s, SHARE * self._took_s))

    async def look_if_changed(self) -> bool:
        """Look in a process of its own; false where nothing changed, or that process failed.

        Among five million it computes for half a minute: here, every request would wait for it.
        """
        async with self._database.read() as session:
            seen = await repository.changes_seen(session)
            if seen == self._seen or not await repository.anybody(session):
                return False
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.records.duplicates.child"),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        try:
            said, _ = await process.communicate()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
        if process.returncode:
            log.warning("search for duplicates failed", exit_status=process.returncode)
            return False
        # The process's own start is left out: on a busy machine it alone takes ten seconds.
        self._took_s = float(said)
        self._seen = seen
        return True


async def look(database: Database) -> float:
    """Look among everybody and make the review cases be what is found; the seconds that it took."""
    began = time.monotonic()
    async with database.read() as session:
        pairs = await service.find_all(session)
    async with database.write() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        dossiers = await service.follow(session, pairs)
    took_s = time.monotonic() - began
    log.info("duplicates looked for", pairs=len(pairs), dossiers=dossiers, seconds=round(took_s, 2))
    return took_s
