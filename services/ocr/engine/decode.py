"""From per-frame class probabilities to characters, each with what else it may be."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.ocr.engine.base import Glyph, Reading
from services.ocr.engine.beam import BLANK, UNSURE, aligned, search, stretches

SURE = 0.98
"""Above this a character is given no alternatives: they would be noise, and cost time."""
OTHERS = 3
OTHER_AT_LEAST = 0.005

Probabilities = NDArray[np.float32]
"""(frames, classes), each frame summing to 1."""


def decoded(
    probabilities: Probabilities,
    characters: Sequence[str],
    frame_px: float,
    allowed: NDArray[np.bool_] | None = None,
) -> Reading:
    """The likeliest class of every frame, repeats and blanks dropped (CTC); where unsure, the likeliest text.

    `frame_px` is the width of a frame in pixels of the crop. Probabilities are those among all classes, also
    where `allowed` restricts the choice: a letter forced into a number shows as an uncertain digit.
    """
    choice = probabilities if allowed is None else np.where(allowed, probabilities, 0.0)
    best = choice.argmax(axis=1)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(best)) + 1])
    labels = best[starts]
    own = choice[np.arange(len(best)), best]
    highest = np.maximum.reduceat(own, starts)
    weights = np.maximum(np.add.reduceat(own, starts), 1e-9)
    places = (np.add.reduceat(own * np.arange(len(best)), starts) / weights + 0.5) * frame_px
    missed, which = _missed(choice, best, starts)
    beside = np.concatenate([[0], missed, [0]])
    certain = np.minimum(np.minimum(highest, 1 - np.maximum(beside[:-2], beside[2:])), 1.0)
    ends = [*starts[1:].tolist(), len(best)]
    glyphs: dict[int, Glyph] = {}
    for run in np.flatnonzero(labels != BLANK).tolist():
        label, sure = int(labels[run]), float(certain[run])
        others: tuple[tuple[str, float], ...] = ()
        if sure < SURE:
            frames = choice[starts[run] : ends[run]]
            more = _more(characters, label, missed, which, run, first=not glyphs)
            others = _ranked([*_others(frames, label, characters), *more])
        glyphs[int(starts[run])] = Glyph(characters[label], sure, float(places[run]), others=others)
    doubted = (missed > 1 - UNSURE) | ((labels != BLANK) & (highest < UNSURE))
    if doubted.any():
        parts = stretches(choice, np.repeat(doubted, np.diff(np.append(starts, len(best)))))
        glyphs = _searched(glyphs, choice, parts, characters, frame_px)
    return Reading(_trimmed([glyphs[start] for start in sorted(glyphs)]))


def _searched(
    glyphs: dict[int, Glyph],
    choice: Probabilities,
    parts: Sequence[tuple[int, int]],
    characters: Sequence[str],
    frame_px: float,
) -> dict[int, Glyph]:
    """The glyphs by first frame, those of unsure stretches replaced where another text is likelier there."""
    kept = dict(glyphs)
    for start, end in parts:
        own = [first for first in glyphs if start <= first < end]
        frames = choice[start:end]
        labels, share = search(frames)[0]
        if [characters[label] for label in labels] == [glyphs[first].character for first in own]:
            continue
        for first in own:
            del kept[first]
        for label, (first, last) in zip(labels, aligned(frames, labels) if labels else [], strict=True):
            level = min(share, float(frames[first:last, label].max()))
            x = (start + (first + last) / 2) * frame_px
            others = _ranked(_others(frames[first:last], label, characters))
            kept[start + first] = Glyph(characters[label], level, x, others=others)
    return kept


def _ranked(others: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(others, key=lambda one: -one[1]))


def _others(frames: Probabilities, label: int, characters: Sequence[str]) -> list[tuple[str, float]]:
    """The likeliest other classes of a run: each by its best frame, the blank by its worst."""
    best = frames.max(axis=0)
    best[BLANK] = frames[:, BLANK].min()
    best[label] = 0.0
    order = np.argpartition(best, -OTHERS)[-OTHERS:]
    return [(characters[i], float(best[i])) for i in order.tolist() if best[i] >= OTHER_AT_LEAST]


def _more(
    characters: Sequence[str],
    label: int,
    missed: NDArray[np.float32],
    which: NDArray[np.intp],
    run: int,
    *,
    first: bool,
) -> list[tuple[str, float]]:
    """The character with the one that was passed over behind it; at the line's beginning, before it."""
    own, found = characters[label], []
    if run + 1 < len(missed) and missed[run + 1] >= OTHER_AT_LEAST:
        found.append((own + characters[int(which[run + 1])], float(missed[run + 1])))
    if first and run > 0 and missed[run - 1] >= OTHER_AT_LEAST:
        found.append((characters[int(which[run - 1])] + own, float(missed[run - 1])))
    return found


def _missed(
    choice: Probabilities, best: NDArray[np.intp], starts: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Per run of blanks, how likely a character was passed over in it, and which: that is a doubt as well.

    The characters on either side of the blanks do not count, they fade out there. Other runs have 0.
    """
    labels = best[starts]
    beside = np.concatenate([[BLANK], labels, [BLANK]])
    runs = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(best))))
    blanks = np.flatnonzero(best == BLANK)
    others, rows, owners = choice[blanks], np.arange(len(blanks)), runs[blanks]
    others[:, BLANK] = 0.0
    others[rows, beside[owners]] = 0.0
    others[rows, beside[owners + 2]] = 0.0
    classes = others.argmax(axis=1) if len(blanks) else np.zeros(0, np.intp)
    levels = others[rows, classes]
    missed, which = np.zeros(len(starts), np.float32), np.zeros(len(starts), np.intp)
    order = np.argsort(levels, kind="stable")
    missed[owners[order]], which[owners[order]] = levels[order], classes[order]
    return missed, which


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
