"""Keeps processes running: starts them, restarts what crashes, stops them in reverse order."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from local.servers.child import Child, NotReady, rotate

log = structlog.get_logger()

WATCH_INTERVAL_S = 0.3
ROTATE_INTERVAL_S = 60.0
LONGEST_DELAY_S = 30.0
STEADY_S = 60.0
"""A part that ran this long crashed for a new reason: its delay starts over."""


class Part(Protocol):
    """A server or service under supervision."""

    name: str
    child: Child
    port: int

    def start(self) -> None:
        """Start without waiting."""

    def wait_ready(self, timeout_s: float = ...) -> None:
        """Wait until it does its work; raises NotReady."""

    def stop(self) -> None:
        """Stop it and wait until it is gone."""


@dataclass
class _Watched:
    part: Part
    started_at: float = 0.0
    delay_s: float = 0.0
    due: float | None = None
    restarts: int = 0


class Supervisor:
    """Watches parts from a thread of its own until told to stop."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._watched: list[_Watched] = []
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._on_change = on_change
        self._thread: threading.Thread | None = None

    @property
    def parts(self) -> list[Part]:
        """What was started, in order."""
        return [watched.part for watched in self._watched]

    @property
    def restarts(self) -> dict[str, int]:
        """How often each part was started again."""
        return {watched.part.name: watched.restarts for watched in self._watched}

    def start(self, parts: Sequence[Part]) -> None:
        """Start parts together, without waiting."""
        for part in parts:
            with self._lock:
                self._watched.append(_Watched(part, started_at=time.monotonic()))
                part.start()
            self._on_change()

    def wait_ready(self, timeout_s: float = 300.0) -> None:
        """Wait until all that was started is ready, each for `timeout_s` at most.

        Raises:
            NotReady: one ended or took too long; `stop` ends the others.
        """
        for part in self.parts:
            part.wait_ready(timeout_s)

    def watch(self) -> None:
        """Begin restarting what crashes."""
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop everything, last started first."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        for watched in reversed(self._watched):
            watched.part.stop()
        self._watched.clear()

    def _watch(self) -> None:
        rotated = time.monotonic()
        while not self._stopping.wait(WATCH_INTERVAL_S):
            for watched in self._watched:
                self._look_at(watched)
            if time.monotonic() - rotated > ROTATE_INTERVAL_S:
                rotated = time.monotonic()
                for part in self.parts:
                    rotate(part.child.log_file)

    def _look_at(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.part.child.running:
            if now - watched.started_at > STEADY_S:
                watched.delay_s = 0.0
            return
        if watched.due is None:
            watched.due = now + watched.delay_s
            log.warning(
                "a part ended and is started again",
                part=watched.part.name,
                status=watched.part.child.exit_status,
                delay_s=watched.delay_s,
            )
            watched.delay_s = min(LONGEST_DELAY_S, max(0.5, watched.delay_s * 2))
        if now >= watched.due:
            watched.due = None
            watched.started_at = now
            watched.restarts += 1
            try:
                watched.part.start()
            except (NotReady, OSError) as error:
                log.error("a part could not be started", part=watched.part.name, error=repr(error))
            self._on_change()
