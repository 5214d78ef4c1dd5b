"""Police units for screens: every edition, and what each code is called."""

from collections.abc import Iterable
from datetime import date

from gateway.web.data import Data, Reader

PAGE = 200


async def editions(reader: Reader, on: str | None = None) -> list[Data]:
    """Editions of police units by code and first day; only those that hold on a day where one is given."""
    found: list[Data] = []
    cursor: str | None = None
    while True:
        part = await reader.get("/v1/units", on=on, limit=PAGE, cursor=cursor)
        found += part["items"]
        cursor = part["next_cursor"]
        if not cursor:
            return found


def named(known: Iterable[Data]) -> dict[str, str]:
    """Code → its newest name."""
    return {one["code"]: one["name"] for one in sorted(known, key=lambda one: str(one["valid_from"]))}


def holding(known: Iterable[Data], day: date) -> list[Data]:
    """The editions that hold on a day."""
    at = day.isoformat()
    return [
        one for one in known if one["valid_from"] <= at and (one["valid_to"] is None or at < one["valid_to"])
    ]
