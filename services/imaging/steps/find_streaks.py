"""Finds streaks: thin lines along the whole scan that a dirty or scratched scanner window draws."""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.find_ink import Ground
from services.imaging.steps.sheet import Plane

Mask = NDArray[np.bool_]

_BLOCK = 16
"""Rows averaged before columns are compared: noise falls to a quarter, a streak stays."""
_BESIDE_PX = 4
"""How far the paper beside a streak lies: 1 mm at 100 dpi. Creases are wider than that."""
_STEP = 3.0
"""Grey levels by which a streak differs from what lies on both sides of it."""
_CREASE = 0.4
"""Share of its depth by which a crease is still darker beside its middle than farther away."""
_LEAST_MARKED = 0.3
"""Share of the paper in a column that must differ before it is looked at closely."""
_LEAST_PAPER = 0.5
"""Share of the scan's length over which a column must show paper to be judged."""


def find_streaks(ground: Ground) -> float:
    """Share of the page's length that its clearest streak runs along, in either direction, 0 to 1.

    Rules and frames of printed forms end at the margins; a streak does not.
    """
    return max(
        _longest(_down(ground.grey), _down(ground.paper)),
        _longest(_across(ground.grey).T, _across(ground.paper).T),
    )


def _down(plane: Plane) -> Plane:
    """Means of blocks of rows."""
    rows = plane.shape[0] // _BLOCK
    size = (plane.shape[1], max(1, rows))
    return np.asarray(cv2.resize(plane[: rows * _BLOCK or 1], size, interpolation=cv2.INTER_AREA), np.uint8)


def _across(plane: Plane) -> Plane:
    """Means of blocks of columns."""
    columns = plane.shape[1] // _BLOCK
    size = (max(1, columns), plane.shape[0])
    whole = np.ascontiguousarray(plane[:, : columns * _BLOCK or 1])
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def _longest(grey: Plane, paper: Plane) -> float:
    """The clearest streak along the columns of blocks' means."""
    rows, columns = grey.shape
    if columns < 8 * _BESIDE_PX:
        return 0.0
    mean = grey.astype(np.int16)
    whole = cv2.erode(np.ascontiguousarray(paper), np.ones((1, 4 * _BESIDE_PX + 1), np.uint8)) == 255
    whole[:, : 2 * _BESIDE_PX] = whole[:, -2 * _BESIDE_PX :] = False
    left, right = np.roll(mean, _BESIDE_PX, axis=1), np.roll(mean, -_BESIDE_PX, axis=1)
    darker = (np.minimum(left, right) - mean >= _STEP) & whole
    lighter = (mean - np.maximum(left, right) >= _STEP) & whole
    seen = whole.sum(axis=0)
    judged = seen >= _LEAST_PAPER * rows
    # Whether it is a crease is asked only of columns that might be a streak.
    marks = np.maximum(darker.sum(axis=0), lighter.sum(axis=0))
    judged &= marks >= _LEAST_MARKED * np.maximum(seen, 1)
    asked = np.flatnonzero(judged)
    if not len(asked):
        return 0.0
    # A crease goes on darkening beyond that distance; a streak has bare paper there.
    near = (left[:, asked] + right[:, asked]) // 2
    far = (mean[:, asked - 2 * _BESIDE_PX] + mean[:, (asked + 2 * _BESIDE_PX) % columns]) // 2
    depth = np.median(near - mean[:, asked], axis=0)
    beyond = np.median(far - near, axis=0)
    judged[asked] = np.abs(beyond) <= _CREASE * np.maximum(np.abs(depth), 1)
    return max(_share(marked, whole, judged, seen) for marked in (darker, lighter))


def _share(marked: Mask, whole: Mask, judged: Mask, seen: NDArray[np.int64]) -> float:
    """The best marked column's share; columns that are not marked at both ends of the paper do not count."""
    rows = len(marked)
    first, last = whole.argmax(axis=0), rows - 1 - whole[::-1].argmax(axis=0)
    columns = np.arange(marked.shape[1])
    ends = sum(
        marked[np.clip(at, 0, rows - 1), columns].astype(np.int64)
        for at in (first, first + 1, last - 1, last)
    )
    through = judged & (ends >= 3)
    return float(np.max(marked.sum(axis=0)[through] / seen[through])) if through.any() else 0.0
