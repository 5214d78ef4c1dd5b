"""Decodes JPEG, PNG and TIFF pages to planes. Only ever called in the sandboxed child."""

import io
import struct
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from contracts.vocabulary import RefusalReason
from services.imaging.domain import Refused
from services.imaging.steps.jpeg_planes import decode_planes, is_planar
from services.imaging.steps.limits import check_size
from services.imaging.steps.sheet import Plane, Sheet, sheet_from_bgr

Image.MAX_IMAGE_PIXELS = None  # check_size() has the say, with a typed reason instead of a warning

_EXIF_ORIENTATION = 0x0112
_EXIF_TURNS = {
    1: (False, 0),
    2: (True, 0),
    3: (False, 180),
    4: (True, 180),
    5: (True, 270),
    6: (False, 90),
    7: (True, 90),
    8: (False, 270),
}
"""EXIF orientation → flip left to right first, then turn clockwise."""

_STRIP_ROWS = 512
"""Even, so that colour planes at half size join without a seam."""
_PLAUSIBLE_DPI = (50.0, 2400.0)
_DECODE_ERRORS = (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, struct.error)
"""What Pillow raises on malformed files."""


def decode_jpeg(data: bytes) -> Sheet:
    """Decode a whole JPEG file; raises Refused (too_many_pixels, truncated, damaged)."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
            check_size(*opened.size)
            mode, size, planar, dpi = opened.mode, opened.size, is_planar(opened), stated_dpi(opened)
            mirrored, rotation = exif_turn(opened)
    except (*_DECODE_ERRORS, UnidentifiedImageError) as error:
        raise damaged(error, cut=ends_abruptly(data)) from error
    try:
        sheet = decode_planes(data, *size) if planar else _jpeg_pixels(data, mode)
    except _DECODE_ERRORS as error:
        raise damaged(error, cut=ends_abruptly(data)) from error
    return replace(sheet, dpi=dpi, mirrored=mirrored, rotation=rotation)


def _jpeg_pixels(data: bytes, mode: str) -> Sheet:
    if mode == "L":
        return Sheet(np.asarray(simplejpeg.decode_jpeg(data, "GRAY"))[:, :, 0])
    if mode == "RGB":
        return sheet_from_bgr(simplejpeg.decode_jpeg(data, "BGR"))
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        return decode_pillow(opened)


def ends_abruptly(data: bytes) -> bool:
    """Whether a JPEG lacks its end-of-image marker; zeros where its end was are damage, not a cut."""
    padded = data.rstrip(b"\0\r\n ")
    return not (padded[-64:].find(b"\xff\xd9") >= 0 or len(padded) < len(data) - 256)


def decode_pillow(opened: Image.Image) -> Sheet:
    """Decode the current frame of an open PNG or TIFF (or a CMYK JPEG); raises Refused."""
    check_size(*opened.size)
    dpi = stated_dpi(opened)
    # Pillow itself turns a TIFF as its tag asks; doing so again would undo it.
    mirrored, rotation = (False, 0) if opened.format == "TIFF" else exif_turn(opened)
    try:
        sheet = _pixels(opened)
    except _DECODE_ERRORS as error:
        raise damaged(error) from error
    return replace(sheet, dpi=dpi, mirrored=mirrored, rotation=rotation)


def _pixels(opened: Image.Image) -> Sheet:
    if opened.mode.startswith("I;16") or opened.mode == "I":
        return Sheet(_eight_bits(np.asarray(opened)))
    if opened.mode in {"1", "L"}:
        return Sheet(np.array(opened.convert("L")))
    opened.load()
    strips = [_strip(opened, top) for top in range(0, opened.height, _STRIP_ROWS)]
    cb, cr = [strip.cb for strip in strips], [strip.cr for strip in strips]
    return Sheet(
        np.concatenate([strip.y for strip in strips]),
        cb=np.concatenate([plane for plane in cb if plane is not None]),
        cr=np.concatenate([plane for plane in cr if plane is not None]),
    )


def _eight_bits(deep: NDArray[Any]) -> Plane:
    """The upper byte of each pixel, or the only one that is used; strip by strip, for copies take memory."""
    shift = 8 if deep.max(initial=0) > 255 else 0
    y = np.empty(deep.shape, np.uint8)
    for top in range(0, len(deep), _STRIP_ROWS):
        part = deep[top : top + _STRIP_ROWS]
        y[top : top + _STRIP_ROWS] = np.clip(part >> shift, 0, 255)
    return y


def _strip(opened: Image.Image, top: int) -> Sheet:
    """Some rows of a loaded picture as planes: whole pictures would lie in memory four times."""
    rows = opened.crop((0, top, opened.width, min(opened.height, top + _STRIP_ROWS)))
    if rows.mode in {"LA", "RGBA", "PA"} or "transparency" in opened.info:
        layered = rows.convert("RGBA")
        rows = Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered)
    rgb = np.asarray(rows.convert("RGB"))
    return sheet_from_bgr(np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), dtype=np.uint8))


def decode_png(data: bytes) -> Sheet:
    """Decode a PNG file; raises Refused."""
    try:
        opened = Image.open(io.BytesIO(data), formats=["PNG"])
    except (*_DECODE_ERRORS, UnidentifiedImageError) as error:
        raise damaged(error, cut=b"IEND" not in data[-64:]) from error
    with opened:
        return decode_pillow(opened)


def stated_dpi(opened: Image.Image) -> float | None:
    """The resolution that the file states, where it is a plausible one."""
    try:
        across, down = (float(value) for value in opened.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    least, most = _PLAUSIBLE_DPI
    return round(max(across, down), 1) if least <= min(across, down) <= max(across, down) <= most else None


def exif_turn(opened: Image.Image) -> tuple[bool, int]:
    """Whether EXIF (or the TIFF orientation tag) asks to flip the page, and how far to turn it."""
    try:
        orientation: Any = opened.getexif().get(_EXIF_ORIENTATION, 1)
    except _DECODE_ERRORS:
        return False, 0
    return _EXIF_TURNS.get(orientation, (False, 0))


def damaged(error: Exception, *, cut: bool = False) -> Refused:
    """Damaged or truncated, as the decoder's error and the file's end tell."""
    cut = cut or any(
        word in str(error).lower() for word in ("truncated", "premature end of jpeg", "not enough")
    )
    return Refused(RefusalReason.TRUNCATED if cut else RefusalReason.DAMAGED, type(error).__name__)


def grey_plane(image: Plane) -> Sheet:
    """A sheet of a single grey channel."""
    return Sheet(np.ascontiguousarray(image))
