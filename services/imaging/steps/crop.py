"""Finds the rectangle to keep of a page: the paper, and in any case all ink."""

import cv2
import numpy as np

from services.imaging.domain import CropBox
from services.imaging.steps.geometry import deskew_matrix
from services.imaging.steps.sheet import Plane

_PAPER_SHARE = 0.5
"""A row belongs to the sheet where paper covers this share of what the fullest rows have."""
_MOST_TRIM = 0.5
"""Of either side; whatever would cut more is not a border…"""
_MOST_TRIM_AROUND_CARD = 0.82
"""…but the glass around a small sheet that lies alone on it: 80 mm on A3."""
_FILLED = 0.93
"""Share of a card's box that is paper; of what lies around it, half of the rest may be."""


Box = tuple[float, float, float, float]
"""Left, top, right and bottom on the straightened, shrunken page."""


def crop(
    sheet: Box, marks: Plane, skew_degrees: float, scale: float, margin_px: int, size: tuple[int, int]
) -> CropBox:
    """The crop box in pixels of a scan of `size`, from the sheet's box and the map of ink (255: ink).

    Ink outside the sheet's box always widens it. All of the shrunken page as `sheet` keeps the whole scan.
    """
    whole = (0.0, 0.0, float(marks.shape[1]), float(marks.shape[0]))
    left, top, right, bottom = sheet
    inked = ink_box(marks, skew_degrees)
    if inked is not None:
        margin = margin_px * scale
        left, top = min(left, inked[0] - margin), min(top, inked[1] - margin)
        right, bottom = max(right, inked[2] + margin), max(bottom, inked[3] + margin)
    box = (left, top, right, bottom)
    return _in_scan_pixels(box, skew_degrees, scale, size, whole=box == whole)


def _in_scan_pixels(
    box: Box, skew_degrees: float, scale: float, size: tuple[int, int], *, whole: bool
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


def straight_paper(paper: Plane, skew_degrees: float) -> Plane:
    """The map of paper, its lean taken away; beyond the scan there is none."""
    height, width = paper.shape
    return np.asarray(
        cv2.warpAffine(
            paper, deskew_matrix(skew_degrees, width, height), (width, height),
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT, borderValue=(0,),
        ),
        dtype=np.uint8,
    )  # fmt: skip


def straight_grey(grey: Plane, skew_degrees: float) -> Plane:
    """The shrunken page, its lean taken away; beyond the scan its outermost pixels go on."""
    height, width = grey.shape
    return np.asarray(
        cv2.warpAffine(
            grey, deskew_matrix(skew_degrees, width, height), (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        ),
        dtype=np.uint8,
    )  # fmt: skip


def sheet_box(straight: Plane) -> Box:
    """Where the sheet lies on a straightened map of paper; all of it where what would be cut is no border."""
    height, width = straight.shape
    rows = np.count_nonzero(straight, axis=1) / width
    columns = np.count_nonzero(straight, axis=0) / height
    top, bottom = _span(rows >= _PAPER_SHARE * max(float(np.percentile(rows, 90)), 1e-6))
    left, right = _span(columns >= _PAPER_SHARE * max(float(np.percentile(columns, 90)), 1e-6))
    smaller = min((right - left) / width, (bottom - top) / height)
    if smaller < 1 - _MOST_TRIM and not (
        smaller >= 1 - _MOST_TRIM_AROUND_CARD and _alone(straight, left, top, right, bottom)
    ):
        return 0.0, 0.0, float(width), float(height)
    return left, top, right, bottom


def _alone(straight: Plane, left: float, top: float, right: float, bottom: float) -> bool:
    """Whether a box is filled with paper and nothing but bed lies around it: a card on a large glass."""
    part = straight[int(top) : int(bottom), int(left) : int(right)]
    inside, all_paper = np.count_nonzero(part), np.count_nonzero(straight)
    around = max(1, straight.size - part.size)
    return bool(inside >= _FILLED * part.size and all_paper - inside <= (1 - _FILLED) * 0.5 * around)


def edges_lean(paper: Plane) -> float:
    """Degrees by which the sheet's edges lean (positive where they sink to the right), within 45."""
    contours, _levels = cv2.findContours(paper, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return 0.0
    _middle, _size, degrees = cv2.minAreaRect(max(contours, key=cv2.contourArea))
    return degrees - 90 if degrees > 45 else degrees


def _span(inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[float, float]:
    found = np.flatnonzero(inside)
    return (float(found[0]), float(found[-1] + 1)) if len(found) else (0.0, float(len(inside)))


def ink_box(marks: Plane, skew_degrees: float) -> Box | None:
    """The deskewed bounds of all ink, from the ink's own coordinates: nothing is lost at the scan's edge."""
    height, width = marks.shape
    rows = np.flatnonzero(marks.max(axis=1))
    if not len(rows):
        return None
    # The first and the last mark of each row bound all others.
    inked = marks[rows] > 0
    x = np.concatenate([inked.argmax(axis=1), width - 1 - inked[:, ::-1].argmax(axis=1)])
    points = np.column_stack([x, np.tile(rows, 2)]).astype(np.float64)
    forward = cv2.invertAffineTransform(deskew_matrix(skew_degrees, width, height))
    placed = points @ forward[:, :2].T + forward[:, 2]
    (left, top), (right, bottom) = placed.min(axis=0), placed.max(axis=0)
    return float(left), float(top), float(right + 1), float(bottom + 1)
