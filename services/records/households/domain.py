"""Rules of entry: what officers type or import, checked and made clean; pure, for form and import alike."""

import csv
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from contracts.civil.dates import is_before, typed_date
from contracts.civil.numbers import number_doubts
from contracts.civil.sexes import typed_sex
from contracts.civil.writing import cleaned
from contracts.vocabulary import DossierKind
from services.records.persons.domain import is_head

DATA = Path(__file__).parent / "data"
LONGEST_TEXT = 300
"""Characters; the longest names and addresses of the archive's rules are far below."""
LONGEST_CLEANED_ONCE = 80
"""What is cleaned is remembered up to this length: names, days and relations, no addresses."""
LONGEST_RAW_DATE = 40
MOST_SHEETS = 2000

PERSON_FIELDS = (
    *("full_name", "number", "birth_date", "sex", "father_name", "mother_name"),
    *("relation_to_head", "permanent_registered_on", "departed_on", "deregistration_reason"),
)
"""Names under which values are given, in the order of the screen."""
MEMBER_FIELDS = PERSON_FIELDS[6:]
"""What only a member of a household has."""
HOUSEHOLD_FIELDS = (
    *("household_book_no", "volume_no", "residence_register_no", "register_leaf_no"),
    *("permanent_residence", "archived_on"),
)

_NUMBER = re.compile(r"[\d\s.\-]+")
_ROUNDED = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")
_WHOLE = re.compile(r"(\d+)\.0")
"""How a spreadsheet's own numbers come out as text."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that cannot stand, and why."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class OtherNumber:
    """A further number of a person, and the one that replaced it where that is known."""

    number: str
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as entered: clean, checked, nothing invented."""

    full_name: str
    number: str | None = None
    birth_date: str | None = None
    """ISO, as precise as known."""
    birth_date_raw: str | None = None
    sex: str | None = None
    father_name: str | None = None
    mother_name: str | None = None
    relation_to_head: str | None = None
    permanent_registered_on: str | None = None
    departed_on: str | None = None
    deregistration_reason: str | None = None
    other_numbers: tuple[OtherNumber, ...] = ()
    id: uuid.UUID | None = None
    """Of a person entered before, who is changed."""

    @property
    def heads(self) -> bool:
        """Whether the relation says that this is the head of the household."""
        return is_head(self.relation_to_head)

    @property
    def birth_year(self) -> int | None:
        """Year of birth."""
        return int(self.birth_date[:4]) if self.birth_date else None

    @property
    def numbers(self) -> tuple[OtherNumber, ...]:
        """All numbers, the present one last."""
        return (*self.other_numbers, OtherNumber(self.number)) if self.number else self.other_numbers

    def doubts(self) -> tuple[str, ...]:
        """Codes of what speaks against its 12-digit number: review cases, not refusals."""
        codes: dict[str, None] = {}
        for one in self.numbers:
            codes |= dict.fromkeys(number_doubts(one.number, self.birth_date, self.sex))
        return tuple(codes)

    def key(self, name_key: Callable[[str], str]) -> str:
        """Under which the same person of one dossier is known again: the number, else name and birth."""
        return self.number or f"{name_key(self.full_name)}|{self.birth_date or ''}"


@dataclass(frozen=True, slots=True)
class MetadataField:
    """A metadata field of a dossier (TT 05/2025/TT-BNV), as data until its texts are confirmed."""

    code: str
    title: str
    title_en: str
    kind: str
    choices: Mapping[str, str]
    longest: int
    confirmed: bool


@cache
def refusal_titles(path: Path = DATA / "refusals.csv") -> dict[str, tuple[str, str]]:
    """Code → Vietnamese and English sentence."""
    with path.open(encoding="utf-8", newline="") as rows:
        return {row["code"]: (row["title"], row["title_en"]) for row in csv.DictReader(rows)}


@cache
def metadata_fields(path: Path = DATA / "metadata_fields.csv") -> dict[str, MetadataField]:
    """Code → field, in the order of the circular."""
    with path.open(encoding="utf-8", newline="") as rows:
        return {
            row["code"]: MetadataField(
                code=row["code"],
                title=row["title"],
                title_en=row["title_en"],
                kind=row["kind"],
                choices=dict(pair.split(":", 1) for pair in row["choices"].split(";") if pair),
                longest=int(row["longest"] or LONGEST_TEXT),
                confirmed=row["confirmed"] == "yes",
            )
            for row in csv.DictReader(rows)
        }


_cleaned = lru_cache(1 << 14)(cleaned)
"""Lists repeat their sexes, days, relations and names: two of three values were met before."""


@lru_cache(1 << 14)
def _date_of(plain: str, _today: date) -> str | None:
    """A typed date; days ahead of today are none, so that it is known anew each day."""
    if whole := _WHOLE.fullmatch(plain):
        plain = whole[1]
    return typed_date(plain) if len(plain) <= LONGEST_RAW_DATE else None


class Checker:
    """Takes given values one by one and keeps what is refused of them."""

    def __init__(self, given: Mapping[str, str | None], place: str = "") -> None:
        self._given = given
        self._place = place
        self.refusals: list[Refusal] = []

    def refuse(self, field: str, code: str) -> None:
        """Keep why a field's value cannot stand."""
        self.refusals.append(Refusal(self._place + field, code))

    def text(self, field: str, *, needed: bool = False) -> str | None:
        """A clean text; none if nothing is given or it is refused."""
        raw = self._given.get(field)
        if not raw:
            if needed:
                self.refuse(field, "missing")
            return None
        # Cut before cleaning: what is far too long costs no more than what is just too long.
        plain = _cleaned(raw) if len(raw) <= LONGEST_CLEANED_ONCE else cleaned(raw[: 4 * LONGEST_TEXT])
        if len(plain) > LONGEST_TEXT:
            self.refuse(field, "too_long")
            return None
        if not plain and needed:
            self.refuse(field, "missing")
        return plain or None

    def name(self, field: str, *, needed: bool = False) -> str | None:
        """A person's name; letters and marks stay as given."""
        plain = self.text(field, needed=needed)
        if plain and (any(map(str.isdigit, plain)) or sum(map(str.isalpha, plain)) < 2):
            self.refuse(field, "name_unlikely")
            return None
        return plain

    def number(self, field: str) -> str | None:
        """An identity number of 9 or 12 digits."""
        plain = self.text(field)
        if plain is None:
            return None
        if whole := _WHOLE.fullmatch(plain):
            plain = whole[1]
        if not _NUMBER.fullmatch(plain):
            self.refuse(field, "number_rounded" if _ROUNDED.fullmatch(plain) else "not_a_number")
            return None
        digits = re.sub(r"\D", "", plain)
        if len(digits) not in {9, 12}:
            code = f"number_{len(digits)}"
            self.refuse(field, code if code in refusal_titles() else "number_length")
            return None
        return digits

    def date(self, field: str) -> str | None:
        """An ISO partial date."""
        plain = self.text(field)
        if plain is None:
            return None
        found = _date_of(plain, date.today())  # noqa: DTZ011 - a birth date has no time zone
        if found is None:
            self.refuse(field, "date_impossible")
        return found

    def sex(self, field: str) -> str | None:
        """`male` or `female`."""
        plain = self.text(field)
        found = typed_sex(plain) if plain else None
        if plain and found is None:
            self.refuse(field, "sex_unclear")
        return found.value if found else None


def check_person(
    given: Mapping[str, str | None],
    kind: DossierKind,
    *,
    others: Sequence[Mapping[str, str | None]] = (),
    place: str = "",
    person_id: uuid.UUID | None = None,
) -> tuple[Person | None, list[Refusal]]:
    """A person out of given texts, or all that is refused; `place` goes before each field's name."""
    check = Checker(given, place)
    member = kind is DossierKind.RESIDENCE
    if not member and any(given.get(name) for name in MEMBER_FIELDS):
        check.refuse(next(name for name in MEMBER_FIELDS if given.get(name)), "residence_only")
    born = check.date("birth_date")
    person = {
        "full_name": check.name("full_name", needed=True) or "",
        "number": check.number("number"),
        "birth_date": born,
        "birth_date_raw": cleaned(given.get("birth_date") or "") if born else None,
        "sex": check.sex("sex"),
        "father_name": check.name("father_name"),
        "mother_name": check.name("mother_name"),
    }
    if member:
        person |= {
            "relation_to_head": check.text("relation_to_head"),
            "permanent_registered_on": check.date("permanent_registered_on"),
            "departed_on": check.date("departed_on"),
            "deregistration_reason": check.text("deregistration_reason"),
        }
        _check_order(check, person)
    further = _other_numbers(check, person["number"], others)
    if check.refusals:
        return None, check.refusals
    return Person(**person, other_numbers=further, id=person_id), []  # type: ignore[arg-type]


def check_household(
    given: Mapping[str, str | None], place: str = ""
) -> tuple[dict[str, str | None], list[Refusal]]:
    """The household's own values, and what is refused of them."""
    check = Checker(given, place)
    values = {
        name: check.date(name) if name == "archived_on" else check.text(name) for name in HOUSEHOLD_FIELDS
    }
    return values, check.refusals


def check_together(
    persons: Sequence[Person], kind: DossierKind, name_key: Callable[[str], str], place: str = "persons."
) -> list[Refusal]:
    """What is refused of persons because of one another.

    Parents and children need not share a surname (Khmer families), so nothing is inferred from it.
    """
    refusals = []
    if kind is DossierKind.IDENTITY and len(persons) > 1:
        refusals.append(Refusal(f"{place}1.full_name", "one_person"))
    heads = [number for number, person in enumerate(persons) if person.heads]
    refusals += [Refusal(f"{place}{number}.relation_to_head", "two_heads") for number in heads[1:]]
    seen: set[str] = set()
    for number, person in enumerate(persons):
        if (key := person.key(name_key)) in seen:
            refusals.append(Refusal(f"{place}{number}.full_name", "person_twice"))
        seen.add(key)
    return refusals


def check_metadata(given: Mapping[str, str | None], place: str = "") -> tuple[dict[str, str], list[Refusal]]:
    """Metadata values by their fields' own rules, and what is refused."""
    check = Checker(given, place)
    values: dict[str, str] = {}
    for code in given:
        field = metadata_fields().get(code)
        if field is None:
            check.refuse(code, "metadata_unknown")
            continue
        value = check.date(code) if field.kind == "date" else check.text(code)
        if value and field.choices and value not in field.choices:
            check.refuse(code, "metadata_value")
        elif value and len(value) > field.longest:
            check.refuse(code, "too_long")
        elif value:
            values[code] = value
    return values, check.refusals


def _check_order(check: Checker, person: Mapping[str, str | None]) -> None:
    born, registered = person["birth_date"], person["permanent_registered_on"]
    departed = person["departed_on"]
    if registered and born and is_before(registered, born):
        check.refuse("permanent_registered_on", "registered_before_birth")
    if departed and registered and is_before(departed, registered):
        check.refuse("departed_on", "departed_before_registered")


def _other_numbers(
    check: Checker, number: str | None, others: Sequence[Mapping[str, str | None]]
) -> tuple[OtherNumber, ...]:
    found: list[OtherNumber] = []
    known = {number} if number else set()
    for place, other in enumerate(others):
        each = Checker(other, f"{check._place}other_numbers.{place}.")  # noqa: SLF001 - its own kind
        own, replaced_by = each.number("number"), each.number("replaced_by")
        if own in known:
            each.refuse("number", "number_twice")
        elif own:
            known.add(own)
            found.append(OtherNumber(own, replaced_by))
        elif not each.refusals:
            each.refuse("number", "missing")
        check.refusals += each.refusals
    for place, other_number in enumerate(found):
        if other_number.replaced_by and other_number.replaced_by not in known - {other_number.number}:
            check.refuse(f"other_numbers.{place}.replaced_by", "replaced_unknown")
    return tuple(found)
