"""Shapes of document PDFs: the manifest kept beside a file, and what is told of an order."""

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.imaging.documents.checking.findings import Finding


class ManifestPage(BaseModel):
    """Where a page of the file comes from."""

    model_config = ConfigDict(frozen=True)

    page_id: uuid.UUID
    image: str
    """`access` or `master`."""
    image_key: str
    untouched: bool
    """Whether the image's bytes stand in the file as they are stored."""
    width_mm: float
    height_mm: float
    dpi: float
    dpi_assumed: bool
    recognition_key: str | None
    words: int


class Manifest(BaseModel):
    """Everything from which a file was made, and what it was found to be; holds no word of the document."""

    model_config = ConfigDict(frozen=True)

    document_id: uuid.UUID
    order: str
    order_key: str
    profile: str
    basis: str
    made_by: dict[str, str]
    sha256: str
    size_bytes: int
    pages: tuple[ManifestPage, ...]
    check: str
    findings: tuple[Finding, ...]


class DocumentPdf(BaseModel):
    """What became of a document's PDF."""

    document_id: uuid.UUID
    order: str
    profile: str
    sealed: bool = Field(description="False where the check refused the file; it was not kept")
    sha256: str | None
    size_bytes: int | None
    page_count: int
    findings: list[Finding]
    ordered_at: datetime
    made_at: datetime
    manifest: Manifest | None
