"""Rules of vigilance: how often a known answer is mixed in, what is planted, when a lot fails."""

import csv
import hashlib
import uuid
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

from services.records.acceptance.domain import Plan, plan_for
from services.records.keying.domain import DATES, NUMBERS, SEXES, agree

PLANS = Path(__file__).parent / "data" / "plans.csv"
SEEDING = Path(__file__).parent / "data" / "seeding.csv"
ANY = "*"


class LotState(StrEnum):
    """What became of a keyer's lot of one field."""

    CHECKING = "checking"
    PASSED = "passed"
    FAILED = "failed"
    """Its fields are keyed again by other people."""


class CheckState(StrEnum):
    """Where one field of a lot's sample stands."""

    WAITING = "waiting"
    DIFFERS = "differs"
    """One other person wrote something else: a second one decides which of the two erred."""
    RIGHT = "right"
    WRONG = "wrong"


OPEN_CHECKS = (CheckState.WAITING, CheckState.DIFFERS)


@cache
def _read(path: Path, key: str, value: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as rows:
        return {row[key]: row[value] for row in csv.DictReader(rows)}


def lot_plan(field: str, size: int) -> tuple[str, Plan]:
    """Name and plan for so many fields of one name."""
    plans = _read(PLANS, "field", "plan")
    name = plans.get(field, plans[ANY])
    return name, plan_for(name, size)


def seeded_every(kind: str) -> int:
    """One in so many forms is a known answer; 0 where none is mixed in."""
    every = _read(SEEDING, "kind", "every")
    return int(every.get(kind, every[ANY]))


def is_seeded(who: str, number: int, every: int) -> bool:
    """Whether the form that is given to somebody as their `number`th (from 1) is to be a known answer.

    One in every block of forms, at a place that nobody can tell from the blocks before it.
    """
    if every <= 0:
        return False
    block, place = divmod(number - 1, every)
    digest = hashlib.sha256(f"{who}/{block}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % every == place


def place_of(canary_id: uuid.UUID, among: int) -> int:
    """Where among so many forms a known answer stands: the same each time it is asked for."""
    return canary_id.int % (among + 1)


def planted(field: str, truth: str, salt: uuid.UUID) -> str:
    """A wrong value for a field that is shown to be confirmed: one that looks as right as the true one."""
    if field in SEXES:
        return "Nữ" if agree(field, truth, "Nam") else "Nam"
    letters = [place for place, letter in enumerate(truth) if letter.isdigit()]
    if field in NUMBERS | DATES and letters:
        place = letters[-1]
        return f"{truth[:place]}{(int(truth[place]) + 1 + salt.int % 9) % 10}{truth[place + 1 :]}"
    words = truth.split(" ")
    other = ("Văn", "Thị", "Hồng", "Minh")
    chosen = next(word for word in other[salt.int % 4 :] + other if word.casefold() != words[-1].casefold())
    return " ".join([*words[:-1], chosen])


def check_after(field: str, settled: str | None, answers: Sequence[str | None]) -> CheckState:
    """Where a field of a sample stands after what other people wrote, blind, in their order.

    It is right as soon as one of them wrote the same; wrong once two wrote something else.
    """
    if any(agree(field, settled, answer) for answer in answers):
        return CheckState.RIGHT
    if len(answers) >= 2:
        return CheckState.WRONG
    return CheckState.DIFFERS if answers else CheckState.WAITING


def lot_after(plan: Plan, states: Sequence[CheckState]) -> LotState:
    """What a lot has come to; it fails as soon as too many are wrong."""
    wrong = sum(state is CheckState.WRONG for state in states)
    if not plan.passes(wrong):
        return LotState.FAILED
    waits = any(state in OPEN_CHECKS for state in states)
    return LotState.CHECKING if waits else LotState.PASSED
