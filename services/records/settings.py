"""The registry's environment."""

from kernel.settings import ServiceSettings


class RecordsSettings(ServiceSettings):
    """What the registry needs beside the kernel's settings."""

    duplicates_every_s: float = 30.0
    """Least pause between two searches for duplicates among everybody."""
