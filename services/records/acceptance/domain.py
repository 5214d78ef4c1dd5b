"""Sampling plans as data, and which members of a lot are looked at.

`data/plans.csv` holds single sampling plans for normal inspection in the manner of ISO 2859-1, general level
II: the largest lot of each row (none: any larger), the sample's size and the acceptance number. Where the
standard's table points to another row by an arrow, the row holds what the arrow leads to.
"""

import csv
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PLANS = Path(__file__).parent / "data" / "plans.csv"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a lot is judged."""

    sample: int
    """How many of it are looked at: all of a lot that is no larger."""
    accept: int
    """The lot fails where more than these are wrong."""

    def passes(self, wrong: int) -> bool:
        """Whether a sample with so many wrong lets its lot pass."""
        return wrong <= self.accept


@cache
def _steps(path: Path = PLANS) -> dict[str, list[tuple[int | None, Plan]]]:
    steps: dict[str, list[tuple[int | None, Plan]]] = {}
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            top = int(row["lot_to"]) if row["lot_to"] else None
            plan = Plan(int(row["sample"]), int(row["accept"]))
            steps.setdefault(row["plan"], []).append((top, plan))
    return steps


def plan_for(name: str, lot: int) -> Plan:
    """The plan of that name for a lot of so many; a small lot is looked at whole. Raises KeyError."""
    found = next(plan for top, plan in _steps()[name] if top is None or lot <= top)
    return Plan(min(lot, found.sample), found.accept)


def drawn(members: Iterable[uuid.UUID], count: int, salt: str) -> set[uuid.UUID]:
    """`count` members that nobody can foretell without `salt`, the same whatever order they come in."""
    ranked: Sequence[uuid.UUID] = sorted(
        members, key=lambda member: hashlib.sha256(f"{salt}{member}".encode()).digest()
    )
    return set(ranked[:count])
