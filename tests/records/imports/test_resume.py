"""Imports whose process is killed, and imports that fail for themselves."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from contracts.vocabulary import DossierKind
from kernel.bus import Bus
from kernel.database import Database
from kernel.migration import upgrade
from kernel.runtime import Runtime
from kernel.settings import ServiceSettings
from kernel.storage import QUARANTINE, S3Store, key_of
from services.records.app import MIGRATIONS
from services.records.imports import service, work
from services.records.imports.domain import ImportState
from services.records.imports.work import TRIES, Imports
from services.records.units import service as units
from services.records.units.domain import load_editions
from tests.records.imports.files import csv_of
from tests.records.imports.test_import import households

UNIT = "31507"
PERSONS = text(
    "SELECT sum((details->>'persons')::int) FROM dossier_history WHERE details->>'import_id' = :import_id"
)
"""How many an import entered, as the dossiers' histories tell."""
ROOT = Path(__file__).parents[3]

KILLED = """
import asyncio, os, signal, sys
from kernel.bus import Bus
from kernel.database import Database
from kernel.runtime import Runtime
from kernel.settings import ServiceSettings
from kernel.storage import S3Store
from services.records.imports import work

async def main():
    settings = ServiceSettings()
    database = Database(settings.database_url.get_secret_value(), "records", pool_size=3)
    runtime = Runtime(settings, database, Bus(settings, "records"), S3Store(settings))
    work.COMMITTED_ROWS = 100
    commits, original = 0, work.commit_rows
    async def counted(*given, **more):
        nonlocal commits
        commits += 1
        outcome = await original(*given, **more)
        if commits == 4:
            os.kill(os.getpid(), signal.SIGKILL)  # rows written, transaction not committed
        return outcome
    work.commit_rows = counted
    await work.Imports(runtime).work_once()

asyncio.run(main())
"""


async def checked_import(runtime: Runtime, rows: list[tuple[str, ...]]) -> uuid.UUID:
    """An import, checked."""
    data = csv_of(rows).encode()
    await runtime.store.put(QUARANTINE, key_of(data), data, "text/csv")
    async with runtime.database.write() as session:
        await units.load_units(session, load_editions())
        row, _ = await service.take(
            session,
            unit_code=UNIT,
            kind=DossierKind.RESIDENCE,
            sha256=key_of(data)[-64:],
            file_key=key_of(data),
            file_name="x.csv",
            size_bytes=len(data),
            scope=[UNIT],
            options={},
            who="officer:test",
        )
    assert await Imports(runtime).work_once()
    return row.id


async def order_commit(runtime: Runtime, *import_ids: uuid.UUID) -> None:
    """Have imports committed."""
    for import_id in import_ids:
        async with runtime.database.write() as session:
            await service.commit(
                session,
                import_id,
                if_match="*",
                skip_refused=False,
                who="officer:test",
                scope=[UNIT],
                units=["*"],
            )


@pytest.fixture
async def runtime(service_settings: ServiceSettings) -> AsyncIterator[Runtime]:
    """What the background work has at hand, on a database of its own."""
    database = Database(service_settings.database_url.get_secret_value(), "records", pool_size=3)
    made = Runtime(service_settings, database, Bus(service_settings, "records"), S3Store(service_settings))
    await upgrade(database, MIGRATIONS)
    await made.store.ensure_buckets()
    yield made
    await database.close()


async def test_goes_on_where_it_stood(runtime: Runtime, service_environment: dict[str, str]) -> None:
    """Killed inside the fourth piece: what was committed is whole, the rest left nothing and follows once.

    Of two pieces at once the later one may be written first, so two or three stand when the fourth is killed.
    """
    import_id = await checked_import(runtime, households(200, f"NH{secrets.token_hex(3)}"))
    await order_commit(runtime, import_id)
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED],
        env={**os.environ, **service_environment},
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    imports, database = Imports(runtime), runtime.database
    async with database.read() as session:
        half = await service.get(session, import_id, ["*"])
        entered = await session.scalar(PERSONS, {"import_id": str(import_id)})
        # A household of three is not cut in two: of 100 rows read, 99 go.
        assert half.state == ImportState.COMMITTING.value
        assert half.made in {198, 297}
        assert (half.position, entered) == (half.made + 1, half.made)
    assert await imports.work_once()
    async with database.read() as session:
        whole = await service.get(session, import_id, ["*"])
        assert (whole.state, whole.made, whole.unchanged) == (ImportState.DONE.value, 600, 0)
    assert not await imports.work_once()


async def test_rows_in_each_others_way(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """All heads first, then all second and all third members: each piece meets the dossiers of the one before."""
    monkeypatch.setattr(work, "COMMITTED_ROWS", 100)
    monkeypatch.setattr(work, "LOCK_WAIT_S", 1)
    rows = households(100, f"NH{secrets.token_hex(3)}")
    import_id = await checked_import(runtime, [row for first in range(3) for row in rows[first::3]])
    await order_commit(runtime, import_id)
    imports = Imports(runtime)
    assert await imports.work_once()
    await imports.work_once()
    async with runtime.database.read() as session:
        done = await service.get(session, import_id, ["*"])
        entered = await session.scalar(PERSONS, {"import_id": str(import_id)})
    assert (done.state, done.made, entered) == (ImportState.DONE.value, 300, 300)


async def test_one_that_fails_does_not_hold_up_others(runtime: Runtime) -> None:
    """A row that the database refuses whatever the tries: given up, nothing half done, the next one is worked on."""
    bad = await checked_import(runtime, households(200, f"NH{secrets.token_hex(3)}"))
    good = await checked_import(runtime, households(200, f"NH{secrets.token_hex(3)}"))
    async with runtime.database.write() as session:
        await session.execute(
            text(
                "UPDATE import_rows SET given = jsonb_set(given, '{unit}', :unit) WHERE import_id = :id AND row_no = 9"
            ),
            {"unit": json.dumps("x" * 30), "id": bad},
        )
    await order_commit(runtime, bad, good)
    imports = Imports(runtime)
    for _ in range(TRIES - 1):
        with pytest.raises(Exception, match=r"value too long|row-level security"):
            await imports.work_once()
    assert await imports.work_once()
    assert await imports.work_once()
    async with runtime.database.read() as session:
        one = await service.get(session, bad, ["*"])
        other = await service.get(session, good, ["*"])
    assert (one.state, one.problem, one.made, one.position) == (ImportState.FAILED.value, "gave_up", 0, 0)
    assert (other.state, other.made) == (ImportState.DONE.value, 600)
