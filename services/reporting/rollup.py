"""Whose figures are whose on the map of a day: counts and holdings move to the unit that they belong to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from contracts.units import Extent, Succession, UnitEdition, UnitKind, UnitMap, edition_on
from services.reporting.domain import Metric
from services.reporting.models import CounterRow, HoldingsRow, UnitRow

COUNTS = dict[Metric, dict[date, int]]
Key = tuple[str, str]
"""(unit code, kind of dossier)."""


@dataclass(slots=True)
class Holdings:
    """What units declared to hold, added up; the oldest day of counting, all sources."""

    dossiers: int
    sheets: int | None
    counted_on: date
    source: str

    def add(self, row: HoldingsRow) -> None:
        """Take another unit's declaration in."""
        self.dossiers += row.dossiers
        # An unknown number of sheets makes the sum unknown.
        self.sheets = None if self.sheets is None or row.sheets is None else self.sheets + row.sheets
        self.counted_on = min(self.counted_on, row.counted_on)
        if row.source not in self.source.split("; "):
            self.source = f"{self.source}; {row.source}"


class Rollup:
    """Figures by unit; with a day, by the units of that day's map."""

    def __init__(self, rows: Iterable[UnitRow], on_map: date | None) -> None:
        """`rows`: every edition; `on_map`: the day of the map, none to leave each figure where it arose."""
        kept = list(rows)
        editions = [
            UnitEdition(one.code, one.valid_from, one.valid_to, UnitKind(one.kind), one.parent_code, one.name)
            for one in kept
        ]
        self._day = on_map
        self._editions: defaultdict[str, list[UnitEdition]] = defaultdict(list)
        for edition in editions:
            self._editions[edition.code].append(edition)
        self._map = UnitMap(editions, (after for one in kept for after in _successions(one)))
        self._names = {one.code: one.name for one in editions}
        self.elsewhere: defaultdict[Key, int] = defaultdict(int)
        """Dossiers of units that the map of that day cannot place; they stay under their own name."""
        self._placed: dict[tuple[str, date], str | None] = {}

    def name(self, code: str) -> str:
        """A unit's name: on the day of the map, else in its newest edition."""
        if self._day and (edition := edition_on(self._editions[code], self._day)):
            return edition.name
        return self._names.get(code, code)

    def counters(self, rows: Iterable[CounterRow]) -> tuple[defaultdict[Key, COUNTS], dict[Key, datetime]]:
        """Counts per unit and kind, by metric and day; and when anything last happened there."""
        counts: defaultdict[Key, COUNTS] = defaultdict(lambda: defaultdict(dict))
        last_at: dict[Key, datetime] = {}
        for row in rows:
            placed = self._place(row.unit_code, row.day)
            key = (placed or row.unit_code, row.kind)
            if placed is None and row.metric == Metric.DOSSIERS:
                self.elsewhere[key] += row.value
            per_day = counts[key][Metric(row.metric)]
            per_day[row.day] = per_day.get(row.day, 0) + row.value
            last_at[key] = max(row.last_at, last_at.get(key, row.last_at))
        return counts, last_at

    def holdings(self, rows: Iterable[HoldingsRow]) -> Mapping[Key, Holdings]:
        """Declarations per unit and kind."""
        found: dict[Key, Holdings] = {}
        for row in rows:
            key = (self._place(row.unit_code, row.counted_on) or row.unit_code, row.kind)
            if key in found:
                found[key].add(row)
            else:
                found[key] = Holdings(row.dossiers, row.sheets, row.counted_on, row.source)
        return found

    def _place(self, code: str, day: date) -> str | None:
        """The code of the unit that a figure of a day belongs to; none where the map cannot say."""
        if self._day is None:
            return code
        key = (code, day)
        if key not in self._placed:
            edition = edition_on(self._editions[code], day)
            placed = self._map.on(edition, self._day) if edition else None
            self._placed[key] = placed.code if placed else None
        return self._placed[key]


def _successions(unit: UnitRow) -> Iterable[Succession]:
    for after in unit.successors:
        yield Succession(
            unit.code,
            unit.valid_from,
            str(after["code"]),
            date.fromisoformat(str(after["valid_from"])),
            Extent(after["extent"]),
            "",
        )
