"""Sessions: commit at the edge, read-only means it, rows outside the scope stay invisible."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.database import Database, unit_policy


async def make_scoped_table(database: Database) -> None:
    """A table of one row for each of two units."""
    async with database.write() as session:
        await session.execute(text("CREATE TABLE shelf (unit_code text, label text)"))
        for statement in unit_policy("shelf"):
            await session.execute(text(statement))
        await session.execute(text("INSERT INTO shelf VALUES ('941', 'a'), ('943', 'b')"))


async def labels(database: Database, units: tuple[str, ...]) -> list[str]:
    """The labels that a transaction with these units sees."""
    async with database.read(units) as session:
        return list((await session.scalars(text("SELECT label FROM shelf ORDER BY label"))).all())


async def test_scope_decides_which_rows_exist(database: Database) -> None:
    """Postgres itself hides other units' rows, also from the table's owner; no scope means no rows."""
    await make_scoped_table(database)
    assert await labels(database, ("*",)) == ["a", "b"]
    assert await labels(database, ("943",)) == ["b"]
    assert await labels(database, ("943", "941")) == ["a", "b"]
    assert await labels(database, ()) == []


async def test_writing_outside_the_scope_is_refused(database: Database) -> None:
    """A row for another unit cannot be inserted."""
    await make_scoped_table(database)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.write(("941",)) as session:
            await session.execute(text("INSERT INTO shelf VALUES ('943', 'c')"))
    assert await labels(database, ("*",)) == ["a", "b"]


async def test_read_session_cannot_write(database: Database) -> None:
    """A read session refuses to write even where types were ignored."""
    await make_scoped_table(database)
    with pytest.raises(DBAPIError, match="read-only"):
        async with database.read() as session:
            await session.execute(text("DELETE FROM shelf"))


async def test_scope_does_not_outlive_its_transaction(database: Database) -> None:
    """A pooled connection forgets the scope of the transaction before."""
    await make_scoped_table(database)
    for _ in range(20):
        assert await labels(database, ("*",)) == ["a", "b"]
        assert await labels(database, ()) == []
