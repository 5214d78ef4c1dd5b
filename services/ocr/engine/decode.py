"""From per-frame class probabilities to characters, each with what else it may be."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.ocr.engine.base import Glyph, Reading

BLANK = 0
SURE = 0.98
"""Above this a character is given no alternatives: they would be noise, and cost time."""
OTHERS = 3
OTHER_AT_LEAST = 0.005

Probabilities = NDArray[np.float32]
"""(frames, classes), each frame summing to 1."""


def greedy(
    probabilities: Probabilities,
    characters: Sequence[str],
    frame_px: float,
    allowed: NDArray[np.bool_] | None = None,
) -> Reading:
    """The likeliest class of every frame, repeats and blanks dropped (CTC).

    `frame_px` is the width of a frame in pixels of the crop. Probabilities are those among all classes, also
    where `allowed` restricts the choice: a letter forced into a number shows as an uncertain digit.
    """
    choice = probabilities if allowed is None else np.where(allowed, probabilities, 0.0)
    best = choice.argmax(axis=1)
    edges = np.flatnonzero(np.diff(best)) + 1
    starts = np.concatenate([[0], edges])
    ends = np.concatenate([edges, [len(best)]])
    runs = [(int(best[s]), s, e) for s, e in zip(starts.tolist(), ends.tolist(), strict=True)]
    glyphs = []
    for position, (label, start, end) in enumerate(runs):
        if label == BLANK:
            continue
        run = probabilities[start:end, label]
        peak = start + float((np.arange(end - start) * run).sum() / max(float(run.sum()), 1e-9))
        certain = min(float(run.max()), 1 - _omitted(choice, runs, position), 1.0)
        others = _others(choice[start:end], label, characters) if certain < SURE else ()
        glyphs.append(Glyph(characters[label], certain, (peak + 0.5) * frame_px, others=others))
    return Reading(_trimmed(glyphs))


def _others(frames: Probabilities, label: int, characters: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The likeliest other classes of a run: each by its best frame, the blank by its worst."""
    best = frames.max(axis=0)
    best[BLANK] = frames[:, BLANK].min()
    best[label] = 0.0
    order = np.argpartition(best, -OTHERS)[-OTHERS:]
    found = [(characters[i], float(best[i])) for i in order.tolist() if best[i] >= OTHER_AT_LEAST]
    return tuple(sorted(found, key=lambda other: -other[1]))


def _omitted(choice: Probabilities, runs: list[tuple[int, int, int]], position: int) -> float:
    """How likely a character was passed over in the blanks around a run: a missing letter is a doubt as well.

    The characters on either side of the blanks do not count, they fade out there.
    """
    found = 0.0
    for beside in (position - 1, position + 1):
        if not 0 <= beside < len(runs) or runs[beside][0] != BLANK:
            continue
        _, start, end = runs[beside]
        known = {BLANK, runs[position][0]}
        further = beside + (beside - position)
        if 0 <= further < len(runs):
            known.add(runs[further][0])
        others = choice[start:end].copy()
        others[:, list(known)] = 0.0
        found = max(found, float(others.max()))
    return found


def _trimmed(glyphs: list[Glyph]) -> tuple[Glyph, ...]:
    """Without spaces at either end or doubled."""
    kept: list[Glyph] = []
    for glyph in glyphs:
        if glyph.character == " " and (not kept or kept[-1].character == " "):
            continue
        kept.append(glyph)
    while kept and kept[-1].character == " ":
        kept.pop()
    return tuple(kept)
