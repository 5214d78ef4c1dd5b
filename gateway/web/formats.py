"""Numbers, dates and sizes as people in Vietnam write them."""

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""No summer time since 1975."""


def moment(value: str | None) -> str:
    """`2026-11-23T12:05:00Z` → `19:05 23/11/2026`."""
    if not value:
        return "–"
    at = datetime.fromisoformat(value)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def day(value: str | None) -> str:
    """`2026-11-23` → `23/11/2026`; partial dates keep what they have: `1960-01` → `01/1960`."""
    return "/".join(reversed(value[:10].split("-"))) if value else "–"


def vietnam_day(value: str) -> str:
    """`2026-11-23T19:05:00Z` → `2026-11-24`: the day that it is in Vietnam."""
    return datetime.fromisoformat(value).astimezone(VIETNAM).date().isoformat()


def long_day(value: str) -> str:
    """`2026-11-23T12:05:00Z` → `ngày 23 tháng 11 năm 2026`, as NĐ 30/2020/NĐ-CP writes it."""
    at = datetime.fromisoformat(value).astimezone(VIETNAM)
    return f"ngày {at:%d} tháng {at:%m} năm {at:%Y}"


def number(value: float | None) -> str:
    """`12345` → `12.345`; decimals after a comma."""
    if value is None:
        return "–"
    text = f"{value:,.1f}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"
    return text.translate(str.maketrans(",.", ".,"))


def percent(value: float | None) -> str:
    """`0.987` → `98 %`: rounded down, so that 100 % means all."""
    return "–" if value is None else f"{int(value * 100 + 1e-9)} %"


def days_left(deadline: str) -> int:
    """Days from today in Vietnam until a day; negative once it is past."""
    return (date.fromisoformat(deadline) - datetime.now(VIETNAM).date()).days
