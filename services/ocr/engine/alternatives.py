"""Other readings of a line, likeliest first: for whoever keys the field, never in place of what was read."""

import heapq
from dataclasses import dataclass

from services.ocr.engine.base import Reading

WIDEST = 12
"""Uncertain characters that are varied; a line with more is not worth guessing at."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another text, and how likely it is beside the reading itself (which has weight 1)."""

    text: str
    weight: float


def alternatives(reading: Reading, count: int = 5) -> list[Alternative]:
    """Up to `count` texts that differ from the reading in its least certain characters, likeliest first.

    A replaced or dropped character is weighed by its probability over that of the one read.
    """
    glyphs = reading.glyphs
    unsure = sorted((i for i, one in enumerate(glyphs) if one.others), key=lambda i: glyphs[i].probability)
    spots = unsure[:WIDEST]
    options = [
        [(glyphs[i].character, 1.0)]
        + [(other, min(1.0, weight / max(glyphs[i].probability, 1e-6))) for other, weight in glyphs[i].others]
        for i in spots
    ]
    found: dict[str, float] = {}
    heap: list[tuple[float, tuple[int, ...]]] = [(-1.0, (0,) * len(spots))]
    seen = {heap[0][1]}
    while heap and len(found) <= count:
        weight, picks = heapq.heappop(heap)
        text = _written(reading, spots, [options[k][pick][0] for k, pick in enumerate(picks)])
        found.setdefault(text, -weight)
        for k, pick in enumerate(picks):
            following = (*picks[:k], pick + 1, *picks[k + 1 :])
            if pick + 1 < len(options[k]) and following not in seen:
                seen.add(following)
                ratio = options[k][pick + 1][1] / options[k][pick][1]
                heapq.heappush(heap, (weight * min(1.0, ratio), following))
    found.pop(reading.text, None)
    return [Alternative(text, weight) for text, weight in list(found.items())[:count]]


def _written(reading: Reading, spots: list[int], characters: list[str]) -> str:
    changed = dict(zip(spots, characters, strict=True))
    text = "".join(changed.get(i, glyph.character) for i, glyph in enumerate(reading.glyphs))
    return " ".join(text.split())
