"""Opens images from untrusted sources: three formats, bounded pixels, grey pixels out."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from contracts.vocabulary import RefusalReason
from services.ocr.layout.scale import Grey

FORMATS = ("JPEG", "PNG", "TIFF")
MAX_PIXELS = 100_000_000
"""A2 at 400 dpi is 62 million; grey and its working copies stay below 1 GiB."""
MAX_PAGES = 1_000


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


def grey_pages(source: Path | bytes) -> Iterator[GreyPage]:
    """Every page of a JPEG, PNG or TIFF; raises ImageRefused."""
    number = 1
    try:
        size = source.stat().st_size if isinstance(source, Path) else len(source)
        if size == 0:
            raise ImageRefused(RefusalReason.EMPTY, "the file has no bytes")
        stream: Path | BinaryIO = source if isinstance(source, Path) else io.BytesIO(source)
        with Image.open(stream, formats=FORMATS) as opened:
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
        raise ImageRefused(RefusalReason.UNSUPPORTED_TYPE, "not a JPEG, PNG or TIFF", number) from error
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
    upright = ImageOps.exif_transpose(opened)
    return GreyPage(number, _grey(upright), dpi)


def _grey(image: Image.Image) -> Grey:
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, np.float32)
        # 16-bit greys are unsigned in PNG and TIFF alike; anything else is stretched to its own range.
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        return np.clip(values * (255.0 / top), 0, 255).astype(np.uint8)
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
