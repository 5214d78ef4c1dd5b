"""How the fields read in a dossier make provisional persons."""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from contracts.vocabulary import Sex
from services.records.search.domain import typing_errors

SIX_FIELDS = ("number", "full_name", "birth_date", "sex", "father_name", "mother_name")
"""What the plan wants of every identity dossier (plan 212/KH-CAT, part II)."""

MEMBER_FIELDS = ("number", "full_name", "birth_date", "sex")

_PERSON_NAMESPACE = uuid.UUID("0c8d6c52-27f4-5b0c-9a55-1c2f0e9f7a44")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_HEAD = re.compile(r"^\s*(là\s+)?chủ\s+hộ\s*\.?\s*$", re.IGNORECASE)


class Source(StrEnum):
    """How a person came into the registry."""

    READ = "read"
    """From the papers; provisional."""
    ENTERED = "entered"
    IMPORTED = "imported"


class Role(StrEnum):
    """What a person is in a dossier."""

    SUBJECT = "subject"
    HEAD = "head"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Read:
    """One field as read on one page."""

    text: str
    value: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class PageReading:
    """The fields of one page."""

    page_id: uuid.UUID
    fields: Mapping[str, Read]


@dataclass(frozen=True, slots=True)
class Draft:
    """A person as the papers say."""

    id: uuid.UUID
    role: Role
    full_name: str | None
    number: str | None
    birth_date: str | None
    """ISO, as precise as known."""
    birth_date_raw: str | None
    """As written on the paper."""
    birth_year: int | None
    sex: str | None
    father_name: str | None
    mother_name: str | None


@dataclass(slots=True)
class _Candidate:
    slot: str
    role: Role
    best: dict[str, Read]


def draft_subject(dossier_id: uuid.UUID, readings: Sequence[PageReading]) -> list[Draft]:
    """The person of an identity dossier: each of the six fields from the page that reads it most surely."""
    best: dict[str, Read] = {}
    for reading in readings:
        _take_better(best, {name: reading.fields[name] for name in SIX_FIELDS if name in reading.fields})
    draft = _draft(_Candidate(str(dossier_id), Role.SUBJECT, best))
    return [draft] if draft.full_name or draft.number else []


def draft_household(readings: Sequence[PageReading], same_name: Mapping[str, str]) -> list[Draft]:
    """Head and members of a residence dossier, in paper order.

    Each page that names a person gives one, and one more for the head of household it names. Two readings
    are one person if their names agree (`same_name`: name → key under which it is compared) and neither
    number nor birth year speaks against it.
    """
    merged: list[_Candidate] = []
    for candidate in _candidates(readings):
        known = next((other for other in merged if _same_person(other, candidate, same_name)), None)
        if known is None:
            merged.append(candidate)
        else:
            _take_better(known.best, candidate.best)
            known.role = Role.HEAD if Role.HEAD in {known.role, candidate.role} else known.role
    return [_draft(candidate) for candidate in merged]


@lru_cache(maxsize=1000)
def is_head(relation: str | None) -> bool:
    """Whether a relation to the head says that it is the head."""
    return bool(relation and _HEAD.match(relation))


@dataclass(frozen=True, slots=True)
class Entered:
    """A person whom an officer entered, as compared with what the papers are read to say."""

    id: uuid.UUID
    full_name: str | None
    numbers: frozenset[str]
    birth_date: str | None
    sex: str | None
    father_name: str | None
    mother_name: str | None


def entered_twin(
    draft: Draft, entered: Sequence[Entered], *, sole: bool, key_of: Callable[[str], str]
) -> Entered | None:
    """The entered person whom a draft is a reading of; none where nobody entered that person.

    `sole`: an identity dossier has one person, whatever was read. Elsewhere the same number decides, then the
    same name (`key_of`: without marks) with nothing against it, then a name misread by up to two letters of
    somebody born on the same day.
    """
    if sole:
        return entered[0] if entered else None
    same_number = (one for one in entered if draft.number in one.numbers)
    same_name = (
        one
        for one in entered
        if key_of(one.full_name or "") == key_of(draft.full_name or "") and not _speaks_against(draft, one)
    )
    close = (
        one
        for one in entered
        if len(draft.birth_date or "") == 10
        and draft.birth_date == one.birth_date
        and typing_errors(key_of(one.full_name or ""), key_of(draft.full_name or ""), 2) <= 2
    )
    return next((one for group in (same_number, same_name, close) for one in group), None)


def differences(
    draft: Draft, entered: Entered, text_key: Callable[[str], str]
) -> dict[str, dict[str, str | None]]:
    """Field → what was entered and what was read, where both are known and differ."""
    found: dict[str, dict[str, str | None]] = {}
    for name in ("full_name", "father_name", "mother_name"):
        mine, read = getattr(entered, name), getattr(draft, name)
        if mine and read and text_key(mine) != text_key(read):
            found[name] = {"entered": mine, "read": read}
    for name in ("birth_date", "sex"):
        mine, read = getattr(entered, name), getattr(draft, name)
        if mine and read and mine != read:
            found[name] = {"entered": mine, "read": read}
    if draft.number and entered.numbers and draft.number not in entered.numbers:
        found["number"] = {"entered": ", ".join(sorted(entered.numbers)), "read": draft.number}
    return found


def _speaks_against(draft: Draft, one: Entered) -> bool:
    years = {date[:4] for date in (draft.birth_date, one.birth_date) if date}
    rivals = {number for number in one.numbers if draft.number and len(number) == len(draft.number)}
    return len(years) > 1 or bool(rivals and draft.number not in rivals)


def names_in(readings: Iterable[PageReading]) -> set[str]:
    """Every person's name in the readings, for building `same_name`."""
    found: set[str] = set()
    for reading in readings:
        for field in ("full_name", "household_head"):
            if field in reading.fields:
                found.add(clean_name(reading.fields[field].text))
    return found


def clean_name(text: str) -> str:
    """A name without what the form's dotted line left around it; letters stay as written."""
    return " ".join(text.split()).strip(" .,:;…_-·")


def birth_of(read: Read | None) -> tuple[str | None, int | None]:
    """ISO partial date and year of a read birth date; nothing is invented."""
    match = _ISO_DATE.fullmatch(read.value) if read and read.value else None
    return (match.group(0), int(match.group(1))) if match else (None, None)


def _candidates(readings: Iterable[PageReading]) -> Iterable[_Candidate]:
    for reading in readings:
        fields = reading.fields
        if _name(fields, "full_name"):
            relation = fields.get("relation_to_head")
            role = Role.HEAD if relation and is_head(relation.text) else Role.MEMBER
            own = {name: fields[name] for name in MEMBER_FIELDS if name in fields}
            yield _Candidate(f"{reading.page_id}/person", role, own)
        if _name(fields, "household_head"):
            head = {"full_name": fields["household_head"]}
            if "household_head_number" in fields:
                head["number"] = fields["household_head_number"]
            yield _Candidate(f"{reading.page_id}/head", Role.HEAD, head)


def _same_person(one: _Candidate, other: _Candidate, same_name: Mapping[str, str]) -> bool:
    names = [same_name[clean_name(each.best["full_name"].text)] for each in (one, other)]
    numbers = {_number(each.best) for each in (one, other)} - {None}
    years = {birth_of(each.best.get("birth_date"))[1] for each in (one, other)} - {None}
    return names[0] == names[1] and len(numbers) < 2 and len(years) < 2


def _take_better(best: dict[str, Read], found: Mapping[str, Read]) -> None:
    for name, read in found.items():
        if name not in best or read.confidence > best[name].confidence:
            best[name] = read


def _number(fields: Mapping[str, Read]) -> str | None:
    read = fields.get("number")
    if read is None:
        return None
    return read.value or re.sub(r"\D", "", read.text) or None


def _sex(read: Read | None) -> str | None:
    return Sex(read.value).value if read and read.value in set(Sex) else None


def _name(fields: Mapping[str, Read], field: str) -> str | None:
    return (clean_name(fields[field].text) or None) if field in fields else None


def _draft(candidate: _Candidate) -> Draft:
    fields = candidate.best
    birth_date, birth_year = birth_of(fields.get("birth_date"))
    return Draft(
        id=uuid.uuid5(_PERSON_NAMESPACE, candidate.slot),
        role=candidate.role,
        full_name=_name(fields, "full_name"),
        number=_number(fields),
        birth_date=birth_date,
        birth_date_raw=fields["birth_date"].text.strip() if "birth_date" in fields else None,
        birth_year=birth_year,
        sex=_sex(fields.get("sex")),
        father_name=_name(fields, "father_name"),
        mother_name=_name(fields, "mother_name"),
    )
