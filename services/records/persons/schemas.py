"""Shapes of persons on the wire."""

import uuid
from datetime import datetime

from pydantic import BaseModel, Field

from contracts.vocabulary import DossierKind, Sex
from services.records.duplicates.domain import Reason
from services.records.persons.domain import Role, Source
from services.records.search.ranking import Match


class PersonDossier(BaseModel):
    """A dossier that names the person."""

    id: uuid.UUID
    kind: DossierKind
    reference: str
    title: str
    role: Role


class Person(BaseModel):
    """A person as a unit's papers say."""

    id: uuid.UUID
    full_name: str = Field(description="Empty where no name could be read")
    birth_date: str | None = Field(description="ISO, as precise as known", examples=["1960", "1960-01-31"])
    birth_date_raw: str | None = Field(description="As written on the paper")
    sex: Sex | None
    number: str | None
    father_name: str | None
    mother_name: str | None
    unit: str
    unit_name: str
    dossiers: list[PersonDossier]
    source: Source = Field(description="Read from papers, or entered or imported by an officer")
    provisional: bool = Field(description="True until somebody has keyed and checked the fields")
    updated_at: datetime
    merged_into: uuid.UUID | None = Field(
        default=None, description="Who this person is, by an official document"
    )


class PersonFound(Person):
    """A person who answers a query."""

    matched: list[Match] = Field(description="What agrees with the query, best first")
    score: float = Field(description="0 to 1")


class Duplicate(BaseModel):
    """Somebody who may be the same person."""

    person: Person
    score: float = Field(description="0 to 1")
    reasons: list[Reason] = Field(description="What agrees, and what speaks against it")
