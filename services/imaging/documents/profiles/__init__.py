"""What a document PDF must be, as data with editions."""

import functools
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field


class DocumentProfile(BaseModel):
    """One edition of the rules for document PDFs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    edition: str
    """Part of what a file is ordered by: a new edition makes new files."""
    basis: str
    """The standard or instrument behind it, as shown to people."""
    part: Literal[1]
    """Part of ISO 19005; the built-in check knows this one."""
    conformance: Literal["B"]
    image: Literal["access", "master"]
    """Which image a page carries; a master that PDF/A cannot take untouched gives way to its access image."""
    text_layer: bool
    assumed_dpi: float = Field(gt=0)
    """For scans whose resolution nobody knows; the manifest names these pages."""
    reencode_quality: int = Field(ge=1, le=100)
    """JPEG quality of images that cannot be embedded untouched."""
    language: str
    time_zone: str
    max_pages: int = Field(gt=0, le=8000)


@functools.cache
def load_document_profile(name: str = "pdf-a-1b") -> DocumentProfile:
    """The named profile; raises FileNotFoundError for an unknown one and ValidationError for a wrong one."""
    text = files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return DocumentProfile.model_validate(yaml.safe_load(text))
