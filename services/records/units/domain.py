"""The units of the data files, and when a code names none."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from contracts.units import UnitEdition, UnitKind

DATA = Path(__file__).parent / "data"


def load_editions(folder: Path = DATA) -> tuple[UnitEdition, ...]:
    """Every edition in the folder's CSV files; raises ValueError on a row that cannot be."""
    editions = tuple(edition for path in sorted(folder.glob("*.csv")) for edition in _read(path))
    keys = [(edition.code, edition.valid_from) for edition in editions]
    if len(keys) != len(set(keys)):
        raise ValueError("a unit edition (code, valid_from) is listed twice")
    return editions


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
