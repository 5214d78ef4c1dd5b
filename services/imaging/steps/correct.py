"""Works a person's corrections into a recipe: another recipe for the same master."""

from services.imaging.domain import Correction, CropBox, Recipe, Region


def correct(recipe: Recipe, size: tuple[int, int], correction: Correction) -> tuple[Recipe, ...]:
    """The recipes of a page after a correction: one, or one per part where it is split.

    `size` is the width and height in pixels of the upright scan that `recipe` was made for. Regions are
    shares of the page as it is shown: turned first, then cropped, then split.
    """
    turned = _rotated(recipe, size, correction.rotate)
    box = turned.crop if correction.crop is None else _part(turned.crop, correction.crop)
    given = {
        "crop": box,
        "skew_degrees": turned.skew_degrees if correction.skew_degrees is None else correction.skew_degrees,
        "position": recipe.position if correction.position is None else correction.position,
        "content": recipe.content if correction.content is None else correction.content,
        "corrections": (*recipe.corrections, correction),
    }
    whole = turned.model_copy(update=given)
    if not correction.split:
        return (whole,)
    count = len(correction.split)
    return tuple(
        whole.model_copy(update={"crop": _part(box, region), "part": number, "parts": count})
        for number, region in enumerate(correction.split, 1)
    )


def turned_size(size: tuple[int, int], degrees: int) -> tuple[int, int]:
    """Width and height after a turn by a multiple of 90 degrees."""
    return size if degrees % 180 == 0 else (size[1], size[0])


def _rotated(recipe: Recipe, size: tuple[int, int], degrees: int) -> Recipe:
    """The recipe with the shown page turned clockwise; the lean keeps its size and sign."""
    box, (width, height) = recipe.crop, size
    turned = {
        0: box,
        90: CropBox(x=height - box.y - box.height, y=box.x, width=box.height, height=box.width),
        180: CropBox(
            x=width - box.x - box.width, y=height - box.y - box.height, width=box.width, height=box.height
        ),
        270: CropBox(x=box.y, y=width - box.x - box.width, width=box.height, height=box.width),
    }[degrees]
    return recipe.model_copy(update={"rotation": (recipe.rotation + degrees) % 360, "crop": turned})


def _part(box: CropBox, region: Region) -> CropBox:
    """The region of a box, in pixels of the scan, at least one pixel large."""
    left, top = round(box.x + region.x * box.width), round(box.y + region.y * box.height)
    right = round(box.x + (region.x + region.width) * box.width)
    bottom = round(box.y + (region.y + region.height) * box.height)
    return CropBox(x=left, y=top, width=max(1, right - left), height=max(1, bottom - top))
