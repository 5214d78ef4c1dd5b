"""Shapes of reconciliation on the wire."""

import uuid
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.vocabulary import DossierKind
from services.records.reconciliation.domain import Answer, Aspect, Method, RoundState

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
UnitCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]


class StartRound(BaseModel):
    """Which dossiers to reconcile."""

    unit: UnitCode
    kind: DossierKind
    size: int | None = Field(default=None, ge=1, le=100_000, description="Of a sample; none for all dossiers")
    seed: int | None = Field(
        default=None, ge=0, lt=2**31, description="Of a sample; drawn where none is given"
    )


class Interval95(BaseModel):
    """A share with its 95 % confidence interval; low and high are the share once everything is checked."""

    share: float
    low: float
    high: float


class Round(BaseModel):
    """A round as it stands."""

    id: uuid.UUID
    unit: str
    unit_name: str
    kind: DossierKind
    method: Method
    size: int
    seed: int | None
    population: int = Field(description="Dossiers of the unit and kind when it was started")
    state: RoundState
    started_by: str
    started_at: datetime
    due_on: date
    closed_by: str | None
    closed_at: datetime | None
    checked: int
    waiting: int
    answers: dict[str, int] = Field(description="Answer → dossiers")
    aspects: dict[str, int] = Field(description="In what dossiers differ → dossiers")
    fields: dict[str, int] = Field(description="Field → dossiers")
    differing: Interval95 | None = Field(description="Records that differ or whose paper is missing")
    version: int


class Due(BaseModel):
    """When a kind is to be reconciled next."""

    kind: DossierKind
    last_round: uuid.UUID | None
    last_started_at: datetime | None
    due_on: date
    overdue: bool


class RoundItem(BaseModel):
    """One dossier of a round."""

    model_config = ConfigDict(from_attributes=True)

    ordinal: int
    dossier_id: uuid.UUID
    reference: str
    answer: Answer | None
    aspects: list[Aspect]
    fields: list[str]
    sheets_found: int | None
    note: str | None
    checked_by: str | None
    checked_at: datetime | None
    version: int


class AnswerItem(BaseModel):
    """What was found of one dossier."""

    answer: Answer
    aspects: list[Aspect] = Field(default_factory=list, max_length=3, description="For `differs`")
    fields: list[Annotated[str, StringConstraints(max_length=40)]] = Field(
        default_factory=list, max_length=20
    )
    sheets_found: int | None = Field(default=None, ge=0, le=10_000)
    note: Note | None = None


class MissingRecord(BaseModel):
    """A paper on the shelf of which there is no record."""

    reference: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    note: Note | None = None
