"""Follows a recipe: from an upright page to its access image, thumbnail and reading image."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from contracts.vocabulary import PageContent
from services.imaging.domain import Recipe
from services.imaging.steps.binarise import binarise
from services.imaging.steps.clock import Clock
from services.imaging.steps.encode import encode_access, encode_bitonal, encode_grey, encode_thumbnail, reduce
from services.imaging.steps.even_contrast import even_contrast
from services.imaging.steps.measure import resolution
from services.imaging.steps.sheet import Sheet, turn
from services.imaging.steps.straighten import straighten


@dataclass(frozen=True, slots=True)
class Derivatives:
    """The files made of a page, and the access image's size."""

    access: bytes
    thumbnail: bytes
    reading: bytes | None
    bitonal: bytes | None
    """The black-and-white copy as a Group 4 TIFF, where the profile wants one."""
    width: int
    height: int


def derive(upright: Sheet, recipe: Recipe, clock: Clock) -> Derivatives:
    """Follow a recipe on an upright sheet: same pixels and recipe, same bytes."""
    dpi = resolution(upright)
    access_dpi = dpi * recipe.access_scale if dpi else None
    with clock.step("straighten"):
        page = straighten(upright, recipe)
    reading = None
    if recipe.content is PageContent.TEXT:
        with clock.step("reading"):
            y = reduce(page.y, recipe.reading_scale)
            y = even_contrast(y, recipe.reading_levels, recipe.target_white)
            reading_dpi = access_dpi * recipe.reading_scale if access_dpi else None
            reading = encode_grey(y, recipe.reading_quality, reading_dpi)
    bitonal = None
    if recipe.bitonal is not None and recipe.content is PageContent.TEXT:
        with clock.step("bitonal"):
            bitonal = encode_bitonal(binarise(page.y, recipe.bitonal), access_dpi)
    with clock.step("contrast"):
        y = np.asarray(cv2.medianBlur(page.y, 3), dtype=np.uint8) if recipe.despeckle else page.y
        page = replace(page, y=even_contrast(y, recipe.levels, recipe.target_white))
    with clock.step("encode"):
        access = encode_access(page, recipe.access_quality, access_dpi)
    with clock.step("thumbnail"):
        thumbnail = encode_thumbnail(page, recipe.thumbnail_px)
    return Derivatives(access, thumbnail, reading, bitonal, *page.size)


def rebuild(sheet: Sheet, recipe: Recipe) -> Derivatives:
    """Make the derivatives again from a decoded master page and its recipe."""
    return derive(turn(sheet, recipe.rotation, mirrored=recipe.mirrored), recipe, Clock())
