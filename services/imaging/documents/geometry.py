"""Where a page's image lies on the PDF page, in points."""

import numpy as np

from services.imaging.domain import Recipe
from services.imaging.steps.geometry import crop_matrix

POINTS_PER_INCH = 72.0
MILLIMETRES_PER_INCH = 25.4

Placement = tuple[float, float, float, float, float, float]
"""The six numbers of `cm` that put an image's unit square on the page."""


def page_size(width_px: int, height_px: int, dpi: float) -> tuple[float, float]:
    """Width and height in points of an access image."""
    return width_px / dpi * POINTS_PER_INCH, height_px / dpi * POINTS_PER_INCH


def whole_page(size: tuple[float, float]) -> Placement:
    """An image that fills the page."""
    return size[0], 0.0, 0.0, size[1], 0.0, 0.0


def master_placement(
    recipe: Recipe, master: tuple[int, int], access: tuple[int, int], size: tuple[float, float]
) -> Placement:
    """The untouched master turned, straightened and moved so that the page shows what the access image shows.

    `master` and `access` are widths and heights in pixels; what the recipe crops lies beyond the page's edge.
    """
    upright = master if recipe.rotation % 180 == 0 else (master[1], master[0])
    back = crop_matrix(recipe.skew_degrees, upright, recipe.crop, recipe.access_scale)
    # Matrices of pixel indices become ones of pixel edges, where an image's corners are whole numbers.
    edges = back.copy()
    edges[:, 2] += 0.5 - back[:, :2] @ np.array([0.5, 0.5])
    onto_access = np.linalg.inv(np.vstack([edges, [0, 0, 1]]))
    flip = np.array([[1, 0, 0], [0, -1, size[1]], [0, 0, 1]], dtype=np.float64)
    scale = np.diag([size[0] / access[0], size[1] / access[1], 1.0])
    whole = flip @ scale @ onto_access @ _turned(recipe, master) @ _unit_square(master)
    return whole[0, 0], whole[1, 0], whole[0, 1], whole[1, 1], whole[0, 2], whole[1, 2]


def _unit_square(size: tuple[int, int]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """PDF's unit square (y upwards) → pixels of the image (y downwards)."""
    return np.array([[size[0], 0, 0], [0, -size[1], size[1]], [0, 0, 1]], dtype=np.float64)


def _turned(recipe: Recipe, size: tuple[int, int]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Pixels of the master → pixels of the upright scan: flipped left to right, then turned clockwise."""
    width, height = size
    flip = np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1]] if recipe.mirrored else np.eye(3))
    turn = {
        0: np.eye(3),
        90: np.array([[0, -1, height], [1, 0, 0], [0, 0, 1]]),
        180: np.array([[-1, 0, width], [0, -1, height], [0, 0, 1]]),
        270: np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1]]),
    }[recipe.rotation % 360]
    return np.asarray(turn @ flip, dtype=np.float64)
