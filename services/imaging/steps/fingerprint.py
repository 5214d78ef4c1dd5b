"""A page's fingerprint: how much ink lies where. Survives a second scan, tells one form's fillings apart."""

import base64
import binascii
import zlib
from collections.abc import Iterator, Sequence
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.crop import ink_box
from services.imaging.steps.geometry import deskew_matrix
from services.imaging.steps.sheet import Plane

_CELL_WIDTH_MM, _CELL_HEIGHT_MM = 1.35, 2.0
"""Half a letter: coarser cells hold as much ink whatever word is written there."""
_SOFT = 1.5
"""Cells overlap by half their size, which forgives a shift of half a millimetre."""
_FAINT = 44
"""Ink strength that does not count: hair lines and rules of tables come and go at a quarter of the size."""
_TOP = 15
"""Levels of ink in a cell, as roots of its share: half a byte."""
_VERSION = 3
_HEADER = 3
_LEAST_CELLS = 24
_MOST_CELLS = 255
_TILE_COLUMNS, _TILE_ROWS = 12, 4
"""A short word, 16 by 8 mm: where another name is written, one such tile differs plainly."""
_WRITTEN = 0.1
"""Share of the top level from which a tile counts as written."""
_WARP = 2
"""Half cells by which a tile may lie beside its place: feeders stretch and paper warps by a millimetre."""
_REACH = 12
"""Cells by which two scans' bounds may differ: a speck in the margin moves them."""
_CANDIDATES = 8
_RELATED = 0.5
"""Correlation of levels below which pages are not compared tile by tile; one sheet's scans have 0.9."""
_COARSE = (28, 40)

Levels = NDArray[np.float32]


def fingerprint(ink: Plane, marks: Plane, skew_degrees: float, pixels_per_mm: float) -> str:
    """Base64 of the straightened ink's strength by cells of `_CELL_WIDTH_MM` by `_CELL_HEIGHT_MM`.

    `marks` (255: ink) bound the written part, so that the place on the glass does not matter. A byte of
    version, columns, rows, then half a byte per cell, deflated: some 3 kB for A4. Empty where there is too
    little ink.
    """
    bounds = ink_box(marks, skew_degrees)
    if bounds is None:
        return ""
    left, top, right, bottom = (round(value) for value in bounds)
    cell = (_CELL_WIDTH_MM * pixels_per_mm, _CELL_HEIGHT_MM * pixels_per_mm)
    columns = min(_MOST_CELLS, round((right - left) / cell[0]))
    rows = min(_MOST_CELLS, round((bottom - top) / cell[1]))
    if min(columns, rows) < _LEAST_CELLS:
        return ""
    size = (round(columns * cell[0]), round(rows * cell[1]))
    matrix = deskew_matrix(skew_degrees, marks.shape[1], marks.shape[0])
    matrix[:, 2] += matrix[:, :2] @ np.array([left, top], dtype=np.float64)
    page = cv2.warpAffine(
        cv2.subtract(ink, np.full_like(ink, _FAINT)),
        matrix,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    soft = cv2.blur(page, (int(cell[0] * _SOFT) | 1, int(cell[1] * _SOFT) | 1))
    share = cv2.resize(soft, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    levels = np.rint(np.sqrt(share) * _TOP).astype(np.uint8).ravel()
    if levels.size % 2:
        levels = np.append(levels, np.uint8(0))
    packed = zlib.compress((levels[0::2] << 4 | levels[1::2]).tobytes(), 6)
    return base64.b64encode(bytes((_VERSION, columns, rows)) + packed).decode("ascii")


def likeness(one: str, other: str) -> float:
    """How alike two fingerprints are, 0 to 1; 0 where one is missing.

    One sheet's scans differ a little everywhere; two fillings of a form differ plainly somewhere. So the
    word-sized tile where they differ most decides.
    """
    first, second = _levels(one), _levels(other)
    return 0.0 if first is None or second is None else _likeness(first, second)


def likenesses(one: str, others: Sequence[str]) -> "NDArray[np.float64]":
    """How alike a fingerprint is to each of `others`: exact for the few that may be it, 0 for the rest."""
    found = np.zeros(len(others))
    page, known = _levels(one), [_levels(text) for text in others]
    if page is None or not others:
        return found
    related = _directions([*known, page])
    for place, score in _compared(page, known, related[:-1] @ related[-1]):
        found[place] = score
    return found


def most_alike(fingerprints: Sequence[str]) -> list[tuple[float, int]]:
    """For each fingerprint: its likeness to the earlier one that it resembles most, and which; (0, -1)."""
    known = [_levels(text) for text in fingerprints]
    flat = _directions(known)
    found = [(0.0, -1)] * len(fingerprints)
    for at in range(1, len(fingerprints)):
        page = known[at]
        if page is None:
            continue
        for earlier, score in _compared(page, known[:at], flat[:at] @ flat[at]):
            found[at] = max(found[at], (score, earlier), key=lambda pair: pair[0])
    return found


def _directions(known: Sequence["Levels | None"]) -> "NDArray[np.float32]":
    """A coarse view of each as a row of length 1 around its mean: their products are correlations."""
    missing: Levels = np.zeros((_COARSE[1], _COARSE[0]), np.float32)
    rows = [
        missing if one is None else cv2.resize(one, _COARSE, interpolation=cv2.INTER_AREA) for one in known
    ]
    flat = np.stack(rows or [missing]).reshape(max(1, len(rows)), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(1e-6, np.linalg.norm(flat, axis=1, keepdims=True)), np.float32)


def _compared(
    page: Levels, known: Sequence["Levels | None"], related: "NDArray[np.float32]"
) -> Iterator[tuple[int, float]]:
    """Place and likeness of the few that the page correlates with most."""
    for place in np.argsort(-related)[:_CANDIDATES].tolist():
        other = known[place]
        if other is not None and related[place] >= _RELATED:
            yield place, _likeness(other, page)


def _likeness(one: Levels, other: Levels) -> float:
    first, second = _laid_over(one, other)
    # Another exposure makes all ink stronger or weaker alike.
    second *= float((first * second).sum()) / max(1.0, float((second * second).sum()))
    written = (_by_tile(first) + _by_tile(second)) / 2
    counts = written > _WRITTEN * _TOP
    if not counts.any():
        return 0.0
    least = np.full(written.shape, np.inf, np.float32)
    for moved in _nearby(second):
        least = np.minimum(least, _by_tile(np.asarray(cv2.absdiff(first, moved), np.float32)))
    return max(0.0, 1.0 - float((least[counts] / written[counts]).max()))


def _laid_over(one: Levels, other: Levels) -> tuple[Levels, Levels]:
    """Both on one field of whole tiles, the second moved to where its lines and columns agree best."""
    down = _offset(one.sum(axis=1), other.sum(axis=1))
    across = _offset(one.sum(axis=0), other.sum(axis=0))
    rows = max(one.shape[0], other.shape[0] + down) + max(0, -down)
    columns = max(one.shape[1], other.shape[1] + across) + max(0, -across)
    size = (rows + -rows % _TILE_ROWS, columns + -columns % _TILE_COLUMNS)
    return (
        _placed(one, size, max(0, -down), max(0, -across)),
        _placed(other, size, max(0, down), max(0, across)),
    )


def _offset(one: Levels, other: Levels) -> int:
    """By how many cells, at most `_REACH`, the second profile lies before the first."""
    length = max(len(one), len(other)) + 2 * _REACH
    first, second = np.zeros(length, np.float32), np.zeros(length, np.float32)
    first[_REACH : _REACH + len(one)] = one - one.mean()
    second[_REACH : _REACH + len(other)] = other - other.mean()
    agreement = [float(first @ np.roll(second, by)) for by in range(-_REACH, _REACH + 1)]
    return int(np.argmax(agreement)) - _REACH


def _placed(levels: Levels, size: tuple[int, int], top: int, left: int) -> Levels:
    field = np.zeros(size, np.float32)
    field[top : top + levels.shape[0], left : left + levels.shape[1]] = levels
    return field


def _nearby(levels: Levels) -> Iterator[Levels]:
    """The same field moved by every step of half a cell, up to `_WARP` of them either way."""
    margin = _WARP // 2
    padded = np.pad(levels, margin)
    between = _midway(padded, axis=0)
    fields = {
        (0, 0): padded,
        (0, 1): _midway(padded, axis=1),
        (1, 0): between,
        (1, 1): _midway(between, axis=1),
    }
    height, width = levels.shape
    for down, across in product(range(2 * _WARP + 1), repeat=2):
        field = fields[down % 2, across % 2]
        yield np.ascontiguousarray(field[down // 2 : down // 2 + height, across // 2 : across // 2 + width])


def _midway(levels: Levels, axis: int) -> Levels:
    """What lies half a cell on: the mean of neighbours."""
    count = levels.shape[axis]
    return np.asarray(
        (levels.take(range(count - 1), axis) + levels.take(range(1, count), axis)) / 2, np.float32
    )


def _by_tile(levels: Levels) -> Levels:
    """Mean level of each tile."""
    size = (levels.shape[1] // _TILE_COLUMNS, levels.shape[0] // _TILE_ROWS)
    return np.asarray(cv2.resize(levels, size, interpolation=cv2.INTER_AREA), np.float32)


def _levels(text: str) -> "Levels | None":
    try:
        stored = base64.b64decode(text, validate=True)
        if len(stored) < _HEADER or stored[0] != _VERSION:
            return None
        columns, rows = stored[1], stored[2]
        cells = columns * rows
        # Bounded: a fingerprint that was tampered with must not swell.
        packed = np.frombuffer(
            zlib.decompressobj().decompress(stored[_HEADER:], (cells + 1) // 2 + 1), np.uint8
        )
    except (ValueError, binascii.Error, zlib.error):
        return None
    if not cells or len(packed) != (cells + 1) // 2:
        return None
    halves = np.stack([packed >> 4, packed & 15], axis=1).ravel()[:cells]
    return halves.reshape(rows, columns).astype(np.float32)
