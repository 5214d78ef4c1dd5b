"""What goes over the wire about training samples."""

import uuid
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from contracts.recognition import Box


class ConsentBody(BaseModel):
    """Whether a unit's settled fields may be learned from; consent needs the owner's paper."""

    consented: bool
    document: Annotated[str | None, Field(max_length=120, description="Số văn bản · number of the paper")] = (
        None
    )

    @model_validator(mode="after")
    def _founded(self) -> Self:
        if self.consented and not (self.document or "").strip():
            raise ValueError("consent needs the number of the document that gives it")
        return self


class Consent(BaseModel):
    """A unit's consent as it stands."""

    unit: str
    consented: bool
    document: str | None
    decided_by: str | None
    decided_at: datetime | None
    version: int


class TrainingSample(BaseModel):
    """A settled field: where it stands on which image, what it says, whose hand."""

    field_id: uuid.UUID
    field: str
    text: str
    writer: str
    """A group's name: one dossier's papers, under a digest."""
    page: str
    """Address of the page's image."""
    box: Box
    """In pixels of a page of `width_px` × `height_px`."""
    width_px: int
    height_px: int
