"""Alembic for one service: every service has `migrations/versions`, its own schema and version table."""

from pathlib import Path
from typing import Any, Protocol

from alembic import context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.database import Database
from kernel.tables import KernelBase

ADVISORY_LOCK = 0x7461_6E67
"""Several replicas start together; one of them migrates, the others wait ("tang" in ASCII)."""


class Operations(Protocol):
    """What a migration's `alembic.op` offers here."""

    def get_bind(self) -> Connection:
        """The connection that migrates."""


def create_kernel_tables(operations: Operations) -> None:
    """Create the kernel's tables; called by the first migration of every service."""
    KernelBase.metadata.create_all(operations.get_bind())


async def upgrade(database: Database, migrations: Path) -> None:
    """Bring `database`'s schema to the newest revision in `migrations` (a folder holding `versions/`)."""
    async with database.engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        await _ensure_schema(connection, database.schema)
        await connection.run_sync(_upgrade_sync, migrations, database.schema)


async def pending_changes(database: Database, models: MetaData) -> list[Any]:
    """What a migration would still have to change for the schema to be what `models` describe.

    Empty after `upgrade`, or a model lacks its migration. The kernel's own tables and alembic's are left out.
    """
    async with database.engine.connect() as connection:
        return await connection.run_sync(_compared, models)


def _compared(connection: Connection, models: MetaData) -> list[Any]:
    left_out = {*KernelBase.metadata.tables, "alembic_version"} - {*models.tables}

    def counts(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
        return kind != "table" or name not in left_out

    options = {"include_object": counts, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), models))


async def _ensure_schema(connection: AsyncConnection, schema: str) -> None:
    """IF NOT EXISTS alone demands the right to create, which a service's role need not have."""
    exists = await connection.scalar(
        text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema}
    )
    if not exists:
        await connection.execute(text(f'CREATE SCHEMA "{schema}"'))


def _upgrade_sync(connection: Connection, migrations: Path, schema: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)

    def steps(revision: str, _context: object) -> object:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - as alembic.command does

    with EnvironmentContext(config, scripts, fn=steps, destination_rev="head"):
        context.configure(
            connection=connection,
            target_metadata=MetaData(),
            version_table_schema=schema,
            transaction_per_migration=False,
        )
        context.run_migrations()
