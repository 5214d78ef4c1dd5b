"""A child process in a session of its own, with its output in a log file and a known way to stop."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Self

import psutil

LOG_LIMIT_BYTES = 8 * 2**20
"""A longer log is moved aside; one older copy is kept."""
POLL_S = 0.05


class NotReady(Exception):
    """A server or service did not become ready; the message quotes the end of its log."""


class Child:
    """One process and whatever it starts.

    It leads its own session, so that Ctrl-C in the terminal reaches only the supervisor, which then stops
    everything in order. `environment` is added to our own.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log_file: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.name = name
        self.log_file = log_file
        self._command = list(command)
        self.environment = {**os.environ, **(environment or {})}
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self.running else None

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """The last exit status, negative for a signal; None while running or never started."""
        return self._process.poll() if self._process is not None else None

    def start(self) -> Self:
        """Start the process; what an earlier, crashed one started is ended first."""
        self.kill()
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        rotate(self.log_file)
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=self._folder,
                start_new_session=True,
            )
        return self

    def stop(self, *, first: signal.Signals = signal.SIGTERM, patience_s: float = 20.0) -> None:
        """Ask the process to end with signal `first`; after `patience_s` seconds kill its whole group."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(first)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience_s)
        self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would, children included."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def log_tail(self, lines: int = 12) -> str:
        """The last lines of the log."""
        with suppress(OSError):
            return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])
        return ""


def rotate(log_file: Path) -> None:
    """Move a long log aside. It is copied and emptied, since a running child keeps the file open."""
    with suppress(FileNotFoundError):
        if log_file.stat().st_size > LOG_LIMIT_BYTES:
            log_file.with_suffix(log_file.suffix + ".1").write_bytes(log_file.read_bytes())
            os.truncate(log_file, 0)


def end_process(pid: int, *, first: signal.Signals = signal.SIGTERM, patience_s: float = 20.0) -> None:
    """End a process that is not our child and wait until it is gone."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.send_signal(first)
        try:
            process.wait(patience_s)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(patience_s)


def wait_until(ready: Callable[[], bool], child: Child, timeout_s: float) -> None:
    """Poll `ready` until it answers True.

    Raises:
        NotReady: the process ended, or `timeout_s` seconds passed.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        # First, because another program may have taken the port and answer in its place.
        if not child.running:
            raise NotReady(f"{child.name} ended with status {child.exit_status}:\n{child.log_tail()}")
        with suppress(OSError, HTTPException):
            if ready():
                return
        if time.monotonic() > deadline:
            raise NotReady(f"{child.name} is not ready after {timeout_s:.0f} s:\n{child.log_tail()}")
        time.sleep(POLL_S)
