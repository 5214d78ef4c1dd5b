"""Shapes of printing on the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.vocabulary import DossierKind

MOST_COVERS = 200
MOST_LABELS = 1000
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Part = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^|\x00-\x1f]+$")
]


class CoverToPrint(BaseModel):
    """A dossier's cover sheet; no name of a person belongs on it."""

    unit: Annotated[Part, Field(max_length=20)]
    unit_name: Line
    kind: DossierKind
    reference: Part
    home: Line | None = Field(default=None, description="Where the paper belongs, as place/position")
    sheets: int | None = Field(default=None, ge=0, le=100_000)


class CoversToPrint(BaseModel):
    """Cover sheets, in the order in which they are printed."""

    covers: list[CoverToPrint] = Field(min_length=1, max_length=MOST_COVERS)


class LabelToPrint(BaseModel):
    """A label: what its square code says, and words; a short plain title becomes a line code too."""

    barcode: Annotated[str, StringConstraints(min_length=1, max_length=250)]
    title: Line
    subtitle: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


class LabelsToPrint(BaseModel):
    """Labels on sheets of one kind."""

    sheet: str = Field(default="a4-3x8", max_length=40, description="Code of a label sheet")
    first: int = Field(default=1, ge=1, le=200, description="The first place that is left on the first sheet")
    labels: list[LabelToPrint] = Field(min_length=1, max_length=MOST_LABELS)


class ItemToPrint(BaseModel):
    """One dossier of a packing list; no name of a person belongs on it."""

    barcode: Annotated[str, StringConstraints(min_length=1, max_length=250)]
    reference: Line
    kind: DossierKind
    found: Literal["", "arrived", "refused", "missing"] = Field(default="", description="After the check")


class PackingListToPrint(BaseModel):
    """What travels together; with `checked` it is the record of what arrived."""

    barcode: Annotated[str, StringConstraints(min_length=1, max_length=250)]
    sender: Line
    receiver: Line
    sent: Line
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    sent_by: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    items: list[ItemToPrint] = Field(min_length=1, max_length=MOST_LABELS)
    checked: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    checked_by: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    surplus: list[Line] = Field(default_factory=list, max_length=MOST_LABELS)


class LabelSheetShape(BaseModel):
    """A sheet of labels that can be printed on; sizes in millimetres."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    title: str = Field(description="Vietnamese")
    title_en: str
    columns: int
    rows: int
    width: float
    height: float


class LabelSheets(BaseModel):
    """All of them; they are data of the installation."""

    items: list[LabelSheetShape]
