"""The migrations make exactly the tables that the models describe."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from kernel.database import Database
from kernel.migration import upgrade
from kernel.tables import KernelBase
from services.records.app import MIGRATIONS
from services.records.models import Base


def test_upgraded_schema_equals_the_models(database_url: str) -> None:
    """Nothing to add, nothing to take away; upgrading again changes nothing."""

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"version_table": "alembic_version", "version_table_schema": "records"}
        )
        own = {*KernelBase.metadata.tables, "alembic_version"}
        return [
            each
            for each in compare_metadata(context, Base.metadata)
            if not (each[0].startswith("remove_") and getattr(each[1], "table", each[1]).name in own)
        ]

    async def run() -> list[object]:
        database = Database(database_url, "records", pool_size=2)
        await upgrade(database, MIGRATIONS)
        await upgrade(database, MIGRATIONS)
        async with database.engine.connect() as connection:
            found: list[object] = await connection.run_sync(differences)
        await database.close()
        return found

    assert asyncio.run(run()) == []
