"""Rules of corrections: what may be asked of a page, and where an undo leads."""

from contracts.vocabulary import PageContent
from services.imaging.domain import Correction, Recipe

MAX_CORRECTIONS = 100
"""Entries of a page's history: nobody needs more, and a recipe holds them all."""
LEAST_SIDE_PX = 64
"""Of the scan: a smaller rest shows nothing, at 200 dpi it is 8 mm."""
MOST_LEAN_DEGREES = 45.0
"""What a recipe takes; further turns are quarter turns."""
ANSWERED_BY_TURNING = "orientation_unsure"
"""The question that a person answers who turns a page."""


class Impossible(ValueError):
    """The page does not allow the correction; the text is the problem's slug."""


def correction_of(
    recipe: Recipe, *, rotate: int, turn_degrees: float, change: Correction, content: PageContent | None
) -> Correction:
    """The correction to a recipe for what was asked; raises Impossible where it cannot be or changes nothing.

    `turn_degrees` turns the shown page further clockwise; `change` holds what needs no working out.
    """
    lean = recipe.skew_degrees - turn_degrees
    if abs(lean) > MOST_LEAN_DEGREES:
        raise Impossible("turned_too_far")
    if content is not None and recipe.content is PageContent.COVER_SHEET:
        raise Impossible("cover_sheet_content")
    if (crop := change.crop) is not None:
        width, height = recipe.crop.width, recipe.crop.height
        across, down = (width, height) if rotate % 180 == 0 else (height, width)
        if min(crop.width * across, crop.height * down) < LEAST_SIDE_PX:
            raise Impossible("crop_too_small")
    if not rotate and not turn_degrees and crop is None and content in (None, recipe.content):
        raise Impossible("nothing_to_correct")
    return change.model_copy(
        update={"skew_degrees": round(lean, 3) if turn_degrees else None, "content": content}
    )
