"""Measures how much of its stated resolution a scan resolves: enlarged scans promise more than they hold."""

import functools
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from services.imaging.steps.sheet import Plane

_TILE_PX = 256
_BANDS = 40
_LOW_BANDS = slice(1, 6)
"""Bands in which words and strokes lie, at any scanner's sharpness."""
_LOST = 1e-3
"""A band with this share of the low bands' power is lost: below it lie noise and compression."""
_SHARP = 0.74
"""Share of the highest frequency that a drawn page at its true resolution keeps (0.74 to 0.82)."""


def resolved_share(tiles: Sequence[Plane]) -> float:
    """Share of the pixel grid's resolution that strokes in `tiles` use, 0 to 1; 1 where nothing tells.

    Power spectrum of the inkiest tiles in rings of frequency: the first ring that falls below a thousandth
    of the low ones ends what the scan resolves.
    """
    power = np.zeros(_BANDS)
    for tile in tiles:
        part = tile[:_TILE_PX, :_TILE_PX]
        if part.shape == (_TILE_PX, _TILE_PX):
            power += _rings(part)
    low = float(power[_LOW_BANDS].mean())
    if low <= 0:
        return 1.0
    lost = np.flatnonzero(power < low * _LOST)
    end = int(lost[0]) if len(lost) else _BANDS
    return min(1.0, end / _BANDS / _SHARP)


def _rings(tile: Plane) -> NDArray[np.float64]:
    """Mean power of a square tile in each ring of frequency."""
    window, rings, counts = _shapes()
    spectrum = cv2.dft(
        (tile.astype(np.float32) - np.float32(tile.mean())) * window, flags=cv2.DFT_COMPLEX_OUTPUT
    )
    power: NDArray[Any] = np.square(spectrum[..., 0]) + np.square(spectrum[..., 1])
    return np.asarray(np.bincount(rings, power.ravel(), _BANDS) / counts)


@functools.cache
def _shapes() -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float64]]:
    """The window that hides a tile's edges, each frequency's ring, and how many lie in each ring."""
    side = np.hanning(_TILE_PX)
    frequency = np.fft.fftfreq(_TILE_PX)
    distance = np.hypot(frequency[:, None], frequency[None, :]) / 0.5
    rings = np.minimum(_BANDS - 1, (distance * _BANDS).astype(np.int64)).ravel()
    counts = np.bincount(rings, minlength=_BANDS).astype(np.float64)
    return np.outer(side, side).astype(np.float32), rings, counts
