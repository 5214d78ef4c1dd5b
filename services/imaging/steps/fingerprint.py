"""A page's fingerprint: how much ink lies where. Survives a second scan, tells one form's fillings apart."""

import base64
import binascii
from collections.abc import Iterator, Sequence
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.crop import ink_box
from services.imaging.steps.geometry import deskew_matrix
from services.imaging.steps.sheet import Plane

_COLUMNS, _ROWS = 40, 56
"""Cells of some 5 mm on the inked part of A4."""
_TOP = 15
"""Levels of ink in a cell, as roots of its share: half a byte."""
_VERSION = b"\x02"
_BYTES = len(_VERSION) + _COLUMNS * _ROWS // 2
_ABREAST = 3
"""So many neighbouring cells that differ are a word: one alone is a shift of a millimetre."""
_STRANGERS = 10.0
"""Levels by which three cells differ on pages that have nothing in common."""
_CANDIDATES = 8
_RELATED = 0.5
"""Correlation of levels below which pages are not compared cell by cell; one sheet's scans have 0.9."""

Levels = NDArray[np.int8]


def fingerprint(ink: Plane, marks: Plane, skew_degrees: float) -> str:
    """Base64 of half a byte per cell of the straightened ink's strength, after a byte of version.

    `marks` (255: ink) tells which ink counts. Strength within it, not the mark itself: thin strokes come
    and go at a quarter of the size. Cells are laid over the marks' own bounds, so that the place on the
    glass does not matter. Empty where there is too little ink.
    """
    bounds = ink_box(marks, skew_degrees)
    if bounds is None:
        return ""
    left, top, right, bottom = (round(value) for value in bounds)
    if right - left < _COLUMNS or bottom - top < _ROWS:
        return ""
    matrix = deskew_matrix(skew_degrees, marks.shape[1], marks.shape[0])
    matrix[:, 2] += matrix[:, :2] @ np.array([left, top], dtype=np.float64)
    written = cv2.bitwise_and(ink, cv2.dilate(marks, np.ones((3, 3), np.uint8)))
    page = cv2.warpAffine(
        written, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    # Cells that overlap forgive a shift of a millimetre.
    soft = cv2.blur(page, ((right - left) // _COLUMNS | 1, (bottom - top) // _ROWS | 1))
    share = cv2.resize(soft, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    levels = np.rint(np.sqrt(share) * _TOP).astype(np.uint8).ravel()
    packed = levels[0::2] << 4 | levels[1::2]
    return base64.b64encode(_VERSION + packed.tobytes()).decode("ascii")


def likeness(one: str, other: str) -> float:
    """How alike two fingerprints are, 0 to 1; 0 where one is missing.

    One sheet's scans differ a little everywhere; two fillings of a form differ plainly somewhere. So the
    place where they differ most decides, at the best of nine positions one cell apart.
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
    """Levels of each as a row of length 1 around its mean: their products are correlations."""
    missing: Levels = np.zeros((_ROWS, _COLUMNS), np.int8)
    rows = np.stack([missing if one is None else one for one in known] or [missing]).astype(np.float32)
    flat = rows.reshape(len(rows), -1)
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
    least = min(_worst(one, other, down, across) for down, across in product((-1, 0, 1), repeat=2))
    return max(0.0, 1.0 - least / _STRANGERS)


def _worst(one: Levels, other: Levels, down: int, across: int) -> float:
    """The largest mean difference of cells abreast when one page lies some cells lower and further right."""
    first = one[max(0, down) : _ROWS + min(0, down), max(0, across) : _COLUMNS + min(0, across)]
    second = other[max(0, -down) : _ROWS + min(0, -down), max(0, -across) : _COLUMNS + min(0, -across)]
    differences = np.abs(first - second).astype(np.int16)
    abreast = differences[:, :-2] + differences[:, 1:-1] + differences[:, 2:]
    return float(abreast.max()) / _ABREAST


def _levels(text: str) -> "Levels | None":
    try:
        packed = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(packed) != _BYTES or packed[:1] != _VERSION:
        return None
    halves = np.frombuffer(packed, np.uint8, offset=1)
    return np.stack([halves >> 4, halves & 15], axis=1).reshape(_ROWS, _COLUMNS).astype(np.int8)
