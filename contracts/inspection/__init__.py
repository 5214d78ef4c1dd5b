"""Defects that an inspector may find on a page's image: codes as data, with what the scanner is told."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DEFECTS = Path(__file__).parent / "defects.csv"


@dataclass(frozen=True, slots=True)
class InspectionDefect:
    """Why a page is to be scanned again."""

    key: str
    """The digit that marks it on the screen."""
    code: str
    title: str
    """Vietnamese, as its English beside it."""
    title_en: str
    advice: str
    """What the scan operator is to do."""
    advice_en: str


@cache
def inspection_defects(path: Path = DEFECTS) -> dict[str, InspectionDefect]:
    """Code → defect, in the order of their keys."""
    with path.open(encoding="utf-8", newline="") as rows:
        return {row["code"]: InspectionDefect(**row) for row in csv.DictReader(rows)}
