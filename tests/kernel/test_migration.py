"""Comparing a schema with its models."""

from sqlalchemy import Column, Integer, MetaData, Table

from kernel.database import Database
from kernel.migration import pending_changes
from kernel.tables import KernelBase


async def test_a_table_without_its_migration_is_named(database_url: str) -> None:
    """A described table that is missing is a pending change; the kernel's own tables are not."""
    database = Database(database_url, "sample")
    described = MetaData()
    Table("things", described, Column("id", Integer, primary_key=True))
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql('CREATE SCHEMA "sample"')
        await connection.run_sync(KernelBase.metadata.create_all)
    changes = await pending_changes(database, described)
    assert [(change[0], change[1].name) for change in changes] == [("add_table", "things")]
    async with database.engine.begin() as connection:
        await connection.run_sync(described.create_all)
    assert await pending_changes(database, described) == []
    await database.close()
