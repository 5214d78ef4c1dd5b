"""11 districts end: their dossiers move to the successor, against one UPDATE in one transaction.

    make bench-reorganisation ARGS="--dossiers 330000"

Both sides move the same rows (for each dossier its custody period, a document, a page and a person) in
databases of their own on one embedded Postgres. Beside each runs a prober that asks every 50 ms to change one
row that is being moved; its longest wait is the longest lock.
"""

import argparse
import asyncio
import json
import secrets
import tempfile
import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from kernel.database import Database
from kernel.migration import upgrade
from local.servers.postgres import Postgres
from services.records.app import MIGRATIONS
from services.records.custody import reorganisation
from services.records.custody.tables import MOVED
from services.records.units.domain import load_editions
from services.records.units.service import load_units
from services.records.units.succession import load_successions

DISTRICTS = [str(code) for code in range(941, 952)]
MUST_S, MUST_LOCK_S = 60.0, 1.0
PROBE_S = 0.05

FILL = """
INSERT INTO dossiers (id, unit_code, kind, reference, reference_given, state, batch_id)
SELECT md5('d' || n)::uuid, (941 + n % 11)::text, 'residence', 'HK-' || n, true, 'registered', md5('b')::uuid
FROM generate_series($1::int, $2::int) n;
"""
DOCUMENTS = (
    "INSERT INTO documents (id, dossier_id, unit_code, ordinal, type) "
    "SELECT md5('p' || id)::uuid, id, unit_code, 1, 'member_declaration' FROM dossiers"
)
PAGES = (
    "INSERT INTO pages (id, batch_id, file_id, unit_code, kind, mark, dossier_id, document_id) "
    "SELECT gen_random_uuid(), batch_id, gen_random_uuid(), unit_code, kind, 'enhanced', id, "
    "md5('p' || id)::uuid FROM dossiers"
)
PERSONS = (
    "INSERT INTO persons (id, unit_code, full_name, birth_year) "
    "SELECT md5('q' || id)::uuid, unit_code, 'Thạch ' || left(id::text, 8), 1980 FROM dossiers"
)
PLACES = (
    "INSERT INTO person_dossiers (person_id, dossier_id, unit_code, role, ordinal) "
    "SELECT md5('q' || id)::uuid, id, unit_code, 'head', 1 FROM dossiers"
)
REST = (DOCUMENTS, PAGES, PERSONS, PLACES, "ANALYZE")


async def fill(url: str, count: int) -> None:
    """A registry of `count` dossiers held by the 11 districts."""
    database = Database(url, "records", pool_size=2)
    await upgrade(database, MIGRATIONS)
    async with database.write() as session:
        await load_units(session, load_editions(), load_successions())
    await database.close()
    connection = await connect(url)
    for start in range(1, count + 1, 50_000):
        await connection.execute(
            FILL.replace("$1", str(start)).replace("$2", str(min(count, start + 49_999)))
        )
    for statement in REST:
        await connection.execute(statement)
    await connection.execute("CHECKPOINT")
    await connection.close()


async def connect(url: str) -> Any:
    """A connection to the registry that sees every unit."""
    return await asyncpg.connect(
        url, server_settings={"search_path": "records", "tangthu.units": "*"}, command_timeout=900
    )


async def probe(url: str, waits: list[float]) -> None:
    """Ask again and again to change dossiers that are moving, and note how long each had to wait."""
    connection = await connect(url)
    ids = [
        row[0] for row in await connection.fetch("SELECT id FROM dossiers TABLESAMPLE system (1) LIMIT 997")
    ]
    number = 0
    try:
        while True:
            began = time.monotonic()
            await connection.execute(
                "UPDATE dossiers SET title = 'x' WHERE id = $1", ids[number * 31 % len(ids)]
            )
            waits.append(time.monotonic() - began)
            number += 1
            await asyncio.sleep(PROBE_S)
    finally:
        connection.terminate()


def cpu_seconds() -> float:
    """Processor time that this process and every server process below it have used."""
    me = psutil.Process()
    total = 0.0
    for process in (me, *me.children(recursive=True)):
        with suppress(psutil.Error):
            used = process.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


async def probed(url: str, act: Any) -> tuple[float, float, float, Any]:
    """Seconds and processor seconds of `act`, the longest wait of a prober beside it, what it returned."""
    waits: list[float] = []
    prober = asyncio.create_task(probe(url, waits))
    await asyncio.sleep(0.5)
    waits.clear()
    began, used = time.monotonic(), cpu_seconds()
    found = await act()
    took, used = time.monotonic() - began, cpu_seconds() - used
    await asyncio.sleep(0.2)
    prober.cancel()
    with suppress(asyncio.CancelledError):
        await prober
    return took, used, max(waits, default=took), found


async def ours(url: str) -> tuple[float, float, float, int]:
    """The product's reorganisation."""
    database = Database(url, "records", pool_size=4)
    async with database.write() as session:
        made = (await reorganisation.order(session, date(2025, 3, 1), "", "bench")).reorganisation.id
    took, used, lock, moved = await probed(url, lambda: reorganisation.run(database, made, "bench"))
    await database.close()
    return took, used, lock, int(moved)


async def peer(url: str) -> tuple[float, float, float, int]:
    """One UPDATE per table in one transaction, as a script for the night would do it."""
    connection = await connect(url)

    async def act() -> int:
        async with connection.transaction():
            await connection.execute(
                "UPDATE custody_periods SET ended_at = now() WHERE ended_at = 'infinity'"
            )
            await connection.execute(
                "INSERT INTO custody_periods (dossier_id, unit_code, began_at, cause, who) "
                "SELECT id, '94', now(), 'reorganisation', 'bench' FROM dossiers"
            )
            for table in MOVED:
                await connection.execute(f"UPDATE {table.name} SET unit_code = '94'")  # noqa: S608 - own names
            done = await connection.execute("UPDATE dossiers SET unit_code = '94', version = version + 1")
        return int(done.split()[1])

    found = await probed(url, act)
    await connection.close()
    return found


async def held(url: str) -> dict[str, int]:
    """Unit → dossiers that it holds, which must be all of them."""
    connection = await connect(url)
    rows = await connection.fetch("SELECT unit_code, count(*) FROM dossiers GROUP BY 1")
    await connection.close()
    return {row[0]: row[1] for row in rows}


async def run(server: Postgres, count: int) -> dict[str, Any]:
    """Both sides, one after the other."""
    figures: dict[str, Any] = {"dossiers": count, "districts": len(DISTRICTS)}
    for name, act in (("ours", ours), ("peer", peer)):
        role, password = f"b{secrets.token_hex(4)}", secrets.token_hex(8)
        admin = await asyncpg.connect(server.url)
        await admin.execute(f"CREATE ROLE {role} SUPERUSER LOGIN PASSWORD '{password}'")
        await admin.execute(f"ALTER ROLE {role} NOSUPERUSER; GRANT pg_checkpoint TO {role}")
        await admin.execute(f"CREATE DATABASE {role} OWNER {role}")
        await admin.close()
        url = server.url_of(role, role, password)
        await fill(url, count)
        took, used, lock, moved = await act(url)
        assert await held(url) == {"94": count}
        figures[name] = {
            "seconds": round(took, 2),
            "cpu_seconds": round(used, 2),
            "longest_lock_s": round(lock, 3),
            "moved": moved,
        }
        print(f"{name}: {moved:,} in {took:.1f} s (processor {used:.1f} s), longest lock {lock:.3f} s")
    return figures


def main() -> None:
    """Print our figure, the peer's and the ratio, with what must be reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=330_000)
    count = parser.parse_args().dossiers
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder) / "postgres", password=secrets.token_hex(16))
        server.start()
        try:
            server.wait_ready()
            figures = asyncio.run(run(server, count))
        finally:
            server.stop()
    mine, other = figures["ours"], figures["peer"]
    figures["ratio_seconds"] = round(mine["seconds"] / other["seconds"], 2)
    figures["ratio_cpu"] = round(mine["cpu_seconds"] / other["cpu_seconds"], 2)
    figures["load_average"] = psutil.getloadavg()[0]
    figures["ratio_lock"] = round(mine["longest_lock_s"] / max(other["longest_lock_s"], 0.001), 4)
    figures["must"] = {"seconds": MUST_S, "longest_lock_s": MUST_LOCK_S}
    reached = mine["seconds"] <= MUST_S and mine["longest_lock_s"] <= MUST_LOCK_S
    figures["reached"] = reached
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
