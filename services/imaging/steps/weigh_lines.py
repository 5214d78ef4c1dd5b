"""Tells which way up a page lies from its lines of text: where they run, and where their weight lies."""

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.find_skew import find_skew
from services.imaging.steps.geometry import deskew_matrix
from services.imaging.steps.sheet import Plane, turn_plane

_STRIPS = 8
_FEWEST_LINES = 6
_SURE_ERRORS = 6.0
"""A mean vote of this many standard errors counts as certain."""


def weigh_lines(ink: Plane) -> tuple[int, float]:
    """Degrees clockwise that bring the page upright, and how sure that is (0 to 1)."""
    across, turned = find_skew(ink, 6.0), turn_plane(ink, 90)
    down = find_skew(turned, 6.0)
    sideways = down.strength * down.score > 1.2 * across.strength * across.score
    lines, skew = (turned, down) if sideways else (ink, across)
    height, width = lines.shape
    matrix = deskew_matrix(skew.degrees, width, height)
    straight = cv2.warpAffine(lines, matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    over, score = _upside_down(np.asarray(straight, dtype=np.uint8))
    return (90 if sideways else 0) + (180 if over else 0), score


def _upside_down(ink: Plane) -> tuple[bool, float]:
    """Whether straight lines stand on their heads, and how sure that is.

    Vietnamese puts far more above the body of its letters (marks, ascenders, capitals) than below.
    """
    bands = np.asarray(cv2.resize(ink, (_STRIPS, ink.shape[0]), interpolation=cv2.INTER_AREA)).T
    votes = [vote for band in bands for vote in _votes(band.astype(np.float64))]
    if len(votes) < _FEWEST_LINES:
        return False, 0.0
    mean = float(np.mean(votes))
    error = float(np.std(votes)) / np.sqrt(len(votes)) or 1e-6
    return mean < 0, float(min(1.0, abs(mean) / error / _SURE_ERRORS))


def _votes(profile: NDArray[np.float64]) -> list[float]:
    """One vote per line in a strip: weight above the letters' bodies against weight below them."""
    inked = profile > max(2.0, 0.15 * float(np.percentile(profile, 95)))
    found = []
    for start, stop in itertools.pairwise(np.flatnonzero(np.diff(inked.astype(np.int8)))):
        if not inked[start + 1] or not 5 <= stop - start <= 30:
            continue
        line = profile[start + 1 : stop + 1]
        body = np.flatnonzero(line >= 0.6 * line.max())
        above, below = float(line[: body[0]].sum()), float(line[body[-1] + 1 :].sum())
        found.append((above - below) / float(line.sum()))
    return found
