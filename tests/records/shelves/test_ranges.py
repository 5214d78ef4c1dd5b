"""What somebody writes for many places at once means exactly these codes, or is refused with the reason."""

import pytest

from services.records.shelves.domain import default_levels
from services.records.shelves.ranges import MOST_PLACES, RangeUnclear, expand

LEVELS = default_levels()


def test_a_store_in_one_line() -> None:
    """Each place stands before those inside it, and papers lie in the last level alone."""
    spots = expand("K1, G1..G2, T1..T3, H1..H10", LEVELS)
    assert len(spots) == 1 + 2 + 6 + 60
    assert [one.code for one in spots[:4]] == ["K1", "K1-G1", "K1-G1-T1", "K1-G1-T1-H1"]
    assert (spots[3].parent, spots[3].name, spots[3].level) == ("K1-G1-T1", "Hộp H1", "box")
    assert {one.level for one in spots if one.last} == {"box"}
    known: set[str | None] = {None}
    for one in spots:
        assert one.parent in known
        known.add(one.code)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("H08..H11", ["H08", "H09", "H10", "H11"]),
        ("G1–G2", ["G1", "G2"]),
        ("G1-G2", ["G1", "G2"]),
        ("G1…3", ["G1", "G2", "G3"]),
        ("K-1", ["K-1"]),
        ("K-1-6", ["K-1-6"]),
        ("7..8", ["7", "8"]),
    ],
)
def test_ways_of_writing(text: str, codes: list[str]) -> None:
    """Noughts are kept, dashes between two whole names are a range and within a code are not."""
    assert [one.code for one in expand(text, LEVELS)] == codes


def test_under_a_place() -> None:
    """The first step stands where it is told to, with the archive's separator."""
    spots = expand("H1..H2", LEVELS[3:], under="K1.G1.T1", separator=".")
    assert [(one.code, one.parent, one.last) for one in spots] == [
        ("K1.G1.T1.H1", "K1.G1.T1", True),
        ("K1.G1.T1.H2", "K1.G1.T1", True),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "K1,,H1", "G6..G1", "G1..H6", "K1, G1..G9, T1..T9, H1..H999", "A, B, C, D, E", "Kệ 1", "x" * 61, f"1..{MOST_PLACES + 1}"],
)  # fmt: skip
def test_no_range(text: str) -> None:
    """Empty, backwards, mixed, too many, too deep, no code: refused before anything is made."""
    with pytest.raises(RangeUnclear):
        expand(text, LEVELS)
