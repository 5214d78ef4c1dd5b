"""Shapes of bulk matching on the wire."""

from pydantic import BaseModel, ConfigDict, Field

from services.records.duplicates.domain import Reason
from services.records.matching.domain import Status
from services.records.persons.schemas import Person

MOST_ITEMS = 500


class MatchItem(BaseModel):
    """A number, or what is known of the six fields; dates and sex as people type them."""

    model_config = ConfigDict(extra="forbid", str_max_length=300)

    ref: str | None = Field(default=None, description="The sender's own mark of the item, answered as it is")
    number: str | None = None
    full_name: str | None = None
    birth_date: str | None = Field(default=None, examples=["01011960", "1960"])
    sex: str | None = None
    father_name: str | None = None
    mother_name: str | None = None


class MatchRequest(BaseModel):
    """A list to match."""

    items: list[MatchItem] = Field(min_length=1, max_length=MOST_ITEMS)
    candidates: int = Field(default=5, ge=1, le=20, description="Most that are answered of an item")


class MatchError(BaseModel):
    """A value of an item that cannot stand."""

    field: str
    code: str
    title: str
    title_en: str


class Candidate(BaseModel):
    """Somebody who may be meant."""

    person: Person
    score: float = Field(description="0 to 1")
    reasons: list[Reason] = Field(description="What agrees, and what speaks against it")


class Matched(BaseModel):
    """What became of an item."""

    index: int = Field(description="Its place in the list, from 0")
    ref: str | None
    status: Status
    errors: list[MatchError]
    candidates: list[Candidate] = Field(description="Best first")


class MatchResult(BaseModel):
    """Each item's answer, in the order of the list."""

    items: list[Matched]
    counts: dict[Status, int]
