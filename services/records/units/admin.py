"""Administrative units, effective-dated: the places of addresses, apart from the police units."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

DATA = Path(__file__).parent / "data" / "admin"


class AdminLevel(StrEnum):
    """The level of an administrative unit."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class AdminKind(StrEnum):
    """Tỉnh, thành phố, quận, huyện, thị xã, phường, xã, thị trấn."""

    PROVINCE = "province"
    CITY = "city"
    URBAN_DISTRICT = "urban_district"
    RURAL_DISTRICT = "rural_district"
    TOWN = "town"
    WARD = "ward"
    COMMUNE = "commune"
    TOWNSHIP = "township"


@dataclass(frozen=True, slots=True)
class AdminUnit:
    """One edition of an administrative unit; (code, valid_from) is the key."""

    code: str
    valid_from: date
    valid_to: date | None
    """First day on which it no longer holds."""
    level: AdminLevel
    kind: AdminKind
    parent_code: str | None
    name: str


def load_admin_units(folder: Path = DATA) -> tuple[AdminUnit, ...]:
    """Every edition in the folder's CSV files; raises ValueError on one listed twice."""
    found = tuple(one for path in sorted(folder.glob("*.csv")) for one in _read(path))
    if len({(one.code, one.valid_from) for one in found}) != len(found):
        raise ValueError("an administrative unit's edition is listed twice")
    return found


def _read(path: Path) -> Iterator[AdminUnit]:
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield AdminUnit(
                row["code"],
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                AdminLevel(row["level"]),
                AdminKind(row["kind"]),
                row["parent_code"] or None,
                row["name"],
            )
