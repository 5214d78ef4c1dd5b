"""Shapes of merges and splits on the wire."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.records.merging.domain import MergingKind, MergingState

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Document = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class AskMerging(BaseModel):
    """A merge or split that an official document orders."""

    kind: MergingKind
    source_id: uuid.UUID = Field(
        description="A person for `persons`, else a dossier; what it holds goes away"
    )
    target_id: uuid.UUID | None = Field(default=None, description="None for a split into a new dossier")
    reference: str | None = Field(
        default=None, min_length=1, max_length=200, description="Of the dossier that a split makes"
    )
    document: Document = Field(description="Number and date of the official document")
    reason: Text
    case_id: uuid.UUID | None = Field(default=None, description="The review case that led to it")
    documents: list[uuid.UUID] = Field(default_factory=list, max_length=500, description="For a split")
    persons: list[uuid.UUID] = Field(
        default_factory=list, max_length=100, description="Entered persons, for a split"
    )
    surveyed: list[int] = Field(
        default_factory=list, max_length=500, description="Ordinals of surveyed documents, for a split"
    )


class DecideMerging(BaseModel):
    """What the second person remarks."""

    note: str = Field(default="", max_length=500)


class UndoMerging(BaseModel):
    """Why it is undone."""

    reason: Text


class Merging(BaseModel):
    """A merge or split, with who asked, who decided and who undid it."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    kind: MergingKind
    source_id: uuid.UUID
    target_id: uuid.UUID | None
    reference: str | None
    selection: dict[str, Any]
    case_id: uuid.UUID | None
    document: str
    reason: str
    state: MergingState
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None
    undone_by: str | None
    undone_at: datetime | None
    undo_reason: str | None
    version: int
