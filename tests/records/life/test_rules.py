"""Which state follows which, and when sheets balance."""

from itertools import pairwise

from services.records.dossiers.domain import DossierState as State
from services.records.life.domain import ORDER, Balance, Sheets, exempt_sheets, is_forward, may_follow


def test_one_step_forward_and_named_steps_back() -> None:
    """No step is skipped; back only where a reason exists; what needs attention goes nowhere by itself."""
    for here, following in pairwise(ORDER):
        assert may_follow(here, following)
        assert is_forward(here, following)
    assert not may_follow(State.REGISTERED, State.SCANNING)
    assert may_follow(State.CHECKED, State.SCANNING)
    assert not is_forward(State.CHECKED, State.SCANNING)
    assert not may_follow(State.CLOSED, State.SCANNING)
    assert may_follow(State.CLOSED, State.RESHELVED)
    assert not any(may_follow(State.NEEDS_ATTENTION, state) for state in State)
    assert not any(may_follow(state, state) for state in State)


def test_documents_are_not_set_off_against_each_other() -> None:
    """One sheet too many here and one too few there is two differences, not none."""
    balance = Balance({1: Sheets(3, 4), 2: Sheets(2, 0, 0, 1, 0)}, pages=4)
    assert balance.total.difference == 0
    assert balance.unbalanced == {1: -1, 2: 1}
    assert Balance({1: Sheets(5, 1, 1, 2, 1)}, pages=1).unbalanced == {}


def test_scanned_sheets_must_be_pages() -> None:
    """A sheet has one or two sides with something on them."""
    assert Balance({1: Sheets(2, 2)}, pages=3).pages_agree
    assert not Balance({1: Sheets(2, 2)}, pages=1).pages_agree
    assert not Balance({1: Sheets(2, 2)}, pages=5).pages_agree
    assert exempt_sheets([(1, 2), (1, 1), (3, 1)]) == {1: 3, 3: 1}
