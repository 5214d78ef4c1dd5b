"""The successions of the data files."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from contracts.units import Extent, Succession

DATA = Path(__file__).parent / "data" / "succession"


def load_successions(folder: Path = DATA) -> tuple[Succession, ...]:
    """Every succession in the folder's CSV files; raises ValueError on a row that cannot be."""
    found = tuple(one for path in sorted(folder.glob("*.csv")) for one in _read(path))
    if len({(one.key, one.successor) for one in found}) != len(found):
        raise ValueError("a succession is listed twice")
    if any(one.key == one.successor for one in found):
        raise ValueError("a unit cannot succeed itself")
    return found


def _read(path: Path) -> Iterable[Succession]:
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield Succession(
                row["code"],
                date.fromisoformat(row["valid_from"]),
                row["successor_code"],
                date.fromisoformat(row["successor_valid_from"]),
                Extent(row["extent"]),
                row["decree"],
                row["note"],
            )
