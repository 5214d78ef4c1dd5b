"""Encodes planes as JPEG files with their resolution written in."""

import io

import cv2
import numpy as np
import simplejpeg
from PIL import Image

from services.imaging.steps.sheet import Plane, Sheet
from services.imaging.steps.shrink import halved

_APP0 = 2
"""Where the JFIF segment begins, right after the start-of-image marker."""
_JFIF = b"JFIF\0"


def encode_access(sheet: Sheet, quality: int, dpi: float | None) -> bytes:
    """A JPEG of the planes, 4:2:0 or grey; it holds no metadata but the resolution."""
    y = np.ascontiguousarray(sheet.y) if sheet.cb is None else _with_tail(sheet.y)
    return with_dpi(
        simplejpeg.encode_jpeg_yuv_planes(y, _contiguous(sheet.cb), _contiguous(sheet.cr), quality), dpi
    )


def _with_tail(y: Plane) -> Plane:
    """The plane, with known bytes behind its end where a side is odd.

    At 4:2:0 the encoder reads whole pairs of rows and columns: without a tail it would read whatever lies
    behind the plane, and the same page would not give the same bytes twice.
    """
    height, width = y.shape
    if height % 2 == 0 and width % 2 == 0:
        return np.ascontiguousarray(y)
    buffer = np.empty((height + 2, width), np.uint8)
    buffer[:height] = y
    buffer[height:] = y[-1]
    return buffer[:height]


def encode_grey(y: Plane, quality: int, dpi: float | None) -> bytes:
    """A grey JPEG of the brightness alone."""
    return with_dpi(simplejpeg.encode_jpeg_yuv_planes(np.ascontiguousarray(y), None, None, quality), dpi)


def encode_bitonal(black: Plane, dpi: float | None) -> bytes:
    """A Group 4 TIFF of a page on which ink is 0 and paper 255."""
    buffer = io.BytesIO()
    resolution = {"dpi": (round(dpi), round(dpi))} if dpi else {}
    Image.fromarray(black).convert("1", dither=Image.Dither.NONE).save(
        buffer, "TIFF", compression="group4", **resolution
    )
    return buffer.getvalue()


def reduce(y: Plane, scale: float) -> Plane:
    """The plane at `scale` of its size."""
    if scale >= 1:
        return y
    size = (max(1, round(y.shape[1] * scale)), max(1, round(y.shape[0] * scale)))
    # Down to a half, linear sampling sees every pixel and costs a tenth of averaging areas.
    method = cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
    return np.asarray(cv2.resize(y, size, interpolation=method), dtype=np.uint8)


def encode_thumbnail(sheet: Sheet, longest_px: int, quality: int = 75) -> bytes:
    """A small JPEG whose longer side is `longest_px`, no larger than the page."""
    factor = min(1.0, longest_px / max(sheet.size))
    width, height = (max(1, round(side * factor)) for side in sheet.size)
    small = Sheet(
        _area(sheet.y, width, height),
        cb=None if sheet.cb is None else _area(sheet.cb, (width + 1) // 2, (height + 1) // 2),
        cr=None if sheet.cr is None else _area(sheet.cr, (width + 1) // 2, (height + 1) // 2),
    )
    return encode_access(small, quality, None)


def with_dpi(jpeg: bytes, dpi: float | None) -> bytes:
    """The JPEG with its JFIF density set to `dpi`."""
    if dpi is None or jpeg[_APP0 + 4 : _APP0 + 9] != _JFIF:
        return jpeg
    dots = round(dpi).to_bytes(2, "big")
    at = _APP0 + 11
    return jpeg[:at] + b"\x01" + dots + dots + jpeg[at + 5 :]


def _area(plane: Plane, width: int, height: int) -> Plane:
    # Halving first, as `shrink` does: one large INTER_AREA step costs more than the halvings.
    while plane.shape[1] >= 2 * width and plane.shape[0] >= 2 * height:
        plane = halved(plane)
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _contiguous(plane: Plane | None) -> Plane | None:
    return None if plane is None else np.ascontiguousarray(plane)
