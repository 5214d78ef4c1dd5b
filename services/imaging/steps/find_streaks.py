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
_WIDEST_PX = 3
"""A streak is this wide at half its depth at most, 1 mm at 75 dpi; a crease and its ridge are wider."""
_AROUND_PX = 14
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
    judged[asked] = [_width(mean, int(column)) <= _WIDEST_PX for column in asked]
    return max(_share(marked, whole, judged, seen) for marked in (darker, lighter))


def _width(mean: NDArray[np.int16], column: int) -> int:
    """Columns around this one that differ from the paper by at least half as much as it does."""
    first, last = max(0, column - _AROUND_PX), min(mean.shape[1], column + _AROUND_PX + 1)
    profile = np.median(mean[:, first:last], axis=0)
    depth = np.abs(profile - np.median(profile))
    half = depth >= max(1.0, depth[column - first] / 2)
    left, right = column - first, column - first
    while left > 0 and half[left - 1]:
        left -= 1
    while right < len(half) - 1 and half[right + 1]:
        right += 1
    return right - left + 1


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
