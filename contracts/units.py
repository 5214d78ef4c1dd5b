"""Police units over time: editions, who takes over whom, where a unit lies on the map of a day. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Key = tuple[str, date]
"""(code, valid_from): the key of an edition."""


class UnitKind(StrEnum):
    """The level of a police unit."""

    PROVINCE = "province"
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"


@dataclass(frozen=True, slots=True)
class UnitEdition:
    """One unit for one stretch of time; (code, valid_from) is the key, since codes are reused."""

    code: str
    valid_from: date
    valid_to: date | None
    """First day on which it no longer holds."""
    kind: UnitKind
    parent_code: str | None
    name: str

    def holds_on(self, day: date) -> bool:
        """Whether the unit exists on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def edition_on(editions: Iterable[UnitEdition], day: date) -> UnitEdition | None:
    """Of one code's editions, the one in force on `day`, else the last before it, else the first.

    Dossiers keep the unit of their time, and districts that ended in 2025 still send their archives.
    """
    ordered = sorted(editions, key=lambda edition: edition.valid_from)
    begun = [edition for edition in ordered if edition.valid_from <= day]
    return begun[-1] if begun else (ordered[0] if ordered else None)


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
