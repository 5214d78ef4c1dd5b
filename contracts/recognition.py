"""The shape in which a page's reading travels from OCR to records (and out of `tangthu recognise`)."""

import uuid
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Box(BaseModel):
    """A rectangle on the reading image, in pixels from its top left corner."""

    model_config = ConfigDict(frozen=True)

    x: int
    y: int
    width: int
    height: int


class ReadingVerdict(StrEnum):
    """What a page turned out to be."""

    KNOWN_FORM = "known_form"
    """A form edition whose title and labels are on the page."""
    UNKNOWN_FORM = "unknown_form"
    """Labels of identity fields, but of no edition that is known."""
    TEXT = "text"
    """Text without the labels of a form."""
    NO_TEXT = "no_text"
    """Nothing that can be read: blank, black, a photograph, noise."""


class Alternative(BaseModel):
    """Another way to read a field, less likely than the one given."""

    model_config = ConfigDict(frozen=True)

    text: str
    confidence: float = Field(ge=0, le=1)


class ReadField(BaseModel):
    """One field as read. `text` is NFC as written; nothing is corrected silently."""

    model_config = ConfigDict(frozen=True)

    text: str
    value: str | None = None
    """Normalised: partial ISO date (`1960`, `1960-01`), `male`/`female`, digits only; none if unclear."""
    confidence: float = Field(ge=0, le=1)
    box: Box
    warnings: tuple[str, ...] = ()
    """Codes of failed checks, such as `number_length` or `sex_mismatch`."""
    character_confidences: tuple[float, ...] = ()
    """Probability of each character of `text`, as many as it has."""
    alternatives: tuple[Alternative, ...] = ()
    """The likeliest other readings, best first."""
    precision: str | None = None
    """Of a date's `value`: `day`, `month` or `year`."""


class ReadWord(BaseModel):
    """One word of a line; what stands between two spaces."""

    model_config = ConfigDict(frozen=True)

    text: str
    confidence: float = Field(ge=0, le=1)
    box: Box


class ReadLine(BaseModel):
    """One line of text on the page, in reading order."""

    model_config = ConfigDict(frozen=True)

    text: str
    confidence: float = Field(ge=0, le=1)
    box: Box
    words: tuple[ReadWord, ...] = ()
    """Its words from left to right; joined by single spaces they are `text`."""


class Recognition(BaseModel):
    """Everything read on one page."""

    model_config = ConfigDict(frozen=True)

    page_id: uuid.UUID | None = None
    form: str | None = None
    edition: str | None = None
    text: str = ""
    confidence: float = Field(default=0.0, ge=0, le=1)
    fields: dict[str, ReadField] = Field(default_factory=dict)
    """Keyed by glossary identifiers: number, full_name, birth_date, sex, father_name…"""
    tables: dict[str, tuple[dict[str, ReadField], ...]] = Field(default_factory=dict)
    """Rows of printed tables that something is written in, by table; a row is keyed by its columns."""
    lines: tuple[ReadLine, ...] = ()
    width_px: int = 0
    height_px: int = 0
    model: str = ""
    """Name and version of the model pack."""
    verdict: ReadingVerdict | None = None
    """None in readings made before verdicts were given."""
    turned: int = 0
    """Degrees clockwise by which the page had to be turned to be read: 0 or 180. Boxes are on it as given."""
