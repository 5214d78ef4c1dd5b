"""Shapes of look-ups and slips on the wire."""

import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.vocabulary import DossierKind
from services.records.lookup.domain import Group, Kind
from services.records.persons.schemas import Person
from services.records.shelves.schemas import Paper


class Purpose(BaseModel):
    """A purpose to choose."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    title: str = Field(description="Vietnamese")
    title_en: str


class LookUp(BaseModel):
    """What is looked for. In the body, so that no address keeps it."""

    q: str = Field(
        min_length=1,
        max_length=200,
        description="A number, a name, a dossier's reference or barcode, a shelf's label, words of an "
        "address or of a paper; `địa chỉ: …`, `đơn vị: …`, `kệ: …`, `hồ sơ: …`, `nội dung: …`, `cha: …`, "
        "`mẹ: …` say which",
    )
    birth_year: int | None = Field(default=None, ge=1850, le=2100)
    group: Group | None = Field(default=None, description="Only answers that a screen shows apart")
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=500)


class SnippetPart(BaseModel):
    """A piece of the text found."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    hit: bool


class Holding(BaseModel):
    """A dossier and where it can be had: on the screen, on a shelf, with somebody, on its way."""

    id: uuid.UUID
    kind: DossierKind
    reference: str
    title: str
    unit: str
    unit_name: str
    page_count: int
    document_count: int
    digitised: bool = Field(description="Whether there are pages to look at")
    held: bool = Field(description="Until an official document resolves who of two dossiers is who")
    paper: Paper


class LookUpFound(BaseModel):
    """One answer: a person, a dossier, or a page of one."""

    kind: Kind
    matched: list[str] = Field(description="What agrees with the box, best first")
    score: float = Field(description="0 to 1")
    person: Person | None = None
    holdings: list[Holding] = Field(description="The dossiers that the answer is about")
    page_id: uuid.UUID | None = None
    snippet: list[SnippetPart] = []


class SlipOrder(BaseModel):
    """What a copy is certified of."""

    documents: list[uuid.UUID] = Field(default=[], max_length=200, description="None: all of the dossier")
    copies: int = Field(default=1, ge=1, le=50)


class SlipDocument(BaseModel):
    """A document of which a copy is certified."""

    id: uuid.UUID
    title: str
    title_en: str
    pages: int
    sha256: str = Field(description="Of its PDF where one was sealed, else of its pages' images together")
    sealed: bool


class Slip(BaseModel):
    """A slip that goes with certified copies; what it says never changes."""

    id: uuid.UUID
    number: str = Field(description="For the space behind `Số:`")
    dossier_id: uuid.UUID
    reference: str
    title: str
    kind: DossierKind
    unit: str
    unit_name: str
    parent_name: str
    documents: list[SlipDocument]
    pages: int
    copies: int
    purpose: str
    who: str
    made_at: datetime
    sha256: str = Field(description="Of everything above, as printed at its foot")
