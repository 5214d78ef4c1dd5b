"""Beam search: the likeliest text rather than the likeliest class of each frame, placed where it stands."""

import itertools
import math

import numpy as np
import pytest

from services.ocr.engine.beam import aligned, search, stretches
from services.ocr.engine.decode import decoded

CHARACTERS = ("", "a", "b", " ")


def random_frames(seed: int, count: int) -> np.ndarray:
    """Frames with random classes, each summing to 1."""
    table = np.random.default_rng(seed).dirichlet([0.6] * len(CHARACTERS), count)
    return table.astype(np.float32)


def summed(frames: np.ndarray) -> dict[tuple[int, ...], float]:
    """Every text's probability by going through all ways to write it."""
    found: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(frames.shape[1]), repeat=len(frames)):
        text = tuple(label for label, _ in itertools.groupby(path) if label)
        chance = math.prod(float(frames[i, label]) for i, label in enumerate(path))
        found[text] = found.get(text, 0.0) + chance
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_likeliest_text_is_found(seed: int) -> None:
    """The same best text as from adding up all ways; what was not followed can only make its share larger."""
    frames = random_frames(seed, 5)
    every = summed(frames)
    (labels, share), *_ = search(frames)
    assert every[labels] == pytest.approx(max(every.values()), rel=0.02)
    assert 0.98 * every[labels] <= share <= 1


def test_many_ways_outweigh_the_likeliest_one() -> None:
    """Blank is the likeliest class of both frames, yet `a` in the one or the other is the likelier text."""
    frames = np.array([[0.55, 0.45, 0.0, 0.0], [0.55, 0.45, 0.0, 0.0]], np.float32)
    assert decoded(frames, CHARACTERS, 2.0).text == "a"


def test_letters_stand_where_their_frames_are() -> None:
    """Two equal letters with a blank between them keep their own frames."""
    frames = np.full((6, 4), 0.02, np.float32)
    for place, label in enumerate((1, 1, 0, 1, 2, 0)):
        frames[place, label] = 0.94
    assert aligned(frames, (1, 1, 2)) == [(0, 2), (3, 4), (4, 5)]


def test_sure_blanks_part_stretches() -> None:
    """Only what is unsure is searched, up to the sure blanks around it."""
    frames = np.array(
        [[0.99, 0.01, 0, 0], [0.1, 0.9, 0, 0], [0.99, 0.01, 0, 0], [0, 0.6, 0.4, 0], [0.3, 0.7, 0, 0]],
        np.float32,
    )
    assert stretches(frames, np.ones(5, np.bool_)) == [(3, 5)]
    assert stretches(frames, np.array([True, True, True, False, False])) == []
