"""Dates as people write them: partial, with words, dots and zeros for what nobody knew."""

import re
from datetime import date

from contracts.civil.folding import fold

DATE_SEPARATED = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-,\s]\s*(\d{1,2})\s*[/.\-,\s]\s*(\d{4})(?!\d)")
SPACED_DATE = re.compile(r"\d{1,2}\s+\d{1,2}\s+\d{4}")
MONTH_SEPARATED = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)")
MONTH_RUN = re.compile(r"(\d{2})(\d{4})")
DATE_RUN = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
YEAR_ALONE = re.compile(r"(?<!\d)(\d{4})(?!\d)")
EARLIEST_YEAR = 1850


def partial_date(text: str) -> str | None:
    """`31/01/1960`, `ngày 31 tháng 1 năm 1960`, `01/1960` or `1960` as ISO partial date; none if impossible.

    Zeros for an unknown day or month (`00/00/1960`) lower the precision; nothing is invented.
    """
    plain = fold(text)
    # Dots beside words are the line to write on: "16. tháng .2 năm".
    # Words may touch figures: "7tháng 12". A letter beside them makes another word.
    plain = re.sub(r"[\s.,]*(?<![a-z])(ngay|thang|nam|sinh|mong)(?![a-z])[\s.,]*", "/", plain)
    plain = re.sub(r"[\s.,]*/[\s./,]*", "/", plain).strip("/ .,-")
    if len(run := plain.replace(" ", "")) == 8 and run.isdigit() and not SPACED_DATE.fullmatch(plain):
        plain = run
    if found := DATE_SEPARATED.search(plain) or DATE_RUN.search(plain.replace(" ", "")):
        return _iso(int(found[3]), int(found[2]), int(found[1]))
    if found := MONTH_SEPARATED.search(plain) or MONTH_RUN.fullmatch(plain):
        return _iso(int(found[2]), int(found[1]), 0)
    if found := YEAR_ALONE.search(plain):
        return _iso(int(found[1]), 0, 0)
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    if not EARLIEST_YEAR <= year <= date.today().year:  # noqa: DTZ011 - a birth date has no time zone
        return None
    if month == 0:
        return f"{year:04d}"
    if day == 0:
        return f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def precision_of(partial: str) -> str:
    """`day`, `month` or `year`: how much of an ISO partial date is known."""
    return {4: "year", 7: "month"}.get(len(partial), "day")


_TYPED = (
    re.compile(r"(?P<day>\d{1,2})\s*[/.\- ]\s*(?P<month>\d{1,2})\s*[/.\- ]\s*(?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})"),
    re.compile(r"(?P<month>\d{1,2})\s*[/.\-]\s*(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})(?:-(?P<day>\d{2})(?:[T ]00:00(?::00)?)?)?"),
    re.compile(r"(?P<year>\d{4})"),
)


def typed_date(text: str) -> str | None:
    """A date as somebody types it or a spreadsheet writes it, and nothing beside it, as ISO partial date.

    `01011960`, `1/1/1960`, `1960`, `01/1960`, `00/00/1960`, `1960-01-31`; none if it is impossible, lies
    ahead or leaves the month open where the day is given.
    """
    found = next((match for form in _TYPED if (match := form.fullmatch(text.strip()))), None)
    if found is None:
        return None
    parts = {name: int(value) for name, value in found.groupdict().items() if value}
    month, day = parts.get("month", 0), parts.get("day", 0)
    iso = None if day and not month else _iso(parts["year"], month, day)
    today = date.today().isoformat()  # noqa: DTZ011 - as above
    return iso if iso is not None and iso <= today[: len(iso)] else None


def is_before(one: str, other: str) -> bool:
    """Whether an ISO partial date surely lies before another: as far as both are known."""
    known = min(len(one), len(other))
    return one[:known] < other[:known]
