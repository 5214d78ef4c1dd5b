"""One drawn page in every format that scanners and copiers write."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

_EXIF_ORIENTATION = 0x0112
_T = Image.Transpose
_SHOWN_AS_STORED: dict[int, Image.Transpose | None] = {
    1: None,
    2: _T.FLIP_LEFT_RIGHT,
    3: _T.ROTATE_180,
    4: _T.FLIP_TOP_BOTTOM,
    5: _T.TRANSPOSE,
    6: _T.ROTATE_90,
    7: _T.TRANSVERSE,
    8: _T.ROTATE_270,
}
"""EXIF orientation → how an upright page must be stored so that the orientation shows it upright."""


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    """The image as a file at 200 dpi."""
    buffer = io.BytesIO()
    image.save(buffer, form, dpi=(200, 200), **options)
    return buffer.getvalue()


def _sixteen_bit(image: Image.Image, form: str) -> bytes:
    deep = np.asarray(image.convert("L")).astype(np.uint16) * 257
    return saved(Image.fromarray(deep), form)


def _exif(image: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = orientation
    way = _SHOWN_AS_STORED[orientation]
    return saved(image if way is None else image.transpose(way), "JPEG", exif=exif, quality=85)


def _turned_tiff(image: Image.Image) -> bytes:
    return saved(image.transpose(_T.ROTATE_90), "TIFF", compression="tiff_lzw", tiffinfo={274: 6})


FORMATS: dict[str, Callable[[Image.Image], bytes]] = {
    "JPEG 4:2:0": lambda image: saved(image, "JPEG", subsampling=2, quality=85),
    "grey JPEG": lambda image: saved(image.convert("L"), "JPEG"),
    "CMYK JPEG": lambda image: saved(image.convert("CMYK"), "JPEG"),
    "JPEG 4:4:4": lambda image: saved(image, "JPEG", subsampling=0),
    "JPEG 4:2:2": lambda image: saved(image, "JPEG", subsampling=1),
    "progressive JPEG": lambda image: saved(image, "JPEG", progressive=True),
    "colour PNG": lambda image: saved(image, "PNG", compress_level=1),
    "grey PNG": lambda image: saved(image.convert("L"), "PNG", compress_level=1),
    "bitonal PNG": lambda image: saved(image.convert("1"), "PNG"),
    "16-bit PNG": lambda image: _sixteen_bit(image, "PNG"),
    "palette PNG": lambda image: saved(image.quantize(64), "PNG", compress_level=1),
    "transparent PNG": lambda image: saved(image.convert("RGBA"), "PNG", compress_level=1),
    "bitonal G4 TIFF": lambda image: saved(image.convert("1"), "TIFF", compression="group4"),
    "bitonal G3 TIFF": lambda image: saved(image.convert("1"), "TIFF", compression="group3"),
    "LZW TIFF": lambda image: saved(image, "TIFF", compression="tiff_lzw"),
    "raw TIFF": lambda image: saved(image, "TIFF"),
    "deflated TIFF": lambda image: saved(image, "TIFF", compression="tiff_adobe_deflate"),
    "JPEG in TIFF": lambda image: saved(image, "TIFF", compression="jpeg", quality=85),
    "palette TIFF": lambda image: saved(image.quantize(64), "TIFF", compression="tiff_lzw"),
    "CMYK TIFF": lambda image: saved(image.convert("CMYK"), "TIFF", compression="tiff_lzw"),
    "16-bit TIFF": lambda image: _sixteen_bit(image, "TIFF"),
    "turned TIFF": _turned_tiff,
    "EXIF 1": lambda image: _exif(image, 1),
    "EXIF 2": lambda image: _exif(image, 2),
    "EXIF 3": lambda image: _exif(image, 3),
    "EXIF 4": lambda image: _exif(image, 4),
    "EXIF 5": lambda image: _exif(image, 5),
    "EXIF 6": lambda image: _exif(image, 6),
    "EXIF 7": lambda image: _exif(image, 7),
    "EXIF 8": lambda image: _exif(image, 8),
}
"""Name → file of an RGB page; every one must show the same picture."""
