"""Folders in which files are worked on; what a killed process left behind is removed by the next one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Workspace:
    """This process's own folder below `root`; scans are personal data, so nobody else may look in."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._own = root / str(os.getpid())

    def open(self) -> None:
        """Make the folder and remove those of processes that no longer run."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._root.iterdir():
            if left.name.isdecimal() and (left == self._own or not Path(f"/proc/{left.name}").exists()):
                shutil.rmtree(left, ignore_errors=True)
        self._own.mkdir(mode=0o700)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """An empty folder for one file, gone after the block."""
        with tempfile.TemporaryDirectory(dir=self._own, ignore_cleanup_errors=True) as made:
            yield Path(made)

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._own, ignore_errors=True)
