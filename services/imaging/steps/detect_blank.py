"""Tells blank pages from written ones; what shines through, holes, staples, creases and dust do not count."""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.profiles import BlankRules
from services.imaging.steps.find_ink import Ground
from services.imaging.steps.sheet import Plane

_MARGIN = 0.02
"""Share of each side where staples, holes and shadows lie."""
_PLAINLY_INKED = 5000
"""So many pixels of ink at 63 to 125 dpi are no dust, holes or creases: nothing is looked at closely."""
_A4_MM = 297.0
_MARK_MM = 0.9
"""A mark that is written is at least this long; specks of dust are not."""
_HOLE_MM = (4.0, 8.5)
_HOLE_FROM_EDGE_MM = 20.0
_HOLE_FILLED = 0.68
"""A disc fills 0.785 of the square around it, a letter or the rim of a stamp far less."""
_STAPLE_MM = (4.5, 13.0)
_STAPLE_THICK_MM = 1.4
_STAPLE_FROM_CORNER_MM = 24.0
_CREASE_SHARE = 0.25
"""A crease is seen along at least this share of the page, and from one margin to the other."""
_CREASE_ENDS = 0.12
_CREASE_THICK_MM = 3.0

_Sheet = tuple[int, int, int, int]
"""Left, top, width and height of the paper."""


def ink_mask(ground: Ground, strength: float) -> Plane:
    """255 where ink takes away more than `strength` of the paper's brightness, away from edges and bed."""
    mask = np.asarray(cv2.threshold(ground.ink, strength * 255, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)
    height, width = mask.shape
    rows, columns = max(1, round(height * _MARGIN)), max(1, round(width * _MARGIN))
    inside = np.zeros_like(mask)
    inside[rows:-rows, columns:-columns] = 255
    if ground.bordered:
        near = cv2.erode(ground.paper, np.ones((2 * columns + 1, 2 * columns + 1), np.uint8))
        inside = np.asarray(cv2.bitwise_and(inside, near), dtype=np.uint8)
    return np.asarray(cv2.bitwise_and(mask, inside), dtype=np.uint8)


def measure_ink(ground: Ground, rules: BlankRules, dpi: float | None = None) -> float:
    """Share of the paper that written ink covers; `dpi` of the shrunken page, A4's where it is unknown."""
    mask = ink_mask(ground, rules.ink_strength)
    inked = cv2.countNonZero(mask)
    if inked < _PLAINLY_INKED:
        # Few marks: look closer, and for fainter ones.
        per_mm = dpi / 25.4 if dpi else max(mask.shape) / _A4_MM
        inked = _written_area(ground, ink_mask(ground, rules.faint_strength), rules, per_mm)
    return inked / max(1, cv2.countNonZero(ground.paper))


def detect_blank(ink_share: float, rules: BlankRules) -> bool:
    """Whether so little ink means an empty page."""
    return ink_share < rules.ink_share


def _written_area(ground: Ground, mask: Plane, rules: BlankRules, per_mm: float) -> int:
    """Pixels of the marks that somebody wrote, printed or stamped."""
    mask = _without_creases(mask, per_mm)
    count, found, stats, _centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return 0
    labels = np.asarray(found, np.int32)
    left, top, across, down = cv2.boundingRect(ground.paper)
    paper = (left, top, across, down)
    edges = _sharpest(ground.ink, labels, count)
    # What shines through is soft; a faint stroke on this side has an edge.
    written = [
        number
        for number in range(1, count)
        if max(stats[number, 2:4]) >= _MARK_MM * per_mm
        and edges[number] >= rules.edge_strength * 255
        and not _is_hole(stats[number], paper, per_mm)
        and not _is_staple(labels, number, stats[number], paper, per_mm)
    ]
    return int(stats[written, cv2.CC_STAT_AREA].sum())


def _sharpest(ink: Plane, labels: NDArray[np.int32], count: int) -> NDArray[np.float64]:
    """By mark: the steepest change of ink between neighbouring pixels within it."""
    steps = cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    sharpest = np.zeros(count)
    where = labels > 0
    np.maximum.at(sharpest, labels[where], steps[where].astype(np.float64))
    return sharpest


def _is_hole(mark: NDArray[np.int32], paper: _Sheet, per_mm: float) -> bool:
    """Whether a mark is a punched hole: a solid disc of 4 to 8 mm at the sheet's edge."""
    x, y, width, height, area = (int(value) for value in mark)
    least, most = (value * per_mm for value in _HOLE_MM)
    if not (least <= min(width, height) and max(width, height) <= most and 4 * abs(width - height) <= most):
        return False
    return area >= _HOLE_FILLED * width * height and min(_from_edges(x, y, width, height, paper)) <= (
        _HOLE_FROM_EDGE_MM * per_mm
    )


def _is_staple(
    labels: NDArray[np.int32], number: int, mark: NDArray[np.int32], paper: _Sheet, per_mm: float
) -> bool:
    """Whether a mark is a staple or its rust: a thin straight bar in a corner of the sheet."""
    x, y, width, height, area = (int(value) for value in mark)
    left, top, right, bottom = _from_edges(x, y, width, height, paper)
    corner = _STAPLE_FROM_CORNER_MM * per_mm
    if min(left, right) > corner or min(top, bottom) > corner:
        return False
    part = np.asarray(labels[y : y + height, x : x + width] == number, np.uint8)
    points = cv2.findNonZero(part)
    _middle, sides, _angle = cv2.minAreaRect(points)
    thick, long = sorted(side + 1 for side in sides)
    least, most = (value * per_mm for value in _STAPLE_MM)
    _left, _top, across, down = paper
    if min(left, right) <= _MARGIN * across + 2 or min(top, bottom) <= _MARGIN * down + 2:
        least = 0.0  # the rest of it lies in the margin that is not looked at
    return bool(least <= long <= most and thick <= _STAPLE_THICK_MM * per_mm and area >= 0.5 * thick * long)


def _from_edges(x: int, y: int, width: int, height: int, paper: _Sheet) -> tuple[int, int, int, int]:
    """How far a box lies from the sheet's left, top, right and bottom."""
    left, top, across, down = paper
    return x - left, y - top, left + across - x - width, top + down - y - height


def _without_creases(mask: Plane, per_mm: float) -> Plane:
    """The marks without straight lines that run over the whole sheet: creases, and streaks of the scanner."""
    height, width = mask.shape
    shortest = round(_CREASE_SHARE * min(height, width))
    lines = cv2.HoughLines(mask, 1, np.pi / 720, shortest)
    if lines is None:
        return mask
    rows, columns = np.nonzero(mask)
    cleared = mask.copy()
    for rho, theta in lines[:12, 0].astype(np.float64):
        along = columns * np.sin(theta) - rows * np.cos(theta)
        near = np.abs(columns * np.cos(theta) + rows * np.sin(theta) - rho) <= _CREASE_THICK_MM / 2 * per_mm
        length = height if abs(np.cos(theta)) > np.sin(theta) else width
        if not near.any() or np.ptp(along[near]) < (1 - 2 * _CREASE_ENDS) * length:
            continue
        seen = len(np.unique(np.round(along[near])))
        if seen >= _CREASE_SHARE * length:
            cleared[rows[near], columns[near]] = 0
    return cleared
