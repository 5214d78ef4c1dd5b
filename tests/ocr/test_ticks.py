"""Fields answered by marking a box: boxes found, marks seen, doubts where both or neither is marked."""

import cv2
import numpy as np
import pytest

from bench.form_pages import unseen
from bench.form_scoring import Page, same
from services.ocr.layout.ink import binarise
from services.ocr.layout.scale import Grey
from services.ocr.layout.squares import find_squares
from services.ocr.reading import PageReader


def boxes(*marks: str) -> Grey:
    """A row of words, each with a box behind it, marked or not."""
    sheet = np.full((120, 900), 240, np.uint8)
    for number, mark in enumerate(marks):
        x = 60 + 220 * number
        cv2.putText(sheet, "Nam", (x, 70), cv2.FONT_HERSHEY_DUPLEX, 0.8, (30.0,), 2)
        cv2.rectangle(sheet, (x + 80, 46), (x + 108, 74), (30.0,), 2)
        if mark == "cross":
            cv2.line(sheet, (x + 78, 44), (x + 110, 76), (60.0,), 3)
            cv2.line(sheet, (x + 78, 76), (x + 110, 44), (60.0,), 3)
        elif mark == "tick":
            cv2.polylines(sheet, [np.array([(x + 82, 58), (x + 92, 72), (x + 112, 40)])], False, (60.0,), 3)
    return sheet


def test_boxes_and_their_marks() -> None:
    """Boxes stand where they were drawn; a cross and a tick are marks, an empty frame is none."""
    found = find_squares(binarise(boxes("cross", "", "tick", "")), 18.0, (0, 0, 900, 120))
    assert [round(one.middle) for one in found] == pytest.approx([154, 374, 594, 814], abs=3)
    assert [one.marked for one in found] == [True, False, True, False]


def test_letters_are_no_boxes() -> None:
    """Capitals with straight strokes and round letters in a usual size."""
    sheet = np.full((120, 900), 240, np.uint8)
    cv2.putText(sheet, "HOBDEP MNRQ 80", (20, 80), cv2.FONT_HERSHEY_DUPLEX, 1.1, (30.0,), 2)
    assert find_squares(binarise(sheet), 20.0, (0, 0, 900, 120)) == []


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    """Printed declarations with two boxes for the sex."""
    return list(unseen(["ticked"], "print", 6, 500, dpi=200))


def test_the_marked_word_is_the_answer(reader: PageReader, pages: list[Page]) -> None:
    """Before or behind its box, crossed, ticked or blotted: at least five of six, and never the other word."""
    read = [reader.read_page(page.image, page.dpi).fields.get("sex") for page in pages]
    hits = [
        one is not None and same("sex", page.truth["sex"], one.text)
        for page, one in zip(pages, read, strict=True)
    ]
    assert sum(hits) >= 5
    assert all(hit or one is None or one.value is None for hit, one in zip(hits, read, strict=True))


def test_words_whose_boxes_are_not_seen_are_doubted(reader: PageReader) -> None:
    """Far apart, both boxes lost in the scan: whichever word is read, no value is filled in."""
    (page,) = unseen(["ticked"], "print", 1, 779014)
    read = reader.read_page(page.image, page.dpi).fields["sex"]
    assert (read.value, read.confidence) == (None, 0.5)


def test_empty_boxes_answer_nothing(reader: PageReader) -> None:
    """No mark, no answer."""
    for page in unseen(["ticked"], "print", 3, 540, filled=False, dpi=200):
        assert "sex" not in reader.read_page(page.image, page.dpi).fields
