"""The migrated schema is the one that the models describe, and its rows keep to their units."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import select

from contracts.vocabulary import BatchState
from kernel.database import Database
from kernel.migration import pending_changes, upgrade
from services.intake.app import MIGRATIONS, create_app
from services.intake.models import Base, ScanBatchRow


async def test_migrations_make_the_tables_of_the_models(database_url: str) -> None:
    """After the upgrade nothing is left to change; a second upgrade changes nothing."""
    database = Database(database_url, "intake")
    await upgrade(database, MIGRATIONS)
    await upgrade(database, MIGRATIONS)
    assert await pending_changes(database, Base.metadata) == []
    await database.close()


async def test_rows_of_other_units_are_invisible_to_the_database_itself(database_url: str) -> None:
    """Without any check in the application, a transaction sees only its own units' rows."""
    database = Database(database_url, "intake")
    await upgrade(database, MIGRATIONS)
    row = ScanBatchRow(
        id=uuid.uuid4(), unit_code="941", unit_name="x", kind="identity", grouping_method="cover_sheet",
        state=BatchState.OPEN, opened_by="agent:test", opened_at=datetime.now(UTC),
    )  # fmt: skip
    async with database.write(["941"]) as session:
        session.add(row)
    for units, seen in ((["941"], 1), (["942"], 0), ([], 0), (["*"], 1)):
        async with database.read(units) as session:
            assert len((await session.scalars(select(ScanBatchRow.id))).all()) == seen
    await database.close()


def test_the_application_describes_itself_without_any_server() -> None:
    """OpenAPI is built from the code alone; every operation has a summary in Vietnamese and English."""
    document = create_app().openapi()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) == 11
    assert all(" · " in operation["summary"] for operation in operations)
