"""What a barcode scanner sends."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from services.records.shelves.domain import PaperState, Terms, default_levels, read_code


def test_codes() -> None:
    """Printed codes name an id, plain text may be either; damaged and empty ones are refused."""
    one = uuid.uuid4()
    assert read_code(f" TT:D:{one}\n").dossier_id == one
    assert read_code(f"TT:P:{one}").place_id == one
    plain = read_code("K1.G2  ")
    assert (plain.text, plain.dossier_id, plain.place_id) == ("K1.G2", None, None)
    for damaged in ("TT:D:12", "TT:P:", " "):
        with pytest.raises(ValueError, match=r".+"):
            read_code(damaged)


def test_terms() -> None:
    """Paper on a shelf or on its way is never overdue."""
    now = datetime.now(UTC)
    terms = Terms(desk_hours=2, loan_days=3)
    assert terms.due(PaperState.DESK, now) == now + timedelta(hours=2)
    assert terms.due(PaperState.LOAN, now) == now + timedelta(days=3)
    assert terms.due(PaperState.SHELF, now) is None
    assert [level.code for level in default_levels()] == ["room", "rack", "tier", "box"]
