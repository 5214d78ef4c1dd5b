"""The data folder of a local system: where everything lies, and who holds it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO


class FolderHeld(Exception):
    """Another supervisor runs on this folder."""

    def __init__(self, holder: dict[str, Any]) -> None:
        super().__init__(f"held by process {holder.get('pid', '?')}")
        self.holder = holder


@dataclass(frozen=True)
class DataFolder:
    """Paths inside one data folder; deleting the folder deletes the system and nothing else."""

    path: Path

    @property
    def logs(self) -> Path:
        """One log file per server and service."""
        return self.path / "logs"

    @property
    def credentials(self) -> Path:
        """Random secrets of the servers, mode 0600."""
        return self.path / "credentials.json"

    @property
    def access(self) -> Path:
        """The administrator's password and the agents' keys, mode 0600."""
        return self.path / "access.json"

    @property
    def state(self) -> Path:
        """Ports and process ids of the running system, or of the last one."""
        return self.path / "state.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor; says who that is."""
        return self.path / "lock"

    def create(self) -> None:
        """Make the folder, for its owner only."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)

    def read_state(self) -> dict[str, Any]:
        """The last written state, empty when there is none."""
        return _read_json(self.state)

    def write_state(self, state: dict[str, Any]) -> None:
        """Replace the state."""
        write_private_json(self.state, state)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for the length of the block; a killed holder lets go by dying.

        Raises:
            FolderHeld: another process holds it.
        """
        with self.lock.open("a+") as file:
            self._take(file)
            yield

    def holder(self) -> dict[str, Any] | None:
        """Who holds the folder now, or None."""
        if not self.lock.exists():
            return None
        with self.lock.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return _read_json(self.lock)
            return None

    def _take(self, file: TextIO) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderHeld(_read_json(self.lock)) from error
        file.truncate(0)
        json.dump({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}, file)
        file.flush()


def write_private_json(path: Path, value: dict[str, Any]) -> None:
    """Write a file that only its owner may read; readers see the old or the new one, never half."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(value, indent=2))
    fresh.rename(path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
