"""Crops that hold only the feet of the line above; letters of their own stand clear of the upper edge."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from services.ocr.layout.edges import only_feet
from services.ocr.layout.scale import Grey
from synthetic import fonts

HEIGHT, CAPITAL = 60, 29
"""Rows of the crop, and of a capital of the font that is drawn."""


def crop(*lines: tuple[str, int], paper: int = 235) -> Grey:
    """Texts, each on its baseline; what lies above or below the crop is cut off."""
    picture = Image.new("L", (420, HEIGHT), paper)
    font = ImageFont.truetype(str(fonts.font("tinos")), 44)
    for text, baseline in lines:
        ImageDraw.Draw(picture).text((20, baseline), text, font=font, fill=40, anchor="ls")
    return np.asarray(picture, np.uint8)


@pytest.mark.parametrize("baseline", [14, 18])
def test_the_feet_of_the_line_above(baseline: int) -> None:
    """Every letter is cut by the upper edge and the lower half is free."""
    assert only_feet(crop(("Nguyen nam", baseline)), [30.0, 120.0])


def test_what_was_read_elsewhere_is_writing() -> None:
    """Paler than the feet, so that they alone count as ink."""
    assert not only_feet(crop(("Nguyen nam", 14)), [30.0, 390.0])


@pytest.mark.parametrize("text", ["Lê", "AN", "7", "Nam", "365123456", "Nguyễn Văn Thạch"])
def test_a_line_of_its_own(text: str) -> None:
    """Framed as lines are."""
    assert not only_feet(crop((text, 44)), [30.0])


def test_capitals_cut_at_their_tops() -> None:
    """A frame set too tightly cuts all letters, but they stand in its lower half as well."""
    assert not only_feet(crop(("THACH SA", CAPITAL - 2))[: CAPITAL + 6], [30.0])


def test_own_letters_between_neighbours() -> None:
    """One letter that is whole is enough: the crop is read."""
    assert not only_feet(crop(("nam nu", 8), ("an", 44)), [30.0])


def test_letters_on_the_lower_edge() -> None:
    """A tightly framed line touches it."""
    assert not only_feet(crop(("HO SO 1975", HEIGHT)), [30.0])


def test_nothing_and_all() -> None:
    """Blank paper, a black crop, a rule across."""
    assert not only_feet(np.full((40, 200), 230, np.uint8), [30.0])
    assert not only_feet(np.zeros((40, 200), np.uint8), [30.0])
    ruled = np.full((40, 200), 230, np.uint8)
    ruled[:, 90:93] = 40
    assert not only_feet(ruled, [91.0])
