"""Reporting's environment."""

from pathlib import Path

from kernel.settings import ServiceSettings

DEFAULT_MILESTONES = Path(__file__).parent / "data" / "milestones.csv"


class ReportingSettings(ServiceSettings):
    """What reporting needs beside the kernel's settings."""

    milestones_file: Path = DEFAULT_MILESTONES
    """Milestones as data; a province puts its own plans here."""
