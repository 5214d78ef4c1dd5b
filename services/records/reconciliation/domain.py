"""Rules of reconciliation: answers, samples, when the next round is due, how sure a rate is. Pure."""

import csv
import hashlib
import math
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

INTERVALS = Path(__file__).parent / "data" / "intervals.csv"

Z_95 = 1.959964
"""Of a two-sided interval of 95 %."""


class Method(StrEnum):
    """Which dossiers a round looks at."""

    FULL = "full"
    SAMPLE = "sample"


class RoundState(StrEnum):
    """Where a round stands."""

    OPEN = "open"
    CLOSED = "closed"


class Answer(StrEnum):
    """What somebody found of one dossier, record in one hand and paper in the other."""

    SAME = "same"
    DIFFERS = "differs"
    PAPER_MISSING = "paper_missing"
    RECORD_MISSING = "record_missing"
    """A paper on the shelf of which there was no record."""


class Aspect(StrEnum):
    """In what a record differs from its paper."""

    FIELDS = "fields"
    DOCUMENTS = "documents"
    SHEETS = "sheets"


@dataclass(frozen=True, slots=True)
class Interval:
    """How often a kind is reconciled, and how long a round may take."""

    interval: timedelta
    to_finish: timedelta


@cache
def intervals(path: Path = INTERVALS) -> Mapping[str, Interval]:
    """Kind → interval, from the data file; an archive sets its own there."""
    with path.open(encoding="utf-8", newline="") as rows:
        return {
            row["kind"]: Interval(
                timedelta(days=int(row["interval_days"])), timedelta(days=int(row["days_to_finish"]))
            )
            for row in csv.DictReader(rows)
        }


def draw(dossiers: Collection[uuid.UUID], size: int, seed: int) -> list[uuid.UUID]:
    """A random sample, the same for the same dossiers and seed: whoever doubts it draws it again."""
    return sorted(dossiers, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())[:size]


def next_due(kind: str, started: date | None, today: date) -> date:
    """When the round after the one `started` is due; at once where there was none."""
    return started + intervals()[kind].interval if started else today


@dataclass(frozen=True, slots=True)
class Rate:
    """A share, and between what the true one lies with 95 % confidence."""

    share: float
    low: float
    high: float


def differing_rate(differing: int, checked: int, population: int) -> Rate | None:
    """The share that differs; none while nothing is checked.

    Wilson's interval (Wilson, JASA 22, 1927), narrowed for a finite population (Cochran, Sampling
    Techniques, 1977, 2.6): once everything is checked nothing is uncertain.
    """
    if checked <= 0:
        return None
    share = differing / checked
    if checked >= population:
        return Rate(share, share, share)
    # As many draws from an endless population as would leave the same doubt.
    drawn = checked * (population - 1) / (population - checked)
    middle = (share + Z_95**2 / (2 * drawn)) / (1 + Z_95**2 / drawn)
    half = Z_95 * math.sqrt(share * (1 - share) / drawn + Z_95**2 / (4 * drawn**2)) / (1 + Z_95**2 / drawn)
    return Rate(share, max(0.0, middle - half), min(1.0, middle + half))
