"""Settings of the imaging service, from the environment."""

import os
import tempfile
from pathlib import Path

from pydantic import Field

from kernel.settings import ServiceSettings


class ImagingSettings(ServiceSettings):
    """What every service needs, and how pages are worked on."""

    imaging_workers: int = Field(default=os.cpu_count() or 2, ge=1)
    """Files in work at the same time, each in a sandboxed child with one core's worth of work."""
    imaging_profile: str = "default"
    """Rules in `profiles/` for every page; `default`: those of the page's dossier kind (`classes.yaml`)."""
    imaging_work_folder: Path = Path(tempfile.gettempdir()) / f"tangthu-imaging-{os.getuid()}"
    """Scans and derivatives lie here while they are worked on; best on a memory disk."""
    iiif_cache_bytes: int = Field(default=256 << 20, ge=16 << 20)
    """Memory for pages that are looked at: an A4 page at 300 dpi takes 35 MB while it is."""
    iiif_threads: int = Field(default=2, ge=1)
    """Images decoded and cut at the same time."""
    font_packages: Path = Path(__file__).resolve().parents[2] / "node_modules"
    """Where `npm ci` put the font of document PDFs' text layer."""
    document_profile: str = "pdf-a-1b"
    """Rules in `documents/profiles/` by which document PDFs are made."""
