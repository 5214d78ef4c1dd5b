"""`docs/events.md` says what the code does."""

from pathlib import Path

from contracts.documentation import PRODUCERS, render
from contracts.subjects import EVENT_BY_SUBJECT


def test_events_page_is_fresh() -> None:
    """The committed page equals what the models render to."""
    page = Path(__file__).parents[2] / "docs" / "events.md"
    assert page.read_text() == render(), "run: python -m contracts.documentation > docs/events.md"


def test_every_event_has_a_producer() -> None:
    """No event is documented without the service that emits it."""
    assert set(PRODUCERS) == set(EVENT_BY_SUBJECT)
