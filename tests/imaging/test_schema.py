"""The migrated schema is the one that the models describe, and its rows keep to their units."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import select

from kernel.database import Database
from kernel.migration import pending_changes, upgrade
from services.imaging.app import MIGRATIONS
from services.imaging.models import Base, EnhancementRow


async def test_migrations_make_the_tables_of_the_models(database_url: str) -> None:
    """After the upgrade nothing is left to change; a second upgrade changes nothing."""
    database = Database(database_url, "imaging")
    await upgrade(database, MIGRATIONS)
    await upgrade(database, MIGRATIONS)
    assert await pending_changes(database, Base.metadata) == []
    await database.close()


async def test_rows_of_other_units_are_invisible_to_the_database_itself(database_url: str) -> None:
    """Without any check in the application, a transaction sees only its own units' rows."""
    database = Database(database_url, "imaging")
    await upgrade(database, MIGRATIONS)
    row = EnhancementRow(
        page_id=uuid.uuid4(), file_id=uuid.uuid4(), batch_id=uuid.uuid4(), unit_code="941", kind="identity",
        sequence=1, page_no=1, page_count=1, refused="damaged", detail="", defects=[], measures={},
        sha256="0" * 64, cpu_seconds=0.0, made_at=datetime.now(UTC),
    )  # fmt: skip
    async with database.write(["941"]) as session:
        session.add(row)
    for units, seen in ((["941"], 1), (["942"], 0), ([], 0), (["*"], 1)):
        async with database.read(units) as session:
            assert len((await session.scalars(select(EnhancementRow.page_id))).all()) == seen
    await database.close()
