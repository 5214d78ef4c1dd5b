"""Shapes of vigilance on the wire."""

import uuid
from datetime import datetime

from pydantic import BaseModel, Field

from services.records.keying.domain import Policy
from services.records.keying.schemas import QueueLength
from services.records.vigilance.domain import LotState


class KeyerState(BaseModel):
    """One keyer, for a supervisor."""

    who: str
    held: int = Field(description="Forms that they hold now")
    first_lease_ends: datetime | None
    forms_today: int
    known: int = Field(description="Fields with known answers that they keyed in 30 days, without knowing")
    wrong: int = Field(description="Of those, how many were wrong")


class PolicyState(BaseModel):
    """How often a policy let an error through in 30 days, where the answer was known."""

    policy: Policy
    known: int
    wrong: int


class Lot(BaseModel):
    """One keyer's fields of one name, judged by a sample."""

    id: uuid.UUID
    unit: str
    who: str
    field: str
    label: str = Field(description="Vietnamese")
    label_en: str
    size: int
    plan: str
    sample: int
    accept: int = Field(description="It fails where more of the sample are wrong")
    wrong: int
    state: LotState
    drawn_at: datetime
    decided_at: datetime | None


class Supervision(BaseModel):
    """Queues, keyers, and how good the work is."""

    queues: list[QueueLength]
    keyers: list[KeyerState]
    policies: list[PolicyState]


class TakeBack(BaseModel):
    """Whose forms are taken back, and who gets them."""

    who: str = Field(min_length=1, max_length=120)
    to: str | None = Field(default=None, max_length=120, description="None: back to the queue, for anybody")


class TakenBack(BaseModel):
    """How many forms changed hands, and how many went back to the queue."""

    given: int
    released: int


class DrawOrder(BaseModel):
    """Whose lots are closed."""

    who: str | None = Field(default=None, max_length=120, description="None: everybody's")


class Drawn(BaseModel):
    """Lots that were made."""

    lots: list[Lot]
