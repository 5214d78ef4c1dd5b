"""Background work that several replicas share: each piece is one replica's at a time."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from kernel.database import Database


@asynccontextmanager
async def alone(database: Database, subject: uuid.UUID) -> AsyncIterator[bool]:
    """Hold a subject's advisory lock, on a connection of its own: it goes with a killed process.

    False where another replica holds it.
    """
    key = int.from_bytes(subject.bytes[8:], "big", signed=True)
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        held = bool(await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))
        try:
            yield held
        finally:
            if held:
                await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
