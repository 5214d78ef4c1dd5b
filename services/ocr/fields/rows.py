"""A row as read: its text, and where on the page each character stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.ocr.engine.base import Glyph, Reading
from services.ocr.layout.lines import Row, Segment


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row's segments read from left to right, joined by spaces.

    `places[i]` is the x on the page of character i; `starts` are the indices at which segments begin.
    """

    row: Row
    readings: tuple[Reading, ...]
    text: str
    places: tuple[float, ...]
    glyphs: tuple[Glyph, ...]
    starts: frozenset[int]
    owners: tuple[int, ...]
    """Number of the segment that each character belongs to."""

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The row's segments."""
        return self.row.segments


def read_row(row: Row, readings: Sequence[Reading], lefts: Sequence[float]) -> ReadRow:
    """Join the readings of a row's segments; `lefts` are the page x of their crops' left edges."""
    text: list[str] = []
    places: list[float] = []
    glyphs: list[Glyph] = []
    starts: set[int] = set()
    owners: list[int] = []
    for number, (segment, reading, left) in enumerate(zip(row.segments, readings, lefts, strict=True)):
        if not reading.glyphs:
            continue
        if text:
            text.append(" ")
            places.append(float(segment.left))
            glyphs.append(Glyph(" ", 1.0, float(segment.left)))
            owners.append(number)
        starts.add(len(text))
        for glyph in reading.glyphs:
            text.append(glyph.character)
            places.append(left + glyph.x)
            glyphs.append(glyph)
            owners.append(number)
    return ReadRow(
        row, tuple(readings), "".join(text), tuple(places), tuple(glyphs), frozenset(starts), tuple(owners)
    )
