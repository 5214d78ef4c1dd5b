"""From per-frame class probabilities to characters. Greedy; alternatives and lexicons belong here too."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.ocr.engine.base import Glyph, Reading

BLANK = 0

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
    glyphs = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        label = int(best[start])
        if label == BLANK:
            continue
        run = probabilities[start:end, label]
        peak = start + float((np.arange(end - start) * run).sum() / max(float(run.sum()), 1e-9))
        glyphs.append(Glyph(characters[label], float(min(run.max(), 1.0)), (peak + 0.5) * frame_px))
    return Reading(_trimmed(glyphs))


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
