"""Shapes of keying on the wire."""

import uuid
from datetime import datetime

from pydantic import BaseModel, Field

from contracts.recognition import Box
from contracts.vocabulary import DossierKind
from services.records.keying.domain import LEASED_FORMS, FieldState, How, Policy, Stage, VoteKind


class LeaseOrder(BaseModel):
    """How many forms somebody wants, and of what."""

    count: int = Field(default=LEASED_FORMS, ge=1, le=50)
    arbitrate: bool = Field(default=False, description="Forms whose fields are in dispute")
    kind: DossierKind | None = None
    unit: str | None = Field(default=None, max_length=20)


class FieldToKey(BaseModel):
    """One field to type, confirm or decide."""

    id: uuid.UUID
    name: str
    label: str = Field(description="Vietnamese")
    label_en: str
    policy: Policy
    state: FieldState
    box: Box = Field(description="On the reading image; width 0 where its place is not known")
    snippet: str | None = Field(description="Its crop, as a path of this API")
    shown: str | None = Field(description="The reading, for policies that show it")
    choices: list[str] = Field(description="In dispute: the values given, in no telling order")
    answered: bool = Field(description="Whether the caller has answered it")


class FormToKey(BaseModel):
    """A form that the caller holds."""

    id: uuid.UUID = Field(description="The page's")
    dossier_id: uuid.UUID
    unit: str
    kind: DossierKind
    form: str | None
    stage: Stage
    leased_until: datetime | None
    page: str = Field(description="The access image, as a path of this API")
    deep_zoom: str
    width_px: int
    height_px: int
    fields: list[FieldToKey]


class Lease(BaseModel):
    """What the caller holds now."""

    forms: list[FormToKey]
    waiting: int = Field(
        description="Forms of this stage that wait, those held by others included; counted up to 1,000"
    )


class FieldAnswer(BaseModel):
    """What somebody says that a field holds."""

    field_id: uuid.UUID
    # Longer ones are refused with a sentence of their own (`answers_refused`).
    text: str | None = Field(default=None, max_length=20_000, description="Null: illegible")
    took_ms: int | None = Field(default=None, ge=0, le=86_400_000)


class Answers(BaseModel):
    """Answers for one form."""

    answers: list[FieldAnswer] = Field(min_length=1, max_length=60)


class FieldOutcome(BaseModel):
    """Where a field stands after the answer; neither the reading nor others' answers are told."""

    id: uuid.UUID
    name: str
    state: FieldState
    how: How | None
    counted: VoteKind | None = Field(description="How the caller's answer was taken")


class FormOutcome(BaseModel):
    """Where a form stands after the answer."""

    id: uuid.UUID
    stage: Stage
    fields: list[FieldOutcome]


class Released(BaseModel):
    """How many forms were given back."""

    released: int


class QueueLength(BaseModel):
    """Forms of one kind that wait at one stage."""

    kind: DossierKind
    stage: Stage
    forms: int = Field(description="Counted up to 1,000")


class KeyerDay(BaseModel):
    """The caller's own work today; nobody else's is shown."""

    forms: int
    fields: int
    checked: int = Field(description="Fields of theirs that another mind or the reader has checked")
    differed: int = Field(description="Of those, how many were settled to another value")
    queues: list[QueueLength]
