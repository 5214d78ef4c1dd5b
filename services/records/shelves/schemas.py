"""Shapes of the paper's places on the wire."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.records.shelves.domain import PaperState, PlaceKind

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
PlaceCode = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", max_length=60)
]


class SchemeLevel(BaseModel):
    """One step of an archive's scheme, from the room inwards."""

    model_config = ConfigDict(from_attributes=True)

    code: Name
    name: Name
    name_en: Name


class SchemeTerms(BaseModel):
    """How long paper may be out."""

    model_config = ConfigDict(from_attributes=True)

    desk_hours: int = Field(default=24, ge=1, le=24 * 90)
    scanner_hours: int = Field(default=24, ge=1, le=24 * 90)
    loan_days: int = Field(default=7, ge=1, le=365)


class SchemeBody(BaseModel):
    """How an archive is divided."""

    levels: list[SchemeLevel] = Field(min_length=1, max_length=8)
    terms: SchemeTerms = SchemeTerms()


class Scheme(SchemeBody):
    """A unit's scheme as it stands."""

    unit: str
    version: int


class NewPlace(BaseModel):
    """A place to make; its level follows from its parent."""

    unit: str = Field(max_length=20)
    kind: PlaceKind = PlaceKind.STORAGE
    code: PlaceCode
    name: Name
    parent_id: uuid.UUID | None = None


class Place(BaseModel):
    """A room, rack, tier or box, a desk or a scanner."""

    id: uuid.UUID
    unit: str
    kind: PlaceKind
    code: str
    name: str
    level: str | None
    parent_id: uuid.UUID | None
    barcode: str = Field(description="What is printed on its label")
    capacity: int | None = Field(default=None, description="Dossiers that it has room for")
    closed: bool = False
    version: int = 1


class Load(BaseModel):
    """What a place holds, with all places inside it."""

    places: int = Field(description="Open places inside it, at any depth")
    capacity: int | None = Field(description="Room of it and of those inside; none where nobody has said")
    lying: int = Field(description="Dossiers that lie there now")
    belonging: int = Field(description="Dossiers whose home is there")


class PlaceNode(Place):
    """A place in the tree."""

    holds_papers: bool
    load: Load


class PlacePath(BaseModel):
    """A place and those in which it stands, the outermost first."""

    place: PlaceNode
    above: list[Place]


class PlaceRange(BaseModel):
    """Places to make at once: one step for each level, such as `K1, G1..G6, T1..T5, H1..H10`."""

    unit: str = Field(max_length=20)
    steps: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    parent_id: uuid.UUID | None = Field(default=None, description="In which place the first step stands")
    separator: Literal["-", ".", "/"] = Field(default="-", description="Between the levels of a code")
    capacity: int | None = Field(
        default=None, ge=1, le=100_000, description="Of each place of the last level"
    )


class RangePlace(BaseModel):
    """One place of a range."""

    code: str
    name: str
    level: str
    known: bool = Field(description="It is there already and stays as it is")


class RangeResult(BaseModel):
    """What a range means, or what was made of it."""

    places: int = Field(description="All places of the range")
    added: int = Field(description="Those that are new or opened again")
    items: list[RangePlace] = Field(description="The first and the last of them")
    left_out: int = Field(description="Places between those shown")


class PlaceChange(BaseModel):
    """What changes of a place; its code stays, as it is printed on labels."""

    name: Name
    capacity: int | None = Field(default=None, ge=1, le=100_000)


class SetHome(BaseModel):
    """Where a dossier belongs; the next free position where none is given."""

    place_id: uuid.UUID
    position: int | None = Field(default=None, ge=1, le=100_000)


class Paper(BaseModel):
    """Where a dossier's paper is and where it belongs."""

    dossier_id: uuid.UUID
    reference: str
    barcode: str = Field(description="What is printed on its label")
    state: PaperState
    place: Place | None
    position: int | None
    home: Place | None
    home_position: int | None
    misplaced: bool = Field(description="On a shelf, but not where it belongs")
    borrower: str | None
    since: datetime | None
    due_at: datetime | None
    overdue: bool
    moved_by: str | None
    version: int


class Movement(BaseModel):
    """A paper went from one place to another."""

    model_config = ConfigDict(from_attributes=True)

    from_state: PaperState
    from_place_id: uuid.UUID | None
    from_position: int | None
    to_state: PaperState
    to_place_id: uuid.UUID | None
    to_position: int | None
    borrower: str | None
    purpose: str | None
    who: str
    at: datetime


class PaperDetail(Paper):
    """With its last movements, newest first."""

    movements: list[Movement]


class Scan(BaseModel):
    """What the scanner read, in order."""

    codes: list[Annotated[str, StringConstraints(max_length=250)]] = Field(min_length=1, max_length=200)
    borrower: Name | None = None
    purpose: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        default="", description="What the papers are lent for"
    )
    due_at: datetime | None = None
    at: AwareDatetime | None = Field(
        default=None, description="When it was scanned, if the line was cut then"
    )


class SeenPaper(BaseModel):
    """A paper as its last movement left it."""

    dossier_id: uuid.UUID
    version: int


class Undo(BaseModel):
    """What was moved last."""

    papers: list[SeenPaper] = Field(min_length=1, max_length=200)


class ScanResult(BaseModel):
    """What was done."""

    moved: bool
    moved_dossiers: list[uuid.UUID] = Field(
        description="Whose papers went somewhere; one that lay there already did not"
    )
    place: Place | None
    papers: list[Paper]
    warnings: list[str] = Field(description="Vietnamese")
    warnings_en: list[str]
