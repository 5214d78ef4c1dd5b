"""Rules of the paper's places: levels of a scheme, codes, terms. Pure."""

import csv
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

LEVELS = Path(__file__).parent / "data" / "levels.csv"

DOSSIER_PREFIX, PLACE_PREFIX = "TT:D:", "TT:P:"
"""What a printed code of a dossier or a place begins with, before its id."""


class PlaceKind(StrEnum):
    """What a place is for."""

    STORAGE = "storage"
    DESK = "desk"
    SCANNER = "scanner"


class PaperState(StrEnum):
    """Where a dossier's paper is."""

    UNPLACED = "unplaced"
    """Nobody has said so yet."""
    SHELF = "shelf"
    DESK = "desk"
    SCANNER = "scanner"
    LOAN = "loan"
    TRANSIT = "transit"


STATE_OF = {
    PlaceKind.STORAGE: PaperState.SHELF,
    PlaceKind.DESK: PaperState.DESK,
    PlaceKind.SCANNER: PaperState.SCANNER,
}


class AlarmKind(StrEnum):
    """What is wrong with where a paper is."""

    WRONG_SHELF = "wrong_shelf"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Level:
    """One step of an archive's scheme, from the room inwards; positions lie in the last."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Hours that paper may be out before it is overdue."""

    desk_hours: int = 24
    scanner_hours: int = 24
    loan_days: int = 7

    def due(self, state: PaperState, now: datetime) -> datetime | None:
        """When paper in this state is to be back; none on a shelf."""
        term = {
            PaperState.DESK: timedelta(hours=self.desk_hours),
            PaperState.SCANNER: timedelta(hours=self.scanner_hours),
            PaperState.LOAN: timedelta(days=self.loan_days),
        }.get(state)
        return now + term if term else None


@dataclass(frozen=True, slots=True)
class Code:
    """What somebody scanned: a dossier's or a place's printed code, or plain text that may be either."""

    text: str
    dossier_id: uuid.UUID | None = None
    place_id: uuid.UUID | None = None


@cache
def default_levels(path: Path = LEVELS) -> tuple[Level, ...]:
    """The scheme of an archive that has not set its own."""
    with path.open(encoding="utf-8", newline="") as rows:
        return tuple(Level(row["code"], row["name"], row["name_en"]) for row in csv.DictReader(rows))


def read_code(text: str) -> Code:
    """What a scanner sent; raises ValueError where a printed code is damaged."""
    plain = " ".join(text.split())
    if plain.startswith(DOSSIER_PREFIX):
        return Code(plain, dossier_id=uuid.UUID(plain.removeprefix(DOSSIER_PREFIX)))
    if plain.startswith(PLACE_PREFIX):
        return Code(plain, place_id=uuid.UUID(plain.removeprefix(PLACE_PREFIX)))
    if not plain:
        raise ValueError("an empty code")
    return Code(plain)
