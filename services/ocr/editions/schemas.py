"""Shapes of form editions on the wire."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.recognition import Box
from services.ocr.editions.domain import Act, EditionState

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ProposedEdition(BaseModel):
    """A form edition as a file of `forms/` describes it."""

    definition: dict[str, Any] = Field(
        description="form, edition, kind, title, status, source, fields…: what the YAML file holds"
    )


class Because(BaseModel):
    """Why."""

    reason: Reason


class TrialSummary(BaseModel):
    """Samples read with the present definition."""

    pages: int
    recognised: int = Field(description="Of these, on which the form was recognised")
    at: datetime | None
    who: str | None


class EditionAct(BaseModel):
    """Something was done with an edition."""

    model_config = ConfigDict(from_attributes=True)

    act: Act
    who: str
    at: datetime
    reason: str


class FormEditionSummary(BaseModel):
    """An edition of a printed form that the reader knows, knew or may come to know."""

    id: uuid.UUID | None = Field(description="None of one that came with the software")
    form: str
    edition: str
    kind: str
    title: str
    state: EditionState
    field_count: int
    proposed_by: str | None
    proposed_at: datetime | None
    accepted_by: str | None
    accepted_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    trial: TrialSummary | None
    version: int | None


class FormEditionDetail(FormEditionSummary):
    """With its definition and everything that was done with it, oldest first."""

    definition: dict[str, Any]
    history: list[EditionAct]


class FormEditions(BaseModel):
    """Those of officers, newest first, then those that came with the software."""

    items: list[FormEditionSummary]


class TriedField(BaseModel):
    """A field as the reader reads it on a sample."""

    id: str
    label: str | None = Field(description="As the edition prints it; none of a field found on any form")
    text: str
    value: str | None
    confidence: float
    box: Box
    warnings: list[str]


class FoundLabel(BaseModel):
    """Where a printed label of the edition is on a sample."""

    id: str
    box: Box


class MissingLabel(BaseModel):
    """A printed label that was not found on a sample."""

    id: str
    label: str


class TrialReading(BaseModel):
    """What the reader, were the edition accepted, recognises on a sample; nothing of it is kept."""

    form: str | None
    edition: str | None
    recognised: bool = Field(description="Whether the page was taken for this very edition")
    fields: list[TriedField]
    labels: list[FoundLabel]
    missing: list[MissingLabel]
    width_px: int
    height_px: int
    turned: int
    trial: TrialSummary
    version: int
