"""What a IIIF Image API 3.0 request asks of an image: grammar, limits, canonical form. No pixels."""

import re
from dataclasses import dataclass
from typing import Literal, cast

from kernel.errors import Problem

TILE = 1024
"""Side of a tile in pixels: a request costs more than its pixels, so tiles are large."""
MAX_AREA = 36_000_000
"""Pixels of one answer; an A3 page at 300 dpi has 17 million."""
QUALITIES = ("default", "color", "gray", "bitonal")
FORMATS = {"jpg": "image/jpeg", "png": "image/png"}
_UNOFFERED_FORMATS = {"tif", "gif", "jp2", "pdf", "webp"}

Quality = Literal["default", "color", "gray", "bitonal"]
_WHOLE = re.compile(r"\d{1,9}")
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,12})?")
_ROTATION = re.compile(r"(!?)(\d{1,3}(?:\.\d{1,12})?)")


class BadImageRequest(Problem):
    """The address is not one of the IIIF Image API, or asks for what the image does not have."""

    status_code = 400
    slug = "image_request_invalid"
    title = "Yêu cầu ảnh không hợp lệ"
    title_en = "Invalid image request"


class NotOffered(Problem):
    """A valid request for something that level 2 leaves open and we do not make."""

    status_code = 501
    slug = "image_request_not_offered"
    title = "Máy chủ không hỗ trợ dạng ảnh này"
    title_en = "Not offered by this image server"


@dataclass(frozen=True, slots=True)
class Rendering:
    """One image to make, resolved against the page's size."""

    x: int
    y: int
    width: int
    height: int
    """The region, in pixels of the whole image."""
    out_width: int
    out_height: int
    """Before turning."""
    mirrored: bool
    degrees: int
    quality: Quality
    format: str
    canonical: str
    """The request in its canonical form (section 4.7), without the image's address."""

    @property
    def media_type(self) -> str:
        """Of the answer."""
        return FORMATS[self.format]


@dataclass(frozen=True, slots=True)
class _Area:
    x: int
    y: int
    width: int
    height: int


def resolve(region: str, size: str, rotation: str, quality_format: str, image: tuple[int, int]) -> Rendering:
    """The image that a request names, of an image of this width and height.

    Raises BadImageRequest or NotOffered.
    """
    area = _region(region, image)
    up = size.startswith("^")
    out = _size(size.removeprefix("^"), area, up=up)
    mirrored, degrees = _rotation(rotation)
    quality, extension = _quality_and_format(quality_format)
    whole = (area.x, area.y, area.width, area.height) == (0, 0, *image)
    shown_region = "full" if whole else f"{area.x},{area.y},{area.width},{area.height}"
    shown_size = "max" if out == _fitted(area, 1.0) else f"{out[0]},{out[1]}"
    enlarged = out[0] > area.width or out[1] > area.height
    shown_quality = "default" if quality == "color" else quality
    canonical = (
        f"{shown_region}/{'^' if enlarged else ''}{shown_size}/"
        f"{'!' if mirrored else ''}{degrees}/{shown_quality}.{extension}"
    )
    return Rendering(
        area.x, area.y, area.width, area.height, *out, mirrored, degrees, quality, extension, canonical
    )


def resolve_path(path: str, image: tuple[int, int]) -> Rendering:
    """The same for `region/size/rotation/quality.format`; raises ValueError for any other number of parts."""
    region, size, rotation, end = path.split("/")
    return resolve(region, size, rotation, end, image)


def scale_factors(image: tuple[int, int]) -> list[int]:
    """Powers of two down to where the image fits one tile."""
    factors = [1]
    while max(image) > TILE * factors[-1]:
        factors.append(factors[-1] * 2)
    return factors


def reduced_sizes(image: tuple[int, int]) -> list[tuple[int, int]]:
    """Sizes of the whole image that are offered, smallest first."""
    return [(-(-image[0] // factor), -(-image[1] // factor)) for factor in reversed(scale_factors(image))]


def _region(text: str, image: tuple[int, int]) -> _Area:
    width, height = image
    if text == "full":
        return _Area(0, 0, width, height)
    if text == "square":
        side = min(image)
        return _Area((width - side) // 2, (height - side) // 2, side, side)
    if text.startswith("pct:"):
        x, y, across, down = _decimals(text.removeprefix("pct:"), 4)
        edges = (x * width, y * height, (x + across) * width, (y + down) * height)
        left, top, right, bottom = (round(edge / 100) for edge in edges)
        return _clipped(left, top, right - left, bottom - top, image)
    numbers = text.split(",")
    if len(numbers) != 4 or not all(_WHOLE.fullmatch(number) for number in numbers):
        raise BadImageRequest(f"region {text[:60]!r}")
    x, y, across, down = map(int, numbers)
    return _clipped(x, y, across, down, image)


def _clipped(x: int, y: int, width: int, height: int, image: tuple[int, int]) -> _Area:
    right, bottom = min(x + width, image[0]), min(y + height, image[1])
    if right <= x or bottom <= y:
        raise BadImageRequest("the region is empty or lies beyond the image")
    return _Area(x, y, right - x, bottom - y)


def _size(text: str, area: _Area, *, up: bool) -> tuple[int, int]:
    if text == "max":
        return _fitted(area, (MAX_AREA / (area.width * area.height)) ** 0.5 if up else 1.0)
    if text.startswith("pct:"):
        (percent,) = _decimals(text.removeprefix("pct:"), 1)
        return _allowed(round(area.width * percent / 100), round(area.height * percent / 100), area, up=up)
    fit = text.startswith("!")
    across, comma, down = text.removeprefix("!").partition(",")
    if (
        not comma
        or not (across or down)
        or not all(_WHOLE.fullmatch(part) for part in (across, down) if part)
    ):
        raise BadImageRequest(f"size {text[:60]!r}")
    if fit:
        if not (across and down):
            raise BadImageRequest(f"size {text[:60]!r}")
        factor = min(int(across) / area.width, int(down) / area.height)
        return _fitted(area, factor if up else min(1.0, factor))
    width = int(across) if across else round(area.width * int(down) / area.height)
    height = int(down) if down else round(area.height * int(across) / area.width)
    return _allowed(width if across else max(1, width), height if down else max(1, height), area, up=up)


def _fitted(area: _Area, factor: float) -> tuple[int, int]:
    """The area at `factor`, or at what the largest answer allows."""
    factor = min(factor, (MAX_AREA / (area.width * area.height)) ** 0.5)
    if factor <= 0:
        raise BadImageRequest("the size is zero")
    # Rounded down where rounding up would pass the limit.
    return max(1, int(area.width * factor + 1e-6)), max(1, int(area.height * factor + 1e-6))


def _allowed(width: int, height: int, area: _Area, *, up: bool) -> tuple[int, int]:
    if width < 1 or height < 1:
        raise BadImageRequest("the size is zero")
    if not up and (width > area.width or height > area.height):
        raise BadImageRequest("the size is larger than the region; enlarging is asked for with ^")
    if width * height > MAX_AREA:
        raise BadImageRequest(f"the size is larger than {MAX_AREA} pixels")
    return width, height


def _rotation(text: str) -> tuple[bool, int]:
    found = _ROTATION.fullmatch(text)
    if found is None or float(found[2]) > 360:
        raise BadImageRequest(f"rotation {text[:20]!r}")
    degrees = float(found[2])
    if degrees % 90:
        raise NotOffered("pages are turned by whole right angles")
    return found[1] == "!", int(degrees) % 360


def _quality_and_format(text: str) -> tuple[Quality, str]:
    quality, dot, extension = text.partition(".")
    if not dot or quality not in QUALITIES:
        raise BadImageRequest(f"quality {text[:40]!r}")
    if extension in _UNOFFERED_FORMATS:
        raise NotOffered(f"format {extension}")
    if extension not in FORMATS:
        raise BadImageRequest(f"format {extension[:20]!r}")
    return cast("Quality", quality), extension


def _decimals(text: str, count: int) -> list[float]:
    numbers = text.split(",")
    if len(numbers) != count or not all(_DECIMAL.fullmatch(number) for number in numbers):
        raise BadImageRequest(f"{text[:60]!r} is not {count} numbers")
    return [float(number) for number in numbers]
