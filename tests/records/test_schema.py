"""The migrations make exactly the tables that the models describe."""

from kernel.database import Database
from kernel.migration import pending_changes, upgrade
from services.records.app import MIGRATIONS
from services.records.imports.models import ImportRow
from services.records.models import Base


async def test_upgraded_schema_equals_the_models(database_url: str) -> None:
    """Nothing to add, nothing to take away; upgrading again changes nothing."""
    assert ImportRow.__tablename__ in Base.metadata.tables
    database = Database(database_url, "records", pool_size=2)
    await upgrade(database, MIGRATIONS)
    await upgrade(database, MIGRATIONS)
    assert await pending_changes(database, Base.metadata) == []
    await database.close()
