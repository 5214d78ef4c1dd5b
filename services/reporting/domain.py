"""Rules of progress: milestones, pace, forecast. Pure; days are days in Vietnam."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from math import ceil
from pathlib import Path

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""One zone, no summer time (since 1975)."""

PACE_WINDOW_DAYS = 7
"""A week holds every working-day pattern once."""


class Metric(StrEnum):
    """What is counted, per unit, kind and day."""

    PAGES_RECEIVED = "pages_received"
    PAGES_ENHANCED = "pages_enhanced"
    PAGES_RECOGNISED = "pages_recognised"
    PAGES_REFUSED = "pages_refused"
    PAGES_FILED = "pages_filed"
    COVER_SHEETS = "cover_sheets"
    BLANKS = "blanks"
    BATCHES_OPENED = "batches_opened"
    BATCHES_CLOSED = "batches_closed"
    FIELDS_PROPOSED = "fields_proposed"
    FIELDS_SETTLED = "fields_settled"
    FORMS_KEYED = "forms_keyed"
    PERSONS_LINKED = "persons_linked"
    DOSSIERS = "dossiers"
    DOSSIERS_WITH_FIELDS = "dossiers_with_fields"


class MilestoneStatus(StrEnum):
    """How a unit stands against a milestone."""

    DONE = "done"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    OVERDUE = "overdue"
    NO_HOLDINGS = "no_holdings"
    """Nobody has declared what the shelves hold, so there is no denominator."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A deadline of a plan: all of `metric` for one kind of dossier by `deadline`."""

    code: str
    title: str
    title_en: str
    kind: str
    metric: Metric
    deadline: date
    basis: str
    status: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's standing against one milestone on a day."""

    milestone: Milestone
    target: int | None
    done: int
    share: float | None
    pace_per_day: float
    needed_per_day: float | None
    forecast_date: date | None
    status: MilestoneStatus


@dataclass(frozen=True, slots=True)
class Unit:
    """A police unit for one stretch of time; (code, valid_from) is the key."""

    code: str
    valid_from: date
    valid_to: date | None
    kind: str
    parent_code: str | None
    name: str


def load_milestones(path: Path) -> tuple[Milestone, ...]:
    """The milestones of a CSV file; raises ValueError naming the line that is wrong."""
    milestones = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            try:
                milestones.append(
                    Milestone(
                        code=row["code"],
                        title=row["title"],
                        title_en=row["title_en"],
                        kind=row["kind"],
                        metric=Metric(row["metric"]),
                        deadline=date.fromisoformat(row["deadline"]),
                        basis=row["basis"],
                        status=row["status"],
                    )
                )
            except (KeyError, ValueError) as error:
                raise ValueError(f"{path.name}, line {number}: {error}") from error
    return tuple(milestones)


def day_of(moment: datetime) -> date:
    """The day in Vietnam on which `moment` falls."""
    return moment.astimezone(VIETNAM).date()


def pace(per_day: Mapping[date, int], today: date) -> float:
    """Average per day over the last week, or since the first activity where that is shorter."""
    window = [today - timedelta(days=back) for back in range(PACE_WINDOW_DAYS)]
    active = [day for day in per_day if per_day[day] > 0]
    if not active:
        return 0.0
    days = min(PACE_WINDOW_DAYS, max(1, (today - min(active)).days + 1))
    return sum(per_day.get(day, 0) for day in window) / days


def stand(milestone: Milestone, target: int | None, per_day: Mapping[date, int], today: date) -> Standing:
    """How far a unit is, how fast it goes and how fast it must go to meet the deadline.

    `per_day` is the metric's count per day in Vietnam; `target` is what the unit declared to hold.
    """
    done = sum(per_day.values())
    speed = pace(per_day, today)
    if not target:
        return Standing(milestone, target, done, None, speed, None, None, MilestoneStatus.NO_HOLDINGS)
    left = max(0, target - done)
    share = min(1.0, done / target)
    if left == 0:
        return Standing(milestone, target, done, share, speed, 0.0, None, MilestoneStatus.DONE)
    days_left = (milestone.deadline - today).days
    forecast = _forecast(left, speed, today)
    if days_left <= 0:
        return Standing(milestone, target, done, share, speed, None, forecast, MilestoneStatus.OVERDUE)
    needed = left / days_left
    on_track = forecast is not None and forecast <= milestone.deadline
    status = MilestoneStatus.ON_TRACK if on_track else MilestoneStatus.BEHIND
    return Standing(milestone, target, done, share, speed, needed, forecast, status)


MAX_FORECAST_DAYS = 36_500
"""A hundred years; beyond it a date says no more than 'never at this pace'."""


def _forecast(left: int, speed: float, today: date) -> date | None:
    if speed <= 0 or left / speed > MAX_FORECAST_DAYS:
        return None
    return today + timedelta(days=ceil(left / speed))


def total(standings: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts added up name by name."""
    sums: dict[str, int] = {}
    for counts in standings:
        for name, count in counts.items():
            sums[name] = sums.get(name, 0) + count
    return sums
