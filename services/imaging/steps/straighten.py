"""Deskews, crops and scales an upright page in one resampling."""

from dataclasses import replace

import cv2
import numpy as np

from services.imaging.domain import Recipe
from services.imaging.steps.geometry import Matrix, crop_matrix
from services.imaging.steps.sheet import Plane, Sheet, half_size


def straighten(sheet: Sheet, recipe: Recipe) -> Sheet:
    """The access image's planes of an upright sheet (already turned)."""
    scale, box = recipe.access_scale, recipe.crop
    size = (max(1, round(box.width * scale)), max(1, round(box.height * scale)))
    whole = recipe.skew_degrees == 0 and (box.x, box.y) == (0, 0) and size == sheet.size
    if whole:
        return sheet
    y = _warp(sheet.y, crop_matrix(recipe.skew_degrees, sheet.size, box, scale), size, recipe.fill[0], scale)
    if sheet.cb is None or sheet.cr is None:
        return replace(sheet, y=y)
    matrix = crop_matrix(recipe.skew_degrees, sheet.size, box, scale, source=0.5)
    half = half_size(y)
    return replace(
        sheet,
        y=y,
        cb=_warp(sheet.cb, matrix, half, recipe.fill[1], scale),
        cr=_warp(sheet.cr, matrix, half, recipe.fill[2], scale),
    )


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
