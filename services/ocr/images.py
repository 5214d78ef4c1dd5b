"""Opens images from untrusted sources: three formats, bounded pixels, grey pixels out."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import Base

from contracts.vocabulary import RefusalReason
from services.ocr.layout.scale import Grey

FORMATS = ("JPEG", "PNG", "TIFF")
SAMPLE_FORMATS = (*FORMATS, "WEBP")
"""Of samples that officers show: what their browsers and telephones have."""
MAX_PIXELS = 100_000_000
"""A2 at 400 dpi is 62 million; grey and its working copies stay below 1 GiB."""
MAX_PAGES = 1_000
BAND_ROWS = 512
ORIENTATION = Base.Orientation


class ImageRefused(Exception):
    """The bytes cannot be read as a page; `page` counts from 1."""

    def __init__(self, reason: RefusalReason, detail: str, page: int = 1) -> None:
        super().__init__(reason, detail, page)
        self.reason = reason
        self.detail = detail
        self.page = page

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


@dataclass(frozen=True, slots=True)
class GreyPage:
    """One page, dark on light; `number` counts from 1, `dpi` is what the file claims."""

    number: int
    image: Grey
    dpi: float | None


def grey_pages(source: Path | bytes, formats: Sequence[str] = FORMATS) -> Iterator[GreyPage]:
    """Every page of an image in one of Pillow's `formats`; raises ImageRefused."""
    number = 1
    try:
        size = source.stat().st_size if isinstance(source, Path) else len(source)
        if size == 0:
            raise ImageRefused(RefusalReason.EMPTY, "the file has no bytes")
        stream: Path | BinaryIO = source if isinstance(source, Path) else io.BytesIO(source)
        with Image.open(stream, formats=tuple(formats)) as opened:
            count = getattr(opened, "n_frames", 1)
            if count > MAX_PAGES:
                raise ImageRefused(RefusalReason.TOO_MANY_PAGES, f"{count} pages, limit {MAX_PAGES}")
            for number in range(1, count + 1):
                if number > 1:
                    opened.seek(number - 1)
                yield _page(opened, number)
    except ImageRefused:
        raise
    except UnidentifiedImageError as error:
        raise ImageRefused(RefusalReason.UNSUPPORTED_TYPE, f"not {', '.join(formats)}", number) from error
    except Image.DecompressionBombError as error:
        raise ImageRefused(RefusalReason.TOO_MANY_PIXELS, str(error), number) from error
    except FileNotFoundError as error:
        raise ImageRefused(RefusalReason.EMPTY, "no such file", number) from error
    # Pillow's plug-ins raise whatever their parsers meet in damaged bytes.
    except (
        OSError,
        ValueError,
        SyntaxError,
        TypeError,
        KeyError,
        IndexError,
        EOFError,
        ArithmeticError,
    ) as error:
        raise ImageRefused(RefusalReason.DAMAGED, type(error).__name__, number) from error


def _page(opened: Image.Image, number: int) -> GreyPage:
    width, height = opened.size
    if width * height > MAX_PIXELS:
        detail = f"{width} x {height} pixels, limit {MAX_PIXELS}"
        raise ImageRefused(RefusalReason.TOO_MANY_PIXELS, detail, number)
    dpi = _dpi(opened)
    opened.draft("L", opened.size)
    opened.load()
    return GreyPage(number, _upright(_grey(opened), opened.getexif().get(ORIENTATION, 1)), dpi)


def _upright(grey: Grey, orientation: object) -> Grey:
    """The pixels as EXIF says they are to be seen; turned when grey, which takes a quarter of the room."""
    if orientation in {5, 6, 7, 8}:
        grey = grey.T
    if orientation in {2, 3, 6, 7}:
        grey = grey[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        grey = grey[::-1]
    return np.ascontiguousarray(grey)


def _grey(image: Image.Image) -> Grey:
    """Grey pixels, band by band: converted whole, 100 million pixels with transparency take 1.6 GB."""
    width, height = image.size
    deep = image.mode.startswith("I") or image.mode == "F"
    # 16-bit greys are unsigned in PNG and TIFF alike; anything else is stretched to its own range.
    top = (65535.0 if _lightest(image) > 255 else 255.0) if deep else 0.0
    found = np.empty((height, width), np.uint8)
    for first in range(0, height, BAND_ROWS):
        last = min(height, first + BAND_ROWS)
        band = image.crop((0, first, width, last))
        found[first:last] = _stretched(band, top) if deep else _plain(band)
    return found


def _lightest(image: Image.Image) -> float:
    """The largest value of a deep grey image."""
    _, highest = image.getextrema()
    return float(highest) if isinstance(highest, int | float) else 0.0


def _stretched(image: Image.Image, top: float) -> Grey:
    return np.clip(np.asarray(image, np.float32) * (255.0 / top), 0, 255).astype(np.uint8)


def _plain(image: Image.Image) -> Grey:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(paper, rgba)
    return np.array(image.convert("L"), np.uint8)


def _dpi(opened: Image.Image) -> float | None:
    claimed = opened.info.get("dpi")
    try:
        value = float(claimed[0]) if claimed else 0.0
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    return value if np.isfinite(value) and value > 0 else None
