"""Shapes of dossiers and pages on the wire."""

import uuid
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from contracts.recognition import Box
from contracts.vocabulary import DossierKind, PageContent, Verdict
from services.records.dossiers.domain import Act, DossierState
from services.records.persons.domain import Role
from services.records.readings.domain import FieldStatus


class PageImages(BaseModel):
    """Where a page's images are; paths of this API."""

    access: str
    thumbnail: str
    master: str
    deep_zoom: str = Field(description="info.json of the IIIF Image API 3.0")


class Page(BaseModel):
    """One side of a sheet, as scanned."""

    id: uuid.UUID
    ordinal: int = Field(description="Position in its document, from 1; 0 while it is in none")
    content: PageContent
    verdict: Verdict
    defects: list[str]
    rotation: int = Field(description="Degrees clockwise that the scan was turned")
    skew_degrees: float
    width_px: int
    height_px: int
    images: PageImages
    recognised: bool
    form: str | None
    confidence: float | None


class Document(BaseModel):
    """A paper in a dossier."""

    id: uuid.UUID
    ordinal: int = Field(description="Position in the dossier, from 1, as the paper lies")
    type: str
    type_title: str = Field(description="Vietnamese")
    type_title_en: str
    legal_order: int = Field(description="Place of its type in TT 80/2011/TT-BCA Art. 10")
    form: str | None
    edition: str | None
    pages: list[Page]


class ExtractedField(BaseModel):
    """A field as read on a page."""

    id: uuid.UUID
    page_id: uuid.UUID
    document_id: uuid.UUID | None
    name: str
    label: str = Field(description="Vietnamese")
    label_en: str
    text: str = Field(description="As read, nothing corrected")
    value: str | None = Field(description="Normalised; none where unclear")
    confidence: float
    box: Box
    page_width_px: int
    page_height_px: int
    status: FieldStatus
    needs_keying: bool
    warnings: list[str]


class DossierPerson(BaseModel):
    """A person whom the dossier's papers name."""

    id: uuid.UUID
    full_name: str = Field(description="Empty where no name could be read")
    birth_date: str | None
    number: str | None
    role: Role


class HistoryEntry(BaseModel):
    """Who did what to the dossier, when."""

    at: datetime
    who: str = Field(description="`system`, `officer:<id>` or `agent:<id>`")
    what: Act
    what_title: str = Field(description="Vietnamese")
    what_title_en: str
    details: dict[str, Any]


class DossierSummary(BaseModel):
    """A dossier in a list."""

    id: uuid.UUID
    unit: str
    unit_name: str
    kind: DossierKind
    reference: str
    reference_given: bool = Field(description="False while the registry made the reference up")
    title: str
    state: DossierState
    batch_id: uuid.UUID | None = Field(description="None where it was entered before any scan")
    registered_at: datetime
    page_count: int
    document_count: int
    version: int
    merged_into: uuid.UUID | None = Field(default=None, description="The dossier that its content went into")


class Dossier(DossierSummary):
    """A dossier with all that is in it."""

    documents: list[Document]
    fields: list[ExtractedField]
    persons: list[DossierPerson]
    history: list[HistoryEntry]
    open_cases: int = Field(description="Points that somebody must look at")
    held: bool = Field(description="Until an official document resolves who of two dossiers is who")


class DossierChange(BaseModel):
    """What of a dossier may be changed; members left out stay."""

    reference: str | None = Field(default=None, max_length=200)
    title: str | None = Field(
        default=None, max_length=500, description="Null: the title made from its person"
    )


class PageDetail(Page):
    """A page by itself."""

    dossier_id: uuid.UUID | None
    document_id: uuid.UUID | None
    batch_id: uuid.UUID
    file_id: uuid.UUID
    unit: str
    sequence: int
    page_no: int
    filed_at: datetime | None
    model: str | None
    fields: list[ExtractedField]
