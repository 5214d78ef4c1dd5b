"""The shape of one printed form edition, as written in the YAML files of this folder."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class FieldType(StrEnum):
    """What may be written into a field; decides the alphabet and the checks."""

    NAME = "name"
    DATE = "date"
    SEX = "sex"
    DIGITS = "digits"
    PLACE = "place"
    TEXT = "text"


class EditionStatus(StrEnum):
    """Whether a source shows the printed layout, or it is assumed until a blank is supplied."""

    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"


class FormKind(StrEnum):
    """Which archive a form is filed in."""

    IDENTITY = "identity"
    RESIDENCE = "residence"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FormField(_Part):
    """One labelled place to write on; `row` orders the printed lines and fields of one row share a line."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Glossary identifier, such as `number`, `full_name`, `birth_date` or `father_name`."""
    number: int | None = None
    """Number printed before the label."""
    label: str
    note: str = ""
    """Printed after the label and before the colon, such as `(1)`."""
    variants: tuple[str, ...] = ()
    """Other printings of the label."""
    type: FieldType
    row: int
    share: float = Field(default=1.0, gt=0)
    """Weight of this field's width among the fields of its row."""
    boxes: int = 0
    """Printed digit boxes instead of a dotted line; 0 for none."""
    lines: int = 1
    """Dotted lines, the label's included."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label and its other printings."""
        return (self.label, *self.variants)


class TableColumn(_Part):
    """One column of a printed table; `width` is its share of the table's width."""

    id: str
    label: str
    type: FieldType = FieldType.TEXT
    width: float = Field(gt=0)


class FormTable(_Part):
    """A printed table with a numbered caption and empty rows."""

    id: str
    number: int | None = None
    label: str
    row: int
    columns: tuple[TableColumn, ...]
    rows: int = 4


class FormSection(_Part):
    """A heading printed before the given row; it tells apart fields with the same label."""

    id: str
    label: str
    row: int


class Signature(_Part):
    """One signature block of the closing part."""

    label: str
    note: str = "(Ký, ghi rõ họ tên)"
    declarant: bool = False
    """The person who fills in the form signs here."""


class FormEdition(_Part):
    """One printed edition of one form."""

    form: str
    edition: str
    kind: FormKind
    title: str
    subtitle: str = ""
    mark: str = ""
    """Form mark, printed top right."""
    status: EditionStatus
    source: str
    photo: bool = False
    """A 3x4 cm photograph frame left of the title."""
    fingerprints: bool = False
    """Frames for both index fingers near the end."""
    fields: tuple[FormField, ...]
    tables: tuple[FormTable, ...] = ()
    sections: tuple[FormSection, ...] = ()
    declaration: str = ""
    """Sentence before the signatures."""
    signatures: tuple[Signature, ...] = ()

    @property
    def key(self) -> str:
        """Form and edition in one word, such as `CT01-2021`: the name of the YAML file."""
        return f"{self.form}-{self.edition}"

    def field(self, field_id: str) -> FormField:
        """The field with this identifier; KeyError where the edition has none."""
        for field in self.fields:
            if field.id == field_id:
                return field
        raise KeyError(field_id)

    @model_validator(mode="after")
    def _identifiers_are_unique(self) -> Self:
        ids = [field.id for field in self.fields] + [table.id for table in self.tables]
        doubled = sorted({one for one in ids if ids.count(one) > 1})
        if doubled:
            raise ValueError(f"{self.key}: fields given twice: {', '.join(doubled)}")
        return self
