"""Rules of imports: which column is which field, what a row says, which row repeats another; pure."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from contracts.civil.folding import fold
from contracts.units import UnitEdition
from contracts.vocabulary import DossierKind
from services.records.dossiers.domain import normalise_reference
from services.records.households.domain import (
    HOUSEHOLD_FIELDS,
    PERSON_FIELDS,
    OtherNumber,
    Person,
    check_household,
    check_person,
)
from services.records.search.domain import plain_key
from services.records.units.domain import refusal_of

COLUMNS = Path(__file__).parent / "data" / "columns.csv"

MOST_BYTES = 64 << 20
"""100,000 rows of twenty columns take about 20 MB as CSV."""
MOST_ROWS = 300_000
MOST_COLUMNS = 200
HEADER_WITHIN = 20
"""Titles of a list stand above its header; it is looked for in so many filled rows."""
LONGEST_REFERENCE = 200
LONGEST_SHOWN = 200
"""Characters of a cell kept beside its error."""


class ImportState(StrEnum):
    """How far an import is."""

    CHECKING = "checking"
    CHECKED = "checked"
    COMMITTING = "committing"
    DONE = "done"
    FAILED = "failed"
    """The file as a whole cannot be read: `problem` says why."""
    CANCELLED = "cancelled"


PROBLEMS: dict[str, tuple[str, str]] = {
    "empty": ("Tệp không có dòng dữ liệu nào", "The file holds no rows"),
    "header_missing": ("Không tìm thấy dòng tiêu đề cột", "No row of column headings was found"),
    "columns_missing": ("Thiếu cột bắt buộc: họ tên, hồ sơ số", "A needed column is missing"),
    "column_twice": ("Hai cột cùng một nội dung: hãy chọn lại cột", "Two columns mean the same: choose one"),
    "sheet_missing": ("Không có trang tính mang tên này", "No sheet has this name"),
    "too_many_rows": ("Tệp có quá nhiều dòng", "Too many rows"),
    "too_many_columns": ("Tệp có quá nhiều cột", "Too many columns"),
    "too_large_inside": ("Tệp giải nén ra quá lớn", "The file unpacks to too much"),
    "unsupported_type": ("Chỉ nhận CSV hoặc XLSX không đặt mật khẩu", "Only CSV, or XLSX without a password"),
    "damaged": ("Tệp bị hỏng, không đọc được", "The file is damaged"),
    "cell_too_long": ("Có ô quá dài: có thể thiếu dấu ngoặc kép", "A cell is too long: a lost quote?"),
    "limits": ("Tệp cần quá nhiều bộ nhớ hoặc thời gian", "The file needs too much memory or time"),
    "encoding_unknown": ("Không có bảng mã này", "No such encoding"),
    "gave_up": ("Không xử lý được tệp này; hãy báo quản trị", "This file fails; tell the administrator"),
}  # fmt: skip
"""Code → Vietnamese and English sentence."""


class FileRefused(Exception):
    """The file as a whole cannot be read; `args[0]` is a code of PROBLEMS."""

    @property
    def code(self) -> str:
        """The code."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a file may have a column for."""

    field: str
    kinds: frozenset[str]
    needed: bool
    title: str
    title_en: str
    keys: frozenset[str]
    """Headings as compared: without marks, case and signs."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns are."""

    header_row: int
    headings: tuple[str, ...]
    fields: Mapping[int, str]
    """Index of a column, from 0 → field."""


@dataclass(frozen=True, slots=True)
class UnitScope:
    """Units as an import sees them."""

    editions: Mapping[str, Sequence[UnitEdition]]
    scope: frozenset[str]
    on: date

    def refusal_of(self, code: str) -> str | None:
        """Why a row cannot be of the unit."""
        if code not in self.editions:
            return "unit_unknown"
        if "*" not in self.scope and code not in self.scope:
            return "unit_forbidden"
        return refusal_of(self.editions[code], self.on)


@dataclass(slots=True)
class Checked:
    """A row as checked: clean values, or field → code of what is refused."""

    row_no: int
    unit: str
    given: dict[str, Any] | None
    shown: dict[str, str]
    errors: dict[str, str]


@cache
def columns(path: Path = COLUMNS) -> tuple[Column, ...]:
    """Every field, from the data file."""
    with path.open(encoding="utf-8", newline="") as rows:
        return tuple(
            Column(
                field=row["field"],
                kinds=frozenset(filter(None, row["kinds"].split(";"))),
                needed=row["needed"] == "yes",
                title=row["title"],
                title_en=row["title_en"],
                keys=frozenset(
                    heading_key(name)
                    for name in (row["field"], row["title"], row["title_en"], *row["aliases"].split(";"))
                    if name
                ),
            )
            for row in csv.DictReader(rows)
        )


def columns_of(kind: DossierKind) -> list[Column]:
    """Fields that a dossier of the kind has."""
    return [column for column in columns() if not column.kinds or kind.value in column.kinds]


def heading_key(heading: str) -> str:
    """A heading as compared: `Họ và tên (*)` and `HO VA TEN` are one."""
    return re.sub(r"[\W_]+", "", fold(heading[:LONGEST_SHOWN]))


def recognised(cells: Sequence[str], kind: DossierKind) -> dict[int, str]:
    """Index → field of the headings that are known."""
    by_key = {key: column.field for column in columns_of(kind) for key in column.keys}
    return {place: by_key[key] for place, cell in enumerate(cells) if (key := heading_key(cell)) in by_key}


def layout_of(
    first_rows: Sequence[tuple[int, Sequence[str]]], kind: DossierKind, chosen: Mapping[str, str]
) -> Layout:
    """The header among a file's first filled rows, and its columns; `chosen` (index → field) goes first.

    Raises:
        FileRefused: no header, a needed column missing, two columns for one field.
    """
    best = max(first_rows, key=lambda row: len(set(recognised(row[1], kind).values())), default=None)
    found = recognised(best[1], kind) if best else {}
    if best is None or (len(set(found.values())) < 2 and not chosen):
        raise FileRefused("header_missing" if best else "empty")
    known = {column.field for column in columns_of(kind)}
    picked = {int(place): name for place, name in chosen.items() if name in known}
    left_out = {int(place) for place, name in chosen.items() if not name}
    fields = {
        place: name
        for place, name in found.items()
        if place not in picked and place not in left_out and name not in picked.values()
    } | picked
    layout = Layout(best[0], tuple(cell[:LONGEST_SHOWN] for cell in best[1]), fields)
    if len(set(fields.values())) < len(fields):
        raise LayoutRefused("column_twice", layout)
    if any(column.needed and column.field not in fields.values() for column in columns_of(kind)):
        raise LayoutRefused("columns_missing", layout)
    return layout


class LayoutRefused(FileRefused):
    """The columns are not clear; what was found is shown, so that somebody can choose."""

    def __init__(self, code: str, layout: Layout) -> None:
        super().__init__(code)
        self.layout = layout


@dataclass(slots=True)
class RowChecker:
    """Checks rows one after another and remembers what repeats."""

    kind: DossierKind
    layout: Layout
    unit: str
    units: UnitScope
    _seen: set[tuple[str, str, str]] = field(default_factory=set)
    _heads: set[tuple[str, str]] = field(default_factory=set)
    _households: dict[tuple[str, str], tuple[str | None, ...]] = field(default_factory=dict)
    _unit_refusals: dict[str, str | None] = field(default_factory=dict)

    def check(self, row_no: int, cells: Sequence[str]) -> Checked:
        """One filled row."""
        texts = {name: cells[place] for place, name in self.layout.fields.items() if place < len(cells)}
        errors: dict[str, str] = {}
        unit = normalise_reference(texts.get("unit", "")[:LONGEST_REFERENCE]) or self.unit
        if unit not in self._unit_refusals:
            self._unit_refusals[unit] = self.units.refusal_of(unit)
        if code := self._unit_refusals[unit]:
            errors["unit"] = code
        if any("\ufffd" in text for text in texts.values()):
            errors["row"] = "encoding_broken"
        reference = self._reference(texts, errors)
        person = self._person(texts, errors)
        household = self._household(texts, errors)
        if person and reference and not errors:
            self._check_against_others((unit, reference), person, household, errors)
        given = None
        if not errors and person:
            home = {name: value for name, value in household.items() if value}
            given = {"unit": unit, "reference": reference, "household": home, "person": stored(person)}
        return Checked(row_no, unit, given, {n: t[:LONGEST_SHOWN] for n, t in texts.items() if t}, errors)

    def _reference(self, texts: Mapping[str, str], errors: dict[str, str]) -> str | None:
        raw = re.sub(r"^(\d+)\.0$", r"\1", texts.get("reference", "")[: 2 * LONGEST_REFERENCE])
        reference = normalise_reference(raw)
        if reference is None:
            errors["reference"] = "missing"
        elif len(reference) > LONGEST_REFERENCE:
            errors["reference"] = "too_long"
        return reference

    def _person(self, texts: Mapping[str, str], errors: dict[str, str]) -> Person | None:
        given = {name: texts.get(name) for name in PERSON_FIELDS}
        old = texts.get("old_number", "").strip()
        others = [{"number": old}] if old else []
        person, refusals = check_person(given, self.kind, others=others)
        for one in refusals:
            name = "old_number" if one.field.startswith("other_numbers") else one.field
            errors.setdefault(name, one.code)
        if person and person.number and person.other_numbers:
            replaced = OtherNumber(person.other_numbers[0].number, person.number)
            return Person(**{**{n: getattr(person, n) for n in _PERSON_NAMES}, "other_numbers": (replaced,)})
        return person

    def _household(self, texts: Mapping[str, str], errors: dict[str, str]) -> dict[str, str | None]:
        if self.kind is not DossierKind.RESIDENCE:
            return {}
        values, refusals = check_household({name: texts.get(name) for name in HOUSEHOLD_FIELDS})
        for one in refusals:
            errors.setdefault(one.field, one.code)
        return values

    def _check_against_others(
        self,
        dossier: tuple[str, str],
        person: Person,
        household: Mapping[str, str | None],
        errors: dict[str, str],
    ) -> None:
        key = (*dossier, person.key(plain_key))
        if key in self._seen:
            errors["row"] = "row_twice"
        elif self.kind is DossierKind.IDENTITY and dossier in self._households:
            errors["reference"] = "dossier_twice"
        elif person.heads and dossier in self._heads:
            errors["relation_to_head"] = "two_heads"
        before = self._households.get(dossier, ())
        differing = [
            name
            for name, was in zip(HOUSEHOLD_FIELDS, before, strict=False)
            if was and household.get(name) and was != household[name]
        ]
        errors |= dict.fromkeys(differing, "household_differs")
        if errors:
            return
        self._seen.add(key)
        if person.heads:
            self._heads.add(dossier)
        given = [household.get(name) for name in HOUSEHOLD_FIELDS]
        self._households[dossier] = tuple(
            now or was for now, was in zip(given, before or [None] * len(given), strict=True)
        )


_PERSON_NAMES = ("full_name", "number", "birth_date", "birth_date_raw", *PERSON_FIELDS[3:], "id")


def stored(person: Person) -> dict[str, Any]:
    """A person as kept until it is committed."""
    values = {name: value for name in _PERSON_NAMES if name != "id" and (value := getattr(person, name))}
    if person.other_numbers:
        values["other_numbers"] = [asdict(one) for one in person.other_numbers]
    return values


def restored(values: Mapping[str, Any]) -> Person:
    """The person out of what was kept."""
    others = tuple(OtherNumber(**one) for one in values.get("other_numbers", ()))
    return Person(**{**values, "other_numbers": others})


def safe_cell(text: str) -> str:
    """A cell for a CSV file that people open in a spreadsheet: what would run as a formula is made text."""
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@"} or text[:1] in {"\t", "\r", "\n"} else text


def is_filled(cells: Iterable[str]) -> bool:
    """Whether any cell holds something."""
    return any(cell and not cell.isspace() for cell in cells)
