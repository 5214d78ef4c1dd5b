"""Every format that scanners and copiers write gives the same picture of the same page."""

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image

from services.imaging.profiles import load_profile
from services.imaging.steps.clock import Clock
from services.imaging.steps.derive import derive
from services.imaging.steps.examine import examine
from services.imaging.steps.sheet import turn
from services.imaging.steps.sniff import sniff
from services.imaging.steps.split import split
from synthetic import files
from synthetic.scans import Faults
from tests.imaging.scans import scanned, sheet

_EXIF_ORIENTATION = 0x0112


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, dpi=(200, 200), **options)
    return buffer.getvalue()


def _sixteen_bit(image: Image.Image) -> bytes:
    deep = np.asarray(image.convert("L")).astype(np.uint16) * 257
    return _saved(Image.fromarray(deep), "TIFF")


def _exif(image: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = orientation
    return _saved(image, "JPEG", exif=exif, quality=85)


PAGE = "form"
FORMATS: dict[str, Callable[[Image.Image], bytes]] = {
    "grey JPEG": lambda image: _saved(image.convert("L"), "JPEG"),
    "CMYK JPEG": lambda image: _saved(image.convert("CMYK"), "JPEG"),
    "JPEG 4:4:4": lambda image: _saved(image, "JPEG", subsampling=0),
    "progressive JPEG": lambda image: _saved(image, "JPEG", progressive=True),
    "colour PNG": lambda image: _saved(image, "PNG", compress_level=1),
    "palette PNG": lambda image: _saved(image.quantize(64), "PNG", compress_level=1),
    "transparent PNG": lambda image: _saved(image.convert("RGBA"), "PNG", compress_level=1),
    "bitonal G4 TIFF": lambda image: _saved(image.convert("1"), "TIFF", compression="group4"),
    "LZW TIFF": lambda image: _saved(image, "TIFF", compression="tiff_lzw"),
    "16-bit TIFF": _sixteen_bit,
    "EXIF upside-down": lambda image: _exif(image.rotate(180), 3),
    "EXIF on its side": lambda image: _exif(image.transpose(Image.Transpose.ROTATE_90), 6),
    "EXIF mirrored": lambda image: _exif(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 2),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_the_page(name: str) -> None:
    """Decoded and turned as the file asks, the page's brightness is that of the drawn one."""
    drawn = sheet("form", 1).image
    data = FORMATS[name](drawn)

    decoded = split(data, sniff(data[:16])).decode(1)
    upright = turn(decoded, decoded.rotation, mirrored=decoded.mirrored)

    assert upright.size == drawn.size
    assert upright.dpi == pytest.approx(200, abs=1)
    expected = cv2.blur(np.asarray(drawn.convert("L")), (9, 9)).astype(int)
    assert float(np.mean(np.abs(cv2.blur(upright.y, (9, 9)).astype(int) - expected))) < 4


@pytest.mark.parametrize("dpi", [150, 300, 600])
def test_resolutions_come_down_to_the_profiles(dpi: int) -> None:
    """Access images have at most 300 dpi, reading images 200, and both stay as wide in millimetres."""
    page = scanned("form", Faults(skew_degrees=0.8), seed=1, dpi=dpi)
    data = files.jpeg(page)

    decoded = split(data, sniff(data[:16])).decode(1)
    examination, upright = examine(decoded, load_profile(), Clock())
    made = derive(upright, examination.recipe, Clock())

    access = Image.open(io.BytesIO(made.access))
    assert made.reading is not None
    reading = Image.open(io.BytesIO(made.reading))
    assert access.info["dpi"][0] == pytest.approx(min(dpi, 300), abs=1)
    assert reading.info["dpi"][0] == pytest.approx(min(dpi, 200), abs=1)
    assert access.width / access.info["dpi"][0] == pytest.approx(210 / 25.4, rel=0.02)
    assert max(Image.open(io.BytesIO(made.thumbnail)).size) == 300


def test_colours_survive() -> None:
    """A red stamp and blue ink keep their colour from scan to access image."""
    page = np.full((1200, 900, 3), 245, np.uint8)
    page[200:400, 200:400] = (200, 30, 40)
    page[600:800, 500:700] = (30, 40, 180)
    data = _saved(Image.fromarray(page), "PNG")

    decoded = split(data, sniff(data[:16])).decode(1)
    examination, upright = examine(decoded, load_profile(), Clock())
    made = derive(upright, examination.recipe, Clock())
    access = np.asarray(Image.open(io.BytesIO(made.access)).convert("RGB")).astype(int)
    left, top = -examination.recipe.crop.x, -examination.recipe.crop.y

    assert np.abs(access[top + 300, left + 300] - (200, 30, 40)).max() < 14
    assert np.abs(access[top + 700, left + 600] - (30, 40, 180)).max() < 14
