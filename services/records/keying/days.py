"""When a keyer's day begins."""

from datetime import UTC, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))


def midnight_in_vietnam() -> datetime:
    """The last midnight in Vietnam, in UTC."""
    return datetime.now(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
