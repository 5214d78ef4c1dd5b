"""A page's fingerprint: where its ink lies. Survives a second scan, tells the same form's fillings apart."""

import base64
import binascii
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.crop import ink_box
from services.imaging.steps.geometry import deskew_matrix
from services.imaging.steps.sheet import Plane

_COLUMNS, _ROWS = 40, 56
"""Cells of some 4 mm on the inked part of A4."""
_TIE = 5.0
"""Cells whose ink differs by less (of 255) are alike; bare paper is alike everywhere."""
_BYTES = 2 * _COLUMNS * _ROWS // 8


def fingerprint(marks: Plane, skew_degrees: float) -> str:
    """Base64 of two bits per cell of the straightened ink (255: ink): more, or less, than in the next cell.

    Cells are laid over the ink's own bounds, so that the place on the glass does not matter. Empty where
    there is too little ink.
    """
    bounds = ink_box(marks, skew_degrees)
    if bounds is None:
        return ""
    left, top, right, bottom = (round(value) for value in bounds)
    if right - left < _COLUMNS or bottom - top < _ROWS:
        return ""
    matrix = deskew_matrix(skew_degrees, marks.shape[1], marks.shape[0])
    matrix[:, 2] += matrix[:, :2] @ np.array([left, top], dtype=np.float64)
    page = cv2.warpAffine(
        marks, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    # Cells that overlap forgive a shift of a millimetre.
    soft = cv2.blur(page, ((right - left) // _COLUMNS | 1, (bottom - top) // _ROWS | 1))
    cells = cv2.resize(soft, (_COLUMNS + 1, _ROWS), interpolation=cv2.INTER_AREA).astype(np.float32)
    step = cells[:, 1:] - cells[:, :-1]
    bits = np.concatenate([(step > _TIE).ravel(), (step < -_TIE).ravel()])
    return base64.b64encode(np.packbits(bits).tobytes()).decode("ascii")


def likeness(one: str, other: str) -> float:
    """How alike two fingerprints are, 0 to 1: shared bits by bits that either has; 0 where one is missing."""
    first, second = _bits(one), _bits(other)
    if first is None or second is None:
        return 0.0
    either = int(np.count_nonzero(first | second))
    return float(np.count_nonzero(first & second)) / either if either else 0.0


def likenesses(one: str, others: Sequence[str]) -> "NDArray[np.float64]":
    """How alike a fingerprint is to each of `others`, as `likeness` says; 0.6 ms for a thousand."""
    first = _packed(one)
    if first is None or not others:
        return np.zeros(len(others))
    nothing = np.zeros(_BYTES, np.uint8)
    known = [_packed(text) for text in others]
    rest = np.stack([nothing if packed is None else packed for packed in known])
    shared = np.bitwise_count(rest & first).sum(axis=1, dtype=np.int64)
    either = np.bitwise_count(rest | first).sum(axis=1, dtype=np.int64)
    present = np.array([packed is not None for packed in known])
    return np.asarray(np.where(present, shared / np.maximum(1, either), 0.0), dtype=np.float64)


def most_alike(fingerprints: Sequence[str]) -> list[tuple[float, int]]:
    """For each fingerprint: its likeness to the earlier one that it resembles most, and which; (0, -1)."""
    known = [_bits(text) for text in fingerprints]
    bits = np.stack([one if one is not None else np.zeros(_BYTES * 8, np.uint8) for one in known] or
                    [np.zeros(_BYTES * 8, np.uint8)]).astype(np.float32)  # fmt: skip
    counts = bits.sum(axis=1)
    found = [(0.0, -1)] * min(1, len(fingerprints))
    for at in range(1, len(fingerprints)):
        shared = bits[:at] @ bits[at]
        scores = shared / np.maximum(1.0, counts[:at] + counts[at] - shared)
        best = int(np.argmax(scores))
        found.append((float(scores[best]), best) if scores[best] > 0 else (0.0, -1))
    return found


def _bits(text: str) -> "NDArray[np.uint8] | None":
    packed = _packed(text)
    return None if packed is None else np.unpackbits(packed)


def _packed(text: str) -> "NDArray[np.uint8] | None":
    try:
        packed = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return np.frombuffer(packed, np.uint8) if len(packed) == _BYTES else None
