"""Shapes of preparation on the wire."""

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from contracts.vocabulary import DossierKind
from services.records.dossiers.domain import DossierState
from services.records.life.domain import Condition, ScanMethod
from services.records.life.schemas import SheetSize
from services.records.preparation.service import MOST_AT_ONCE
from services.records.shelves.schemas import Place

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=250)]


class Codes(BaseModel):
    """What somebody scanned or typed: printed codes, a cover sheet's code, references, places."""

    codes: list[Code] = Field(min_length=1, max_length=MOST_AT_ONCE)


class DossierToPrepare(BaseModel):
    """A dossier at the desk; on what is printed for it no person's name belongs."""

    dossier_id: uuid.UUID
    unit: str
    unit_name: str
    kind: DossierKind
    reference: str
    title: str | None
    state: DossierState
    barcode: str = Field(description="What is printed on its label")
    home: str | None = Field(description="Where its paper belongs, as place/position")
    documents: int
    sheets: int
    surveyed_at: datetime | None = None


class DossiersToPrepare(BaseModel):
    """Dossiers in the order in which they were asked for, or lie."""

    items: list[DossierToPrepare]
    places: list[Place] = Field(default_factory=list, description="Places that were named")


class PaperToSurvey(BaseModel):
    """A document as entry listed it or the last survey found it."""

    type: str
    name: str | None
    sheets: int
    paper_size: SheetSize
    condition: Condition
    method: ScanMethod


class PaperType(BaseModel):
    """A type of document that the dossier may hold."""

    code: str
    title: str = Field(description="Vietnamese")
    title_en: str


class PreparationSheet(DossierToPrepare):
    """What the survey of a dossier begins with; it is sent to `PUT /v1/dossiers/{id}/survey`."""

    papers: list[PaperToSurvey]
    types: list[PaperType] = Field(description="In the order of TT 80/2011/TT-BCA Art. 10")
    open_for_survey: bool
    version: int
