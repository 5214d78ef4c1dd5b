"""How review cases follow what is found."""

from kernel.ids import new_id
from services.records.cases.domain import CaseKind, CaseState, Found, Known, compare

DOSSIER = new_id()
SEX = Found(DOSSIER, CaseKind.SEX_MISMATCH, "p", {"sex": "male"})
KEY = (DOSSIER, CaseKind.SEX_MISMATCH, "p")


def test_new_is_opened_and_gone_is_withdrawn() -> None:
    """What was resolved stays as somebody said."""
    assert compare([SEX], {}).open == [SEX]
    opened = Known(new_id(), "947", CaseState.OPEN, {"sex": "male"})
    assert [case for case, _ in compare([], {KEY: opened}).withdraw] == [opened.id]
    resolved = Known(new_id(), "947", CaseState.RESOLVED, {"sex": "male"})
    moves = compare([SEX], {KEY: resolved})
    assert (moves.open, moves.reopen, moves.withdraw) == ([], [], [])
    assert compare([], {KEY: resolved}).withdraw == []


def test_other_details_open_it_again() -> None:
    """Somebody looked at other values than those that stand now; a withdrawn one that is back opens too."""
    for before in (
        Known(new_id(), "947", CaseState.RESOLVED, {"sex": "female"}),
        Known(new_id(), "947", CaseState.WITHDRAWN, {"sex": "male"}),
    ):
        assert compare([SEX], {KEY: before}).reopen == [(before.id, SEX)]
