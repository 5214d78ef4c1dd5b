"""Tells which way up a page lies, from how its letters look."""

import functools
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.pick_patches import pick_patches
from services.imaging.steps.sheet import Plane
from services.imaging.steps.weigh_lines import weigh_lines

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "orientation.onnx"
_FLOOR = -3.0
"""Least log-probability that one square may give a position: a stamp or photograph must not outvote text."""
_TEMPER = 3.0
"""Squares of one page resemble one another: so many count as one witness."""
_NO_DOUBT = 0.9
_FIRST = 12
"""So many of the inkiest squares are asked first, the rest only where those leave a doubt: 5 CPU ms less."""
_CLEAR = 0.99


@dataclass(frozen=True, slots=True)
class WayUp:
    """`rotation`: degrees clockwise that bring the page upright; `score`: 0 (no idea) to 1 (sure)."""

    rotation: int
    score: float


def find_way_up(ink: Plane) -> WayUp:
    """The way up of a page's ink map (63 to 125 dpi); score 0 where there is too little ink to tell.

    The letters are asked first; where they leave a doubt, the lines of text are asked as well.
    """
    by_letters = _by_letters(ink)
    if by_letters.score >= _NO_DOUBT:
        return by_letters
    by_lines = WayUp(*weigh_lines(ink))
    if by_lines.rotation == by_letters.rotation:
        return WayUp(by_letters.rotation, max(by_letters.score, by_lines.score))
    return max(by_letters, by_lines, key=lambda way: way.score)


def _by_letters(ink: Plane) -> WayUp:
    """The network's votes over the page's inkiest squares."""
    patches = pick_patches(ink)
    if not len(patches) or not WEIGHTS.exists():
        return WayUp(0, 0.0)
    first = _evidence(patches[:_FIRST])
    way = _concluded(first)
    if way.score >= _CLEAR or len(patches) <= _FIRST:
        return way
    return _concluded(np.concatenate([first, _evidence(patches[_FIRST:])]))


def _evidence(patches: NDArray[np.float32]) -> NDArray[np.float64]:
    """What each square says of the four positions, as log-probabilities."""
    network = _network()
    network.setInput(patches[:, None])
    return np.maximum(_log_softmax(np.asarray(network.forward(), dtype=np.float64)), _FLOOR)


def _concluded(evidence: NDArray[np.float64]) -> WayUp:
    """What all squares together say."""
    posterior = np.exp(_log_softmax(evidence.sum(axis=0, keepdims=True) / _TEMPER))[0]
    best = int(np.argmax(posterior))
    second = float(np.partition(posterior, -2)[-2])
    return WayUp(best * 90, round(float(posterior[best]) - second, 4))


@functools.cache
def _network() -> "cv2.dnn.Net":
    return cv2.dnn.readNetFromONNX(str(WEIGHTS))


def _log_softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = values - values.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
