"""A page's own image out of its master, whole and unturned, as a document PDF takes it."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.imaging.steps.encode import encode_access
from services.imaging.steps.measure import resolution
from services.imaging.steps.sheet import Sheet
from services.imaging.steps.split import Pages

QUALITY = 92
"""JPEG quality for masters whose own encoding a PDF cannot hold: above what scanners are set to."""
_ROWS_PER_STRIP = 278
_TAKEN = {"L", "RGB"}


@dataclass(frozen=True, slots=True)
class OwnImage:
    """A JPEG, or a Group 4 TIFF of one strip for pages of black and white alone."""

    data: bytes
    suffix: str
    untouched: bool
    """Whether the bytes stand like this in the master."""


def own_image(pages: Pages, page_no: int) -> OwnImage:
    """The scanner's JPEG where the page is one, else its pixels at full size; raises Refused."""
    raw = pages.raw(page_no)
    if raw is not None and _mode(raw) in _TAKEN:
        return OwnImage(raw, ".jpg", untouched=True)
    sheet = pages.decode(page_no)
    if _is_bilevel(sheet):
        return OwnImage(_group4(sheet), ".tif", untouched=False)
    return OwnImage(encode_access(sheet, QUALITY, resolution(sheet)), ".jpg", untouched=False)


def _mode(data: bytes) -> str:
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        return opened.mode


def _is_bilevel(sheet: Sheet) -> bool:
    return sheet.cb is None and bool(np.all((sheet.y == 0) | (sheet.y == 255)))


def _group4(sheet: Sheet) -> bytes:
    """Loses nothing of a page of black and white."""
    buffer = io.BytesIO()
    image = Image.fromarray(sheet.y).convert("1", dither=Image.Dither.NONE)
    image.save(buffer, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: image.height})
    return buffer.getvalue()
