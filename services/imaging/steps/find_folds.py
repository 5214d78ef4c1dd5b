"""Finds folded and torn-off corners: the sheet's corner is missing where the scanner bed shows instead."""

import numpy as np

from services.imaging.steps.crop import Box
from services.imaging.steps.sheet import Plane

_REACH = 0.25
"""Share of the shorter side within which a corner is looked at."""


def missing_corner(straight: Plane, box: Box) -> float:
    """Side in pixels of the largest missing corner, as of a right isosceles triangle.

    `straight` is the straightened map of paper, `box` the sheet on it.
    """
    left, top, right, bottom = (round(value) for value in box)
    sheet = straight[max(0, top) : bottom, max(0, left) : right]
    reach = round(min(sheet.shape) * _REACH) if sheet.size else 0
    if reach < 8:
        return 0.0
    corners = (
        sheet[:reach, :reach],
        sheet[:reach, -reach:][:, ::-1],
        sheet[-reach:, :reach][::-1],
        sheet[-reach:, -reach:][::-1, ::-1],
    )
    return max(_triangle(corner) for corner in corners)


def _triangle(corner: Plane) -> float:
    """Side of the triangle of bed at the top left of `corner`: how long both of its legs are."""
    bare = corner == 0
    # The outermost pixels belong to the sheet's edge, which is never quite straight.
    along = _run(bare[2]), _run(bare[:, 2])
    side = min(along)
    if side < 4 or max(along) > 3 * side:
        return 0.0
    filled = float(np.count_nonzero(bare[:side, :side])) / (side * side / 2)
    return float(side) if filled > 0.6 else 0.0


def _run(line: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    """How many of the line's first pixels are bed."""
    paper = np.flatnonzero(~line)
    return int(paper[0]) if len(paper) else len(line)
