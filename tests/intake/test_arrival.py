"""How an open batch is coming in: its rate, what its sender has still to send, and until when."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain import ARRIVAL_WINDOW, arrival_window, minutes_left, per_minute
from tests.intake.sending import close, digest, jpeg, open_batch, put, slug

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("open_for", "window"),
    [
        (timedelta(seconds=2), timedelta(seconds=30)),
        (2 * MINUTE, 2 * MINUTE),
        (timedelta(days=1), ARRIVAL_WINDOW),
    ],
)
def test_the_rate_is_that_of_the_last_minutes(open_for: timedelta, window: timedelta) -> None:
    """A batch that was just opened is not measured by its first second, an old one not by its nights."""
    assert arrival_window(open_for) == window


def test_the_rest_comes_as_the_last_files_did() -> None:
    """Rounded up; unknown where nothing was said of the rest or nothing came; nothing left is no time."""
    assert per_minute(25, 2 * MINUTE) == 12.5
    assert minutes_left(101, 50, 5 * MINUTE) == 11
    assert minutes_left(None, 50, 5 * MINUTE) is None
    assert minutes_left(10, 0, 5 * MINUTE) is None
    assert minutes_left(0, 0, 5 * MINUTE) == 0


def test_what_the_sender_has_left_is_kept_with_its_time(intake: Any) -> None:
    """From the newest upload that says so, until the batch is closed; a wrong depth is refused untouched."""
    with intake.client() as client:
        batch, first, second = open_batch(client), jpeg(), jpeg()

        def arrival() -> Any:
            return client.get(f"/v1/scan-batches/{batch}").json()["arrival"]

        nothing = {"pages_per_minute": 0.0, "spool_files": None, "spool_at": None, "minutes_left": None}
        assert arrival() == nothing
        for wrong in ("-1", "many"):
            refused = put(client, batch, first, headers={"Spool-Depth": wrong})
            assert (refused.status_code, slug(refused)) == (422, "invalid_request")
        assert arrival() == nothing
        assert put(client, batch, first, headers={"Spool-Depth": "7"}).status_code == 201
        said = arrival()
        assert said["spool_files"] == 7
        assert said["spool_at"]
        assert said["pages_per_minute"] > 0
        assert said["minutes_left"] > 0
        assert put(client, batch, second, 2).status_code == 201
        assert arrival()["spool_files"] == 7
        assert close(client, batch, digest(first), digest(second)).status_code == 200
        assert arrival() is None
