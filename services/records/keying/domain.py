"""When a field's value is settled: policies as data, agreement as Vietnamese is written, field by field."""

import csv
import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from contracts.civil.dates import partial_date
from contracts.civil.numbers import digits_of
from contracts.civil.sexes import sex_of
from services.records.search.domain import toned_key

POLICIES = Path(__file__).parent / "data" / "policies.csv"
ANY = "*"

LEASE = timedelta(minutes=15)
"""A form takes half a minute; a lease of 20 outlives a cut line of minutes and a short break."""
LEASED_FORMS = 20
"""Forms fetched ahead, so that the next one is shown without waiting (issue 6)."""
RULINGS = 3
"""Rulings at most on a field in dispute; the last one decides."""
LONGEST_ANSWER = 300
"""Characters; the longest name in the archive's rules is far below."""

NUMBERS = frozenset(
    {
        *("number", "spouse_number", "father_number", "mother_number", "household_head_number"),
        *("reporter_number", "household_book_no", "telephone"),
    }
)
DATES = frozenset({"birth_date"})
SEXES = frozenset({"sex", "reporter_sex"})

_SEX_SHORT = {"1": "Nam", "2": "Nữ", "nam": "Nam", "nu": "Nữ", "nữ": "Nữ"}


class Policy(StrEnum):
    """How a field is keyed."""

    BLIND = "blind"
    """Typed without seeing the reading, then compared with it: the reader is the silent second keyer."""
    CONFIRM = "confirm"
    """Shown as read; one person confirms or corrects."""
    SKIP = "skip"
    """Taken as read where the reader is sure enough, else confirmed."""
    DOUBLE = "double"
    """Typed by two people, whatever the reader says."""


class Stage(StrEnum):
    """What a form waits for."""

    KEY = "key"
    SECOND = "second"
    """Another person types the fields of policy `double`."""
    ARBITRATE = "arbitrate"
    """Somebody who has not typed it sees both values, unlabelled, for the fields in dispute alone."""
    DONE = "done"
    WITHDRAWN = "withdrawn"
    """Its page is no paper to key from any more: replaced by another, or blank. Nobody is given it; what was
    answered is kept, and it stands where it stood once its page comes back."""


class FieldState(StrEnum):
    """How far one field is."""

    OPEN = "open"
    SECOND = "second"
    DISPUTED = "disputed"
    SETTLED = "settled"


AWAITED = {Stage.KEY: FieldState.OPEN, Stage.SECOND: FieldState.SECOND, Stage.ARBITRATE: FieldState.DISPUTED}
"""Which fields of a form are answered at each stage."""


class How(StrEnum):
    """What settled a value."""

    AGREED = "agreed"
    """A person and the reader, or two people, wrote the same."""
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    ARBITRATED = "arbitrated"
    ILLEGIBLE = "illegible"
    """Nobody could read it; the field has no value."""


class VoteKind(StrEnum):
    """In which role somebody answered."""

    KEYED = "keyed"
    ARBITRATED = "arbitrated"
    LATE = "late"
    """After the lease went to somebody else and was answered there: kept, of no effect."""
    OVERTURNED = "overturned"
    """Of a lot that failed acceptance: kept, of no effect; other people key the field again."""


@dataclass(frozen=True, slots=True)
class FieldPolicy:
    """The policy of a field in one kind of dossier."""

    policy: Policy
    sure: float | None = None
    """Confidence from which policy `skip` takes the reading."""
    agree_from: float = 0.0
    """Confidence from which the reading counts as a second keying.

    A reading less sure is misread in 9 to 25 % of fields and, above 0.9, in 0 to 2 %
    (`bench.keying_errors`): a person who errs on a misread field often writes what the reader read.
    """

    def counted(self, read: str | None, confidence: float) -> str | None:
        """The reading where it counts as a second keying."""
        return read if confidence >= self.agree_from else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person says a field holds; no text where it is illegible."""

    who: str
    text: str | None
    kind: VoteKind = VoteKind.KEYED

    @property
    def illegible(self) -> bool:
        """Whether the person could not read it."""
        return self.text is None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a field stands after its answers."""

    state: FieldState
    text: str | None = None
    how: How | None = None


@cache
def policies(path: Path = POLICIES) -> dict[tuple[str, str], FieldPolicy]:
    """(kind, field) → policy, from the data file; `*` stands for any."""
    with path.open(encoding="utf-8", newline="") as rows:
        return {
            (row["kind"], row["field"]): FieldPolicy(
                Policy(row["policy"]),
                float(row["sure"]) if row["sure"] else None,
                float(row["agree_from"] or 0),
            )
            for row in csv.DictReader(rows)
        }


def policy_of(
    kind: str, field: str, known: Mapping[tuple[str, str], FieldPolicy] | None = None
) -> FieldPolicy:
    """The most particular policy that is known; by default of those in the data file."""
    known = policies() if known is None else known
    for key in ((kind, field), (kind, ANY), (ANY, field), (ANY, ANY)):
        if key in known:
            return known[key]
    raise KeyError(f"no policy for {kind}/{field}")


def refusal_of(field: str, text: str) -> str | None:
    """Why a value cannot stand in the field: a code, or none where it can."""
    if len(text) > LONGEST_ANSWER:
        return "too_long"
    if not text:
        return "empty"
    if field in NUMBERS and not re.fullmatch(r"[\s.\-]*\d[\d\s.\-]*", text):
        return "not_a_number"
    if field in DATES and partial_date(text) is None:
        return "date_impossible"
    if field in SEXES and meant(field, text) is None:
        return "sex_unclear"
    return None


def as_written(field: str, text: str) -> str:
    """The text under which a value is kept: what short forms stand for is written out."""
    if field in SEXES:
        return _SEX_SHORT.get(text.casefold(), text)
    return (digits_of(text) or "") if field in NUMBERS else text


def meant(field: str, text: str) -> str | None:
    """The normalised value: digits, partial ISO date, sex; none for names and other text."""
    if field in NUMBERS:
        return digits_of(text)
    if field in DATES:
        return partial_date(text)
    if field in SEXES:
        return sex_of(_SEX_SHORT.get(text.casefold(), text))
    return None


def agree(field: str, one: str | None, other: str | None) -> bool:
    """Whether two values of a field are the same.

    Dates agree with their precision, numbers by their digits; of texts, case, spaces and where a tone mark
    stands do not count, every letter and tone does.
    """
    if one is None or other is None:
        return one is other
    if field in NUMBERS | DATES | SEXES:
        value = meant(field, one)
        return value is not None and value == meant(field, other)
    return toned_key(one) == toned_key(other) and bool(toned_key(one))


def decide(
    field: str, policy: FieldPolicy, read: str | None, answers: Sequence[Answer], *, confidence: float = 1.0
) -> Outcome:
    """Where a field stands after its answers, in the order in which they came.

    `read` is the reader's text, none where it read nothing; `confidence` says how surely. Late answers have
    no effect.
    """
    rulings = [one for one in answers if one.kind is VoteKind.ARBITRATED]
    if rulings:
        return _ruled(field, read, rulings)
    read = policy.counted(read, confidence)
    keyed = [one for one in answers if one.kind is VoteKind.KEYED]
    if not keyed:
        return Outcome(FieldState.OPEN)
    first = keyed[0]
    if policy.policy in {Policy.CONFIRM, Policy.SKIP}:
        return _settled(first, How.CONFIRMED if agree(field, first.text, read) else How.CORRECTED)
    others = [one.text for one in keyed[1:2]]
    if policy.policy is Policy.BLIND and not first.illegible and read is not None:
        others.append(read)
    if any(agree(field, first.text, other) for other in others):
        return _settled(first, How.AGREED)
    # Where nothing was read there is no second value yet: another person types it.
    return Outcome(FieldState.DISPUTED if others else FieldState.SECOND)


def _ruled(field: str, read: str | None, rulings: Sequence[Answer]) -> Outcome:
    """A ruling settles unless the reading, however sure, contradicts it: then another must rule the same.

    Whoever errs in arbitration mostly takes a wrong value that somebody keyed, and the reading hardly ever
    bears that out (`bench.keying_errors`). Whoever rules third decides: the queue must end.
    """
    latest = rulings[-1]
    before = [one.text for one in rulings[:-1]]
    contradicted = read is not None and not agree(field, latest.text, read)
    if (
        not contradicted
        or any(agree(field, latest.text, text) for text in before)
        or len(before) >= RULINGS - 1
    ):
        return _settled(latest, How.ARBITRATED)
    return Outcome(FieldState.DISPUTED)


def taken_as_read(policy: FieldPolicy, confidence: float, doubtful: bool) -> bool:
    """Whether the reading settles the field without anybody."""
    surely = policy.sure is not None and confidence >= policy.sure
    return policy.policy is Policy.SKIP and surely and not doubtful


def stage_after(states: Iterable[FieldState]) -> Stage:
    """What a form waits for, from its fields."""
    found = set(states)
    if FieldState.OPEN in found:
        return Stage.KEY
    if FieldState.SECOND in found:
        return Stage.SECOND
    return Stage.ARBITRATE if FieldState.DISPUTED in found else Stage.DONE


def choices(field_id: uuid.UUID, who: str, values: Sequence[str]) -> list[str]:
    """Differing values in an order that tells nothing of where they come from, the same for one person."""
    return sorted(
        dict.fromkeys(values), key=lambda value: hashlib.sha256(f"{field_id}{who}{value}".encode()).digest()
    )


def _settled(answer: Answer, how: How) -> Outcome:
    if answer.illegible:
        return Outcome(FieldState.SETTLED, None, How.ILLEGIBLE)
    return Outcome(FieldState.SETTLED, answer.text, how)
