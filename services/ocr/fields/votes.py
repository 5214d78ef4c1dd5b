"""Chooses among several readings of one value: differently framed, or lawful where the likeliest is not."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from services.ocr.engine.alternatives import alternatives
from services.ocr.engine.base import Reading

CONSIDERED = 24
"""Other readings looked through for a lawful one, likeliest first."""
LEAST_WEIGHT = 0.02
"""Beside the likeliest reading; below this a lawful one would be a guess."""


def elected(readings: Sequence[Reading]) -> int:
    """The index of the reading whose text has the most probability behind it.

    Each reading gives its text the product of its characters' probabilities. Of those that agree the one of
    middling certainty is taken: the surest of several would be sure too often.
    """
    behind: dict[str, float] = {}
    for one in readings:
        share = math.prod(glyph.probability for glyph in one.glyphs) if one.glyphs else 0.0
        behind[one.text] = behind.get(one.text, 0.0) + share
    text = max(behind, key=lambda told: behind[told])
    agreeing = sorted(
        (i for i, one in enumerate(readings) if one.text == text),
        key=lambda i: readings[i].least_probability,
    )
    return agreeing[(len(agreeing) - 1) // 2]


def lawful(reading: Reading, fits: Callable[[str], bool]) -> Reading:
    """The likeliest of a reading's alternatives that `fits`, or the reading itself where none does.

    For what has a grammar (numbers, dates, sexes), never for names. No character of it is surer than the
    whole is beside the reading that it replaces, so never surer than a half: it goes to keying.
    """
    if not reading.glyphs or fits(reading.text):
        return reading
    for other in alternatives(reading, CONSIDERED):
        if other.weight >= LEAST_WEIGHT and fits(other.text):
            return _capped(other.reading, other.weight / (1 + other.weight))
    return reading


def _capped(reading: Reading, share: float) -> Reading:
    return Reading(
        tuple(
            replace(
                one,
                probability=min(one.probability, share),
                certainty=None if one.certainty is None else min(one.certainty, share),
            )
            for one in reading.glyphs
        )
    )
