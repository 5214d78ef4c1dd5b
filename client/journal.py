"""What was sent so far, kept on disk so that an interrupted sending goes on where it stopped."""

import hashlib
import json
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from client.folder import Scan


def state_folder() -> Path:
    """Where journals lie: TANGTHU_STATE_DIR, else the platform's place for such files."""
    if own := os.environ.get("TANGTHU_STATE_DIR"):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "tangthu"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "tangthu"


def fingerprint(order: dict[str, Any], scans: Sequence[Scan]) -> str:
    """Stands for a sending: the same server, unit, kind, grouping, names and contents give the same text."""
    content = [order, [[scan.name, scan.sequence, scan.sha256] for scan in scans]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class Journal:
    """Append-only lines of one sending: its batch, then the answer for each file. Threads may share it."""

    def __init__(self, folder: Path, mark: str) -> None:
        self._path = folder / f"send-{mark[:32]}.jsonl"
        self._lock = threading.Lock()
        self.batch: str | None = None
        self.answers: dict[int, dict[str, Any]] = {}
        """The last answer for each sequence."""
        for line in self._lines():
            self._learn(line)

    def start(self, batch: str) -> None:
        """Begin anew with a batch."""
        self.answers.clear()
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text("", encoding="utf-8")
        self.note({"batch": batch})

    def note(self, line: dict[str, Any]) -> None:
        """Add a line, on disk too where the disk takes it: without it a repeated sending is only slower."""
        with self._lock:
            self._learn(line)
            with suppress(OSError), self._path.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _learn(self, line: dict[str, Any]) -> None:
        if "batch" in line:
            self.batch = str(line["batch"])
        if "sequence" in line:
            self.answers[int(line["sequence"])] = line

    def _lines(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        found = []
        for text in self._path.read_text(encoding="utf-8").splitlines():
            try:
                found.append(json.loads(text))
            except ValueError:
                # The last line may be cut off by a power failure; its file is simply sent again.
                continue
        return found
