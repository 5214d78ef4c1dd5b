"""Sheets counted from pages, and the steps that a dossier takes by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import PageContent
from services.records.dossiers.domain import DossierState
from services.records.life.domain import DRIVEN, ORDER, Facts, Happening, may_follow, own_step
from services.records.life.sheets import Countable, SheetsFiled, Side, share_out, sheets_of

TEXT, BLANK = PageContent.TEXT, PageContent.BLANK


def test_a_blank_back_is_its_fronts() -> None:
    """Two written sides are a sheet, a blank back belongs to its front, two blank sides are a blank sheet."""
    sides = [
        *(Side((1,), TEXT, "book"), Side((1,), TEXT, "book")),
        *(Side((2,), BLANK, "blank"), Side((2,), TEXT, "other")),
        *(Side((3,), BLANK, "blank"), Side((3,), BLANK, "blank")),
    ]
    assert sheets_of(sides) == SheetsFiled({"book": 1, "other": 1}, 1)


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        pytest.param({"unclassified": 5}, [2, 3], id="all there, whatever they were read as"),
        pytest.param({"a": 2, "b": 1}, [2, 1], id="the second lacks two"),
        pytest.param({"a": 1, "unclassified": 3}, [2, 2], id="strangers fill what lacks any"),
        pytest.param({"a": 4, "b": 3}, [4, 3], id="too many of a type stand against it"),
        pytest.param({"unclassified": 7}, [2, 5], id="too many of none stand against the last"),
        pytest.param({}, [0, 0], id="nothing filed"),
    ],
)
def test_sheets_find_their_documents(filed: dict[str, int], expected: list[int]) -> None:
    """Two sheets of `a` and three of `b` were surveyed."""
    documents = [Countable(1, "a", 2), Countable(2, "b", 3)]
    share_out(SheetsFiled(filed, 0), documents)
    assert [one.scanned for one in documents] == expected


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9)),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), min_size=1, max_size=6),
    st.integers(0, 5),
)
def test_no_sheet_is_lost_or_made(filed: dict[str, int], surveyed: list[tuple[str, int]], blank: int) -> None:
    """However they are shared out, scanned sheets are as many as were filed, and blanks only fill gaps."""
    documents = [Countable(place, kind, room) for place, (kind, room) in enumerate(surveyed)]
    share_out(SheetsFiled(filed, blank), documents)
    assert sum(one.scanned for one in documents) == sum(filed.values())
    assert all(one.scanned + one.blank <= max(one.room, one.scanned) for one in documents)
    assert sum(one.blank for one in documents) <= blank


def test_counts_by_hand_are_taken_off_first() -> None:
    """What people counted is not counted again: of its own type, else of any."""
    filed = SheetsFiled({"a": 2, "b": 3}, 0)
    assert filed.without([("a", 1), ("c", 2)]) == SheetsFiled({"a": 0, "b": 2}, 0)


facts = st.builds(
    Facts,
    pages=st.integers(0, 2),
    unread=st.integers(0, 1),
    unseen=st.integers(0, 1),
    failed=st.integers(0, 1),
    open_forms=st.integers(0, 1),
    held=st.booleans(),
    balanced=st.booleans(),
)


@given(st.sampled_from(list(DossierState)), facts, st.sampled_from(list(Happening)))
def test_steps_end_and_are_allowed(state: DossierState, known: Facts, because: Happening) -> None:
    """Each is a step that a person may take too, none past a hold, into none unbalanced, and there is an end."""
    for _ in range(len(ORDER)):
        step = own_step(state, known, because)
        if step is None:
            return
        assert may_follow(state, step)
        assert {state, step} <= set(DRIVEN)
        forward = ORDER.index(step) > ORDER.index(state)
        assert not (forward and known.held)
        assert step is not DossierState.COMPLETE or (known.balanced and not known.open_forms)
        state = step
    pytest.fail("round in circles")


def test_what_was_sent_back_stays_back() -> None:
    """Somebody who sends a dossier back to scanning is not overruled because a sheet was counted."""
    done = Facts(pages=2, balanced=True)
    assert own_step(DossierState.SCANNING, done, Happening.SHEETS_COUNTED) is None
    assert own_step(DossierState.SCANNING, done, Happening.IMAGES_INSPECTED) is DossierState.CHECKED
    assert own_step(DossierState.CHECKED, done, Happening.FIELDS_SETTLED) is DossierState.COMPLETE
    keyed_again = Facts(pages=2, balanced=True, open_forms=1)
    assert own_step(DossierState.COMPLETE, keyed_again, Happening.FIELDS_REOPENED) is DossierState.CHECKED
    more = Facts(pages=3, unseen=1, balanced=False)
    assert own_step(DossierState.COMPLETE, more, Happening.PAGES_FILED) is DossierState.SCANNING
