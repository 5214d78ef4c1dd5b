"""The registry's environment."""

from kernel.settings import ServiceSettings


class RecordsSettings(ServiceSettings):
    """Nothing beside the kernel's settings."""
