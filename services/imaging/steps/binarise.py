"""Makes the black-and-white copy of a page: ink against the paper around it, specks taken away."""

import cv2
import numpy as np

from services.imaging.domain import Bitonal
from services.imaging.steps.sheet import Plane

_NEAR_PX = 61
"""Half a centimetre at 300 dpi: wider than a stroke, narrower than a shadow."""


def binarise(y: Plane, rules: Bitonal) -> Plane:
    """0 where there is ink, 255 where there is paper; marks below `rules.despeckle_px` pixels are paper."""
    light = cv2.blur(cv2.dilate(y, np.ones((15, 15), np.uint8)), (_NEAR_PX, _NEAR_PX))
    ratio = cv2.divide(y, light, scale=255)
    black = np.asarray(cv2.threshold(ratio, 255 * (1 - rules.strength), 255, cv2.THRESH_BINARY)[1], np.uint8)
    return despeckle(black, rules.despeckle_px) if rules.despeckle_px else black


def despeckle(black: Plane, least_px: int) -> Plane:
    """The page without marks (touching pixels of 0) that have fewer than `least_px` pixels."""
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(cv2.bitwise_not(black), connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] < least_px
    small[0] = False
    cleared = black.copy()
    if count > 1 and small.any():
        cleared[small[labels]] = 255
    return cleared
