"""A process killed in the middle of a commit: the next one goes on at the row where it stood."""

import asyncio
import csv
import io
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from contracts.vocabulary import DossierKind
from kernel.bus import Bus
from kernel.database import Database
from kernel.migration import upgrade
from kernel.runtime import Runtime
from kernel.settings import ServiceSettings
from kernel.storage import QUARANTINE, S3Store, key_of
from services.records.app import MIGRATIONS
from services.records.imports import service
from services.records.imports.domain import ImportState
from services.records.imports.work import Imports
from services.records.units import service as units
from services.records.units.domain import load_editions
from tests.records.imports.files import csv_of
from tests.records.imports.test_import import households

UNIT = "31507"
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


async def test_goes_on_where_it_stood(
    service_settings: ServiceSettings, service_environment: dict[str, str], tmp_path: Path
) -> None:
    """Killed inside the fourth batch: three are there, the fourth left nothing, and the rest follows once."""
    database = Database(service_settings.database_url.get_secret_value(), "records", pool_size=3)
    runtime = Runtime(service_settings, database, Bus(service_settings, "records"), S3Store(service_settings))
    await upgrade(database, MIGRATIONS)
    await runtime.store.ensure_buckets()
    tag = f"NH{secrets.token_hex(3)}"
    data = csv_of(households(200, tag)).encode()
    await runtime.store.put(QUARANTINE, key_of(data), data, "text/csv")
    async with database.write() as session:
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
    imports = Imports(runtime)
    assert await imports.work_once()
    async with database.write() as session:
        await service.commit(
            session, row.id, if_match="*", skip_refused=False, who="officer:test", scope=[UNIT], units=["*"]
        )
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED],
        env={**os.environ, **service_environment},
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    async with database.read() as session:
        half = await service.get(session, row.id, ["*"])
        assert (half.state, half.made, half.position) == (ImportState.COMMITTING.value, 300, 301)
    assert await imports.work_once()
    async with database.read() as session:
        whole = await service.get(session, row.id, ["*"])
        assert (whole.state, whole.made, whole.unchanged) == (ImportState.DONE.value, 600, 0)
        assert len(list(csv.reader(io.StringIO(data.decode())))) == 601
    assert not await imports.work_once()
    await database.close()
