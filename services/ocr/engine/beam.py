"""Prefix beam search over the stretches of a line where the likeliest class of a frame is unsure.

A text's probability is the sum over all ways to write it in frames (Graves et al. 2006), which the likeliest
class of each frame only approaches. What the language says takes no part in it: nothing is corrected.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLANK = 0
UNSURE = 0.9
"""A frame whose likeliest class has less is unsure."""
SURE_BLANK = 0.95
"""Frames of at least so sure a blank part what is left of them from what is right."""
LEAST = 0.005
"""Classes below this in a frame are not followed."""
WIDTH = 8
LONGEST = 64
"""Frames of a stretch at most: longer ones are noise or a hand that cannot be read."""

Frames = NDArray[np.float32]
Labels = tuple[int, ...]


def stretches(frames: Frames, doubted: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last frame (exclusive) of each stretch around unsure frames, between sure blanks.

    `doubted` says of each frame whether its character is; the edges of sure ones are unsure and do no harm.
    """
    parting = np.flatnonzero(frames[:, BLANK] >= SURE_BLANK)
    edges = np.concatenate([[-1], parting, [len(frames)]])
    places = np.searchsorted(edges, np.flatnonzero(doubted & (frames.max(axis=1) < UNSURE)))
    pairs = [(int(edges[one - 1]) + 1, int(edges[one])) for one in np.unique(places).tolist()]
    return [(start, end) for start, end in pairs if end - start <= LONGEST]


def search(frames: Frames) -> list[tuple[Labels, float]]:
    """The likeliest label sequences of a stretch with their shares of all that were followed."""
    beams: dict[Labels, list[float]] = {(): [1.0, 0.0]}
    for frame in frames:
        levels = [(int(label), float(frame[label])) for label in np.flatnonzero(frame >= LEAST)]
        blank = float(frame[BLANK])
        found: dict[Labels, list[float]] = {}
        for prefix, (ended, open_) in beams.items():
            last, total = prefix[-1] if prefix else BLANK, ended + open_
            slot = found.setdefault(prefix, [0.0, 0.0])
            slot[0] += total * blank
            if prefix:
                slot[1] += open_ * float(frame[last])
            for label, level in levels:
                if label != BLANK:
                    longer = found.setdefault((*prefix, label), [0.0, 0.0])
                    longer[1] += (ended if label == last else total) * level
        kept = sorted(found.items(), key=_weight, reverse=True)[:WIDTH]
        scale = sum(kept[0][1]) or 1.0
        beams = {prefix: [ended / scale, open_ / scale] for prefix, (ended, open_) in kept}
    total = sum(map(sum, beams.values())) or 1.0
    return [(prefix, sum(levels) / total) for prefix, levels in beams.items()]


def _weight(beam: tuple[Labels, list[float]]) -> float:
    return beam[1][0] + beam[1][1]


def aligned(frames: Frames, labels: Sequence[int]) -> list[tuple[int, int]]:
    """First and last frame (exclusive) of each label on the likeliest way to write them (Viterbi)."""
    states = np.zeros(2 * len(labels) + 1, np.intp)
    states[1::2] = labels
    logs = np.log(np.maximum(frames[:, states], 1e-9))
    skips = np.zeros(len(states), np.bool_)
    skips[3::2] = states[3::2] != states[1:-2:2]
    score = np.full(len(states), -np.inf)
    score[:2] = logs[0, :2]
    steps = np.zeros(logs.shape, np.intp)
    for number in range(1, len(logs)):
        ways = np.full((3, len(states)), -np.inf)
        ways[0] = score
        ways[1, 1:] = score[:-1]
        ways[2, 2:] = np.where(skips[2:], score[:-2], -np.inf)
        steps[number] = ways.argmax(axis=0)
        score = ways.max(axis=0) + logs[number]
    state = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    path = np.zeros(len(logs), np.intp)
    for number in range(len(logs) - 1, -1, -1):
        path[number] = state
        state -= steps[number, state]
    places = [np.flatnonzero(path == 2 * index + 1) for index in range(len(labels))]
    return [(int(one[0]), int(one[-1]) + 1) for one in places]
