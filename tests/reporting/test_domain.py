"""Pace, forecast and standing against a milestone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.reporting.domain import Metric, Milestone, MilestoneStatus, day_of, load_milestones, pace, stand
from services.reporting.settings import DEFAULT_MILESTONES

TODAY = date(2026, 11, 23)
MILESTONE = Milestone(
    "m", "Mốc", "Milestone", "identity", Metric.DOSSIERS, date(2026, 12, 3), "KH", "confirmed"
)


def test_pace_is_the_average_of_the_week() -> None:
    """70 in the last seven days are 10 a day, whatever lies before."""
    per_day = {TODAY - timedelta(days=back): 10 for back in range(30)}
    assert pace(per_day, TODAY) == 10


def test_young_unit_is_not_punished_for_days_before_its_start() -> None:
    """A unit that began yesterday is measured over two days."""
    assert pace({TODAY: 30, TODAY - timedelta(days=1): 10}, TODAY) == 20


def test_silence_lowers_the_pace() -> None:
    """Days without work count once a unit has begun."""
    assert pace({TODAY - timedelta(days=6): 70}, TODAY) == 10
    assert pace({TODAY - timedelta(days=20): 70}, TODAY) == 0
    assert pace({}, TODAY) == 0


@pytest.mark.parametrize(
    ("target", "done", "deadline", "status", "needed", "forecast"),
    [
        (None, 10, TODAY + timedelta(10), MilestoneStatus.NO_HOLDINGS, None, None),
        (10, 10, TODAY + timedelta(10), MilestoneStatus.DONE, 0.0, None),
        (10, 12, TODAY - timedelta(10), MilestoneStatus.DONE, 0.0, None),
        (60, 10, TODAY + timedelta(10), MilestoneStatus.ON_TRACK, 5.0, TODAY + timedelta(5)),
        (160, 10, TODAY + timedelta(10), MilestoneStatus.BEHIND, 15.0, TODAY + timedelta(15)),
        (60, 10, TODAY, MilestoneStatus.OVERDUE, None, TODAY + timedelta(5)),
        (60, 0, TODAY + timedelta(10), MilestoneStatus.BEHIND, 6.0, None),
    ],
)
def test_standing(
    target: int | None,
    done: int,
    deadline: date,
    status: MilestoneStatus,
    needed: float | None,
    forecast: date | None,
) -> None:
    """A leader sees a date and the pace that is needed, or why there is none."""
    found = stand(replace(MILESTONE, deadline=deadline), target, {TODAY: done} if done else {}, TODAY)
    assert (found.status, found.needed_per_day, found.forecast_date) == (status, needed, forecast)


def test_days_are_days_in_vietnam() -> None:
    """18:00 UTC is already the next morning in Sóc Trăng."""
    assert day_of(datetime(2026, 11, 23, 18, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_the_plans_milestones_load() -> None:
    """The shipped file holds the plan's three deadlines as confirmed."""
    confirmed = {m.deadline for m in load_milestones(DEFAULT_MILESTONES) if m.status == "confirmed"}
    assert confirmed == {date(2022, 8, 30), date(2022, 12, 30), date(2023, 6, 30)}


def test_wrong_milestone_names_its_line(tmp_path: Path) -> None:
    """A province's own file with a mistake is refused with the line's number."""
    path = tmp_path / "milestones.csv"
    header = "code,title,title_en,kind,metric,deadline,basis,status\n"
    path.write_text(header + "a,b,c,identity,dossiers,2027-13-01,x,confirmed\n")
    with pytest.raises(ValueError, match="line 2"):
        load_milestones(path)
