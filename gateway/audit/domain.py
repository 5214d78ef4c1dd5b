"""What is out of the ordinary in the audit log, as data: `data/anomalies.csv`.

A rule counts events of one officer (or of one dossier or person) within an hour or a day in Vietnam; from its
limit on somebody should look. The limits are a first guess, to be set by whoever audits: the file says them,
the screen shows them.
"""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

ANOMALIES = Path(__file__).parent / "data" / "anomalies.csv"
LONGEST_DAYS = 31
"""How far back anomalies are looked for; older ones have been looked at."""
MOST_SHOWN = 200
"""Anomalies of one rule that are shown, the worst first."""


class Anomaly(StrEnum):
    """What is counted, by rule."""

    MANY_PEOPLE = "many_people"
    """Different people and dossiers that one officer opened."""
    NIGHT = "night"
    """People and dossiers opened at night."""
    REFUSED = "refused"
    """Answers 403 and 404: what lies outside one's scope is not told from what does not exist."""
    UNSTATED = "unstated"
    """People and dossiers opened without a purpose."""
    WATCHED = "watched"
    """Different officers who opened one person or dossier."""


@dataclass(frozen=True, slots=True)
class Rule:
    """From how many on something is out of the ordinary, and what to do about it."""

    code: Anomaly
    window: timedelta
    """An hour or a day."""
    limit: int
    title: str
    title_en: str
    advice: str
    advice_en: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One hour or day of somebody that a rule noticed."""

    rule: Rule
    subject: str | None
    """Whose; none where the rule looks at what was opened."""
    object_id: str | None
    since: datetime
    count: int

    @property
    def until(self) -> datetime:
        """When the hour or day ended."""
        return self.since + self.rule.window


_WINDOWS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


@cache
def rules(path: Path = ANOMALIES) -> tuple[Rule, ...]:
    """Every rule, in the order of the file."""
    with path.open(encoding="utf-8", newline="") as rows:
        return tuple(
            Rule(
                Anomaly(row["code"]),
                _WINDOWS[row["window"]],
                int(row["limit"]),
                row["title"],
                row["title_en"],
                row["advice"],
                row["advice_en"],
            )
            for row in csv.DictReader(rows)
        )
