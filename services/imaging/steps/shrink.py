"""Shrinks a page to the size at which it is examined."""

import cv2
import numpy as np

from services.imaging.steps.sheet import Plane

FINEST_DPI = 125
"""Examined at 63 to 125 dpi: strokes are still two pixels wide and an A4 page costs a few milliseconds."""
LONGEST_PX = 1300
"""The same bound for a page of unknown resolution: A4 at 300 dpi comes down to 877 pixels."""
_LONGEST_ANYWAY_PX = 2100


def shrink(y: Plane, dpi: float | None) -> tuple[Plane, float]:
    """The page halved until it is small enough, and the size that remains (1, ½, ¼…).

    Halving twice costs a third of one quartering (1.2 against 4 ms).
    """
    scale = 1.0
    while _too_large(y, dpi * scale if dpi else None):
        y = halved(y)
        scale /= 2
    return y, scale


def halved(plane: Plane) -> Plane:
    """The plane at half its size, each pixel the mean of four; an odd last row or column is left out.

    An odd side would make the ratio a fraction: another path of the resampler, five times dearer.
    """
    height, width = max(1, plane.shape[0] // 2), max(1, plane.shape[1] // 2)
    even = plane[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _too_large(y: Plane, dpi: float | None) -> bool:
    longest = max(y.shape)
    return longest > _LONGEST_ANYWAY_PX or (dpi > FINEST_DPI if dpi else longest > LONGEST_PX)
