"""Finds the seam of two sheets fed at once: the edge of one across the other, at a paper's length."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.crop import Box
from services.imaging.steps.sheet import Plane

_STRIPS = 24
"""Of the sheet's width; the outermost lie in the margins, where no form prints and no seam ends."""
_NEAR_MM = 3.0
"""Feeds stretch a sheet, and crop boxes miss its edge, by so much."""
_BESIDE_MM = 0.8
_STEP = 1.5
"""Grey levels by which a strip's mean is darker on the seam, or differs across it; noise leaves 0.3."""
_SEEN_SHARE = 0.8


def find_seam(straight: Plane, sheet: Box, lengths: Sequence[float], per_mm: float) -> float:
    """The first of `lengths` (mm, from either end of the sheet's longer side) at which a seam lies; else 0.

    `straight` is the straightened shrunken page, `sheet` where the sheet lies on it.
    """
    left, top, right, bottom = (max(0, round(value)) for value in sheet)
    part = straight[top:bottom, left:right]
    if not part.size:
        return 0.0
    long = part if part.shape[0] >= part.shape[1] else np.ascontiguousarray(part.T)
    profiles = cv2.resize(long, (_STRIPS, long.shape[0]), interpolation=cv2.INTER_AREA).astype(np.float32)
    seen = np.maximum(_lines(profiles, per_mm), _steps(profiles, per_mm))
    near = round(_NEAR_MM * per_mm)
    for length in lengths:
        for row in (round(length * per_mm), len(profiles) - round(length * per_mm)):
            window = seen[max(0, row - near) : row + near + 1]
            if len(window) and float(window.max()) >= _SEEN_SHARE:
                return length
    return 0.0


def _lines(profiles: NDArray[np.float32], per_mm: float) -> NDArray[np.float64]:
    """By row: the share of strips that are darker than above and below; 0 where the margins show nothing."""
    beside = max(2, round(_BESIDE_MM * per_mm))
    darker = np.minimum(_shifted(profiles, beside), _shifted(profiles, -beside)) - profiles >= _STEP
    return _share(darker)


def _steps(profiles: NDArray[np.float32], per_mm: float) -> NDArray[np.float64]:
    """By row: the share of strips whose paper is brighter, or darker, below than above."""
    beside = max(2, round(_BESIDE_MM * per_mm))
    mean = np.asarray(cv2.blur(profiles, (1, 2 * beside + 1)), np.float32)
    change = _shifted(mean, -2 * beside) - _shifted(mean, 2 * beside)
    return np.maximum(_share(change >= 2 * _STEP), _share(change <= -2 * _STEP))


def _shifted(profiles: NDArray[np.float32], rows: int) -> NDArray[np.float32]:
    """The profiles so many rows lower; the first or last row stands where there is none."""
    at = np.clip(np.arange(len(profiles)) - rows, 0, len(profiles) - 1)
    return profiles[at]


def _share(marked: NDArray[np.bool_]) -> NDArray[np.float64]:
    # A seam may lean by a row between neighbouring strips.
    near = cv2.dilate(marked.astype(np.uint8), np.ones((3, 1), np.uint8)) > 0
    share = near.mean(axis=1)
    share[~(near[:, 0] & near[:, -1])] = 0
    return np.asarray(share, np.float64)
