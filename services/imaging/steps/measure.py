"""Measures a page's quality: resolution, brightness, contrast, sharpness, clipping."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.resolve import resolved_share
from services.imaging.steps.sheet import Plane, Sheet

_MM_PER_INCH = 25.4
_PAPER_MM = {"A3": (297.0, 420.0), "A4": (210.0, 297.0), "A5": (148.0, 210.0), "card": (80.0, 130.0)}
_LONGEST_PAPER_MM = 480.0
"""A3 with a border."""
_LIKELY_DPI = (150.0, 200.0, 240.0, 300.0, 400.0, 600.0)
_PLAIN_INK = 96
_SATURATED = 254
_CUT_SHARE = 0.6
"""A side of the scan with this much paper on it has the sheet beyond it."""
_DARKEST_PERCENT = 0.5
"""Of the inkiest tiles: thin strokes on an almost empty page cover little more."""
_TILE_PX = 320
_TILES = 4


@dataclass(frozen=True, slots=True)
class Tone:
    """Brightness of paper and ink, their contrast (0–1) and the sharpness of strokes' edges (0–1)."""

    paper: float
    ink: float
    contrast: float
    sharpness: float
    resolved: float = 1.0
    """Share of the pixel grid's resolution that strokes use."""


def resolution(sheet: Sheet) -> float | None:
    """The scan's resolution: as stated, unless that would make the page larger than any paper; else inferred.

    Software that knows no resolution writes 72 or 96 dpi, which makes an A4 scan a poster.
    """
    if sheet.dpi is not None and max(sheet.size) / sheet.dpi * _MM_PER_INCH <= _LONGEST_PAPER_MM:
        return sheet.dpi
    return infer_dpi(*sheet.size)


def infer_dpi(width: int, height: int) -> float | None:
    """The resolution at which the scan would be A4, where that is a usual one within 4 %; else none."""
    short, long = sorted((width, height))
    for dpi in _LIKELY_DPI:
        for paper_short, paper_long in (_PAPER_MM["A4"], _PAPER_MM["A5"], _PAPER_MM["A3"]):
            across, along = paper_short * dpi / _MM_PER_INCH, paper_long * dpi / _MM_PER_INCH
            if abs(short / across - 1) < 0.04 and abs(long / along - 1) < 0.04:
                return dpi
    return None


def measure_tone(y: Plane, ink: Plane, scale: float, paper_level: float) -> Tone:
    """Tone of a full-size page, measured where the shrunken `ink` map shows the most strokes."""
    samples = [_sample(y, ink, scale, part) for part in range(_TILES)]
    inked = [tile for tile in samples if tile is not None]
    if not inked:
        return Tone(paper_level, paper_level, 0.0, 0.0)
    darkest = _percentile(_count(inked), _DARKEST_PERCENT)
    step = max(1.0, paper_level - darkest)
    changes = _count([cv2.absdiff(tile[:, 1:], tile[:, :-1]) for tile in inked])
    changes[: max(1, round(0.05 * step))] = 0  # flat paper and flat ink
    sharpness = _percentile(changes, 95) / step if changes.sum() > 50 else 0.0
    return Tone(paper_level, darkest, step / 255, min(1.0, sharpness), resolved_share(inked))


def _count(images: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """How often each brightness occurs."""
    counts = np.zeros(256, np.int64)
    for image in images:
        counts += cv2.calcHist([image], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    return counts


def _percentile(counts: NDArray[np.int64], percent: float) -> float:
    """The value below which `percent` of what is counted lies."""
    return float(np.searchsorted(np.cumsum(counts), counts.sum() * percent / 100))


def _sample(y: Plane, ink: Plane, scale: float, part: int) -> Plane | None:
    """The tile with the most ink in one horizontal quarter of the page; none where that is empty."""
    rows = ink.shape[0] // _TILES
    band = ink[part * rows : (part + 1) * rows]
    side = max(8, round(_TILE_PX * scale))
    sums = cv2.blur(band, (side, min(side, max(1, rows))), borderType=cv2.BORDER_CONSTANT)
    row, column = np.unravel_index(int(np.argmax(sums)), sums.shape)
    if sums[row, column] < 1:
        return None
    middle_y, middle_x = (part * rows + row) / scale, column / scale
    half = _TILE_PX // 2
    top = int(np.clip(middle_y - half, 0, max(0, y.shape[0] - _TILE_PX)))
    left = int(np.clip(middle_x - half, 0, max(0, y.shape[1] - _TILE_PX)))
    return y[top : top + _TILE_PX, left : left + _TILE_PX]


def clipped_share(ink: Plane, paper: Plane) -> float:
    """Share of the worst side of the scan that is plainly ink: text that the scan's edge cuts.

    Only sides along which the sheet runs out of the scan count: the scanner bed has no text to cut.
    """
    lines = ((ink[1], paper[1]), (ink[-2], paper[-2]), (ink[:, 1], paper[:, 1]), (ink[:, -2], paper[:, -2]))
    return max(
        float(np.count_nonzero((edge > _PLAIN_INK) & (sheet > 0))) / len(edge)
        if np.count_nonzero(sheet) > _CUT_SHARE * len(sheet)
        else 0.0
        for edge, sheet in lines
    )


def saturated_share(grey: Plane, paper: Plane) -> float:
    """Share of the paper that is as bright as the scanner can tell."""
    bright = cv2.bitwise_and(cv2.threshold(grey, _SATURATED - 1, 255, cv2.THRESH_BINARY)[1], paper)
    return cv2.countNonZero(bright) / max(1, cv2.countNonZero(paper))
