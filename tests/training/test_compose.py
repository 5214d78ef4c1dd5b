"""Marks put on letters by the composer are all there, and told apart."""

import random
import unicodedata
from pathlib import Path

import pytest

from synthetic import fonts
from training.compose import ACUTE, CIRCUMFLEX, DOT, HORN, Manner, _add, _parts


@pytest.mark.parametrize(
    ("letter", "parts"),
    [
        ("ế", ("e", CIRCUMFLEX + ACUTE)),
        ("ợ", ("o", HORN + DOT)),
        ("đ", ("d", "")),
        ("ậ", ("a", CIRCUMFLEX + DOT)),
    ],
)
def test_letters_come_apart_inner_mark_first(letter: str, parts: tuple[str, str]) -> None:
    """The circumflex belongs to the letter, the tone stands on both."""
    assert _parts(letter) == parts


def test_a_bare_hand_learns_all_134_letters(tmp_path: Path) -> None:
    """A font stripped of its marked letters gets them back, no two alike."""
    opened = fonts.merged_latin("patrick-hand")
    for table in opened["cmap"].tables:
        for letter in fonts.MARKED_LETTERS:
            table.cmap.pop(ord(letter), None)
    manner, rng = Manner.of("patrick-hand", opened), random.Random(1)
    for letter in sorted(fonts.MARKED_LETTERS, key=lambda each: len(unicodedata.normalize("NFD", each))):
        _add(opened, letter, manner, rng)
    made = tmp_path / "made.ttf"
    opened.save(made)
    assert fonts.missing_letters(made) == ""
    assert fonts.look_alikes(made, fonts.MARKED_LETTERS + "aeiouydAEIOUYD") == []
