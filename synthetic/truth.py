"""What a drawn page says: the truth that readings are compared with."""

from dataclasses import asdict, dataclass, field
from typing import Any

from PIL import Image

from synthetic.canvas import Box
from synthetic.writing import Mode


@dataclass(frozen=True)
class FieldTruth:
    """One value as it stands on the page."""

    id: str
    text: str
    """NFC, exactly as written."""
    value: str
    """Normalised like a reading's value: ISO partial date, `male`/`female`, digits; else the text."""
    boxes: tuple[Box, ...]
    """One box a line, in pixels of the upright page."""

    @property
    def box(self) -> Box:
        """The rectangle around all lines of the value."""
        return Box.around(self.boxes)


@dataclass(frozen=True)
class PageTruth:
    """Everything known about a drawn page."""

    content: str
    """`text`, `blank` or `cover_sheet`."""
    form: str | None = None
    edition: str | None = None
    mode: Mode | None = None
    fields: tuple[FieldTruth, ...] = ()
    tables: dict[str, tuple[dict[str, str], ...]] = field(default_factory=dict)
    """What is written in the rows of each table on this page, by column."""
    cover: str | None = None
    """Text of the QR code on a cover sheet."""
    text: str = ""
    """Running text of a free document."""

    def field(self, field_id: str) -> FieldTruth:
        """The value written into a field; KeyError where the field was left empty."""
        for one in self.fields:
            if one.id == field_id:
                return one
        raise KeyError(field_id)

    def as_json(self) -> dict[str, Any]:
        """Plain data for `truth.json`."""
        return asdict(self)


@dataclass(frozen=True)
class Sheet:
    """A drawn page, upright and clean, with its truth."""

    image: Image.Image
    dpi: int
    truth: PageTruth
