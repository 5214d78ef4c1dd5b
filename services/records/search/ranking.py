"""How well a person answers a query, and why."""

import uuid
from enum import StrEnum
from typing import NamedTuple

from services.records.search.domain import Query, typing_errors


class Match(StrEnum):
    """What of a person agrees with the query."""

    NUMBER = "number"
    NAME = "name"
    SIMILAR_NAME = "similar_name"
    """The name but for a typing error."""
    FATHER_NAME = "father_name"
    MOTHER_NAME = "mother_name"
    BIRTH_YEAR = "birth_year"


class Candidate(NamedTuple):
    """A person's search keys, as columns of their table."""

    person_id: uuid.UUID
    sort_key: str
    toned_key: str
    name_key: str
    birth_year: int | None
    number: str | None
    father_key: str
    mother_key: str


EXACT_WITH_MARKS = 1.0
EXACT = 0.95
PREFIX = 0.85
GIVEN_NAME = 0.8
WORDS = 0.75
WORDS_CUT_SHORT = 0.7
SIMILAR = 0.65
SIMILAR_STEP = 0.1
PARENT_SHARE = 0.5
"""A parent's name counts this much of the same agreement with the person's own."""
LETTERS_OF_A_NAME = 5
MARKS_AGREE = 0.03
"""Too little to pass the next better kind of agreement: `service` looks for the kinds one after another."""


def allowed_errors(query: Query) -> int:
    """Typing errors that a name of this length may hold: one; two from ten letters, with a birth year six."""
    return 2 if len(query.plain) >= (10 if query.birth_year is None else 6) else 1


def may_be_mistyped(query: Query) -> bool:
    """Whether names but for a typing error are looked for: so few letters of one word say too little.

    Names have two words; one word of a name's length may have lost the space between them.
    """
    return len(query.words) > 1 or len(query.plain) >= LETTERS_OF_A_NAME


def rank(query: Query, keys: Candidate) -> tuple[float, tuple[Match, ...]]:
    """Score from 0 to 1 and what agrees; (0, ()) where nothing does."""
    if query.number is not None:
        score, matches = _rank_number(query.number, keys.number)
    elif query.words:
        score, matches = _rank_name(query, keys)
    elif query.father or query.mother:
        score, matches = PREFIX, []
    else:
        score, matches = 0.5, []
    if score and (query.father or query.mother):
        score, matches = _with_parents(query, keys, score, matches)
    if query.birth_year is not None and score:
        if keys.birth_year != query.birth_year:
            return 0.0, ()
        matches.append(Match.BIRTH_YEAR)
    return round(score, 4), tuple(matches)


def _with_parents(
    query: Query, keys: Candidate, score: float, matches: list[Match]
) -> tuple[float, list[Match]]:
    """The parents asked for must agree; one whose whole name does counts a little more."""
    asked = (
        (Match.FATHER_NAME, query.father, keys.father_key),
        (Match.MOTHER_NAME, query.mother, keys.mother_key),
    )
    for match, typed, known in asked:
        if not typed:
            continue
        if not known.startswith(typed):
            return 0.0, []
        score += MARKS_AGREE * (known == typed)
        matches = [*(each for each in matches if each is not match), match]
    return min(score, 1.0), matches


def _rank_number(typed: str, number: str | None) -> tuple[float, list[Match]]:
    if number == typed:
        return 1.0, [Match.NUMBER]
    if number and number.startswith(typed):
        return 0.9, [Match.NUMBER]
    return 0.0, []


def _rank_name(query: Query, keys: Candidate) -> tuple[float, list[Match]]:
    own = _agreement(query, keys.name_key)
    if own and query.marked and keys.toned_key == query.toned:
        own = EXACT_WITH_MARKS
    elif own and query.marked and set(query.toned.split()) <= set(keys.toned_key.split()):
        own += MARKS_AGREE
    found = [(own, Match.NAME)] if own else _similar(query, keys)
    for match, parent in ((Match.FATHER_NAME, keys.father_key), (Match.MOTHER_NAME, keys.mother_key)):
        if agreement := _agreement(query, parent):
            found.append((agreement * PARENT_SHARE, match))
    found.sort(reverse=True)
    return (found[0][0] if found else 0.0), [match for _, match in found]


def _agreement(query: Query, key: str) -> float:
    if key == query.plain:
        return EXACT
    if key.startswith(query.plain):
        return PREFIX
    # Most keys that are neither lack a word altogether: seen before they are taken apart.
    if any(word not in key for word in query.words):
        return 0.0
    *whole, last = query.words
    words = key.split()
    if all(word in words for word in whole) and any(word.startswith(last) for word in words):
        if not whole and words[-1] == last:
            return GIVEN_NAME
        return WORDS if last in words else WORDS_CUT_SHORT
    return 0.0


def _similar(query: Query, keys: Candidate) -> list[tuple[float, Match]]:
    limit = allowed_errors(query)
    if not may_be_mistyped(query) or (distance := typing_errors(query.plain, keys.name_key, limit)) > limit:
        return []
    return [(SIMILAR - SIMILAR_STEP * (distance - 1), Match.SIMILAR_NAME)]
