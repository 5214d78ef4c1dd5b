"""The registry's environment."""

from pathlib import Path

from kernel.settings import ServiceSettings


class RecordsSettings(ServiceSettings):
    """What the registry needs beside the kernel's settings."""

    duplicates_every_s: float = 30.0
    """Least pause between two searches for duplicates among everybody."""
    export_secrets: Path | None = None
    """Folder of the tokens that destinations of exports ask for, each in `CODE.token`."""
