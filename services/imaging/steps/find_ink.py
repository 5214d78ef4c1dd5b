"""Finds paper, scanner border and ink on a shrunken page."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.imaging.steps.sheet import Plane

_EDGE_SHARE = 0.15
"""A border hugs at least this much of one side of the scan."""
_DARK = 0.55
"""Scanner beds reflect less than this share of what paper does."""
_STROKE_PX = 3
"""Dark shapes thinner than this are strokes, not bed (2 mm at 38 dpi)."""
_INKED = 0.7
_WRITTEN_SHARE = 0.003
"""Share of a bright area that strokes cover from which it is paper; dust on a lid covers less."""
_BRIGHTER = 2.0
"""Paper is at least this many times as bright as a dark scanner bed."""
_BARE_RIM = 0.6
_SMALLEST_SHEET = 0.02
"""Share of the glass: a card of 80 × 130 mm covers 8 % of A3."""
_SATURATED = 254
_LEAST_STEP = 5
_LIGHT_STEP = 9
"""A white scanner lid is this much brighter than the paper before it, or it cannot be told from it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies on a shrunken page: `ink` strength 0–255, `paper` 255 where there is paper, levels."""

    grey: Plane
    ink: Plane
    paper: Plane
    paper_level: float
    bordered: bool


def find_ink(grey: Plane) -> Ground:
    """Separate paper from scanner bed and ink from paper."""
    size = (grey.shape[1], grey.shape[0])
    small = _plane(
        cv2.resize(grey, (max(1, size[0] // 2), max(1, size[1] // 2)), interpolation=cv2.INTER_AREA)
    )
    level = _paper_level(small)
    # Bed and background are broad: they are found at half the size, at a quarter of the cost.
    border = _border(small, level)
    bordered = bool(border.any())
    if bordered:
        small[border > 0] = np.uint8(level)
        border = _plane(cv2.resize(border, size, interpolation=cv2.INTER_NEAREST))
        filled = grey.copy()
        filled[border > 0] = np.uint8(level)
    else:
        border, filled = np.zeros_like(grey), grey
    light = cv2.blur(cv2.dilate(small, np.ones((7, 7), np.uint8)), (13, 13))
    background = cv2.resize(light, size, interpolation=cv2.INTER_LINEAR)
    ink = cv2.divide(cv2.subtract(background, filled), background, scale=255)
    return Ground(grey, _plane(ink), _plane(cv2.bitwise_not(border)), level, bordered)


def _paper_level(grey: Plane) -> float:
    """The commonest brightness of the page's brighter middle, or of the sheet that lies on a bare bed."""
    height, width = grey.shape
    middle = grey[height // 8 : height - height // 8, width // 8 : width - width // 8]
    level = _commonest(middle, 0.4)
    rim = np.concatenate([grey[1], grey[-2], grey[:, 1], grey[:, -2]])
    if np.count_nonzero(rim < level * _DARK * _BRIGHTER) < _BARE_RIM * len(rim):
        return level
    # The middle may be as dark as the rim: a card on the glass, and bed all around it.
    bright = grey[grey > level * _BRIGHTER]
    return _commonest(bright, 0.3) if len(bright) > _SMALLEST_SHEET * grey.size else level


def _commonest(grey: Plane, above: float) -> float:
    """The commonest brightness, the darkest share `above` left out."""
    counts = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    smooth = np.convolve(counts, np.ones(7), mode="same")
    darkest = int(np.searchsorted(np.cumsum(smooth), above * smooth.sum()))
    return float(darkest + int(np.argmax(smooth[darkest:])))


def _border(grey: Plane, level: float) -> Plane:
    """255 where the scanner bed shows: dark or brighter-than-paper areas along the scan's edges."""
    dark = cv2.threshold(grey, level * _DARK, 255, cv2.THRESH_BINARY_INV)[1]
    border = _hugging(
        _plane(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((_STROKE_PX, _STROKE_PX), np.uint8)))
    )
    # A lid that is as bright as the scanner can tell is known by less.
    bound = min(level + _LIGHT_STEP, _SATURATED) - 1
    if bound >= level + _LEAST_STEP:
        light = cv2.threshold(grey, bound, 255, cv2.THRESH_BINARY)[1]
        solid = cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        lid = _hugging(_plane(solid))
        if lid.any() and not _is_written(lid, grey, level):
            border = _plane(cv2.bitwise_or(border, lid))
    if not border.any():
        return border
    return _plane(cv2.dilate(border, np.ones((3, 3), np.uint8)))


def _is_written(lid: Plane, grey: Plane, level: float) -> bool:
    """Whether strokes lie within a bright area: it is paper then, and no scanner's lid."""
    around = cv2.morphologyEx(lid, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    inked = cv2.bitwise_and(around, cv2.threshold(grey, level * _INKED, 255, cv2.THRESH_BINARY_INV)[1])
    return cv2.countNonZero(inked) > _WRITTEN_SHARE * cv2.countNonZero(lid)


def _hugging(mask: Plane) -> Plane:
    """The connected parts of `mask` that lie along an edge of the scan."""
    if not (mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any()):
        return np.zeros_like(mask)
    count, labels = cv2.connectedComponents(mask, connectivity=4)
    height, width = mask.shape
    keep = np.zeros(count, dtype=np.bool_)
    for line, length in (
        (labels[1], width),
        (labels[-2], width),
        (labels[:, 1], height),
        (labels[:, -2], height),
    ):
        touching = np.bincount(line, minlength=count)
        keep |= touching > _EDGE_SHARE * length
    keep[0] = False
    return np.where(keep[labels], np.uint8(255), np.uint8(0))


def _plane(image: object) -> Plane:
    return np.asarray(image, dtype=np.uint8)
