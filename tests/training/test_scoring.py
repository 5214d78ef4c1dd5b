"""Error rates count what they say."""

import pytest

from training.scoring import Score, bare, distance


def test_distance_counts_edits() -> None:
    """One replacement, one loss, one addition."""
    assert distance("Thạch", "Thạch") == 0
    assert distance("Thạch", "Thach") == 1
    assert distance("abc", "axcd") == 2
    assert distance("", "abc") == 3


def test_bare_drops_every_mark() -> None:
    """đ too, which has no decomposition."""
    assert bare("Đặng Thị Hường") == "Dang Thi Huong"


def test_a_lost_tone_is_told_from_a_lost_letter() -> None:
    """The bare error leaves marks out; a decomposed reading equals a composed one."""
    score = Score()
    score.add("Nguyễn", "Nguyen")
    score.add("Kim Út", "Kim Út")
    assert score.characters == pytest.approx(1 / 12)
    assert score.characters_bare == 0
    assert score.word_errors == pytest.approx(1 / 3)
    assert score.whole == 0.5
