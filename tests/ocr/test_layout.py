"""Rows, segments, leaders and digit boxes on drawn pages."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from bench.drawn_forms import draw_declaration
from services.ocr.layout.boxes import as_line
from services.ocr.layout.crops import REFRAMED, frame, reframed
from services.ocr.layout.ink import find_ink
from services.ocr.layout.lines import find_rows
from services.ocr.layout.scale import Grey, find_skew, working_page


def drawn(path: Path, *lines: tuple[int, int, str]) -> Grey:
    """A page with these texts at (x, y)."""
    page = Image.new("L", (1200, 700), 250)
    pen = ImageDraw.Draw(page)
    for x, y, text in lines:
        pen.text((x, y), text, 20, ImageFont.truetype(path, 36))
    return np.array(page)


def test_rows_and_segments(printed: list[Path]) -> None:
    """Parts of one line far apart are segments of one row; lines below one another are rows."""
    page = drawn(printed[0], (60, 50, "Họ và tên:"), (600, 46, "Nguyễn Thị Lệ"), (60, 130, "Giới tính: Nữ"))
    rows = find_rows(find_ink(page))
    assert [len(row.segments) for row in rows] == [2, 1]
    assert rows[0].segments[1].left == pytest.approx(602, abs=8)


@pytest.mark.parametrize("pitch", [5, 9, 14])
def test_leaders_hold_no_letters(printed: list[Path], pitch: int) -> None:
    """A dotted line without writing is not a segment, however dense its dots; writing on it stays one."""
    page = drawn(printed[0], (60, 50, "Họ và tên:"), (60, 150, "Quê quán:"), (500, 146, "Kế Sách"))
    for y in (88, 188):
        for x in range(260, 1100, pitch):
            cv2.circle(page, (x, y), 1, (40.0,), -1)
    rows = find_rows(find_ink(page))
    assert [len(row.segments) for row in rows] == [1, 2]


def test_digit_boxes(printed: list[Path]) -> None:
    """Boxes are found with digits that touch their frame, and give the digits side by side."""
    page = drawn(printed[0], (60, 50, "Số CMND:"))
    for index, digit in enumerate("361234567"):
        left = 300 + 48 * index
        cv2.rectangle(page, (left, 40), (left + 48, 92), 30, 2)
        cv2.putText(
            page, digit, (left + 12, 92 if index == 3 else 84), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (10.0,), 3
        )
    ink = find_ink(page)
    (chain,) = ink.chains
    assert len(chain.cells) == 9
    line, filled = as_line(page, ink.full, chain)
    assert filled == 9
    assert line.shape[1] < 9 * 48
    (row,) = find_rows(ink)
    assert [segment.chain is not None for segment in row.segments] == [False, True]


def test_empty_boxes_hold_nothing(printed: list[Path]) -> None:
    """Boxes nobody wrote in have no digits."""
    page = drawn(printed[0], (60, 50, "Số CMND:"))
    for index in range(12):
        cv2.rectangle(page, (300 + 48 * index, 40), (348 + 48 * index, 92), 30, 2)
    ink = find_ink(page)
    assert as_line(page, ink.full, ink.chains[0])[1] == 0


@pytest.mark.parametrize("degrees", [-1.6, -0.7, 0.0, 0.9, 1.8])
def test_skew_is_found_and_taken_out(printed: list[Path], degrees: float) -> None:
    """After straightening, less than a quarter of a degree is left, and boxes map back to the scan."""
    page = draw_declaration(4, printed, printed, faults=False).image
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    turned = np.asarray(cv2.warpAffine(page, turn, (width, height), borderValue=(255.0,)), np.uint8)
    working = working_page(turned, 200)
    assert abs(find_skew(working.image)) < 0.25
    x, y = working.to_source(700, 500)
    expected = turn @ np.array([700, 500, 1.0])
    assert (x, y) == pytest.approx(tuple(expected), abs=4)


def test_unknown_resolution_counts_as_a4(printed: list[Path]) -> None:
    """A page scanned at 300 dpi that does not say so is brought to the same size."""
    page = draw_declaration(5, printed, printed, faults=False).image
    large = cv2.resize(page, None, fx=1.5, fy=1.5)
    assert working_page(np.asarray(large, np.uint8), None).image.shape == page.shape


@pytest.mark.parametrize("kind", ["black", "white", "noise", "photograph", "sliver"])
def test_pages_without_text(kind: str) -> None:
    """Whatever is no text gives few rows or none, within bounds."""
    rng = np.random.default_rng(7)
    pages = {
        "black": np.zeros((2339, 1654), np.uint8),
        "white": np.full((2339, 1654), 255, np.uint8),
        "noise": rng.integers(0, 256, (2339, 1654), dtype=np.uint8),
        "photograph": cv2.resize(rng.integers(0, 256, (60, 40), dtype=np.uint8), (1654, 2339)),
        "sliver": np.full((2, 10_000), 128, np.uint8),
    }
    working = working_page(np.asarray(pages[kind], np.uint8), None)
    assert len(find_rows(find_ink(working.image))) < 200


def test_a_dot_below_on_a_rule_stays_in_the_crop(printed: list[Path]) -> None:
    """A dot below that touches the line to write on counts as part of it, and is read all the same."""
    page = drawn(printed[0], (60, 50, "Họ và tên:"), (500, 46, "Kim Thị Lan"))
    dot = int(np.flatnonzero((page[:, 490:] < 128).any(axis=1)).max())
    cv2.line(page, (480, dot), (1100, dot), (40.0,), 4)
    ink = find_ink(page)
    (row,) = find_rows(ink)
    assert frame(row.segments[-1], ink.letter_px, page.shape)[3] > dot


def test_other_frames_hold_the_same_line(printed: list[Path]) -> None:
    """Every other frame of a line has its ink, none is the first one, and the page's edge bounds them."""
    page = drawn(printed[0], (60, 2, "Huỳnh Khánh Nhung"))
    ink = find_ink(page)
    (segment,) = find_rows(ink)[0].segments
    left, top, right, bottom = frame(segment, ink.letter_px, page.shape)
    found = reframed(page, segment, ink.letter_px)
    assert len(found) == len(REFRAMED)
    assert all(one.min() < 100 and one.shape != (bottom - top, right - left) for one in found)
    assert all(abs(one.shape[0] - (bottom - top)) <= 0.25 * (bottom - top) for one in found)


def test_cells_part_the_line(printed: list[Path]) -> None:
    """An upright rule between two cells ends a segment, however near their texts are."""
    page = drawn(printed[0], (60, 50, "Kế Sách"), (210, 50, "Cha: Lê An"))
    for y in (30, 110):
        cv2.line(page, (40, y), (1100, y), (30.0,), 2)
    for x in (40, 202, 1100):
        cv2.line(page, (x, 30), (x, 110), (30.0,), 2)
    segments = [len(row.segments) for row in find_rows(find_ink(page))]
    assert max(segments) >= 2
