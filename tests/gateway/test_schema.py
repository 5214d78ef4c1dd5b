"""The migrated schema is the one that the models describe."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData

import gateway.accounts.models
import gateway.audit.models
from gateway.models import Base
from kernel.database import Database
from kernel.migration import upgrade
from kernel.tables import KernelBase

MIGRATIONS = Path(gateway.__file__).parent / "migrations"


async def test_migrations_make_what_the_models_say(database_url: str) -> None:
    """Nothing is missing, nothing is left over, and a second upgrade does nothing."""
    database = Database(database_url, "gateway")
    tables = MetaData()
    for metadata in (Base.metadata, KernelBase.metadata):
        for table in metadata.tables.values():
            table.to_metadata(tables)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": lambda name, *_: name != "alembic_version"},
        )
        return list(compare_metadata(context, tables))

    try:
        await upgrade(database, MIGRATIONS)
        await upgrade(database, MIGRATIONS)
        async with database.engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await database.close()
