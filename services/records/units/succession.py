"""Who comes after a unit, and where a unit of one day lies on the map of another."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from services.records.units.domain import UnitEdition

DATA = Path(__file__).parent / "data" / "succession"

Key = tuple[str, date]
"""(code, valid_from): the key of an edition."""


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


class UnitMap:
    """Editions and successions, asked by day."""

    def __init__(self, editions: Iterable[UnitEdition], successions: Iterable[Succession]) -> None:
        self.editions: dict[Key, UnitEdition] = {(one.code, one.valid_from): one for one in editions}
        self._after: dict[Key, list[Key]] = defaultdict(list)
        self._before: dict[Key, list[Key]] = defaultdict(list)
        for one in successions:
            if one.extent is Extent.WHOLE:
                self._after[one.key].append(one.successor)
                self._before[one.successor].append(one.key)
        self._continue_unchanged()

    def holding(self, code: str, day: date) -> UnitEdition | None:
        """The edition of a code that holds on a day."""
        mine = (one for one in self.editions.values() if one.code == code)
        return next((one for one in mine if one.holds_on(day)), None)

    def on(self, edition: UnitEdition, day: date) -> UnitEdition | None:
        """The unit that `edition` belongs to on the map of `day`.

        Forward along whole successions; where none is known, with the parent that it last stood under.
        Backward only to a sole predecessor. None where the map of that day cannot say.
        """
        seen: set[Key] = set()
        here: UnitEdition | None = edition
        while here is not None and not here.holds_on(day):
            key = (here.code, here.valid_from)
            if key in seen:
                return None
            seen.add(key)
            here = self._earlier(key) if day < here.valid_from else self._later(here)
        return here

    def _later(self, edition: UnitEdition) -> UnitEdition | None:
        after = self._after.get((edition.code, edition.valid_from), [])
        if len(after) == 1:
            return self.editions.get(after[0])
        if after or edition.parent_code is None or edition.valid_to is None:
            return None
        return self._last_before(edition.parent_code, edition.valid_to)

    def _earlier(self, key: Key) -> UnitEdition | None:
        before = self._before.get(key, [])
        return self.editions.get(before[0]) if len(before) == 1 else None

    def _last_before(self, code: str, day: date) -> UnitEdition | None:
        mine = [one for one in self.editions.values() if one.code == code and one.valid_from < day]
        return max(mine, key=lambda one: one.valid_from, default=None)

    def _continue_unchanged(self) -> None:
        """A code that goes on at once under the same name is the same unit, with another parent."""
        for key, one in self.editions.items():
            if one.valid_to is None or self._after.get(key):
                continue
            following = self.editions.get((one.code, one.valid_to))
            if following and (following.name, following.kind) == (one.name, one.kind):
                self._after[key].append((one.code, one.valid_to))
                self._before[one.code, one.valid_to].append(key)


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
