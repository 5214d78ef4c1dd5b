"""Shapes of entry on the wire: texts as typed go in, what was understood comes out."""

import uuid

from pydantic import BaseModel, ConfigDict, Field

from contracts.vocabulary import DossierKind, PaperSize, Sex
from services.records.life.domain import Condition
from services.records.life.schemas import SheetSize

MOST_PERSONS = 200
MOST_DOCUMENTS = 500

Typed = str | None


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", str_max_length=2000)


class OtherNumberGiven(_Given):
    """A further number of a person."""

    number: str
    replaced_by: Typed = Field(default=None, description="The number of the same person that replaced it")


class PersonGiven(_Given):
    """A person as typed; dates as `01011960`, `1960` or `00/00/1960`, sex as `1`, `2`, `Nam`, `Nữ`."""

    id: uuid.UUID | None = Field(default=None, description="Of a person entered before")
    full_name: Typed = None
    number: Typed = Field(default=None, description="9 or 12 digits: the present one")
    birth_date: Typed = None
    sex: Typed = None
    father_name: Typed = None
    mother_name: Typed = None
    relation_to_head: Typed = Field(default=None, description="Household only; `Chủ hộ` for the head")
    permanent_registered_on: Typed = None
    departed_on: Typed = None
    deregistration_reason: Typed = None
    other_numbers: list[OtherNumberGiven] = Field(default_factory=list, max_length=20)


class HouseholdGiven(_Given):
    """A household's own values as typed."""

    household_book_no: Typed = None
    volume_no: Typed = None
    residence_register_no: Typed = None
    register_leaf_no: Typed = None
    permanent_residence: Typed = None
    archived_on: Typed = None


class ListedDocumentGiven(_Given):
    """A paper in the dossier."""

    type: str = Field(description="Code of a document type")
    name: Typed = None
    sheet_count: int = 1
    physical_condition: Condition = Condition.INTACT
    paper_size: SheetSize = PaperSize.A4


class EntryContent(_Given):
    """All that is entered of a dossier."""

    household: HouseholdGiven | None = None
    persons: list[PersonGiven] = Field(default_factory=list, max_length=MOST_PERSONS)
    documents: list[ListedDocumentGiven] | None = Field(
        default=None,
        max_length=MOST_DOCUMENTS,
        description="Papers in the dossier, until they are surveyed; left as they are where not given",
    )
    metadata: dict[str, Typed] = Field(default_factory=dict)


class DossierGiven(EntryContent):
    """A dossier to register, with as much of its content as is known."""

    unit: str = Field(min_length=1, max_length=20)
    kind: DossierKind
    reference: str = Field(max_length=200, description="Residence: hồ sơ hộ khẩu số")
    title: str | None = Field(default=None, max_length=500)


class EntryChange(EntryContent):
    """The whole content anew, and why."""

    why: str = Field(min_length=1, max_length=500)


class PersonNumber(BaseModel):
    """One of a person's numbers."""

    number: str
    kind: str = Field(description="`cmnd` or `cccd`")
    standing: str = Field(description="`living`, `departed` or `disputed`")
    replaced_by: str | None


class EnteredPerson(BaseModel):
    """A person as entered."""

    id: uuid.UUID
    full_name: str
    number: str | None
    birth_date: str | None
    birth_date_raw: str | None
    sex: Sex | None
    father_name: str | None
    mother_name: str | None
    relation_to_head: str | None
    is_head: bool
    permanent_registered_on: str | None
    departed_on: str | None
    deregistration_reason: str | None
    numbers: list[PersonNumber]


class ListedDocument(BaseModel):
    """A paper in the dossier, in the order of TT 80/2011/TT-BCA Art. 10 until a survey says how it lies."""

    ordinal: int
    type: str
    type_title: str
    type_title_en: str
    name: str | None
    sheet_count: int
    physical_condition: Condition
    paper_size: SheetSize


class Household(BaseModel):
    """A household's own values."""

    household_book_no: str | None
    volume_no: str | None
    residence_register_no: str | None
    register_leaf_no: str | None
    permanent_residence: str | None
    archived_on: str | None


class DossierEntry(BaseModel):
    """What officers entered of a dossier."""

    dossier_id: uuid.UUID
    unit: str
    kind: DossierKind
    reference: str
    title: str | None
    household: Household | None
    persons: list[EnteredPerson]
    documents: list[ListedDocument]
    metadata: dict[str, str]
    open_cases: int = Field(description="Points of the dossier that somebody must look at")
    version: int


class DocumentTypeShape(BaseModel):
    """A type of paper."""

    code: str
    kind: DossierKind | None = Field(description="The kind of dossier that holds it; none for both")
    title: str
    title_en: str


class MetadataFieldShape(BaseModel):
    """A metadata field (TT 05/2025/TT-BNV)."""

    code: str
    title: str
    title_en: str
    kind: str
    choices: dict[str, str]
    longest: int
    confirmed: bool = Field(description="Whether its list and length are confirmed by the circular's text")
