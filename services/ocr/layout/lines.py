"""Groups letter pieces into rows (one printed line across the page) and segments (no wide gap inside)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.layout.boxes import Chain
from services.ocr.layout.ink import Ink
from services.ocr.layout.scale import Mask

WIDE_GAP = 1.7
"""Letters of white that end a segment; a word space is 0.5 to 1.2 letters."""
SAME_ROW = 0.62
"""Letters by which the middles of two parts of one row may differ: capitals, other hands, a raised value."""
SAME_LINE = 1.35
"""Letters between the middles of two rows that are one line if nothing of one stands above the other."""
MAX_ROWS = 400
SOLID = 0.9
"""Of a line's height that a rule between two cells runs through."""
TABLE_UPRIGHTS = 4
"""Vertical rules across a row of a table with three columns or more."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of letters without a wide gap; edges in pixels, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int
    pieces: NDArray[np.int32]
    """Boxes (n, 4) of its letters and marks."""
    chain: Chain | None = None
    """The digit boxes that this segment is, if it is one."""


@dataclass(frozen=True, slots=True)
class Row:
    """Segments that stand on one printed line, from left to right; `middle` is its y."""

    segments: tuple[Segment, ...]
    middle: float
    uprights: int = 0
    """Vertical rules that cross it: four or more in a table of three columns."""


def find_rows(ink: Ink) -> list[Row]:
    """The rows of a page from top to bottom."""
    if ink.noisy:
        return []
    cores = _cores(ink) if len(ink.boxes) else []
    owner = _owners(ink, cores)
    rows = []
    for pieces, middle in _merge(ink, cores, owner):
        segments = tuple(_segments(ink, pieces))
        if segments:
            rows.append(Row(segments, middle))
    for chain in ink.chains:
        _place(rows, chain, ink.letter_px)
    rows = _levelled(rows, ink.letter_px)
    return [Row(row.segments, row.middle, _crossing(ink, row.middle)) for row in rows[:MAX_ROWS]]


def _levelled(rows: list[Row], letter_px: float) -> list[Row]:
    """Rows from top to bottom; neighbours less than a line apart that nowhere face each other are one.

    Hands that climb or sink leave the printed line by more than a letter.
    """
    kept: list[Row] = []
    for row in sorted(rows, key=lambda row: row.middle):
        last = kept[-1] if kept else None
        if last and row.middle - last.middle <= SAME_LINE * letter_px and _apart(last, row):
            segments = tuple(sorted((*last.segments, *row.segments), key=lambda one: one.left))
            weights = [sum(one.right - one.left for one in each.segments) for each in (last, row)]
            kept[-1] = Row(segments, (last.middle * weights[0] + row.middle * weights[1]) / sum(weights))
        else:
            kept.append(row)
    return kept


def _apart(one: Row, other: Row) -> bool:
    return all(a.right <= b.left or b.right <= a.left for a in one.segments for b in other.segments)


def _crossing(ink: Ink, middle: float) -> int:
    """Vertical rules through the height of a row."""
    if ink.uprights is None:
        return 0
    reach = 0.7 * ink.letter_px
    band = ink.uprights[max(0, round(middle - reach)) : round(middle + reach)] > 0
    if not len(band):
        return 0
    solid = np.concatenate([[0], (band.mean(axis=0) > 0.6).astype(np.int8)])
    return int((np.diff(solid) == 1).sum())


def _place(rows: list[Row], chain: Chain, letter_px: float) -> None:
    """Put digit boxes into the row beside which they stand, or into one of their own."""
    edges = np.array([[cell.left, cell.top, cell.right, cell.bottom] for cell in chain.cells], np.int32)
    segment = Segment(chain.left, chain.top, chain.right, chain.bottom, edges, chain)
    near = min(range(len(rows)), key=lambda i: abs(rows[i].middle - chain.middle), default=-1)
    if near >= 0 and abs(rows[near].middle - chain.middle) <= 1.3 * letter_px:
        beside = sorted((*rows[near].segments, segment), key=lambda one: one.left)
        rows[near] = Row(tuple(beside), rows[near].middle)
    else:
        rows.append(Row((segment,), chain.middle))


@dataclass(frozen=True, slots=True)
class _Core:
    """A stretch of the ridge that runs through the small letters of a row."""

    left: int
    right: int
    ys: NDArray[np.float32]
    """Height of the ridge at every tenth pixel from `left`."""

    def y_at(self, x: float) -> float:
        """Its height at x, beyond its ends that of the nearest end."""
        index = min(max(int((x - self.left) // 10), 0), len(self.ys) - 1)
        return float(self.ys[index])

    def y_along(self, xs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Its height at every x."""
        indices = np.clip((xs - self.left) // 10, 0, len(self.ys) - 1).astype(np.intp)
        return self.ys[indices]


def _cores(ink: Ink) -> list[_Core]:
    """Ridges of the smeared ink: robust against hands whose long strokes touch the next row."""
    unit = ink.letter_px
    smeared = _smeared(ink)
    reach = max(3, 2 * round(0.4 * unit / 2) + 1)
    highest = cv2.dilate(smeared, np.ones((2 * reach // 2 * 2 + 1, 1), np.uint8))
    ridge = ((smeared >= highest) & (smeared > 14)).astype(np.uint8)
    # A ridge climbs by single pixels: bridge them before counting pieces.
    ridge = np.asarray(cv2.dilate(ridge, np.ones((3, 5), np.uint8)), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ridge, connectivity=8)
    cores = []
    for index in range(1, count):
        left, top, width, height = (int(v) for v in stats[index, :4])
        if width < 0.5 * unit / 2:
            continue
        patch = labels[top : top + height, left : left + width] == index
        weight = patch.sum(axis=0)
        centre = (patch * np.arange(height)[:, None]).sum(axis=0) / np.maximum(weight, 1)
        samples = np.arange(0, width, 5)
        ys = 2 * (top + centre[samples]).astype(np.float32)
        cores.append(_Core(2 * left, 2 * (left + width), ys))
    return cores


def _smeared(ink: Ink) -> NDArray[np.float32]:
    """The letters at half the page's size, run together along the line.

    So wide a smear is the same made on a quarter of the columns, in a fraction of the time.
    """
    height, width = (max(1, side // 2) for side in ink.letters.shape)
    size = (max(1, width // 4), height)
    narrow = cv2.resize(ink.letters, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    along = 0.9 * ink.letter_px * size[0] / width
    smeared = cv2.GaussianBlur(narrow, (0, 0), sigmaX=along, sigmaY=0.17 * ink.letter_px)
    return np.asarray(cv2.resize(smeared, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _owners(ink: Ink, cores: list[_Core]) -> NDArray[np.int64]:
    """For each piece the core it belongs to, or -1.

    A piece crossed by a core is that core's. Others are marks: those above a core (tones, hats) may stand
    1.6 letters away, those below it (nặng, commas) one.
    """
    unit = ink.letter_px
    left, top, right, bottom = (ink.boxes[:, column].astype(np.float32) for column in range(4))
    middle = np.asarray((left + right) / 2, np.float32)
    centre = (top + bottom) / 2
    owner = np.full(len(ink.boxes), -1, np.int64)
    least = np.ones(len(ink.boxes), np.float32)
    for index, core in enumerate(cores):
        near = np.flatnonzero((left <= core.right + 1.2 * unit) & (right >= core.left - 1.2 * unit))
        x, y = middle[near], core.y_along(middle[near])
        aside = np.maximum(np.maximum(core.left - x, x - core.right), 0) / (4 * unit)
        above = (y - bottom[near]) / (1.7 * unit)
        below = (top[near] - y) / (1.05 * unit)
        across = np.abs(centre[near] - y) / (8 * unit) + aside
        cost = np.where(above > 0, above + aside, np.where(below > 0, below + aside, across))
        better = cost < least[near]
        owner[near[better]] = index
        least[near[better]] = cost[better]
    return owner


def _merge(ink: Ink, cores: list[_Core], owner: NDArray[np.int64]) -> list[tuple[NDArray[np.intp], float]]:
    """Cores on one level and not above one another become a row: its piece numbers and its middle."""
    unit = ink.letter_px
    order = sorted(range(len(cores)), key=lambda i: float(np.median(cores[i].ys)))
    groups: list[list[int]] = []
    for index in order:
        core = cores[index]
        if not (owner == index).any():
            continue
        home = None
        for group in reversed(groups[-12:]):
            apart = min(_level_difference(core, cores[other]) for other in group)
            beside = all(_overlap(core, cores[other]) < 1.0 * unit for other in group)
            if apart <= SAME_ROW * unit and beside:
                home = group
                break
        if home is None:
            groups.append([index])
        else:
            home.append(index)
    rows = []
    for group in groups:
        pieces = np.flatnonzero(np.isin(owner, group))
        middle = float(np.mean(np.concatenate([cores[index].ys for index in group])))
        rows.append((pieces, middle))
    return rows


def _level_difference(one: _Core, other: _Core) -> float:
    """How far apart two cores' heights are where they face each other."""
    first, second = (one, other) if one.left <= other.left else (other, one)
    return abs(first.y_at(first.right) - second.y_at(second.left))


def _overlap(one: _Core, other: _Core) -> int:
    return min(one.right, other.right) - max(one.left, other.left)


def _segments(ink: Ink, pieces: NDArray[np.intp]) -> list[Segment]:
    """Split a row's pieces at wide gaps; runs without a single full letter are dust."""
    unit = ink.letter_px
    boxes = ink.boxes[pieces]
    boxes = boxes[np.argsort(boxes[:, 0], kind="stable")]
    reach = np.maximum.accumulate(boxes[:, 2])
    gaps = boxes[1:, 0] - reach[:-1]
    parted = gaps > WIDE_GAP * unit
    if ink.uprights is not None:
        solid = _solid_columns(ink.uprights, boxes)
        for index in np.flatnonzero((gaps > 1) & ~parted).tolist():
            parted[index] = solid[reach[index] : boxes[index + 1, 0] + 1].any()
    breaks = np.flatnonzero(parted) + 1
    found = []
    for run in np.split(boxes, breaks):
        if (run[:, 3] - run[:, 1]).max() < 0.5 * unit:
            continue
        found.append(bounded(run, unit))
    return found


def _solid_columns(uprights: Mask, boxes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """The page's columns with an upright rule as tall as this line: pieces on its sides are in two cells."""
    top, bottom = (int(np.median(boxes[:, column])) for column in (1, 3))
    band = uprights[top:bottom] > 0
    return np.asarray(band.mean(axis=0) > SOLID, np.bool_) if len(band) else np.zeros(band.shape[1], np.bool_)


def bounded(boxes: NDArray[np.int32], letter_px: float) -> Segment:
    """The segment of these pieces; pieces far taller than the others do not decide its height."""
    heights = boxes[:, 3] - boxes[:, 1]
    tall = boxes[heights >= 0.55 * letter_px]
    body = tall if len(tall) else boxes
    middle = float(np.median((body[:, 1] + body[:, 3]) / 2))
    typical = float(np.median(body[:, 3] - body[:, 1]))
    top = max(int(boxes[:, 1].min()), round(middle - 1.9 * max(typical, letter_px)))
    bottom = min(int(boxes[:, 3].max()), round(middle + 1.6 * max(typical, letter_px)))
    return Segment(int(boxes[:, 0].min()), top, int(boxes[:, 2].max()), bottom, boxes)
