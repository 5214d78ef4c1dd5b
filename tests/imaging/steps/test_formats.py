"""Every format that scanners and copiers write gives the same picture of the same page."""

import io

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
from tests.imaging.formats import FORMATS, saved
from tests.imaging.scans import scanned, sheet


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
    data = saved(Image.fromarray(page), "PNG")

    decoded = split(data, sniff(data[:16])).decode(1)
    examination, upright = examine(decoded, load_profile(), Clock())
    made = derive(upright, examination.recipe, Clock())
    access = np.asarray(Image.open(io.BytesIO(made.access)).convert("RGB")).astype(int)
    left, top = -examination.recipe.crop.x, -examination.recipe.crop.y

    assert np.abs(access[top + 300, left + 300] - (200, 30, 40)).max() < 14
    assert np.abs(access[top + 700, left + 600] - (30, 40, 180)).max() < 14
