"""The whole system as a user runs it: start, second start, crash of the supervisor, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.commands import is_ready
from local.folder import DataFolder
from local.orphans import MARK
from local.parts import SERVICES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
REPOSITORY = Path(__file__).parents[2]


def _up(folder: Path) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TANGTHU_")}
    return subprocess.Popen(
        [sys.executable, "-m", "local", "up", "--data", str(folder), "--lang", "en"],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _until_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
    pytest.fail(f"the system did not start:\n{said}")


def _left(folder: Path) -> list[str]:
    """Processes of this folder's system, Postgres included, which hides its environment."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get(MARK) == str(folder) or str(folder) in " ".join(process.cmdline())
            if ours and process.pid != os.getpid():
                found.append(f"{process.pid} {process.cmdline()}")
        except psutil.Error:
            continue
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose processes are ended even when the test fails."""
    path = tmp_path / "data"
    yield path
    subprocess.run(
        [sys.executable, "-m", "local", "stop", "--data", str(path)], cwd=REPOSITORY, check=False, timeout=120
    )


def test_start_refusal_crash_recovery_and_end(folder: Path) -> None:
    """A second `up` says who runs; `kill -9` of supervisor and parts is recovered; Ctrl-C leaves nothing."""
    first = _up(folder)
    said = _until_ready(first)
    assert "http://127.0.0.1:" in said
    assert "quantri" in said
    access = json.loads((folder / "access.json").read_text())

    second = _up(folder)
    refusal, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"process {first.pid}" in refusal

    first.kill()
    first.wait()
    assert _left(folder)
    third = _up(folder)
    said = _until_ready(third)
    assert "processes left over were ended" in said
    assert json.loads((folder / "access.json").read_text()) == access
    state = DataFolder(folder).read_state()["parts"]
    assert all(is_ready(state[service.name]["port"]) for service in SERVICES)

    _kill_every_part(DataFolder(folder))
    third.send_signal(signal.SIGINT)
    third.communicate(timeout=120)
    assert third.returncode == 0
    assert _left(folder) == []


def _kill_every_part(data: DataFolder) -> None:
    """Kill all servers and services at once and wait until all are ready again."""
    before = {name: part["pid"] for name, part in data.read_state()["parts"].items()}
    for pid in before.values():
        os.killpg(pid, signal.SIGKILL)
    _wait_until_all_are_new(data, before)
    gateway = data.read_state()["parts"]["gateway"]["port"]
    with urllib.request.urlopen(f"http://127.0.0.1:{gateway}/v1/openapi.json", timeout=30) as answer:
        assert json.load(answer)["openapi"].startswith("3.1")


def _wait_until_all_are_new(data: DataFolder, before: dict[str, int]) -> None:
    deadline = time.monotonic() + 300
    while True:
        parts = data.read_state()["parts"]
        changed = all(part["pid"] and part["pid"] != before[name] for name, part in parts.items())
        if changed and all(is_ready(parts[service.name]["port"]) for service in SERVICES):
            return
        assert time.monotonic() < deadline, "not all parts came back"
        time.sleep(0.5)
