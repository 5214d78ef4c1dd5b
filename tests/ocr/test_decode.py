"""CTC decoding: characters with their probability and place."""

import numpy as np
import pytest

from services.ocr.engine.decode import decoded

CHARACTERS = ("", "a", "ạ", "1", " ")


def frames(*best: tuple[int, float]) -> np.ndarray:
    """Frames whose likeliest class and its probability are given; the rest is shared out."""
    table = np.zeros((len(best), len(CHARACTERS)), np.float32)
    for row, (label, probability) in zip(table, best, strict=True):
        row[:] = (1 - probability) / (len(CHARACTERS) - 1)
        row[label] = probability
    return table


def test_repeats_and_blanks() -> None:
    """One run of frames is one character; a blank between two makes them two."""
    reading = decoded(frames((1, 0.9), (1, 0.8), (0, 0.9), (1, 0.7), (4, 0.9), (3, 0.6)), CHARACTERS, 4.0)
    assert reading.text == "aa 1"
    assert [glyph.probability for glyph in reading.glyphs] == pytest.approx([0.9, 0.7, 0.9, 0.6])
    assert reading.glyphs[1].x == pytest.approx(3.5 * 4)
    assert reading.confidence == pytest.approx(0.6)


def test_restricted_alphabet_keeps_true_probabilities() -> None:
    """A letter forced into a digit is an uncertain digit, not a certain one."""
    allowed = np.array([True, False, False, True, False])
    reading = decoded(frames((1, 0.9), (0, 0.95)), CHARACTERS, 4.0, allowed)
    assert reading.text in {"", "1"}
    assert reading.confidence < 0.1


def test_outer_spaces_go() -> None:
    """No space at either end and none doubled."""
    reading = decoded(
        frames((4, 0.9), (1, 0.9), (4, 0.9), (0, 0.9), (4, 0.9), (1, 0.9), (4, 0.9)), CHARACTERS, 4.0
    )
    assert reading.text == "a a"
