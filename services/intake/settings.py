"""Intake's own environment."""

import tempfile
from pathlib import Path

from pydantic import Field

from kernel.settings import ServiceSettings

MIB = 1 << 20


class IntakeSettings(ServiceSettings):
    """Limits of one upload and where it waits for its hash to be checked."""

    max_page_bytes: int = Field(default=100 * MIB, gt=0)
    """One page: A3 in colour at 300 dpi is 52 MB even uncompressed."""
    max_file_bytes: int = Field(default=512 * MIB, gt=0)
    """A PDF or TIFF of many pages: the promised 500 MB and a little room."""
    spool_folder: Path = Field(default_factory=lambda: Path(tempfile.gettempdir()))
    """Uploads above `spool_memory_bytes` wait here as nameless files, at most `upload_slots` of them."""
    spool_memory_bytes: int = Field(default=4 * MIB, gt=0)
    """An ordinary page (0.3 to 3 MB) never touches the disk."""
    upload_slots: int = Field(default=16, gt=0)
    """Uploads taken at the same time; others wait unread, so that memory and spool stay bounded."""
