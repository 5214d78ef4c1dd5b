"""Brings a grey page to the working resolution, upright to within a fraction of a degree."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""A page or crop, one byte per pixel, dark on light."""
Mask = NDArray[np.uint8]
"""0 or 255 per pixel."""

WORKING_DPI = 200
A4_LONG_SIDE_INCHES = 297 / 25.4
MAX_AREA_PX = 14_000_000
"""Bounds memory and time on absurd input: A3 at the working resolution is 7.7 million pixels."""
STRIP = 4.0
"""Longer than so many times its width: no sheet, so its length says nothing of its scale."""
MAX_ENLARGEMENT = 2.5
SKEW_RANGE_DEGREES = 5.0
ROUGH_STEP_DEGREES = 0.5
SKEW_STEP_DEGREES = 0.2
ROUGH_SIDE_PX = 420
FINE_SIDE_PX = 700
MIN_SIDE_PX = 16
STRIP_PX = 6
"""Within so many columns the steepest line falls by half a pixel."""
SURROUNDINGS = 1 / 50
"""Of the long side: how far to each side a pixel's paper reaches."""
MIN_SKEW_DEGREES = 0.15


@dataclass(frozen=True, slots=True)
class WorkingPage:
    """A page to be read, and `scale` = its pixels per pixel of the image it was made from."""

    image: Grey
    scale: float
    skew_degrees: float
    source_shape: tuple[int, int] = (0, 0)
    """Height and width of the image that it was made from."""
    back: tuple[tuple[float, ...], ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    """Affine map that gives the skew back."""
    turned_degrees: int = 0
    """0, or 180 where the image lay upside down."""

    def turned(self) -> "WorkingPage":
        """The same page the other way up."""
        image = np.ascontiguousarray(self.image[::-1, ::-1])
        return replace(self, image=image, turned_degrees=180 - self.turned_degrees)

    def to_source(self, x: float, y: float) -> tuple[float, float]:
        """The point of the original image that lies at (x, y) here."""
        height, width = self.image.shape
        if self.turned_degrees:
            x, y = width - x, height - y
        (a, b, c), (d, e, f) = self.back
        return (a * x + b * y + c) / self.scale, (d * x + e * y + f) / self.scale


def working_page(grey: Grey, dpi: float | None) -> WorkingPage:
    """Resize `grey` (h, w) to about 200 dpi and take out a skew of up to five degrees.

    Without a credible `dpi` the long side counts as that of A4.
    """
    scale = _scale(grey.shape, dpi)
    if abs(scale - 1) > 0.03:
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        resized = np.asarray(cv2.resize(grey, size, interpolation=interpolation), np.uint8)
    else:
        resized, scale = grey, 1.0
    skew = find_skew(resized)
    if abs(skew) < MIN_SKEW_DEGREES:
        return WorkingPage(resized, scale, 0.0, grey.shape[:2])
    height, width = resized.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1)
    back = tuple(tuple(float(value) for value in row) for row in matrix)
    return WorkingPage(_turned(resized, skew), scale, skew, grey.shape[:2], back)


def find_skew(image: Grey) -> float:
    """Degrees by which text lines fall to the right (negative: rise), 0 where no angle stands out.

    First roughly on a small image over the whole range, then finely around the best.
    """
    small = _shrunk(image, FINE_SIDE_PX)
    rough_small = _shrunk(small, ROUGH_SIDE_PX)
    if min(rough_small.shape) < MIN_SIDE_PX:
        return 0.0
    rough, fine = _ink_strips(rough_small), _ink_strips(small)
    wide = np.arange(-SKEW_RANGE_DEGREES, SKEW_RANGE_DEGREES + 1e-6, ROUGH_STEP_DEGREES)
    first = float(wide[int(np.argmax([_line_contrast(rough, float(angle)) for angle in wide]))])
    angles = first + SKEW_STEP_DEGREES * np.arange(-4, 5)
    scores = np.array([_line_contrast(fine, float(angle)) for angle in angles])
    best = int(scores.argmax())
    if scores[best] < _line_contrast(fine, 0.0) * 1.02 or best in {0, len(angles) - 1}:
        return 0.0
    left, mid, right = scores[best - 1 : best + 2]
    bend = left - 2 * mid + right
    shift = 0.5 * (left - right) / bend if bend else 0.0
    return float(angles[best] + shift * SKEW_STEP_DEGREES)


def _shrunk(image: Grey, side: int) -> Grey:
    """The image with this long side at most."""
    shrink = side / max(image.shape)
    if shrink >= 1:
        return image
    size = (max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _ink_strips(small: Grey) -> NDArray[np.float32]:
    """How dark each row is against its surroundings, strip by strip of STRIP_PX columns."""
    reach = 2 * round(max(small.shape) * SURROUNDINGS) + 1
    paper = cv2.blur(small, (reach, reach))
    ink = np.minimum(cv2.subtract(paper, small), 60).astype(np.float32)
    size = (max(1, small.shape[1] // STRIP_PX), small.shape[0])
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)


def _line_contrast(strips: NDArray[np.float32], degrees: float) -> float:
    """How sharply rows of ink alternate once strips are shifted as columns sheared by `degrees`."""
    height, width = strips.shape
    fall = STRIP_PX * np.tan(np.radians(degrees))
    shear = np.array([[1, 0, 0], [-fall, 1, fall * width / 2]])
    level = cv2.warpAffine(strips, shear, (width, height), flags=cv2.INTER_LINEAR)
    profile = level.sum(axis=1)
    return float(np.square(np.diff(profile)).sum())


def _turned(image: Grey, degrees: float) -> Grey:
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turned = cv2.warpAffine(
        image, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.uint8)


def _scale(shape: tuple[int, ...], dpi: float | None) -> float:
    long_side, short_side = max(shape), max(1, min(shape))
    # Phones and screen grabs write 72 or 96 whatever the size: believed only if paper results.
    if dpi and 100 <= dpi <= 1200 and 3 <= long_side / dpi <= 18:
        wanted = WORKING_DPI / dpi
    elif long_side > STRIP * short_side:
        wanted = 1.0
    else:
        wanted = WORKING_DPI * A4_LONG_SIDE_INCHES / long_side
    bound = (MAX_AREA_PX / (long_side * short_side)) ** 0.5
    return float(min(wanted, MAX_ENLARGEMENT, bound))
