"""How well a person of the archives answers an item of a list, and what the item's state is. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from services.records.duplicates.domain import (
    ERROR_COST,
    LEAST,
    OTHER_SEX_COST,
    Known,
    Reason,
    judge,
    name_errors,
)
from services.records.households.domain import Checker, Refusal
from services.records.search.domain import plain_key

NOBODY = uuid.UUID(int=0)
"""Stands for the item itself where two persons are compared."""

NAME_AND_DAY = 0.85
NAME_AND_YEAR = 0.72
NAME_AND_PARENT = 0.7
"""Without a day of birth a name and one parent are several people's in a large family."""
SURE = 0.9
CLEAR_LEAD = 0.08
"""By so much the best must lead for the item to be matched and not ambiguous."""


class Status(StrEnum):
    """What became of an item."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    """Somebody answers, but not surely, or several do."""
    NOT_FOUND = "not_found"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Item:
    """An item as checked."""

    number: str | None
    full_name: str | None
    birth_date: str | None
    sex: str | None
    father_name: str | None
    mother_name: str | None

    @property
    def name_key(self) -> str:
        """The name without marks."""
        return plain_key(self.full_name or "")

    @property
    def birth_year(self) -> int | None:
        """Year of birth."""
        return int(self.birth_date[:4]) if self.birth_date else None

    def known(self) -> Known:
        """The item as if it were a person."""
        return Known(
            NOBODY,
            self.name_key,
            self.birth_date,
            self.sex,
            self.number,
            plain_key(self.father_name or ""),
            plain_key(self.mother_name or ""),
        )


def check_item(given: Mapping[str, str | None]) -> tuple[Item | None, list[Refusal]]:
    """An item out of texts as typed, or all that is refused of it."""
    check = Checker(given, "")
    item = Item(
        number=check.number("number"),
        full_name=check.name("full_name"),
        birth_date=check.date("birth_date"),
        sex=check.sex("sex"),
        father_name=check.name("father_name"),
        mother_name=check.name("mother_name"),
    )
    further = item.birth_date or item.father_name or item.mother_name
    if not check.refusals and not item.number and not (item.full_name and further):
        check.refuse("full_name", "too_little")
    return (None, check.refusals) if check.refusals else (item, [])


def weigh(item: Item, person: Known, numbers: frozenset[str]) -> tuple[float, tuple[Reason, ...]]:
    """Score and reasons; (0, ()) where the person is somebody else. `numbers` are all that the person had."""
    asked = item.known()
    if item.number and item.number in numbers:
        person = replace(person, number=item.number)
    if asked.birth_date and person.birth_date and _agree(asked.birth_date, person.birth_date):
        # One of the two is less precise: `1960` and `1960-01-31` do not contradict each other.
        person = replace(person, birth_date=asked.birth_date)
    pair = judge(asked, person)
    score, reasons = (pair.score, pair.reasons) if pair else _by_name(asked, person)
    return (round(score, 4), reasons) if score >= LEAST else (0.0, ())


def status_of(scores: Sequence[float]) -> Status:
    """An item's state by the scores of its candidates, best first."""
    if not scores:
        return Status.NOT_FOUND
    alone = len(scores) == 1 or scores[0] - scores[1] >= CLEAR_LEAD
    return Status.MATCHED if scores[0] >= SURE and alone else Status.AMBIGUOUS


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _by_name(asked: Known, person: Known) -> tuple[float, tuple[Reason, ...]]:
    """Name with a birth or a parent: less than `judge` wants of two persons of the papers."""
    errors = name_errors(asked, person)
    if errors is None:
        return 0.0, ()
    reasons = [Reason.SIMILAR_NAME if errors else Reason.SAME_NAME]
    score = 0.0
    if asked.birth_date and person.birth_date:
        if asked.birth_date != person.birth_date:
            return 0.0, ()
        reasons.append(Reason.SAME_BIRTH)
        score = NAME_AND_DAY if len(asked.birth_date) == 10 else NAME_AND_YEAR
    for reason, one, other in (
        (Reason.SAME_FATHER, asked.father_key, person.father_key),
        (Reason.SAME_MOTHER, asked.mother_key, person.mother_key),
    ):
        if one and one == other:
            reasons.append(reason)
            score = max(score, NAME_AND_PARENT)
    if asked.sex and person.sex and asked.sex != person.sex:
        reasons.append(Reason.OTHER_SEX)
        score -= OTHER_SEX_COST
    return score - ERROR_COST * errors, tuple(reasons)
