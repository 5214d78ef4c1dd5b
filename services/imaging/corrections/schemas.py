"""HTTP shapes of corrections."""

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.vocabulary import PageContent
from services.imaging.domain import Region

Reason = Field(default="", max_length=300, description="Why; nothing about the person on the paper")


class CorrectPage(BaseModel):
    """What to change on the page as it is shown: turned first, then straightened, then cropped."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    rotate: Literal[0, 90, 180, 270] = Field(default=0, description="Degrees clockwise")
    turn_degrees: float = Field(default=0.0, ge=-15, le=15, description="A small turn further clockwise")
    crop: Region | None = Field(default=None, description="What to keep, as shares of width and height")
    content: Literal[PageContent.TEXT, PageContent.BLANK] | None = Field(
        default=None, description="What the page is, where imaging was mistaken"
    )
    reason: str = Reason


class RestorePage(BaseModel):
    """Why a page goes back to an earlier state."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Reason


class CorrectionEntry(BaseModel):
    """One state of the page."""

    number: int = Field(description="0: as imaging made it")
    at: datetime
    who: str
    reason: str
    change: dict[str, Any] | None = Field(description="As it was asked for; null: imaging, or a return")
    restores: int | None = Field(description="The entry that was gone back to")
    content: PageContent
    width_px: int
    height_px: int


class CorrectionDetail(CorrectionEntry):
    """An entry with everything that makes its images again from the master."""

    recipe: dict[str, Any]
    master_sha256: str
    page_no: int = Field(description="Of the master file")
    derivatives: dict[str, str] = Field(description="Kind (access, thumbnail, reading) → SHA-256")


class Corrections(BaseModel):
    """A page's history; its ETag is the number of the newest entry."""

    page_id: uuid.UUID
    newest: int = Field(description="0: nobody has touched the page")
    undo: int | None = Field(description="The entry to restore to undo the last correction; null: none")
    content: PageContent
    entries: list[CorrectionEntry]
