"""Shapes of duplicates on the wire."""

import uuid

from pydantic import BaseModel, Field

from services.records.cases.schemas import ReviewCase
from services.records.duplicates.domain import Reason
from services.records.persons.schemas import Person


class Side(BaseModel):
    """One of the two who may be one."""

    person_id: uuid.UUID
    dossier_id: uuid.UUID
    unit: str
    unit_name: str
    person: Person | None = Field(description="None where the caller may not see the unit")


class Sides(BaseModel):
    """A case of two who may be one, both of them side by side."""

    case: ReviewCase
    score: float = Field(description="0 to 1")
    reasons: list[Reason] = Field(description="What agrees, and what speaks against it")
    sides: list[Side] = Field(description="The case's own first")
