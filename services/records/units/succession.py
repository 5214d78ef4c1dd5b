"""Who comes after a unit, as the data files hold it."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from contracts.unit_map import Key, UnitMap
from services.records.units.domain import UnitEdition

DATA = Path(__file__).parent / "data" / "succession"


class Extent(StrEnum):
    """How much of a unit goes to a successor."""

    WHOLE = "whole"
    PART = "part"
    """People and papers must be told apart by hand: no roll-up follows it."""


@dataclass(frozen=True, slots=True)
class Succession:
    """One unit takes over another, on the day that the other ends."""

    code: str
    valid_from: date
    successor_code: str
    successor_valid_from: date
    extent: Extent
    decree: str
    """Number of the decision; empty where it is not known."""
    note: str = ""

    @property
    def key(self) -> Key:
        """The edition that ends."""
        return self.code, self.valid_from

    @property
    def successor(self) -> Key:
        """The edition that takes over."""
        return self.successor_code, self.successor_valid_from


def load_successions(folder: Path = DATA) -> tuple[Succession, ...]:
    """Every succession in the folder's CSV files; raises ValueError on a row that cannot be."""
    found = tuple(one for path in sorted(folder.glob("*.csv")) for one in _read(path))
    if len({(one.key, one.successor) for one in found}) != len(found):
        raise ValueError("a succession is listed twice")
    if any(one.key == one.successor for one in found):
        raise ValueError("a unit cannot succeed itself")
    return found


def map_of(editions: Iterable[UnitEdition], successions: Iterable[Succession]) -> UnitMap[UnitEdition]:
    """The map of editions and those successions that take over a whole unit."""
    return UnitMap(editions, ((one.key, one.successor) for one in successions if one.extent is Extent.WHOLE))


def _read(path: Path) -> Iterable[Succession]:
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield Succession(
                row["code"],
                date.fromisoformat(row["valid_from"]),
                row["successor_code"],
                date.fromisoformat(row["successor_valid_from"]),
                Extent(row["extent"]),
                row["decree"],
                row["note"],
            )
