"""Finds printed tables: rules that cross, and the cells between them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.layout.ink import Ink
from services.ocr.layout.lines import Segment, bounded
from services.ocr.layout.scale import Mask

MIN_COLUMNS = 3
MIN_ROWS = 2
MIN_WIDTH_LETTERS = 20.0
RULED_SHARE = 0.55
"""Of a table's height or width that a rule runs along at least: writing and folds break it."""
SLACK_LETTERS = 0.22
"""By which a rule may leave the straight: paper is wavy, and a page is levelled to 0.15 degrees."""
INSET_PX = 2
BODY_LETTERS = 0.5
"""Height of a piece that is more than a mark."""
LINE_LETTERS = 0.85
"""Between the middles of letters of two lines in a cell at least."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The inside of a table's cell in pixels; right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the x of its upright rules and the y of its level ones."""

    xs: tuple[int, ...]
    ys: tuple[int, ...]

    @property
    def columns(self) -> int:
        """Columns of cells."""
        return len(self.xs) - 1

    @property
    def rows(self) -> int:
        """Rows of cells, the heads' included."""
        return len(self.ys) - 1

    def cell(self, row: int, column: int) -> Cell:
        """The inside of one cell."""
        return Cell(
            self.xs[column] + INSET_PX,
            self.ys[row] + INSET_PX,
            self.xs[column + 1] - INSET_PX,
            self.ys[row + 1] - INSET_PX,
        )


def find_grids(ink: Ink) -> list[Grid]:
    """Every table of at least three columns and two rows, from top to bottom."""
    if ink.rules is None or ink.uprights is None or ink.noisy:
        return []
    slack = max(3, 2 * round(SLACK_LETTERS * ink.letter_px) + 1)
    joined = np.asarray(cv2.dilate(ink.rules, np.ones((5, 5), np.uint8)), np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    wide = stats[:, cv2.CC_STAT_WIDTH] >= MIN_WIDTH_LETTERS * ink.letter_px
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= MIN_ROWS * ink.letter_px
    grids = []
    for number in (np.flatnonzero((wide & tall)[1:]) + 1).tolist():
        left, top, width, height = (int(value) for value in stats[number, :4])
        area = (slice(top, top + height), slice(left, left + width))
        own = labels[area] == number
        upright = np.where(own, ink.uprights[area], 0).astype(np.uint8)
        level = np.where(own & (ink.uprights[area] == 0), ink.rules[area], 0).astype(np.uint8)
        xs = tuple(left + place for place in _places(upright, slack, axis=0))
        ys = tuple(top + place for place in _places(level, slack, axis=1))
        if len(xs) > MIN_COLUMNS and len(ys) > MIN_ROWS:
            grids.append(Grid(xs, ys))
    return sorted(grids, key=lambda grid: grid.ys[0])


def _places(mask: Mask, slack: int, axis: int) -> list[int]:
    """Where rules run along most of the mask: x for `axis` 0, y for 1."""
    kernel = np.ones((1, slack) if axis == 0 else (slack, 1), np.uint8)
    share = (cv2.dilate(mask, kernel) > 0).mean(axis=axis)
    ruled = np.concatenate([[0], (share >= RULED_SHARE).astype(np.int8), [0]])
    starts, ends = np.flatnonzero(np.diff(ruled) == 1), np.flatnonzero(np.diff(ruled) == -1)
    return [(int(start) + int(end)) // 2 for start, end in zip(starts, ends, strict=True)]


def cell_lines(ink: Ink, cell: Cell) -> list[Segment]:
    """The lines written in a cell, from top to bottom; none in an empty one."""
    x, y = (ink.boxes[:, 0] + ink.boxes[:, 2]) / 2, (ink.boxes[:, 1] + ink.boxes[:, 3]) / 2
    inside = (x > cell.left) & (x < cell.right) & (y > cell.top) & (y < cell.bottom)
    pieces = ink.boxes[inside]
    heights = pieces[:, 3] - pieces[:, 1]
    bodies = pieces[heights >= BODY_LETTERS * ink.letter_px]
    if not len(bodies):
        return []
    lines = _stacked(bodies, ink.letter_px)
    for mark in pieces[heights < BODY_LETTERS * ink.letter_px]:
        nearest = min(range(len(lines)), key=lambda number: _distance(mark, lines[number]))
        lines[nearest] = np.vstack([lines[nearest], mark])
    return [bounded(line, ink.letter_px) for line in lines]


def _stacked(bodies: NDArray[np.int32], letter_px: float) -> list[NDArray[np.int32]]:
    """Letters by line: where the middles of all that are higher and all that are lower leave a gap."""
    order = bodies[np.argsort(bodies[:, 1] + bodies[:, 3], kind="stable")]
    middles = (order[:, 1] + order[:, 3]) / 2
    breaks = np.flatnonzero(np.diff(middles) > LINE_LETTERS * letter_px) + 1
    return np.split(order, breaks)


def _distance(mark: NDArray[np.int32], line: NDArray[np.int32]) -> float:
    """How far a mark lies above or below the nearest letter of a line, beside it counting as well."""
    aside = np.maximum(np.maximum(line[:, 0] - mark[2], mark[0] - line[:, 2]), 0)
    apart = np.maximum(np.maximum(line[:, 1] - mark[3], mark[1] - line[:, 3]), 0)
    return float((apart + aside).min())
