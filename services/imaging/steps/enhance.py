"""The whole of a page: examine it into a recipe, then follow the recipe."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from contracts.vocabulary import PageContent
from services.imaging.domain import CropBox, Defect, Measures, Recipe, worst
from services.imaging.profiles import Profile
from services.imaging.steps.crop import crop
from services.imaging.steps.detect_blank import detect_blank, ink_mask, measure_ink
from services.imaging.steps.encode import encode_access, encode_reading, encode_thumbnail
from services.imaging.steps.even_contrast import choose_levels, even_contrast
from services.imaging.steps.find_cover import find_cover
from services.imaging.steps.find_ink import Ground, find_ink
from services.imaging.steps.find_skew import Skew, find_skew
from services.imaging.steps.geometry import deskew_matrix
from services.imaging.steps.judge import judge
from services.imaging.steps.measure import clipped_share, infer_dpi, measure_tone
from services.imaging.steps.orient import WayUp, lies_sideways, upside_down
from services.imaging.steps.sheet import Plane, Sheet, turn, turn_plane
from services.imaging.steps.shrink import shrink
from services.imaging.steps.straighten import straighten
from services.imaging.steps.versions import versions

_MM_PER_INCH = 25.4
_STEEP_DEGREES = 2.0
"""Beyond this strips smear; a second look at the straightened page brings the error back down."""


@dataclass
class Clock:
    """CPU milliseconds by step."""

    milliseconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the block's CPU time to `name`."""
        started = time.process_time()
        yield
        spent = (time.process_time() - started) * 1000
        self.milliseconds[name] = round(self.milliseconds.get(name, 0.0) + spent, 3)


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found on a page and what will be done to it."""

    recipe: Recipe
    content: PageContent
    cover_reference: str | None
    measures: Measures
    defects: tuple[Defect, ...]

    @property
    def verdict(self) -> str:
        """The gravest defect's verdict."""
        return worst(self.defects)


@dataclass(frozen=True, slots=True)
class Derivatives:
    """The files made of a page."""

    access: bytes
    thumbnail: bytes
    reading: bytes | None
    width: int
    height: int


def examine(sheet: Sheet, profile: Profile, clock: Clock) -> tuple[Examination, Sheet]:
    """Find out everything about a page; returns it with the sheet turned upright."""
    with clock.step("turn"):
        sheet = turn(sheet, sheet.rotation, mirrored=sheet.mirrored)
    with clock.step("shrink"):
        grey, scale = shrink(sheet.y)
    with clock.step("cover"):
        cover = find_cover(grey)
    with clock.step("ink"):
        ground = find_ink(grey)
        share = measure_ink(ground, profile.blank)
    blank = cover is None and detect_blank(share, profile.blank)
    way, skew = WayUp(0, 1.0), Skew(0.0, 0.0, 1.0)
    if cover is not None:
        way = WayUp(cover.rotation, 1.0)
    if not blank:
        with clock.step("skew"):
            if cover is None and lies_sideways(ground.ink):
                way = WayUp(90, 0.0)
            ground = _turned(ground, way.rotation)
            skew = _find_skew(ground, profile)
        if cover is None:
            with clock.step("orient"):
                over, score = upside_down(_straight(ground.ink, skew.degrees))
                way = WayUp((way.rotation + (180 if over else 0)) % 360, score)
                ground = _turned(ground, 180 if over else 0)
    with clock.step("turn"):
        # Turning a page by a multiple of 90° keeps its lean; by 90° it is measured after turning.
        upright = turn(sheet, way.rotation)
    content = PageContent.COVER_SHEET if cover else PageContent.BLANK if blank else PageContent.TEXT
    examination = _conclude(upright, ground, scale, way, skew, share, content, profile, clock)
    recipe = examination.recipe.model_copy(
        update={"mirrored": sheet.mirrored, "rotation": (sheet.rotation + way.rotation) % 360}
    )
    return replace(examination, recipe=recipe, cover_reference=cover.reference if cover else None), upright


def _conclude(
    sheet: Sheet,
    ground: Ground,
    scale: float,
    way: WayUp,
    skew: Skew,
    share: float,
    content: PageContent,
    profile: Profile,
    clock: Clock,
) -> Examination:
    blank = content is PageContent.BLANK
    dpi = sheet.dpi or infer_dpi(*sheet.size)
    degrees = skew.degrees if skew.score >= profile.skew.least_score else 0.0
    degrees = 0.0 if blank or abs(degrees) < profile.skew.least_degrees else round(degrees, 3)
    with clock.step("measure"):
        tone = measure_tone(sheet.y, ground.ink, scale, ground.paper_level)
    with clock.step("crop"):
        marks = ink_mask(ground, 0.15)
        margin = round(profile.crop.margin_mm * (dpi or 300) / _MM_PER_INCH)
        box = crop(ground.paper, marks, degrees, scale, margin, ground.bordered)
        box = _within_reason(box, sheet, degrees)
    measures = Measures(
        dpi=dpi,
        dpi_stated=sheet.dpi is not None,
        width_mm=round(box.width * _MM_PER_INCH / dpi, 1) if dpi else None,
        height_mm=round(box.height * _MM_PER_INCH / dpi, 1) if dpi else None,
        paper_level=tone.paper,
        ink_level=tone.ink,
        contrast=round(tone.contrast, 3),
        sharpness=round(tone.sharpness, 3),
        ink_share=round(share, 6),
        clipped_share=0.0
        if ground.bordered
        else round(clipped_share(np.where(ground.ink > 96, ground.ink, 0)), 4),
        skew_score=round(skew.score, 2),
        orientation_score=round(way.score, 3),
    )
    access_scale = min(1.0, profile.access.max_dpi / dpi) if dpi else 1.0
    access_dpi = dpi * access_scale if dpi else None
    reading_scale = min(1.0, profile.reading.dpi / access_dpi) if access_dpi else 1.0
    fill = (round(tone.paper), *_paper_colour(sheet, ground, scale))
    recipe = Recipe(
        software=versions(),
        profile=profile.name,
        skew_degrees=degrees,
        crop=box,
        fill=fill,
        access_scale=round(access_scale, 6),
        access_quality=profile.access.quality,
        despeckle=(access_dpi or 0) >= profile.access.despeckle_from_dpi and sheet.cb is not None,
        levels=choose_levels(tone.paper, tone.ink, profile.levels.correct_below),
        reading_scale=round(reading_scale, 6) if content is PageContent.TEXT else None,
        reading_quality=profile.reading.quality,
        reading_levels=choose_levels(tone.paper, tone.ink, 256),
        thumbnail_px=profile.thumbnail_px,
    )
    defects = judge(measures, content, way.rotation, degrees, profile)
    return Examination(recipe, content, None, measures, defects)


def derive(upright: Sheet, recipe: Recipe, profile: Profile, clock: Clock) -> Derivatives:
    """Follow a recipe on an upright sheet: same pixels and recipe, same bytes."""
    dpi = upright.dpi or infer_dpi(*upright.size)
    access_dpi = dpi * recipe.access_scale if dpi else None
    with clock.step("straighten"):
        page = straighten(upright, recipe)
    reading = None
    if recipe.reading_scale is not None:
        with clock.step("reading"):
            y = even_contrast(page.y, recipe.reading_levels, profile.levels.target_white)
            reading = encode_reading(y, recipe.reading_scale, recipe.reading_quality, access_dpi)
    with clock.step("contrast"):
        y = np.asarray(cv2.medianBlur(page.y, 3), dtype=np.uint8) if recipe.despeckle else page.y
        page = replace(page, y=even_contrast(y, recipe.levels, profile.levels.target_white))
    with clock.step("encode"):
        access = encode_access(page, recipe.access_quality, access_dpi)
    with clock.step("thumbnail"):
        thumbnail = encode_thumbnail(page, recipe.thumbnail_px)
    return Derivatives(access, thumbnail, reading, *page.size)


def rebuild(sheet: Sheet, recipe: Recipe, profile: Profile) -> Derivatives:
    """Make the derivatives again from a decoded master page and its recipe."""
    return derive(turn(sheet, recipe.rotation, mirrored=recipe.mirrored), recipe, profile, Clock())


def _find_skew(ground: Ground, profile: Profile) -> Skew:
    skew = find_skew(ground.ink, profile.skew.range_degrees)
    if abs(skew.degrees) < _STEEP_DEGREES or skew.score < profile.skew.least_score:
        return skew
    rest = find_skew(_straight(ground.ink, skew.degrees), 1.0)
    return replace(skew, degrees=skew.degrees + rest.degrees)


def _straight(ink: Plane, degrees: float) -> Plane:
    height, width = ink.shape
    matrix = deskew_matrix(degrees, width, height)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(ink, matrix, (width, height), flags=flags), dtype=np.uint8)


def _turned(ground: Ground, degrees: int) -> Ground:
    if degrees % 360 == 0:
        return ground
    return replace(
        ground,
        grey=turn_plane(ground.grey, degrees),
        ink=turn_plane(ground.ink, degrees),
        paper=turn_plane(ground.paper, degrees),
    )


def _within_reason(box: CropBox, sheet: Sheet, degrees: float) -> CropBox:
    """No crop box is larger than the turned scan itself."""
    width, height = sheet.size
    sine = abs(np.sin(np.radians(degrees)))
    across, down = int(height * sine / 2) + 2, int(width * sine / 2) + 2
    left, top = max(box.x, -across), max(box.y, -down)
    right, bottom = min(box.x + box.width, width + across), min(box.y + box.height, height + down)
    return CropBox(x=left, y=top, width=max(1, right - left), height=max(1, bottom - top))


def _paper_colour(sheet: Sheet, ground: Ground, scale: float) -> tuple[int, int]:
    """Cb and Cr of the paper."""
    if sheet.cb is None or sheet.cr is None:
        return 128, 128
    step = max(1, round(0.5 / scale) * 4)
    return int(np.median(sheet.cb[::step, ::step])), int(np.median(sheet.cr[::step, ::step]))
