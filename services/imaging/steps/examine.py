"""Finds out everything about a page and writes the recipe for its derivatives."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from contracts.vocabulary import PageContent
from services.imaging.domain import CropBox, Defect, Measures, Recipe
from services.imaging.profiles import Profile
from services.imaging.steps.clock import Clock
from services.imaging.steps.crop import Box, crop, edges_lean, sheet_box, straight_grey, straight_paper
from services.imaging.steps.detect_blank import detect_blank, ink_mask, measure_ink
from services.imaging.steps.even_contrast import choose_levels
from services.imaging.steps.find_cover import Cover, find_cover
from services.imaging.steps.find_folds import missing_corner
from services.imaging.steps.find_ink import Ground, find_ink
from services.imaging.steps.find_seam import find_seam
from services.imaging.steps.find_second_sheet import find_second_sheet
from services.imaging.steps.find_skew import Skew, find_skew
from services.imaging.steps.find_streaks import find_streaks
from services.imaging.steps.fingerprint import fingerprint
from services.imaging.steps.fit_paper import PaperFit, fit_paper
from services.imaging.steps.geometry import deskew_matrix
from services.imaging.steps.judge import judge
from services.imaging.steps.measure import Tone, clipped_share, measure_tone, resolution, saturated_share
from services.imaging.steps.orient import WayUp, find_way_up
from services.imaging.steps.sheet import Plane, Sheet, turn, turn_plane
from services.imaging.steps.shrink import shrink
from services.imaging.steps.versions import versions

_MM_PER_INCH = 25.4
_STEEP_DEGREES = 2.0
"""Beyond this strips smear; a second look at the straightened page brings the error back down."""
_FAINT = 0.15
"""Ink that takes away this share of the paper's brightness is never cropped, though it may not be text."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found on a page and what will be done to it."""

    recipe: Recipe
    content: PageContent
    cover_reference: str | None
    measures: Measures
    defects: tuple[Defect, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the shrunken page shows: content, way up, skew; `ground` lies as found until it is turned."""

    ground: Ground
    scale: float
    ink_share: float
    cover: Cover | None
    blank: bool
    way: WayUp
    skew: Skew

    @property
    def content(self) -> PageContent:
        """Cover sheet, blank or text."""
        if self.cover is not None:
            return PageContent.COVER_SHEET
        return PageContent.BLANK if self.blank else PageContent.TEXT


def examine(
    sheet: Sheet, profile: Profile, clock: Clock, papers: tuple[str, ...] = ()
) -> tuple[Examination, Sheet]:
    """Find out everything about a page; returns it with the sheet turned upright.

    `papers` are the sizes of the surveyed document, where they are known; else those of the profile count.
    """
    with clock.step("turn"):
        as_stated = turn(sheet, sheet.rotation, mirrored=sheet.mirrored)
    found = _look(as_stated, profile, clock)
    with clock.step("turn"):
        upright = turn(as_stated, found.way.rotation)
    with clock.step("measure"):
        tone = measure_tone(upright.y, found.ground.ink, found.scale, found.ground.paper_level)
    with clock.step("crop"):
        outline = _outline(found)
        box = _box(upright, found, outline.sheet, profile)
    with clock.step("faults"):
        streaks = find_streaks(found.ground)
        marks = ink_mask(found.ground, profile.blank.ink_strength)
        pixels_per_mm = (resolution(upright) or 300) * found.scale / _MM_PER_INCH
        mark = fingerprint(found.ground.ink, marks, found.skew.degrees, pixels_per_mm)
        paper = _paper(upright, found, outline, papers or profile.capture.papers)
    measures = _measures(upright, found, tone, box).model_copy(
        update={
            "streak_share": round(streaks, 3),
            "missing_corner_mm": outline.missing_corner_mm(resolution(upright), found.scale),
            "paper": paper.name,
            "paper_deviation_mm": paper.deviation_mm,
            "excess_mm": paper.excess_mm,
        }
    )
    recipe = _recipe(upright, found, tone, box, profile).model_copy(
        update={"mirrored": sheet.mirrored, "rotation": (sheet.rotation + found.way.rotation) % 360}
    )
    defects = judge(measures, found.content, found.way.rotation, recipe.skew_degrees, profile)
    reference = found.cover.reference if found.cover else None
    content = found.content
    return Examination(
        recipe, content, reference, measures, defects, "" if content is PageContent.BLANK else mark
    ), upright


@dataclass(frozen=True, slots=True)
class Outline:
    """The sheet's bounds on the straightened shrunken page, and its largest missing corner's side there."""

    sheet: Box
    missing_corner: float

    def missing_corner_mm(self, dpi: float | None, scale: float) -> float:
        """The missing corner's side in millimetres; 0 where the resolution is unknown."""
        return round(self.missing_corner / scale * _MM_PER_INCH / dpi, 1) if dpi else 0.0


def _outline(found: Finding) -> Outline:
    """The sheet as the scanner bed around it shows it; all of the scan where there is no bed."""
    paper = found.ground.paper
    if not found.ground.bordered:
        return Outline((0.0, 0.0, float(paper.shape[1]), float(paper.shape[0])), 0.0)
    straight = straight_paper(paper, found.skew.degrees)
    sheet = sheet_box(straight)
    return Outline(sheet, missing_corner(straight, sheet))


def _paper(upright: Sheet, found: Finding, outline: Outline, expected: tuple[str, ...]) -> PaperFit:
    """How the sheet's size fits; nothing is said where the scan states no resolution."""
    dpi = resolution(upright)
    if dpi is None or dpi != upright.dpi:
        return PaperFit(None, 0.0, 0.0)
    # A second sheet that shows beside the first belongs to what was fed, though it looks like the lid.
    height, width = found.ground.grey.shape
    fed_twice = find_second_sheet(upright, found.ground)
    box = (0.0, 0.0, float(width), float(height)) if fed_twice else outline.sheet
    left, top, right, bottom = box
    millimetres = _MM_PER_INCH / dpi / found.scale
    fit = fit_paper((right - left) * millimetres, (bottom - top) * millimetres, expected)
    if fit.excess_mm or not fit.shorter:
        return fit
    # Two sheets that overlap may be as long as some other paper: their seam tells.
    straight = straight_grey(found.ground.grey, found.skew.degrees)
    seam = find_seam(straight, box, fit.shorter, 1 / millimetres)
    long = max(right - left, bottom - top) * millimetres
    return replace(fit, excess_mm=round(long - seam, 1) if seam else 0.0)


def _look(sheet: Sheet, profile: Profile, clock: Clock) -> Finding:
    with clock.step("shrink"):
        grey, scale = shrink(sheet.y, resolution(sheet))
    with clock.step("cover"):
        cover = find_cover(grey)
    with clock.step("ink"):
        ground = find_ink(grey)
        dpi = resolution(sheet)
        share = measure_ink(ground, profile.blank, dpi * scale if dpi else None)
    if cover is None and detect_blank(share, profile.blank):
        return Finding(ground, scale, share, None, True, WayUp(0, 1.0), _lean(ground, profile))
    with clock.step("orient"):
        way = WayUp(cover.rotation, 1.0) if cover else find_way_up(ground.ink)
        if way.score < profile.orientation.least_score:
            way = WayUp(0, way.score)  # too little to tell: left as scanned, and said so
    with clock.step("skew"):
        turned = _turned(ground, way.rotation)
        skew = _skew(turned, profile)
        if cover is None and not skew.score:
            # A picture has no lines to read: it stays as it was scanned.
            turned, way, skew = ground, WayUp(0, 0.0), _lean(ground, profile)
    return Finding(turned, scale, share, cover, False, way, skew)


def _skew(ground: Ground, profile: Profile) -> Skew:
    """The skew to remove: none where it is too small to matter; the score is 0 where lines agree on none."""
    rules = profile.skew
    skew = find_skew(ground.ink, rules.range_degrees)
    if skew.score < rules.least_score:
        return _lean(ground, profile)
    if abs(skew.degrees) >= _STEEP_DEGREES:
        height, width = ground.ink.shape
        matrix = deskew_matrix(skew.degrees, width, height)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        straight = np.asarray(
            cv2.warpAffine(ground.ink, matrix, (width, height), flags=flags), dtype=np.uint8
        )
        skew = replace(skew, degrees=skew.degrees + find_skew(straight, 1.0).degrees)
    return replace(skew, degrees=0.0 if abs(skew.degrees) < rules.least_degrees else round(skew.degrees, 3))


def _lean(ground: Ground, profile: Profile) -> Skew:
    """Where there are too few lines, the sheet's own edges tell, if the scanner bed shows them."""
    rules = profile.skew
    lean = edges_lean(ground.paper) if ground.bordered else 0.0
    usable = rules.least_degrees <= abs(lean) <= rules.range_degrees
    return Skew(round(lean, 3) if usable else 0.0, 0.0, 1.0)


def _turned(ground: Ground, degrees: int) -> Ground:
    if degrees % 360 == 0:
        return ground
    return replace(
        ground,
        grey=turn_plane(ground.grey, degrees),
        ink=turn_plane(ground.ink, degrees),
        paper=turn_plane(ground.paper, degrees),
    )


def _box(upright: Sheet, found: Finding, sheet: Box, profile: Profile) -> CropBox:
    margin = round(profile.crop.margin_mm * (resolution(upright) or 300) / _MM_PER_INCH)
    marks = ink_mask(found.ground, _FAINT)
    return crop(sheet, marks, found.skew.degrees, found.scale, margin, upright.size)


def _measures(upright: Sheet, found: Finding, tone: Tone, box: CropBox) -> Measures:
    dpi = resolution(upright)
    return Measures(
        dpi=dpi,
        dpi_stated=upright.dpi is not None and dpi == upright.dpi,
        width_mm=round(box.width * _MM_PER_INCH / dpi, 1) if dpi else None,
        height_mm=round(box.height * _MM_PER_INCH / dpi, 1) if dpi else None,
        paper_level=tone.paper,
        ink_level=tone.ink,
        contrast=round(tone.contrast, 3),
        sharpness=round(tone.sharpness, 3),
        ink_share=round(found.ink_share, 6),
        clipped_share=round(clipped_share(found.ground.ink, found.ground.paper), 4),
        saturated_share=round(saturated_share(found.ground.grey, found.ground.paper), 3),
        effective_dpi=round(dpi * tone.resolved) if dpi else None,
        colour=upright.cb is not None,
        skew_score=round(found.skew.score, 2),
        orientation_score=found.way.score,
    )


def _recipe(upright: Sheet, found: Finding, tone: Tone, box: CropBox, profile: Profile) -> Recipe:
    dpi = resolution(upright)
    access_scale = min(1.0, profile.access.max_dpi / dpi) if dpi else 1.0
    access_dpi = dpi * access_scale if dpi else None
    reading_scale = min(1.0, profile.reading.dpi / access_dpi) if access_dpi else 1.0
    return Recipe(
        software=versions(),
        profile=profile.name,
        skew_degrees=found.skew.degrees,
        crop=box,
        fill=(round(tone.paper), *_paper_colour(upright, found)),
        access_scale=round(access_scale, 6),
        access_quality=profile.access.quality,
        despeckle=upright.cb is not None and (access_dpi or 0) >= profile.access.despeckle_from_dpi,
        levels=choose_levels(tone.paper, tone.ink, profile.levels.correct_below),
        reading_scale=round(reading_scale, 6),
        content=found.content,
        reading_quality=profile.reading.quality,
        reading_levels=choose_levels(tone.paper, tone.ink, 256),
        thumbnail_px=profile.thumbnail_px,
        target_white=profile.levels.target_white,
        bitonal=profile.bitonal,
    )


def _paper_colour(sheet: Sheet, found: Finding) -> tuple[int, int]:
    """Cb and Cr of the paper: the middle value over paper that is not inked."""
    if sheet.cb is None or sheet.cr is None:
        return 128, 128
    paper = found.ground.paper
    bare = np.logical_and(paper > 0, found.ground.ink < 24)[::4, ::4]
    size = (bare.shape[1], bare.shape[0])
    middles = [
        _middle(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST), bare)
        for plane in (sheet.cb, sheet.cr)
    ]
    return middles[0], middles[1]


def _middle(plane: object, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    values: Plane = np.asarray(plane, dtype=np.uint8)[where]
    return int(np.median(values)) if len(values) else 128
