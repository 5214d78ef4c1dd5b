"""Tells blank pages from written ones; ink that shines through from the back does not count."""

import cv2
import numpy as np

from services.imaging.profiles import BlankRules
from services.imaging.steps.find_ink import Ground
from services.imaging.steps.sheet import Plane

_MARGIN = 0.02
"""Share of each side where staples, holes and shadows lie."""


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


def measure_ink(ground: Ground, rules: BlankRules) -> float:
    """Share of the paper that ink covers, specks of one or two pixels left out."""
    mask = ink_mask(ground, rules.ink_strength)
    inked = cv2.countNonZero(mask)
    if inked < 5000:
        # Few marks: look closer. A speck of dust has no body, a stroke of a pen has.
        count, _labels, stats, _centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
        areas = stats[1:count, cv2.CC_STAT_AREA]
        inked = int(areas[areas >= 4].sum())
    return inked / max(1, cv2.countNonZero(ground.paper))


def detect_blank(ink_share: float, rules: BlankRules) -> bool:
    """Whether so little ink means an empty page."""
    return ink_share < rules.ink_share
