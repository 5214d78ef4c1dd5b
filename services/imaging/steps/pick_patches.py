"""Picks the inkiest squares of a page, from which its way up is told."""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.sheet import Plane

PATCH_PX = 64
"""13 to 26 mm: two to four lines of text, a word or two of each."""
MOST_PATCHES = 36
_CELL_PX = 32
_LEAST_INK = 4.0
"""Mean ink strength of a square that holds a few words; below it there is nothing to tell from."""
_FULL_INK = 150.0
"""Mean ink strength of photographs and solid stamps."""


def pick_patches(ink: Plane, most: int = MOST_PATCHES) -> NDArray[np.float32]:
    """Up to `most` squares of an ink map, n × 64 × 64, 0 to 1, as different in place as the ink allows."""
    rows, columns = ink.shape[0] // _CELL_PX, ink.shape[1] // _CELL_PX
    if rows < 2 or columns < 2:
        return np.zeros((0, PATCH_PX, PATCH_PX), np.float32)
    whole = ink[: rows * _CELL_PX, : columns * _CELL_PX]
    cells = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    squares = (cells[:-1, :-1] + cells[1:, :-1] + cells[:-1, 1:] + cells[1:, 1:]) / 4
    squares[squares > _FULL_INK] = 0
    chosen: list[tuple[int, int]] = []
    while len(chosen) < most:
        row, column = np.unravel_index(int(np.argmax(squares)), squares.shape)
        if squares[row, column] < _LEAST_INK:
            break
        chosen.append((int(row), int(column)))
        # Neighbours that share half of the square tell little more.
        squares[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = 0
    patches = [
        ink[r * _CELL_PX : r * _CELL_PX + PATCH_PX, c * _CELL_PX : c * _CELL_PX + PATCH_PX] for r, c in chosen
    ]
    if not patches:
        return np.zeros((0, PATCH_PX, PATCH_PX), np.float32)
    stacked = np.stack(patches).astype(np.float32)
    # Faint and black print alike: the darkest strokes of the page are 1.
    return stacked / max(32.0, float(np.percentile(stacked, 99)))
