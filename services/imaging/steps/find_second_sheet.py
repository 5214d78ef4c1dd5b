"""Tells a second sheet from the scanner's lid: both may outshine the page, but only the lid is neutral."""

import cv2
import numpy as np

from services.imaging.steps.find_ink import Ground
from services.imaging.steps.sheet import Plane, Sheet

_LEAST_SHARE = 0.015
"""Of the scan: 4 mm of a page's length."""
_TINTED = 3.0
"""Distance from neutral (128, 128) that paper's colour has. The lid has not: scanners take their white from
it, or from a strip like it."""


def find_second_sheet(upright: Sheet, ground: Ground) -> bool:
    """Whether what looks like a white lid beside the page is paper: it is tinted."""
    if upright.cb is None or upright.cr is None or not ground.bordered:
        return False
    beside = np.asarray((ground.paper == 0) & (ground.grey > ground.paper_level))
    if np.count_nonzero(beside) < _LEAST_SHARE * beside.size:
        return False
    return float(np.hypot(_tint(upright.cb, beside), _tint(upright.cr, beside))) >= _TINTED


def _tint(plane: Plane, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    """How far a colour plane lies from neutral, the mean where asked."""
    small = cv2.resize(plane, (where.shape[1], where.shape[0]), interpolation=cv2.INTER_NEAREST)
    return float(np.asarray(small)[where].mean()) - 128
