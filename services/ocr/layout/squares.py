"""Finds single tick boxes: small hollow squares of printed strokes, and what is drawn in them."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.ocr.layout.scale import Mask

SMALLEST, LARGEST = 0.75, 2.4
"""Side of a box in letters."""
SQUARENESS = 1.35
STROKE_LETTERS = 0.6
"""Straight strokes at least as long may be a side; letters have few of them and no square of four."""
FULL_SHARE = 0.8
"""Of its rectangle that the inside fills: round letters fill 0.6 to 0.78."""
SIDE_SHARE = 0.9
"""Of each edge along which a frame's ink runs."""
MARGIN = 0.2
"""Of a side, left out all around when ink inside is measured: the frame's own, thick or doubled."""
MARKED_SHARE = 0.045
"""Ink in the middle of a box from which on it is marked: a thin tick has 0.08, dust and grain under 0.02."""


@dataclass(frozen=True, slots=True)
class Square:
    """The inside of a tick box in pixels, right and bottom exclusive; `ink` is that share of its middle."""

    left: int
    top: int
    right: int
    bottom: int
    ink: float

    @property
    def middle(self) -> float:
        """Its x."""
        return (self.left + self.right) / 2

    @property
    def marked(self) -> bool:
        """Whether something is drawn in it."""
        return self.ink >= MARKED_SHARE


def find_squares(full: Mask, letter_px: float, edges: tuple[int, int, int, int]) -> list[Square]:
    """Tick boxes with their middle within `edges` (left, top, right, bottom), from left to right."""
    reach = round(LARGEST * letter_px)
    left, top = max(0, edges[0] - reach), max(0, edges[1] - reach)
    area = full[top : edges[3] + reach, left : edges[2] + reach]
    long = max(5, round(STROKE_LETTERS * letter_px))
    if min(area.shape, default=0) < long:
        return []
    found: list[Square] = []
    # Thin frames of coarse scans are broken and step by a pixel: they are looked for thickened, after others.
    for mask in (area, np.asarray(cv2.dilate(area, np.ones((3, 3), np.uint8)), np.uint8)):
        for x, y, width, height in _frames(mask, long, letter_px):
            inset_x, inset_y = round(MARGIN * width), round(MARGIN * height)
            inside = area[y + inset_y : y + height - inset_y, x + inset_x : x + width - inset_x] > 0
            square = Square(left + x, top + y, left + x + width, top + y + height, float(inside.mean()))
            height_at = (square.top + square.bottom) / 2
            known = any(abs(square.middle - other.middle) < letter_px / 2 for other in found)
            if not known and edges[0] <= square.middle <= edges[2] and edges[1] <= height_at <= edges[3]:
                found.append(square)
    return sorted(found, key=lambda square: square.left)


def _frames(mask: Mask, long: int, letter_px: float) -> list[tuple[int, int, int, int]]:
    """Left, top, width, height of hollow squares of straight strokes, and of filled ones with four sides."""
    sides = cv2.bitwise_or(
        cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, long), np.uint8)),
        cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((long, 1), np.uint8)),
    )
    closed = cv2.morphologyEx(sides, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    contours, hierarchy = cv2.findContours(closed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found: list[tuple[int, int, int, int]] = []
    for contour, parent in zip(contours, [] if hierarchy is None else hierarchy[0][:, 3], strict=True):
        x, y, width, height = cv2.boundingRect(contour)
        alike = max(width, height) <= SQUARENESS * min(width, height)
        sized = SMALLEST * letter_px <= min(width, height) and max(width, height) <= LARGEST * letter_px
        if not alike or not sized:
            continue
        hollow = parent >= 0 and cv2.contourArea(contour) >= FULL_SHARE * width * height
        if hollow or (parent < 0 and _framed(mask[y : y + height, x : x + width])):
            found.append((x, y, width, height))
    return found


def _framed(patch: Mask) -> bool:
    """Whether ink runs along all four edges: a frame whose inside is filled or joined to it."""
    rim = max(3, min(patch.shape) // 7)
    sides = (
        (patch[:rim], 0),
        (patch[-rim:], 0),
        (patch[:, :rim], 1),
        (patch[:, -rim:], 1),
    )
    return all((side > 0).any(axis=axis).mean() >= SIDE_SHARE for side, axis in sides)
