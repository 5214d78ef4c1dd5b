"""Dots of a leader under a name are told from dots below its letters, by where and how large they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from services.ocr.engine.base import Glyph, Reading
from services.ocr.fields.dots import UNDECIDED, borne_out, compared
from services.ocr.layout.ink import Ink, find_ink
from services.ocr.layout.leaders import Beneath, clear, find_leader
from services.ocr.layout.lines import Segment, find_rows
from services.ocr.layout.scale import Grey
from services.ocr.reading import PageReader

PITCH = 19
BASE = 4
"""Pixels from the letters' line to the middle of the leader's dots."""


def over_leader(path: Path, name: str, dot_under: str, *, aside: int = 0, leader: str = "dots") -> Grey:
    """A declaration whose name stands over a leader, one dot of which is below a letter or so far beside."""
    page = Image.new("L", (1300, 700), 250)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(path, 38)
    rows = (
        ("Họ và tên: ", name),
        ("Ngày sinh: ", "12/03/1971"),
        ("Giới tính: ", "Nam"),
        ("Số CMND: ", "361234567"),
    )
    for number, (label, value) in enumerate(rows):
        y, x = 80 + 110 * number, 80 + pen.textlength(rows[0][0], font) + 40
        pen.text((80, y), label, 15, font, anchor="ls")
        pen.text((x, y), value, 15, font, anchor="ls")
        before, letter = (pen.textlength(name[: name.index(dot_under) + end], font) for end in (0, 1))
        phase = round(x + (before + letter) / 2 + aside) % PITCH
        dots = np.arange(phase + PITCH * (round(x - 40) // PITCH), 1250, PITCH)
        if leader == "rule":
            pen.line((x - 20, y + BASE, 1250, y + BASE), 60, 2)
        for place in dots if leader == "dots" else ():
            pen.ellipse((place - 1.6, y + BASE - 1.6, place + 1.6, y + BASE + 1.6), 40)
    return np.asarray(cv2.GaussianBlur(np.array(page), (0, 0), 0.7), np.uint8)


def name_of(ink: Ink) -> Segment:
    """The part of the first row that is widest behind the label."""
    return max(find_rows(ink)[0].segments, key=lambda one: one.right)


@pytest.mark.parametrize(("name", "under"), [("Huỳnh Khánh Nhung", "g"), ("Lê Thanh Tuấn", "a")])
@pytest.mark.parametrize("family", [0, 3])
def test_a_leaders_dot_is_no_dot_below(
    reader: PageReader, printed: list[Path], name: str, under: str, family: int
) -> None:
    """The name is read without the dot that the leader has under its letter."""
    found = reader.read_page(over_leader(printed[family], name, under), 200.0)
    assert found.fields["full_name"].text == name


@pytest.mark.parametrize(("name", "under"), [("Trần Thị Phụng", "ụ"), ("Lê Ngọc Thạch", "ạ")])
@pytest.mark.parametrize(("family", "aside"), [(0, 7), (3, 0)])
def test_a_letters_dot_over_the_leaders_stays(
    reader: PageReader, printed: list[Path], name: str, under: str, family: int, aside: int
) -> None:
    """A dot below is read also where a dot of the leader lies beside it, or on it and is smaller."""
    found = reader.read_page(over_leader(printed[family], name, under, aside=aside), 200.0)
    assert found.fields["full_name"].text == name


def test_what_nobody_can_tell_is_keyed(reader: PageReader, printed: list[Path]) -> None:
    """A letter's dot wholly hidden by one of the leader as large is never sure, and both are offered."""
    found = reader.read_page(over_leader(printed[0], "Trần Thị Phụng", "ụ"), 200.0).fields["full_name"]
    assert found.confidence <= UNDECIDED
    assert "Trần Thị Phụng" in {found.text, *(one.text for one in found.alternatives)}


def test_pitch_and_dots_are_found_and_taken_out(printed: list[Path]) -> None:
    """The leader's pitch is measured, and below the letters less ink is left than its dots had."""
    page = over_leader(printed[0], "Lê Thanh Tuấn", "a")
    ink = find_ink(page)
    segment = name_of(ink)
    leader = find_leader(ink, segment)
    assert leader is not None
    assert leader.pitch == pytest.approx(PITCH, abs=0.1)
    image = page.copy()
    beneath = clear(image, ink, segment, leader)
    assert beneath is not None
    below = (slice(80 + BASE, 80 + BASE + 3), slice(segment.left, segment.right))
    assert (250 - image[below].astype(int)).sum() < 0.2 * (250 - page[below].astype(int)).sum()


@pytest.mark.parametrize("leader", ["rule", "none"])
def test_no_leader_nothing_taken(printed: list[Path], leader: str) -> None:
    """A ruled line and blank paper are no dotted leader, whatever dots the letters have."""
    ink = find_ink(over_leader(printed[0], "Lại Thị Ngọc Diệp", "ạ", leader=leader))
    assert find_leader(ink, name_of(ink)) is None


def written(text: str, sure: float) -> Reading:
    """Characters ten pixels apart."""
    return Reading(tuple(Glyph(one, sure, 10.0 * i, sure) for i, one in enumerate(text)))


def test_a_dot_without_ink_is_never_sure() -> None:
    """The letter without it is offered, and the field goes to keying."""
    nothing = Beneath(0, np.zeros(100, np.float32), ())
    found = borne_out(written("Nhụng", 0.99), nothing, 0.0, 10.0)
    assert found.confidence == UNDECIDED
    assert found.glyphs[2].others[0][0] == "u"
    dot = Beneath(0, np.eye(1, 100, 20, dtype=np.float32)[0], ())
    assert borne_out(written("Nhụng", 0.99), dot, 0.0, 10.0).confidence == 0.99


def test_two_readings_that_differ_where_ink_does_not_decide() -> None:
    """An unclear dot makes the letter unsure; a clear one, or other letters, do not."""
    without, over = written("Nhung", 0.99), written("Nhụng", 0.9)
    unclear = Beneath(0, np.zeros(100, np.float32), (21.0,))
    assert compared(without, over, unclear, 0.0, 10.0).confidence == UNDECIDED
    clear_of_dots = Beneath(0, np.zeros(100, np.float32), ())
    assert compared(without, over, clear_of_dots, 0.0, 10.0) == without
    assert compared(without, written("Nhàng", 0.9), unclear, 0.0, 10.0) == without
