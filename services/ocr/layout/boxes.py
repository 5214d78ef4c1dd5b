"""Finds chains of digit boxes: frames of one size side by side, one digit written in each."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.ocr.layout.scale import Grey, Mask

MIN_CELLS = 4
MIN_INK_SHARE = 0.012
"""Of a cell's area: less is dust or the dots of a form's background."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The inside of one box; right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Boxes from left to right."""

    cells: tuple[Cell, ...]

    @property
    def left(self) -> int:
        """Left edge of the first box's inside."""
        return self.cells[0].left

    @property
    def right(self) -> int:
        """Right edge of the last box's inside."""
        return self.cells[-1].right

    @property
    def top(self) -> int:
        """Highest edge."""
        return min(cell.top for cell in self.cells)

    @property
    def bottom(self) -> int:
        """Lowest edge."""
        return max(cell.bottom for cell in self.cells)

    @property
    def middle(self) -> float:
        """Height of the chain's middle line."""
        return (self.top + self.bottom) / 2


def find_chains(full: Mask, letter_px: float) -> list[Chain]:
    """Chains of at least four boxes in a page's binarised ink."""
    closed = np.asarray(cv2.morphologyEx(full, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)
    contours, hierarchy = cv2.findContours(closed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if hierarchy is None:
        return []
    insides: list[Cell] = []
    frames: list[Cell] = []
    for contour, (_, _, _, parent) in zip(contours, hierarchy[0], strict=True):
        left, top, width, height = cv2.boundingRect(contour)
        if not (1.0 * letter_px <= height <= 5 * letter_px and width >= 0.7 * letter_px):
            continue
        # A digit that touches its frame bites into the inside; round letters fill 0.6 to 0.78 of their box.
        if cv2.contourArea(contour) < 0.8 * width * height:
            continue
        cell = Cell(left, top, left + width, top + height)
        if parent < 0:
            frames.extend(_compartments(closed, cell, letter_px))
        elif width <= 5 * letter_px:
            insides.append(cell)
    chains = _chains(frames)
    covered = [(chain.left, chain.top, chain.right, chain.bottom) for chain in chains]
    outside = [one for one in insides if not any(_within(one, edges) for edges in covered)]
    return chains + _chains(outside)


def _compartments(closed: Mask, frame: Cell, letter_px: float) -> list[Cell]:
    """The insides of a frame between its upright strokes: also where digits touch the frame."""
    patch = closed[frame.top + 2 : frame.bottom - 2, frame.left : frame.right] > 0
    if not patch.size:
        return []
    uprights = np.concatenate([[0], (patch.mean(axis=0) > 0.88).astype(np.int8), [0]])
    starts = np.flatnonzero(np.diff(uprights) == 1)
    ends = np.flatnonzero(np.diff(uprights) == -1)
    cells = []
    for right_of, left_of in zip(ends[:-1].tolist(), starts[1:].tolist(), strict=True):
        if 0.5 * letter_px <= left_of - right_of <= 5 * letter_px:
            cells.append(Cell(frame.left + right_of, frame.top + 2, frame.left + left_of, frame.bottom - 2))
    return cells


def _within(cell: Cell, edges: tuple[int, int, int, int]) -> bool:
    x, y = (cell.left + cell.right) / 2, (cell.top + cell.bottom) / 2
    return edges[0] <= x <= edges[2] and edges[1] <= y <= edges[3]


def _chains(cells: list[Cell]) -> list[Chain]:
    cells = sorted(cells, key=lambda cell: cell.left)
    used: set[int] = set()
    chains = []
    for first, cell in enumerate(cells):
        if first in used:
            continue
        chain, indices = [cell], [first]
        for index in range(first + 1, len(cells)):
            if index not in used and _follows(chain[-1], cells[index]):
                chain.append(cells[index])
                indices.append(index)
        if len(chain) >= MIN_CELLS:
            used.update(indices)
            chains.append(Chain(tuple(chain)))
    return chains


def _follows(last: Cell, cell: Cell) -> bool:
    height, width = last.bottom - last.top, last.right - last.left
    level = abs(cell.top - last.top) <= 0.25 * height and abs(cell.bottom - last.bottom) <= 0.25 * height
    alike = abs((cell.right - cell.left) - width) <= 0.35 * width
    return level and alike and -2 <= cell.left - last.right <= 0.8 * width


def erase_frames(full: Mask, chains: list[Chain]) -> Mask:
    """Ink without the chains' frames, digits kept; a copy."""
    cleared = full.copy()
    for chain in chains:
        margin = max(4, (chain.bottom - chain.top) // 6)
        top, bottom = max(0, chain.top - margin), chain.bottom + margin
        left, right = max(0, chain.left - margin), chain.right + margin
        inside = np.zeros((bottom - top, right - left), np.bool_)
        for cell in chain.cells:
            inside[
                cell.top - top + 2 : cell.bottom - top - 2, cell.left - left + 2 : cell.right - left - 2
            ] = True
        patch = cleared[top:bottom, left:right]
        patch[~inside[: patch.shape[0], : patch.shape[1]]] = 0
    return cleared


def as_line(image: Grey, full: Mask, chain: Chain) -> tuple[Grey, int]:
    """The digits of a chain set side by side as one line without frames, and how many boxes hold ink."""
    pieces: list[Grey] = []
    height = max(cell.bottom - cell.top for cell in chain.cells)
    paper = int(np.percentile(image[chain.top : chain.bottom, chain.left : chain.right], 90))
    gap = np.full((height, max(2, height // 9)), paper, np.uint8)
    filled = 0
    for cell in chain.cells:
        box = (slice(cell.top + 2, cell.bottom - 2), slice(cell.left + 2, cell.right - 2))
        ink = full[box] > 0
        if not ink.size or ink.mean() < MIN_INK_SHARE:
            continue
        columns = np.flatnonzero(ink.any(axis=0))
        part = image[box][:, max(0, columns[0] - 2) : columns[-1] + 3]
        piece = np.full((height, part.shape[1]), paper, np.uint8)
        piece[2 : 2 + part.shape[0]] = part
        pieces.extend((piece, gap))
        filled += 1
    if not pieces:
        return np.full((height, 1), paper, np.uint8), 0
    line = np.concatenate([gap, *pieces], axis=1)
    rows = np.flatnonzero((line < paper - 40).any(axis=1))
    if rows.size:
        line = line[max(0, rows[0] - height // 10) : rows[-1] + 1 + height // 10]
    return line, filled
