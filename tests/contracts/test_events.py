"""Events stay readable: what an older version wrote, this one still understands."""

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from contracts.assembly import DocumentOrder, OrderedPage
from contracts.envelope import Event
from contracts.events import EVENTS, PageReceived
from contracts.identifiers import page_id_for
from contracts.subjects import CONSUMERS, EVENT_BY_SUBJECT
from contracts.vocabulary import DossierKind

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_golden_payload_is_still_understood(event: type[Event]) -> None:
    """The stored example of each version parses and comes out unchanged."""
    stored: dict[str, Any] = json.loads((GOLDEN / f"{event.subject}.json").read_text())
    parsed = event.model_validate(stored)
    again = parsed.model_dump(mode="json")
    assert {name: again[name] for name in stored} == stored


def test_unknown_members_are_ignored() -> None:
    """A newer producer may add optional members without breaking an older consumer."""
    stored = json.loads((GOLDEN / f"{PageReceived.subject}.json").read_text())
    assert PageReceived.model_validate({**stored, "added_later": 1}).kind is DossierKind.IDENTITY


def test_subjects_are_unique_and_versioned() -> None:
    """One subject per event, in the form archive.<noun>.<verb>.v<N>."""
    assert len(EVENT_BY_SUBJECT) == len(EVENTS)
    for subject in EVENT_BY_SUBJECT:
        prefix, _noun, _verb, version = subject.split(".")
        assert prefix == "archive"
        assert version[0] == "v"
        assert version[1:].isdigit()


def test_payloads_stay_small() -> None:
    """Payloads carry identifiers only: the golden examples stay far below the 4 KB limit."""
    for event in EVENTS:
        assert len((GOLDEN / f"{event.subject}.json").read_bytes()) < 2000


def test_page_identifier_is_the_same_everywhere() -> None:
    """A page's identifier follows from its file and number alone; zero is not a page."""
    file_id = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    assert page_id_for(file_id, 1) == page_id_for(file_id, 1) != page_id_for(file_id, 2)
    with pytest.raises(ValueError, match="counts from 1"):
        page_id_for(file_id, 0)


def test_every_event_is_consumed() -> None:
    """No event is published that nobody takes."""
    taken = {event for consumer in CONSUMERS for event in consumer.events}
    assert taken == set(EVENTS)


def test_orders_made_before_images_were_named_keep_their_digest() -> None:
    """An order that is on its way while the system is brought up to date is still the one announced."""
    page = OrderedPage(page_id=uuid.UUID(int=1), recognition_key="r")
    order = DocumentOrder(
        document_id=uuid.UUID(int=2), dossier_id=uuid.UUID(int=3), title="Đơn", pages=(page,)
    )
    stored = (
        '{"document_id":"00000000-0000-0000-0000-000000000002",'
        '"dossier_id":"00000000-0000-0000-0000-000000000003","title":"Đơn",'
        '"pages":[{"page_id":"00000000-0000-0000-0000-000000000001","recognition_key":"r"}]}'
    )
    assert order.digest == hashlib.sha256(stored.encode()).hexdigest()
    shown = order.model_copy(update={"pages": (page.model_copy(update={"image_key": "a"}),)})
    assert shown.digest != order.digest
