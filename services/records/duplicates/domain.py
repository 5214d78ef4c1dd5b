"""When two persons of the papers may be one: what agrees, and how far."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.records.search.domain import typing_errors


class Reason(StrEnum):
    """What of two persons agrees, or speaks against it."""

    SAME_NUMBER = "same_number"
    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    """But for one or two typing errors."""
    SAME_BIRTH = "same_birth"
    SAME_FATHER = "same_father"
    SAME_MOTHER = "same_mother"
    OTHER_SEX = "other_sex"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person, with the keys of search."""

    person_id: uuid.UUID
    name_key: str
    birth_date: str | None
    sex: str | None
    number: str | None
    father_key: str
    mother_key: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two persons who may be one; `first` has the smaller id."""

    first: uuid.UUID
    second: uuid.UUID
    score: float
    """0 to 1."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """A dossier that somebody is in."""

    person_id: uuid.UUID
    dossier_id: uuid.UUID
    unit_code: str
    archive: str
    """Kind of the dossier."""
    departed: bool
    """Whether the person has left this household."""


SURE_LENGTH = 10
"""Letters from which two typing errors are believed; a shorter name may simply be another."""

ERROR_COST = 0.06
PARENT_WORTH = 0.04
BASE = 0.88
NUMBER_ALONE = 0.6
"""CMND numbers were given twice by different provinces, so a number alone is a question, no answer."""
NUMBER_AGREED = 0.97
OTHER_SEX_COST = 0.2
LEAST = 0.6


def judge(one: Known, other: Known) -> Pair | None:
    """Whether two persons may be one, why and how surely."""
    if one.person_id == other.person_id:
        return None
    reasons: list[Reason] = []
    errors = name_errors(one, other)
    parents = _parents(one, other)
    birth = bool(one.birth_date) and one.birth_date == other.birth_date
    same_number = bool(one.number) and one.number == other.number
    if same_number:
        reasons.append(Reason.SAME_NUMBER)
    if errors is not None:
        reasons.append(Reason.SIMILAR_NAME if errors else Reason.SAME_NAME)
    if birth:
        reasons.append(Reason.SAME_BIRTH)
    reasons += parents
    score = _score(same_number, errors, birth, len(parents))
    if one.sex and other.sex and one.sex != other.sex:
        score -= OTHER_SEX_COST
        reasons.append(Reason.OTHER_SEX)
        if same_number:
            score = max(score, LEAST)
    if score < LEAST:
        return None
    first, second = sorted((one.person_id, other.person_id))
    return Pair(first, second, round(score, 4), tuple(reasons))


def rival_homes(one: Sequence[Home], other: Sequence[Home]) -> list[tuple[Home, Home]]:
    """Pairs of dossiers of which one person may be in one only: two of one archive, neither left."""
    return [
        (mine, theirs)
        for mine in one
        for theirs in other
        if mine.archive == theirs.archive
        and mine.dossier_id != theirs.dossier_id
        and not mine.departed
        and not theirs.departed
    ]


def _score(same_number: bool, errors: int | None, birth: bool, parents: int) -> float:
    named = BASE + PARENT_WORTH * parents - ERROR_COST * errors if errors is not None else 0.0
    by_name = named if birth and parents else 0.0
    if not same_number:
        return by_name
    return max(by_name, NUMBER_AGREED if birth or errors is not None else NUMBER_ALONE)


def name_errors(one: Known, other: Known) -> int | None:
    """Typing errors between the names; None where they are different names."""
    if not one.name_key or not other.name_key:
        return None
    limit = 2 if min(len(one.name_key), len(other.name_key)) >= SURE_LENGTH else 1
    found = typing_errors(one.name_key, other.name_key, limit)
    return found if found <= limit else None


def _parents(one: Known, other: Known) -> list[Reason]:
    found = []
    if one.father_key and one.father_key == other.father_key:
        found.append(Reason.SAME_FATHER)
    if one.mother_key and one.mother_key == other.mother_key:
        found.append(Reason.SAME_MOTHER)
    return found
