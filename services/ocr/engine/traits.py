"""What a reading shows of its certainty beside its least certain character; higher always speaks for it.

One doubtful character in a line of sure ones is another thing than the worst of many. Traits are shares and
means, so that a line's length, and a label read with a value, change them little.
"""

import math
from collections.abc import Mapping, Sequence

from services.ocr.engine.base import Glyph

LEAST = "least"
"""The logit of the least certain character's weighed probability: each curve weighs it."""
SECOND = "second"
"""The logit of the next one; a lone character's own."""
REST = "rest"
"""The mean logarithm of the other characters' probabilities: 0 where all are certain."""
KNOWN = "known"
"""The share of characters in known syllables, or in none."""
RIVAL = "rival"
"""The least margin over another of the allowed characters: a logarithm, 0 where another is as likely.

A figure whose doubt lies with letters, which a number has not, is righter than one that may be another.
"""
SPACES = "spaces"
"""The logarithm of the least certain space's probability: one in doubt counts, one that is sure does not."""
AMOUNT = "amount"
"""How many characters there are, as a share of ENOUGH: a stray letter is easily sure and wrong."""
TRAITS = (SECOND, REST, KNOWN, RIVAL, SPACES, AMOUNT)
ENOUGH = 6
SURE = 0.98
"""Characters at least as certain have no rivals listed (`decode.py`)."""
FARTHEST = 5.0
"""Margins beyond this say nothing more; rivals of less than 0.005 are not listed."""
LOWEST, HIGHEST = 1e-4, 1 - 1e-5
"""Probabilities beyond these are taken for these: their logits say nothing more."""


def logit(probability: float) -> float:
    """Logarithm of the odds, bounded."""
    kept = min(HIGHEST, max(LOWEST, probability))
    return math.log(kept / (1 - kept))


def traits(raws: Sequence[float], glyphs: Sequence[Glyph], odd: Sequence[bool]) -> Mapping[str, float]:
    """The traits of a reading: `raws` are its characters' weighed probabilities, `odd` marks strange ones."""
    own = [i for i, one in enumerate(glyphs) if one.character != " "] or list(range(len(glyphs)))
    order = sorted(own, key=lambda i: raws[i])
    others = order[1:]
    spaces = [raw for raw, one in zip(raws, glyphs, strict=True) if one.character == " "]
    return {
        SECOND: logit(raws[(others or order)[0]]),
        REST: math.fsum(math.log(max(LOWEST, raws[i])) for i in others) / max(1, len(others)),
        KNOWN: 1 - sum(odd[i] for i in own) / len(own),
        RIVAL: min(_margin(glyphs[i], raws[i]) for i in own),
        SPACES: math.log(max(LOWEST, min(spaces, default=1.0))),
        AMOUNT: min(1.0, len(own) / ENOUGH),
    }


def _margin(glyph: Glyph, raw: float) -> float:
    """How far the character is ahead of its likeliest rival; those taken for certain are far ahead."""
    rival = max((share for _, share in glyph.others), default=0.0)
    if raw >= SURE or rival <= 0:
        return FARTHEST
    return max(-FARTHEST, min(FARTHEST, math.log(max(LOWEST, glyph.probability) / rival)))
