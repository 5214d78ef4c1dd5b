"""HTTP shapes of intake."""

import uuid
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contracts.vocabulary import (
    BatchState,
    DossierKind,
    GroupingMethod,
    PageContent,
    PageState,
    PaperSize,
    RefusalReason,
    Verdict,
)
from services.intake.domain import RescanState

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
UnitCode = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z._-]+$")]


class Grouping(BaseModel):
    """How pages are divided into dossiers."""

    method: GroupingMethod
    pages_per_dossier: int | None = Field(
        default=None, ge=1, le=500, description="For fixed_pages, and only there"
    )

    @model_validator(mode="after")
    def _needs_pages(self) -> Self:
        if (self.method is GroupingMethod.FIXED_PAGES) != (self.pages_per_dossier is not None):
            raise ValueError("pages_per_dossier goes with fixed_pages, and only with it")
        return self


class OpenScanBatch(BaseModel):
    """A new scan batch."""

    model_config = ConfigDict(extra="forbid")

    unit: UnitCode
    kind: DossierKind
    grouping: Grouping
    duplex: bool | None = Field(
        default=None, description="Whether both sides of every sheet were scanned; null: not said"
    )
    papers: list[PaperSize] = Field(
        default_factory=list, max_length=len(PaperSize), description="Surveyed sizes; empty: not said"
    )
    note: str = Field(default="", max_length=500)


class CloseScanBatch(BaseModel):
    """Everything that the sender has sent."""

    model_config = ConfigDict(extra="forbid")

    files: list[Sha256] = Field(max_length=100_000, description="SHA-256 of every file, in any order")


class PageCounts(BaseModel):
    """Pages by their current state; a file not yet split counts as one page. The sum is all known pages."""

    received: int
    enhanced: int
    recognised: int
    filed: int
    refused: int


class ReachedCounts(BaseModel):
    """Pages that have been through each stage, wherever they are now: for progress bars."""

    enhanced: int
    recognised: int
    filed: int


class ContentCounts(BaseModel):
    """Pages by what imaging found on them."""

    text: int
    blank: int
    cover_sheet: int


class RefusedPage(BaseModel):
    """A page that cannot be archived as it is, and what to do about it."""

    file_id: uuid.UUID
    page_id: uuid.UUID
    sha256: str
    sequence: int
    page_no: int
    reason: RefusalReason
    reason_title: str = Field(description="Vietnamese")
    reason_title_en: str
    advice: str = Field(description="Vietnamese")
    advice_en: str


class ScanBatchSummary(BaseModel):
    """A scan batch with its counts."""

    id: uuid.UUID
    unit: str
    unit_name: str
    kind: DossierKind
    grouping: Grouping
    duplex: bool | None
    papers: list[PaperSize]
    note: str
    state: BatchState
    opened_at: datetime
    closed_at: datetime | None
    processed_at: datetime | None
    files: int
    counts: PageCounts
    reached: ReachedCounts
    contents: ContentCounts
    version: int


class RescanPage(BaseModel):
    """A page that is to be scanned again."""

    rescan_id: uuid.UUID
    page_id: uuid.UUID
    sequence: int
    page_no: int
    state: RescanState
    defect: str
    reason_title: str
    reason_title_en: str
    advice: str
    advice_en: str
    refusal: RefusalReason | None = Field(description="Why the image that was sent for it was refused")
    refusal_title: str | None
    refusal_title_en: str | None
    ordered_at: datetime


class Arrival(BaseModel):
    """How an open batch is coming in."""

    pages_per_minute: float = Field(description="Over the last five minutes, or since the batch was opened")
    spool_files: int | None = Field(
        description="Files that the sender had still to send when it last said so (`Spool-Depth`)"
    )
    spool_at: datetime | None
    minutes_left: int | None = Field(description="Until those are here, if they go on coming as they do")


class ScanBatch(ScanBatchSummary):
    """A scan batch with its counts, every refused page and every page that is to be scanned again."""

    refused: list[RefusedPage]
    rescans: list[RescanPage] = Field(description="Wanted, sent or refused; those that are done are gone")
    arrival: Arrival | None = Field(description="Only while the batch is open")


class ReceivedFile(BaseModel):
    """A file that is stored and registered."""

    file_id: uuid.UUID
    sha256: str
    sequence: int
    size_bytes: int
    state: PageState = Field(description="Of the least advanced page")


class BatchPage(BaseModel):
    """One page of a batch."""

    page_id: uuid.UUID
    file_id: uuid.UUID
    sha256: str = Field(description="Of the file")
    sequence: int
    page_no: int
    page_count: int | None = Field(description="Pages in the file, once it is split")
    state: PageState
    content: PageContent | None
    verdict: Verdict | None
    defects: list[str]
    reason: RefusalReason | None
    dossier_id: uuid.UUID | None
    thumbnail: str | None
    received_at: datetime
    filed_at: datetime | None


class DeclareHoldings(BaseModel):
    """How much of a kind a unit's shelves hold."""

    model_config = ConfigDict(extra="forbid")

    dossiers: int = Field(ge=0, le=100_000_000)
    sheets: int | None = Field(default=None, ge=0, le=2_000_000_000)
    counted_on: date
    source: str = Field(min_length=1, max_length=300, description="Where the count comes from")


class Holdings(DeclareHoldings):
    """What a unit has declared."""

    unit: str
    kind: DossierKind
    version: int
    declared_at: datetime
