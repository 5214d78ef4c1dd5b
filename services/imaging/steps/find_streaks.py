"""Finds streaks: thin lines along the whole scan that a dirty or scratched scanner window draws."""

import cv2
import numpy as np

from services.imaging.steps.find_ink import Ground
from services.imaging.steps.sheet import Plane

_BLOCK_ROWS = 16
"""Rows averaged before columns are compared: noise falls to a quarter, a streak stays."""
_BESIDE_PX = 4
"""How far the paper beside a streak lies: 1 mm at 100 dpi. Creases are wider than that."""
_STEP = 3.0
"""Grey levels by which a streak differs from what lies on both sides of it."""
_LEAST_PAPER = 0.5
"""Share of the scan's length over which a column must show paper to be judged."""


def find_streaks(ground: Ground) -> float:
    """Share of the page's length that its clearest streak runs along, in either direction, 0 to 1.

    Rules and frames of printed forms end at the margins; a streak does not.
    """
    return max(_longest(ground.grey, ground.paper), _longest(ground.grey.T, ground.paper.T))


def _longest(grey: Plane, paper: Plane) -> float:
    """The clearest streak along the columns."""
    rows, columns = max(1, grey.shape[0] // _BLOCK_ROWS), grey.shape[1]
    if columns < 8 * _BESIDE_PX:
        return 0.0
    size = (columns, rows)
    mean = cv2.resize(np.ascontiguousarray(grey), size, interpolation=cv2.INTER_AREA).astype(np.int16)
    covered = cv2.resize(np.ascontiguousarray(paper), size, interpolation=cv2.INTER_AREA)
    whole = cv2.erode(covered, np.ones((1, 4 * _BESIDE_PX + 1), np.uint8)) == 255
    whole[:, : 2 * _BESIDE_PX] = whole[:, -2 * _BESIDE_PX :] = False
    left, right = np.roll(mean, _BESIDE_PX, axis=1), np.roll(mean, -_BESIDE_PX, axis=1)
    darker = (np.minimum(left, right) - mean >= _STEP) & whole
    lighter = (mean - np.maximum(left, right) >= _STEP) & whole
    seen = whole.sum(axis=0)
    judged = seen >= _LEAST_PAPER * rows
    if not judged.any():
        return 0.0
    marked = np.maximum(darker.sum(axis=0), lighter.sum(axis=0))
    return float(np.max(marked[judged] / seen[judged]))
