"""Shapes of a dossier's life on the wire."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.vocabulary import PaperSize
from services.records.dossiers.domain import DossierState
from services.records.life.domain import Condition, ExemptionReason, ExemptionState, HoldReason, ScanMethod

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
MOST_SHEETS = 2000
"""Of one document; the largest household books have a hundred."""
SheetSize = PaperSize | Literal["other"]
Count = Annotated[int, Field(ge=0, le=MOST_SHEETS)]


class SurveyedDocument(BaseModel):
    """A document as the survey found it."""

    type: str = Field(max_length=40)
    name: str | None = Field(
        default=None, max_length=300, description="What is written on it, beside its type"
    )
    sheets: int = Field(ge=1, le=MOST_SHEETS)
    paper_size: SheetSize
    condition: Condition
    method: ScanMethod = ScanMethod.FEEDER


class Survey(BaseModel):
    """A dossier's documents in the order in which they lie."""

    documents: list[SurveyedDocument] = Field(min_length=1, max_length=500)


class CountedDocument(BaseModel):
    """What became of a document's sheets; exempt ones come from approved exemptions."""

    ordinal: int = Field(ge=1)
    scanned: Count
    blank: Count = 0
    missing: Count = 0
    missing_reason: Text | None = None


class SheetCounts(BaseModel):
    """Documents that were counted."""

    documents: list[CountedDocument] = Field(min_length=1, max_length=500)


class Advance(BaseModel):
    """The state wanted, and why."""

    state: DossierState
    reason: Text


class DocumentSheets(BaseModel):
    """A surveyed document with its sheets: surveyed = scanned + blank + exempt + missing when all is told."""

    ordinal: int
    type: str
    type_title: str = Field(description="Vietnamese")
    type_title_en: str
    name: str | None
    paper_size: SheetSize
    condition: Condition
    method: ScanMethod
    surveyed: int
    scanned: int
    blank: int
    exempt: int
    missing: int
    missing_reason: str | None
    counted_by: str | None = Field(description="Who counted its sheets; `system` from filed pages")
    difference: int


class Hold(BaseModel):
    """Why a dossier waits, until it is released."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    dossier_id: uuid.UUID
    reason: HoldReason
    note: str
    placed_by: str
    placed_at: datetime
    released_by: str | None
    released_at: datetime | None
    resolution: str | None
    version: int


class PlaceHold(BaseModel):
    """A dossier is to wait."""

    reason: HoldReason
    note: Text


class ReleaseHold(BaseModel):
    """The document that settles the matter."""

    resolution: Text


class Exemption(BaseModel):
    """Sheets that are not scanned."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    dossier_id: uuid.UUID
    ordinal: int
    sheets: int
    reason: ExemptionReason
    made_on: date
    note: str
    state: ExemptionState
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None
    version: int


class AskExemption(BaseModel):
    """Sheets of a surveyed document cannot be scanned."""

    ordinal: int = Field(ge=1)
    sheets: int = Field(ge=1, le=MOST_SHEETS)
    reason: ExemptionReason
    made_on: date = Field(description="When the paper was made; before 01/2021")
    note: Text


class DecideExemption(BaseModel):
    """What another person says to it."""

    approve: bool
    note: str = Field(default="", max_length=500)


class Life(BaseModel):
    """Where a dossier stands, its sheets, and what holds it up."""

    dossier_id: uuid.UUID
    state: DossierState
    may_go_to: list[DossierState] = Field(
        description="States that a person may put it in next, back ones too"
    )
    on_hold: bool
    balanced: bool
    difference: int
    scanned_sheets: int
    written_pages: int
    pages_agree: bool
    documents: list[DocumentSheets]
    holds: list[Hold]
    exemptions: list[Exemption]
    version: int


class DifferingDossier(BaseModel):
    """A dossier whose sheets do not balance."""

    dossier_id: uuid.UUID
    first_file: int = Field(description="Position in the batch of its first page there")
    difference: int = Field(description="Sheets not accounted for; below 0: sheets that nobody counted")


class BatchSheets(BaseModel):
    """Sheets of a batch's dossiers: counted before scanning, and what became of them, from every batch."""

    dossiers: int = Field(description="With pages of the batch")
    counted_dossiers: int = Field(description="Of those, with papers listed or surveyed")
    surveyed: int
    scanned: int
    blank: int
    exempt: int
    missing: int
    differing: int = Field(description="Dossiers that do not balance in some document")
    first_differing: list[DifferingDossier] = Field(description="The first 20 of them, as they lie")
