"""Supervision of real processes: restarts, order of stopping, nothing left behind."""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from local.orphans import MARK, end_orphans
from local.servers.child import Child, NotReady
from local.supervisor import Part, Supervisor

FOREVER = "import time\nprint('started', flush=True)\nwhile True: time.sleep(1)"
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOREVER


class Program:
    """A part that runs a few lines of Python and is ready once it has printed something."""

    port = 0

    def __init__(
        self, name: str, program: str, folder: Path, environment: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self.child = Child(
            name, [sys.executable, "-c", program], log_file=folder / f"{name}.log", environment=environment
        )

    def start(self) -> None:
        """Start."""
        self.child.start()

    def wait_ready(self, timeout_s: float = 30.0) -> None:
        """Wait for its first line."""
        _wait_for(lambda: "started" in self.child.log_tail() or not self.child.running, timeout_s)
        if not self.child.running:
            raise NotReady(self.child.log_tail())

    def stop(self) -> None:
        """Stop."""
        self.child.stop(patience_s=0.5)


def _wait_for(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_a_killed_part_is_started_again(tmp_path: Path) -> None:
    """Killed twice, the part runs under a new process id and the restarts are counted."""
    part = Program("part", FOREVER, tmp_path)
    supervisor = Supervisor()
    supervisor.start([part])
    supervisor.wait_ready()
    supervisor.watch()
    try:
        for count in (1, 2):
            before = part.child.pid
            assert before is not None
            psutil.Process(before).kill()
            _wait_for(partial(_runs_again, supervisor, part, count))
            assert part.child.pid != before
    finally:
        supervisor.stop()
    assert not part.child.running


def _runs_again(supervisor: Supervisor, part: Program, restarts: int) -> bool:
    return supervisor.restarts == {part.name: restarts} and part.child.running


def test_a_part_that_cannot_start_is_reported_with_its_log(tmp_path: Path) -> None:
    """The error quotes what the process said before it ended."""
    part = Program("broken", "raise SystemExit('no such setting')", tmp_path)
    supervisor = Supervisor()
    supervisor.start([part])
    with pytest.raises(NotReady, match="no such setting"):
        supervisor.wait_ready()
    supervisor.stop()


def test_a_stubborn_part_and_its_children_are_gone_after_stop(tmp_path: Path) -> None:
    """A process that ignores SIGTERM is killed, and so is what it started."""
    program = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {FOREVER!r}])\n{STUBBORN}"
    part = Program("stubborn", program, tmp_path)
    supervisor = Supervisor()
    supervisor.start([part])
    supervisor.wait_ready()
    assert part.child.pid is not None
    _wait_for(lambda: len(psutil.Process(part.child.pid).children()) == 1)
    family = [psutil.Process(part.child.pid), *psutil.Process(part.child.pid).children()]
    supervisor.stop()
    _wait_for(lambda: not any(_alive(process) for process in family))


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_parts_stop_in_reverse_order(tmp_path: Path) -> None:
    """What was started last is stopped first."""
    stopped: list[str] = []

    class Noted(Program):
        def stop(self) -> None:
            stopped.append(self.name)
            super().stop()

    parts: list[Part] = [Noted(name, FOREVER, tmp_path) for name in ("server", "service", "gateway")]
    supervisor = Supervisor()
    supervisor.start(parts)
    supervisor.stop()
    assert stopped == ["gateway", "service", "server"]


def test_processes_of_a_killed_supervisor_are_found_by_their_folder(tmp_path: Path) -> None:
    """Only processes marked with this folder are ended; children of our own are not orphans."""
    ours = Program("ours", FOREVER, tmp_path, {MARK: str(tmp_path)})
    ours.start()
    starter = (
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {FOREVER!r}], start_new_session=True)\n"
    )
    left = Child(
        "left",
        [sys.executable, "-c", starter],
        log_file=tmp_path / "l.log",
        environment={MARK: str(tmp_path)},
    )
    left.start()
    _wait_for(lambda: not left.running)
    assert end_orphans(tmp_path) == 1
    assert end_orphans(tmp_path) == 0
    assert ours.child.running
    ours.stop()
