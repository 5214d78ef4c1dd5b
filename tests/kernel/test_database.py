"""Sessions: commit at the edge, read-only means it, rows outside the scope stay invisible."""

import asyncio

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


async def test_a_lost_connection_is_replaced_before_anybody_gets_it(database: Database) -> None:
    """Postgres ended what the pool keeps, as a restart does: the next transactions do not notice."""
    await make_scoped_table(database)
    assert await labels(database, ("*",)) == ["a", "b"]
    kept = await database.engine.connect()
    other = await database.engine.connect()
    ended = (await other.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    driver = (await other.get_raw_connection()).driver_connection
    await other.close()
    await kept.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": ended})
    async with asyncio.timeout(10):
        while driver is not None and not driver.is_closed():
            await asyncio.sleep(0.01)
    await kept.close()
    async with database.read() as first, database.read() as second:
        pids = {await session.scalar(text("SELECT pg_backend_pid()")) for session in (first, second)}
    assert ended not in pids
    assert len(pids) == 2


async def test_a_statement_alone_is_committed(database: Database) -> None:
    """At once, and without a transaction around it."""
    await database.write_alone(text("CREATE TABLE note (label text)"))
    await database.write_alone(text("INSERT INTO note VALUES ('a')"))
    async with database.read() as session:
        assert (await session.scalars(text("SELECT label FROM note"))).all() == ["a"]
