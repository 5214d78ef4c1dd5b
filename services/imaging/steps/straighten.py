"""Deskews, crops and scales an upright page in one resampling."""

from dataclasses import replace

import cv2
import numpy as np

from services.imaging.domain import Recipe
from services.imaging.steps.geometry import Matrix, crop_matrix
from services.imaging.steps.shear import MOST_DEGREES, shear
from services.imaging.steps.sheet import Plane, Sheet, half_size


def straighten(sheet: Sheet, recipe: Recipe) -> Sheet:
    """The access image's planes of an upright sheet (already turned)."""
    scale, box = recipe.access_scale, recipe.crop
    size = (max(1, round(box.width * scale)), max(1, round(box.height * scale)))
    if recipe.skew_degrees == 0 and (box.x, box.y) == (0, 0) and size == sheet.size:
        return sheet
    y = _straight(sheet.y, recipe, sheet.size, size, recipe.fill[0], 1.0)
    if sheet.cb is None or sheet.cr is None:
        return replace(sheet, y=y)
    half = half_size(y)
    return replace(
        sheet,
        y=y,
        cb=_straight(sheet.cb, recipe, sheet.size, half, recipe.fill[1], 0.5),
        cr=_straight(sheet.cr, recipe, sheet.size, half, recipe.fill[2], 0.5),
    )


def _straight(
    plane: Plane, recipe: Recipe, scan: tuple[int, int], size: tuple[int, int], fill: int, ratio: float
) -> Plane:
    """One plane of `size`; `ratio` is the plane's size by that of the scan."""
    box = recipe.crop
    if recipe.access_scale == 1 and abs(recipe.skew_degrees) <= MOST_DEGREES:
        middle = (scan[0] * ratio / 2, scan[1] * ratio / 2)
        return shear(plane, recipe.skew_degrees, middle, (box.x * ratio, box.y * ratio, *size), fill)
    matrix = crop_matrix(recipe.skew_degrees, scan, box, recipe.access_scale, source=ratio)
    return _warp(plane, matrix, size, fill, recipe.access_scale)


def _warp(plane: Plane, matrix: Matrix, size: tuple[int, int], fill: int, scale: float) -> Plane:
    if scale < 0.75:
        # Linear sampling skips pixels when it shrinks this much: average them first.
        sigma = 0.4 / scale
        plane = np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), dtype=np.uint8)
    straight = cv2.warpAffine(
        plane, matrix, size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_CONSTANT, borderValue=(fill,),
    )  # fmt: skip
    return np.asarray(straight, dtype=np.uint8)
