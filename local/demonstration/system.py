"""The running system as the demonstration sees it: an address, credentials and a folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunningSystem:
    """A system that answers; its own servers and processes stay out of sight."""

    base_url: str
    """Address of the gateway, such as `http://127.0.0.1:8080`."""
    agent_keys: Mapping[str, str]
    """Agent key by unit code, for 941 and 943."""
    admin_username: str
    admin_password: str
    data_folder: Path
    """The demonstration writes below `data_folder / "drawn-scans"`."""
    started_at: float
    """`time.monotonic()` when the command began, for the time to the first page."""
    language: str
    """`vi` or `en`."""
