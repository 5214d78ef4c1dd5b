"""Separates ink into letters, leaders (dotted or ruled lines to write on) and frames.

Leaders are taken out of the mask used to find lines only, never as pieces out of the pixels that are read:
erasing all small dots loses 44 % of the nặng tones (200 drawn lines). `leaders.py` takes out of a name what
the leader's pitch predicts, and no more.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.layout.boxes import Chain, erase_frames, find_chains
from services.ocr.layout.scale import Grey, Mask

DEFAULT_LETTER_PX = 18.0
"""Height of a small letter of 13 points at 200 dpi, where a page shows too few letters to measure."""
MAX_COMPONENTS = 30_000
"""More pieces than this are noise (a photograph, a raster): a dense A4 page of text has about 6,000."""


@dataclass(frozen=True, slots=True)
class Ink:
    """The ink of a page: `boxes` are letter-like pieces (n, 4) as left, top, right, bottom."""

    boxes: NDArray[np.int32]
    letters: Mask
    full: Mask
    letter_px: float
    """Median height of letter-like pieces: a little over the x-height."""
    uprights: Mask | None = None
    """Long vertical strokes, such as those between the columns of a table."""
    rules: Mask | None = None
    """Long straight strokes of both directions and the frames of digit boxes."""
    chains: tuple[Chain, ...] = ()
    """Digit boxes; their frames are not among the letters."""
    noisy: bool = False


def find_ink(image: Grey) -> Ink:
    """Binarise a page and sort its connected pieces."""
    full = binarise(image)
    letter_px = letter_height(full)
    chains = find_chains(full, letter_px)
    framed = erase_frames(full, chains)
    level, uprights = _rules(framed, letter_px)
    mask = cv2.subtract(framed, cv2.bitwise_or(level, uprights))
    rules = np.asarray(cv2.subtract(full, mask), np.uint8)
    count, labels, found, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    stats = np.asarray(found, np.int32)
    empty = np.zeros((0, 4), np.int32)
    if count > MAX_COMPONENTS:
        return Ink(empty, np.zeros_like(full), full, letter_px, noisy=True)
    stats[0] = 0
    keep = _is_letter(stats, letter_px) & ~_is_leader(stats, letter_px)
    keep[0] = False
    for chain in chains:
        keep &= ~_inside(stats, chain)
    letters = np.where(keep, np.uint8(255), np.uint8(0))[np.asarray(labels, np.int32)]
    kept = stats[keep]
    left, top, width, height = (kept[:, column] for column in range(4))
    boxes = np.stack([left, top, left + width, top + height], axis=1).astype(np.int32)
    return Ink(boxes, letters, full, letter_px, uprights, rules, tuple(chains))


def _inside(stats: NDArray[np.int32], chain: Chain) -> NDArray[np.bool_]:
    """Pieces whose middle lies within the chain's outline: its digits, which are read by the box."""
    x = stats[:, 0] + stats[:, 2] / 2
    y = stats[:, 1] + stats[:, 3] / 2
    within = (x > chain.left) & (x < chain.right) & (y > chain.top) & (y < chain.bottom)
    return np.asarray(within, np.bool_)


def binarise(image: Grey) -> Mask:
    """Ink as 255, after dividing out the paper's own shade."""
    quarter = (max(1, image.shape[1] // 4), max(1, image.shape[0] // 4))
    small = cv2.resize(image, quarter, interpolation=cv2.INTER_AREA)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    paper = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), 15)
    paper = cv2.resize(paper, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    even = cv2.divide(image, np.maximum(paper, 1), scale=255)
    smooth = cv2.GaussianBlur(even, (3, 3), 0)
    if np.count_nonzero(smooth < 225) < 50:
        return np.zeros_like(image)
    threshold, _ = cv2.threshold(smooth, 0, 255, cv2.THRESH_OTSU)
    level = float(np.clip(threshold, 130, 205))
    return np.asarray(cv2.threshold(smooth, level, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)


def letter_height(mask: Mask) -> float:
    """Median height of pieces that could be letters."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    width, height = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    plausible = (height >= 9) & (height <= 90) & (width >= 3) & (width <= 4 * height)
    heights = height[plausible]
    if heights.size < 8:
        return DEFAULT_LETTER_PX
    return float(np.clip(np.median(heights), 10, 60))


def _rules(mask: Mask, letter_px: float) -> tuple[Mask, Mask]:
    """Long straight strokes, level and upright: ruled lines, table and box frames."""
    across = max(40, round(3.5 * letter_px))
    down = max(40, round(3.2 * letter_px))
    horizontal = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, across), np.uint8)), np.uint8)
    vertical = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((down, 1), np.uint8)), np.uint8)
    return _ragged(_thin(horizontal, letter_px, axis=0), mask), _ragged(
        _thin(vertical, letter_px, axis=1), mask
    )


def _ragged(found: Mask, mask: Mask) -> Mask:
    """Rules with their edges, which are a little ragged."""
    return np.asarray(cv2.bitwise_and(cv2.dilate(found, np.ones((3, 3), np.uint8)), mask), np.uint8)


def _thin(mask: Mask, letter_px: float, axis: int) -> Mask:
    """What is at most 0.45 letters thick, measured along `axis`; thicker is a stamp or a photograph."""
    thickness = max(4, round(0.45 * letter_px))
    kernel = np.ones((thickness, 1) if axis == 0 else (1, thickness), np.uint8)
    thick = cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.subtract(mask, thick), np.uint8)


def _is_letter(stats: NDArray[np.int32], letter_px: float) -> NDArray[np.bool_]:
    """Pieces between a speck and a picture, marks and dots included."""
    width, height, area = (stats[:, column] for column in (2, 3, 4))
    large_enough = (area >= max(5, 0.02 * letter_px**2)) & (np.maximum(width, height) >= 0.14 * letter_px)
    small_enough = (height <= 5 * letter_px) & (width <= 40 * letter_px)
    return np.asarray(large_enough & small_enough, np.bool_)


def _is_leader(stats: NDArray[np.int32], letter_px: float) -> NDArray[np.bool_]:
    """Dots and dashes standing in a level row with at least four of their kind, evenly and closely."""
    left, top, width, height = (stats[:, column] for column in range(4))
    flat = (height <= 0.42 * letter_px) & (width <= 2.5 * letter_px)
    found = np.zeros(len(stats), np.bool_)
    # Long flat strokes are what blurred dots run together into.
    found |= (height <= 0.3 * letter_px) & (width >= 1.6 * letter_px)
    flat[0] = False
    candidates = np.flatnonzero(flat)
    if candidates.size < 4:
        return found
    bottom = top + height
    order = candidates[np.lexsort((left[candidates], bottom[candidates]))]
    for run in _level_runs(left, left + width, bottom, order, letter_px):
        found[run] = True
    return found


def _level_runs(
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    bottom: NDArray[np.int32],
    order: NDArray[np.intp],
    letter_px: float,
) -> list[list[int]]:
    """Chains of at least four pieces, each within 1.3 letters of the last and level with it."""
    reach, drift = 1.3 * letter_px, max(2.0, 0.15 * letter_px)
    lefts, rights, bottoms = left.tolist(), right.tolist(), bottom.tolist()
    open_runs: list[list[int]] = []
    done: list[list[int]] = []
    for index in sorted(order.tolist(), key=lefts.__getitem__):
        still_open = []
        home: list[int] | None = None
        for run in open_runs:
            last = run[-1]
            if lefts[index] - rights[last] > reach:
                if len(run) >= 4:
                    done.append(run)
                continue
            still_open.append(run)
            if home is None and abs(bottoms[index] - bottoms[last]) <= drift:
                home = run
        open_runs = still_open
        if home is None:
            open_runs.append([index])
        else:
            home.append(index)
    return done + [run for run in open_runs if len(run) >= 4]
