"""Memory of processes, shared pages counted once."""

from collections.abc import Iterable, Mapping

import psutil


def resident_bytes(pid: int) -> int:
    """Proportional set size of a process and all its children, in bytes; 0 when it is gone."""
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(_one(process) for process in tree)


def by_part(pids: Mapping[str, int | None]) -> dict[str, int]:
    """Bytes by part name, for the parts that run."""
    sizes = {name: resident_bytes(pid) for name, pid in pids.items() if pid}
    return {name: size for name, size in sizes.items() if size}


def total(parts: Iterable[int]) -> str:
    """A sum in MiB for people."""
    return f"{sum(parts) / 2**20:.0f} MiB"


def _one(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
