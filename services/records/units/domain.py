"""An edition of a police unit, as the data files hold it."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

DATA = Path(__file__).parent / "data"


class UnitKind(StrEnum):
    """The level of a police unit."""

    PROVINCE = "province"
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"


@dataclass(frozen=True, slots=True)
class UnitEdition:
    """One unit for one stretch of time; (code, valid_from) is the key, since codes are reused."""

    code: str
    valid_from: date
    valid_to: date | None
    """First day on which it no longer holds."""
    kind: UnitKind
    parent_code: str | None
    name: str

    def holds_on(self, day: date) -> bool:
        """Whether the unit exists on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def load_editions(folder: Path = DATA) -> tuple[UnitEdition, ...]:
    """Every edition in the folder's CSV files; raises ValueError on a row that cannot be."""
    editions = tuple(edition for path in sorted(folder.glob("*.csv")) for edition in _read(path))
    keys = [(edition.code, edition.valid_from) for edition in editions]
    if len(keys) != len(set(keys)):
        raise ValueError("a unit edition (code, valid_from) is listed twice")
    return editions


def edition_on(editions: Iterable[UnitEdition], day: date) -> UnitEdition | None:
    """Of one code's editions, the one in force on `day`, else the last before it, else the first.

    Dossiers keep the unit of their time, and districts that ended in 2025 still send their archives.
    """
    ordered = sorted(editions, key=lambda edition: edition.valid_from)
    begun = [edition for edition in ordered if edition.valid_from <= day]
    return begun[-1] if begun else (ordered[0] if ordered else None)


def refusal_of(editions: Iterable[UnitEdition], day: date) -> str | None:
    """Why a code with these editions names no unit on `day`; none where it does."""
    known = list(editions)
    if not known:
        return "unit_unknown"
    if any(edition.holds_on(day) for edition in known):
        return None
    return "unit_ended" if any(edition.valid_from <= day for edition in known) else "unit_not_yet"


def _read(path: Path) -> Iterator[UnitEdition]:
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
            edition = UnitEdition(
                code=row["code"],
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=valid_to,
                kind=UnitKind(row["kind"]),
                parent_code=row["parent_code"] or None,
                name=row["name"],
            )
            if valid_to is not None and valid_to <= edition.valid_from:
                raise ValueError(f"{path.name}: unit {edition.code} ends before it begins")
            yield edition
