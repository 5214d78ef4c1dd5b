"""Finds the rectangle to keep of a page: the paper, and in any case all ink."""

import cv2
import numpy as np

from services.imaging.domain import CropBox
from services.imaging.steps.geometry import deskew_matrix
from services.imaging.steps.sheet import Plane

_PAPER_SHARE = 0.5
"""A row belongs to the sheet where paper covers this share of what the fullest rows have."""
_MOST_TRIM = 0.5
"""Of either side; whatever would cut more is not a border."""


def crop(
    paper: Plane,
    ink: Plane,
    skew_degrees: float,
    scale: float,
    margin_px: int,
    size: tuple[int, int],
    *,
    bordered: bool,
) -> CropBox:
    """The crop box in pixels of a scan of `size`, from shrunken maps of paper and ink (255: there is some).

    Without a scanner border the whole scan is kept. Ink outside the found paper always widens the box.
    """
    whole = (0.0, 0.0, float(paper.shape[1]), float(paper.shape[0]))
    left, top, right, bottom = _paper_box(paper, skew_degrees) if bordered else whole
    if right - left < whole[2] * (1 - _MOST_TRIM) or bottom - top < whole[3] * (1 - _MOST_TRIM):
        left, top, right, bottom = whole
    inked = _ink_box(ink, skew_degrees)
    if inked is not None:
        margin = margin_px * scale
        left, top = min(left, inked[0] - margin), min(top, inked[1] - margin)
        right, bottom = max(right, inked[2] + margin), max(bottom, inked[3] + margin)
    return _in_scan_pixels(
        (left, top, right, bottom), skew_degrees, scale, size, whole=(left, top, right, bottom) == whole
    )


def _in_scan_pixels(
    box: tuple[float, float, float, float],
    skew_degrees: float,
    scale: float,
    size: tuple[int, int],
    *,
    whole: bool,
) -> CropBox:
    """The box at full size, no larger than the scan turned by its skew."""
    width, height = size
    if whole:
        return CropBox(x=0, y=0, width=width, height=height)
    sine = abs(float(np.sin(np.radians(skew_degrees))))
    across, down = int(height * sine / 2) + 2, int(width * sine / 2) + 2
    left, top = max(int(np.floor(box[0] / scale)), -across), max(int(np.floor(box[1] / scale)), -down)
    right = min(int(np.ceil(box[2] / scale)), width + across)
    bottom = min(int(np.ceil(box[3] / scale)), height + down)
    return CropBox(x=left, y=top, width=max(1, right - left), height=max(1, bottom - top))


def _paper_box(paper: Plane, skew_degrees: float) -> tuple[float, float, float, float]:
    height, width = paper.shape
    straight = cv2.warpAffine(
        paper, deskew_matrix(skew_degrees, width, height), (width, height),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT, borderValue=(0,),
    )  # fmt: skip
    rows = cv2.reduce(straight, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel() / 255
    columns = cv2.reduce(straight, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel() / 255
    row_span = _span(rows >= _PAPER_SHARE * max(float(np.percentile(rows, 90)), 1e-6))
    column_span = _span(columns >= _PAPER_SHARE * max(float(np.percentile(columns, 90)), 1e-6))
    return column_span[0], row_span[0], column_span[1], row_span[1]


def _span(inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[float, float]:
    found = np.flatnonzero(inside)
    return (float(found[0]), float(found[-1] + 1)) if len(found) else (0.0, float(len(inside)))


def _ink_box(ink: Plane, skew_degrees: float) -> tuple[float, float, float, float] | None:
    """The deskewed bounds of all ink, from the ink's own coordinates: nothing is lost at the scan's edge."""
    points = cv2.findNonZero(ink)
    if points is None:
        return None
    height, width = ink.shape
    forward = cv2.invertAffineTransform(deskew_matrix(skew_degrees, width, height))
    flat = points.reshape(-1, 2).astype(np.float64)
    x = flat @ forward[0, :2] + forward[0, 2]
    y = flat @ forward[1, :2] + forward[1, 2]
    return float(x.min()), float(y.min()), float(x.max() + 1), float(y.max() + 1)
