"""Rules of printing: sheets of labels as data, what a cover sheet and a label say. Pure."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHEETS = Path(__file__).parent / "data" / "label_sheets.csv"

PAGE_MM = (210.0, 297.0)
"""A4, upright."""


@dataclass(frozen=True, slots=True)
class LabelSheet:
    """A sheet of labels as it is sold: how many, how large, where; millimetres from the upper left corner."""

    code: str
    title: str
    title_en: str
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    pitch_x: float
    pitch_y: float

    @property
    def places(self) -> int:
        """Labels on a sheet."""
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Left and upper edge of a label, counted from 0 line by line."""
        row, column = divmod(place, self.columns)
        return self.left + column * self.pitch_x, self.top + row * self.pitch_y

    @property
    def fits(self) -> bool:
        """Whether every label lies on the page and none on another."""
        right, bottom = self.corner(self.places - 1)
        inside = right + self.width <= PAGE_MM[0] + 0.5 and bottom + self.height <= PAGE_MM[1] + 0.5
        return inside and self.pitch_x >= self.width and self.pitch_y >= self.height


@dataclass(frozen=True, slots=True)
class Cover:
    """What a cover sheet says; no name of a person, since sheets lie about."""

    unit: str
    unit_name: str
    kind: str
    reference: str
    home: str | None = None
    sheets: int | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says: a code for the scanner and words for people."""

    barcode: str
    title: str
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class PackedItem:
    """One dossier of a packing list; no name of a person, since lists lie about."""

    barcode: str
    reference: str
    kind: str
    found: str = ""
    """What became of it on arrival: `arrived`, `refused` or `missing`; empty before the check."""


@dataclass(frozen=True, slots=True)
class PackingList:
    """What travels together, and once it is checked what arrived."""

    barcode: str
    sender: str
    receiver: str
    sent: str
    """Day and time, as it is printed."""
    note: str
    sent_by: str
    items: tuple[PackedItem, ...]
    checked: str = ""
    """Day and time of the check; empty before it."""
    checked_by: str = ""
    surplus: tuple[str, ...] = ()


@cache
def label_sheets(path: Path = SHEETS) -> dict[str, LabelSheet]:
    """Code → sheet, from the data file; raises ValueError for one that does not fit its page."""
    with path.open(encoding="utf-8", newline="") as rows:
        found = {
            row["code"]: LabelSheet(
                row["code"],
                row["title"],
                row["title_en"],
                int(row["columns"]),
                int(row["rows"]),
                *(
                    float(row[f"{name}_mm"])
                    for name in ("width", "height", "left", "top", "pitch_x", "pitch_y")
                ),
            )
            for row in csv.DictReader(rows)
        }
    if wrong := [one.code for one in found.values() if not one.fits]:
        raise ValueError(f"label sheets that do not fit an A4 page: {', '.join(wrong)}")
    return found


def placed(sheet: LabelSheet, count: int, first: int) -> Iterator[tuple[int, int]]:
    """Page and place on it, both from 0, for so many labels; `first`, from 1, is the first place left."""
    for number in range(first - 1, first - 1 + count):
        yield divmod(number, sheet.places)
