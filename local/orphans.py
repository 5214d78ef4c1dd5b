"""Processes that a killed supervisor left behind: found by a mark in their environment."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "TANGTHU_LOCAL_FOLDER"
"""Environment variable that every process of a local system carries: its data folder."""


def orphans(folder: Path) -> list[psutil.Process]:
    """Processes of this folder's system that are no children of ours.

    Postgres overwrites its environment; `Postgres.start` finds its own by the pid file.
    """
    ours = {child.pid for child in psutil.Process().children(recursive=True)}
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid not in ours and process.environ().get(MARK) == str(folder):
                found.append(process)
    return [process for process in found if process.pid != os.getpid()]


def end_orphans(folder: Path, patience_s: float = 15.0) -> int:
    """End what is left of this folder's last system; returns how many processes that were."""
    left = orphans(folder)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGTERM)
    _, stubborn = psutil.wait_procs(left, timeout=patience_s)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=patience_s)
    return len(left)
