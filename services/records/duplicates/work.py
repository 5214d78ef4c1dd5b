"""The background search for duplicates: among everybody, as often as it is cheap."""

import asyncio
import time

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
            await self.look_once()
            await asyncio.sleep(max(self._least_s, SHARE * (time.monotonic() - began)))

    async def look_once(self) -> bool:
        """Look among everybody and make the review cases be what is found; false where nothing changed."""
        async with self._database.read() as session:
            seen = await repository.changes_seen(session)
            if seen == self._seen:
                return False
            pairs = await service.find_all(session)
        async with self._database.write() as session:
            await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            dossiers = await service.follow(session, pairs)
        self._seen = seen
        log.info("duplicates looked for", pairs=len(pairs), dossiers=dossiers)
        return True
