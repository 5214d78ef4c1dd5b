"""Shapes of inspection on the wire."""

import uuid
from datetime import datetime

from pydantic import BaseModel, Field

from contracts.vocabulary import DossierKind, PageContent, Verdict
from services.records.inspection.domain import SET_PAGES, SetReason, SetState


class Defect(BaseModel):
    """Something that may be wrong with a page's image."""

    key: str = Field(description="The digit that marks it")
    code: str
    title: str
    title_en: str
    advice: str = Field(description="What the scan operator is told")
    advice_en: str


class SetOrder(BaseModel):
    """How many sets somebody wants, and of what."""

    count: int = Field(default=2, ge=1, le=4)
    kind: DossierKind | None = None
    unit: str | None = Field(default=None, max_length=20)


class PageToInspect(BaseModel):
    """One page of a grid."""

    page_id: uuid.UUID
    dossier_id: uuid.UUID | None
    sequence: int
    page_no: int
    content: PageContent
    verdict: Verdict = Field(description="What imaging thinks of it")
    defects: list[str] = Field(description="Codes of what imaging found")
    width_px: int
    height_px: int
    thumbnail: str = Field(description="As a path of this API")
    access: str
    mark: str | None = Field(description="The defect that was marked before the set was taken back")


class SetToInspect(BaseModel):
    """A grid that the caller holds."""

    id: uuid.UUID
    batch_id: uuid.UUID
    unit: str
    unit_name: str
    kind: DossierKind
    reason: SetReason
    leased_until: datetime | None
    pages: list[PageToInspect]


class SetLease(BaseModel):
    """What the caller holds now."""

    sets: list[SetToInspect]
    waiting: int = Field(description="Sets that wait, those held by others included; counted up to 1,000")
    own_waits: bool = Field(description="Whether sets wait that the caller scanned, which others inspect")


class Mark(BaseModel):
    """A page that fails."""

    page_id: uuid.UUID
    defect: str = Field(max_length=40)


class SetAnswer(BaseModel):
    """What somebody says of a set: what is not marked passes."""

    failed: list[Mark] = Field(default=[], max_length=SET_PAGES)


class SetOutcome(BaseModel):
    """What became of a set."""

    id: uuid.UUID
    state: SetState
    passed: int
    failed: int


class PageOrder(BaseModel):
    """Why one page is to be scanned again."""

    defect: str = Field(max_length=40, description="A code of `GET /v1/inspection/defects`")


class PageOrdered(BaseModel):
    """What became of a page's order."""

    page_id: uuid.UUID
    rescan_id: uuid.UUID | None = Field(description="The order that was given or taken back")


class AwaitedRescan(BaseModel):
    """A page whose paper is to be scanned again."""

    page_id: uuid.UUID
    rescan_id: uuid.UUID
    at: datetime
    who: str
    defect: str
    title: str
    title_en: str


class SetsReleased(BaseModel):
    """How many sets were given back."""

    released: int


class SetsWaiting(BaseModel):
    """What waits for the caller's eyes."""

    sets: int = Field(description="Counted up to 1000; none that the caller scanned or others hold")
    rescans: int = Field(description="How many of them are pages scanned again")
    oldest_at: datetime | None


class Check(BaseModel):
    """What one person said of one image of a page."""

    id: uuid.UUID
    at: datetime
    who: str
    defect: str | None = Field(description="None where it passed")
    title: str | None
    title_en: str | None
    undone_at: datetime | None
    image: str = Field(description="The image that was looked at, as a path of this API")
    shown: bool = Field(description="Whether the page still shows that image")


class PageChecks(BaseModel):
    """A page's inspections, the oldest first."""

    page_id: uuid.UUID
    checks: list[Check]
