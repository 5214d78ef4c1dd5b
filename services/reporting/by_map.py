"""Progress by the map of a day: what units did is told of the units to which it belongs on that day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from contracts.unit_map import UnitMap
from services.reporting.domain import Metric, Unit
from services.reporting.models import CounterRow, HoldingsRow

Map = UnitMap[Unit]


class Unplaced(StrEnum):
    """Why something belongs to no unit on the map of a day."""

    UNKNOWN = "unknown"
    """No unit has ever had the code."""
    NOT_YET = "not_yet"
    """The unit began later, and more or fewer than one came before it."""
    DIVIDED = "divided"
    """The unit ended and no single unit took it over."""


@dataclass(frozen=True, slots=True)
class Target:
    """What units of one place on the map declared to hold, added up."""

    dossiers: int
    sheets: int | None
    counted_on: date
    source: str


Place = tuple[str, str]
"""(unit code on the map, kind)."""


@dataclass(slots=True)
class RolledUp:
    """Counts and declarations by the units of a map."""

    counts: defaultdict[Place, dict[Metric, dict[date, int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    last_at: dict[Place, datetime] = field(default_factory=dict)
    targets: dict[Place, Target] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    parts: defaultdict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Codes under which it was counted."""
    unplaced: defaultdict[Place, dict[Metric, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    why: dict[str, Unplaced] = field(default_factory=dict)


def roll_up(
    units: Map, day: date, counters: Iterable[CounterRow], holdings: Iterable[HoldingsRow]
) -> RolledUp:
    """Every count is of the unit that its code meant on the day of the count, carried to the map of `day`."""
    found = RolledUp()
    for row in counters:
        place = _place(units, day, row.unit_code, row.day, found)
        if place is None:
            found.unplaced[row.unit_code, row.kind][Metric(row.metric)] += row.value
            continue
        key = (place.code, row.kind)
        per_day = found.counts[key][Metric(row.metric)]
        per_day[row.day] = per_day.get(row.day, 0) + row.value
        found.last_at[key] = max(row.last_at, found.last_at.get(key, row.last_at))
        found.parts[key].add(row.unit_code)
    _add_targets(units, day, list(holdings), found)
    return found


def _place(units: Map, day: date, code: str, at: date, found: RolledUp) -> Unit | None:
    meant = units.meant(code, at)
    place = units.on(meant, day) if meant else None
    if place is not None:
        found.names[place.code] = place.name
    elif meant is None:
        found.why[code] = Unplaced.UNKNOWN
    else:
        found.why[code] = Unplaced.NOT_YET if day < meant.valid_from else Unplaced.DIVIDED
    return place


def _add_targets(units: Map, day: date, holdings: list[HoldingsRow], found: RolledUp) -> None:
    """A successor that counted its shelves after it took a unit over has counted that unit's too."""
    declared = {(row.unit_code, row.kind): row for row in holdings}
    for row in holdings:
        place = _place(units, day, row.unit_code, row.counted_on, found)
        if place is None:
            continue
        key = (place.code, row.kind)
        found.parts[key].add(row.unit_code)
        if not _counted_again(units, day, row, declared):
            found.targets[key] = _sum(found.targets.get(key), row)


def _counted_again(units: Map, day: date, row: HoldingsRow, declared: Mapping[Place, HoldingsRow]) -> bool:
    edition = units.meant(row.unit_code, row.counted_on)
    seen: set[tuple[str, date]] = set()
    while edition is not None and edition.valid_to is not None and edition.valid_to <= day:
        key = (edition.code, edition.valid_from)
        if key in seen:
            return False
        seen.add(key)
        ended, edition = edition.valid_to, units.later(edition)
        other = declared.get((edition.code, row.kind)) if edition else None
        if other is not None and ended <= other.counted_on and row.counted_on < other.counted_on:
            return True
    return False


def _sum(before: Target | None, row: HoldingsRow) -> Target:
    if before is None:
        return Target(row.dossiers, row.sheets, row.counted_on, row.source)
    sheets = None if before.sheets is None or row.sheets is None else before.sheets + row.sheets
    return Target(
        before.dossiers + row.dossiers,
        sheets,
        min(before.counted_on, row.counted_on),
        "; ".join(dict.fromkeys([*before.source.split("; "), row.source])),
    )
