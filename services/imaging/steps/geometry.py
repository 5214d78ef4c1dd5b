"""Affine maps from derived images back to the scan."""

import math

import numpy as np
from numpy.typing import NDArray

from services.imaging.domain import CropBox

Matrix = NDArray[np.float64]
"""2 × 3, maps target pixel indices to source pixel indices."""


def deskew_matrix(degrees: float, width: float, height: float) -> Matrix:
    """Straight page → page that leans by `degrees` (lines sink to the right), about the page's middle."""
    return _about(math.radians(degrees), width / 2 - 0.5, height / 2 - 0.5)


def crop_matrix(
    degrees: float, size: tuple[int, int], box: CropBox, scale: float, source: float = 1.0
) -> Matrix:
    """Access image → one plane of the upright scan.

    `size` and `box` are in pixels of the scan, `scale` is access size by scan size, `source` the plane's size
    by the scan's (½ for colour planes); the access image's plane has the same ratio to the access image.
    """
    width, height = size
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    middle = np.array([width / 2, height / 2])
    # Coordinates run from pixel edges here, so that planes of different sizes stay aligned.
    offset = middle + turn @ (np.array([box.x, box.y], dtype=np.float64) - middle)
    linear = turn / scale
    shift = offset * source + linear @ np.array([0.5, 0.5]) - 0.5
    return np.column_stack([linear, shift])


def _about(angle: float, x: float, y: float) -> Matrix:
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, -sine, x - cosine * x + sine * y], [sine, cosine, y - sine * x - cosine * y]])
