"""The migrated schema is the one that the models describe."""

from pathlib import Path

from sqlalchemy import MetaData

import gateway.accounts.models
import gateway.audit.models
import gateway.saved_views.models
from gateway.models import Base
from kernel.database import Database
from kernel.migration import pending_changes, upgrade
from kernel.tables import KernelBase

MIGRATIONS = Path(gateway.__file__).parent / "migrations"


async def test_migrations_make_what_the_models_say(database_url: str) -> None:
    """Nothing is missing, nothing is left over, and a second upgrade does nothing."""
    database = Database(database_url, "gateway")
    tables = MetaData()
    for metadata in (Base.metadata, KernelBase.metadata):
        for table in metadata.tables.values():
            table.to_metadata(tables)
    try:
        await upgrade(database, MIGRATIONS)
        await upgrade(database, MIGRATIONS)
        assert await pending_changes(database, tables) == []
    finally:
        await database.close()
