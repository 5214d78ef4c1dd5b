"""The demonstration goes through although every server and service is killed while it runs."""

import asyncio
import os
import signal
import threading
import time
from pathlib import Path

import asyncpg
import pytest

from local.credentials import Credentials
from local.database import DATABASE, role_of
from local.demo import handed_over
from local.demonstration.run import run
from local.servers.ports import LOOPBACK
from local.speech import Language, Speech
from local.system import LocalSystem

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
PAUSE_S = 3.0
"""Between two kills: parts are killed while others still recover."""


def test_nothing_is_lost_or_doubled_when_every_part_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`kill -9` of each part in turn: the demonstration still accounts for every page and dossier."""
    system = LocalSystem(tmp_path / "data")
    say = Speech(Language.EN)
    with system.running():
        over = threading.Event()
        killer = threading.Thread(target=_kill_each, args=(system, over))
        killer.start()
        try:
            result = asyncio.run(run(handed_over(system, time.monotonic(), say)))
        finally:
            over.set()
            killer.join()
        restarts = dict(system.supervisor.restarts)
    said = capsys.readouterr()
    assert result == 0, said.out + said.err
    assert all(count >= 1 for count in restarts.values()), restarts


def _kill_each(system: LocalSystem, over: threading.Event) -> None:
    """Wait until imaging has handled a page, then kill one part after the other."""
    while not asyncio.run(_imaging_works(system)):
        if over.wait(0.2):
            return
    for part in list(system.supervisor.parts):
        pid = part.child.pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        if over.wait(PAUSE_S):
            return


async def _imaging_works(system: LocalSystem) -> bool:
    password = Credentials.load_or_create(system.folder.credentials).roles["imaging"]
    port = system.folder.read_state()["parts"]["postgres"]["port"]
    address = f"postgresql://{role_of('imaging')}:{password}@{LOOPBACK}:{port}/{DATABASE}"
    connection = await asyncpg.connect(address, server_settings={"search_path": "imaging"})
    try:
        return bool(await connection.fetchval("SELECT count(*) > 0 FROM inbox"))
    finally:
        await connection.close()
