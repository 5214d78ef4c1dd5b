"""How the fields read in a dossier make provisional persons."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.vocabulary import Sex

SIX_FIELDS = ("number", "full_name", "birth_date", "sex", "father_name", "mother_name")
"""What the plan wants of every identity dossier (plan 212/KH-CAT, part II)."""

MEMBER_FIELDS = ("number", "full_name", "birth_date", "sex")

_PERSON_NAMESPACE = uuid.UUID("0c8d6c52-27f4-5b0c-9a55-1c2f0e9f7a44")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_HEAD = re.compile(r"^\s*(là\s+)?chủ\s+hộ\s*\.?\s*$", re.IGNORECASE)


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
            role = Role.HEAD if relation and _HEAD.match(relation.text) else Role.MEMBER
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
