"""Brings paper to white and ink to black by one table of brightness."""

import cv2
import numpy as np

from services.imaging.domain import Levels
from services.imaging.steps.sheet import Plane

_BLACK_KEPT = 0.5
"""Ink is darkened at most half way: full black would break thin strokes."""


def choose_levels(paper_level: float, ink_level: float, correct_below: float) -> Levels | None:
    """The correction that a page of this brightness needs; none where the paper is bright enough."""
    if paper_level >= correct_below or paper_level - ink_level < 16:
        return None
    return Levels(black=round(ink_level * _BLACK_KEPT), white=max(round(paper_level), 32))


def even_contrast(y: Plane, levels: Levels | None, target_white: int) -> Plane:
    """Brightness stretched so that `levels.white` becomes `target_white` and `levels.black` becomes 0."""
    if levels is None:
        return y
    steps = (np.arange(256) - levels.black) * (target_white / max(1, levels.white - levels.black))
    return np.asarray(cv2.LUT(y, np.clip(np.rint(steps), 0, 255).astype(np.uint8)), dtype=np.uint8)
