"""The shape in which a page's reading travels from OCR to records (and out of `tangthu recognise`)."""

import uuid

from pydantic import BaseModel, ConfigDict, Field


class Box(BaseModel):
    """A rectangle on the reading image, in pixels from its top left corner."""

    model_config = ConfigDict(frozen=True)

    x: int
    y: int
    width: int
    height: int


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
    lines: tuple[ReadLine, ...] = ()
    width_px: int = 0
    height_px: int = 0
    model: str = ""
    """Name and version of the model pack."""
