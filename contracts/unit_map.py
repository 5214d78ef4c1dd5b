"""Where a unit of one day lies on the map of another: a rule that the registry and its reports share."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Generic, Protocol, TypeVar

Key = tuple[str, date]
"""(code, valid_from): the key of an edition, since codes are reused."""


class Edition(Protocol):
    """One unit for one stretch of time; `valid_to` is the first day on which it no longer holds."""

    @property
    def code(self) -> str:
        """May name another unit at another time."""
        ...

    @property
    def valid_from(self) -> date:
        """First day."""
        ...

    @property
    def valid_to(self) -> date | None:
        """First day on which it no longer holds."""
        ...

    @property
    def kind(self) -> str:
        """Level of the unit."""
        ...

    @property
    def parent_code(self) -> str | None:
        """The unit above; none for a province."""
        ...

    @property
    def name(self) -> str:
        """As it was called then."""
        ...


E = TypeVar("E", bound=Edition)


class UnitMap(Generic[E]):
    """Editions and whole successions (edition that ends, edition that takes over), asked by day."""

    def __init__(self, editions: Iterable[E], whole: Iterable[tuple[Key, Key]]) -> None:
        self.editions: dict[Key, E] = {(one.code, one.valid_from): one for one in editions}
        self._by_code: dict[str, list[E]] = defaultdict(list)
        for one in sorted(self.editions.values(), key=lambda one: one.valid_from):
            self._by_code[one.code].append(one)
        self._after: dict[Key, list[Key]] = defaultdict(list)
        self._before: dict[Key, list[Key]] = defaultdict(list)
        for key, successor in whole:
            self._after[key].append(successor)
            self._before[successor].append(key)
        self._continue_unchanged()

    def holding(self, code: str, day: date) -> E | None:
        """The edition of a code that holds on a day."""
        return next((one for one in self._by_code.get(code, []) if _holds(one, day)), None)

    def meant(self, code: str, day: date) -> E | None:
        """The edition that a code means on a day: the one in force, else the last before, else the first.

        Districts that ended still send their archives under their old code.
        """
        mine = self._by_code.get(code, [])
        begun = [one for one in mine if one.valid_from <= day]
        return begun[-1] if begun else (mine[0] if mine else None)

    def on(self, edition: E, day: date) -> E | None:
        """The unit that `edition` belongs to on the map of `day`.

        Forward along whole successions; where none is known, with the parent that it last stood under.
        Backward only to a sole predecessor. None where the map of that day cannot say.
        """
        seen: set[Key] = set()
        here: E | None = edition
        while here is not None and not _holds(here, day):
            key = (here.code, here.valid_from)
            if key in seen:
                return None
            seen.add(key)
            here = self._earlier(key) if day < here.valid_from else self.later(here)
        return here

    def later(self, edition: E) -> E | None:
        """Who has what an edition left when it ended; none while it lasts or where it was divided."""
        after = self._after.get((edition.code, edition.valid_from), [])
        if len(after) == 1:
            return self.editions.get(after[0])
        if after or edition.parent_code is None or edition.valid_to is None:
            return None
        return self._last_before(edition.parent_code, edition.valid_to)

    def _earlier(self, key: Key) -> E | None:
        before = self._before.get(key, [])
        return self.editions.get(before[0]) if len(before) == 1 else None

    def _last_before(self, code: str, day: date) -> E | None:
        mine = [one for one in self._by_code.get(code, []) if one.valid_from < day]
        return mine[-1] if mine else None

    def _continue_unchanged(self) -> None:
        """A code that goes on at once under the same name is the same unit, with another parent."""
        for key, one in self.editions.items():
            if one.valid_to is None or self._after.get(key):
                continue
            following = self.editions.get((one.code, one.valid_to))
            if following and (following.name, following.kind) == (one.name, one.kind):
                self._after[key].append((one.code, one.valid_to))
                self._before[one.code, one.valid_to].append(key)


def _holds(one: Edition, day: date) -> bool:
    return one.valid_from <= day and (one.valid_to is None or day < one.valid_to)
