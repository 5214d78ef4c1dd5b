"""Other readings of a line, likeliest first: for whoever keys the field, never in place of what was read."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

from services.ocr.engine.base import Glyph, Reading

WIDEST = 12
"""Uncertain characters that are varied; a line with more is not worth guessing at."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another text, and how likely it is beside the reading itself (which has weight 1)."""

    text: str
    weight: float
    reading: Reading
    """The same text character by character; what differs has the probability that it was given."""


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
    found: dict[str, Alternative] = {}
    heap: list[tuple[float, tuple[int, ...]]] = [(-1.0, (0,) * len(spots))]
    seen = {heap[0][1]}
    while heap and len(found) <= count:
        weight, picks = heapq.heappop(heap)
        chosen = {i: options[k][pick] for k, (i, pick) in enumerate(zip(spots, picks, strict=True)) if pick}
        written = _written(reading, chosen)
        text = " ".join(written.text.split())
        found.setdefault(text, Alternative(text, -weight, written))
        for k, pick in enumerate(picks):
            following = (*picks[:k], pick + 1, *picks[k + 1 :])
            if pick + 1 < len(options[k]) and following not in seen:
                seen.add(following)
                ratio = options[k][pick + 1][1] / options[k][pick][1]
                heapq.heappush(heap, (weight * min(1.0, ratio), following))
    found.pop(reading.text, None)
    return list(found.values())[:count]


def _written(reading: Reading, chosen: Mapping[int, tuple[str, float]]) -> Reading:
    """The reading with these characters, by index, in place of its own; weights are beside theirs."""
    glyphs: list[Glyph] = []
    for index, glyph in enumerate(reading.glyphs):
        if index not in chosen:
            glyphs.append(glyph)
            continue
        characters, weight = chosen[index]
        level = weight * glyph.probability
        glyphs += [Glyph(character, level, glyph.x) for character in characters]
    return Reading(tuple(glyphs))
