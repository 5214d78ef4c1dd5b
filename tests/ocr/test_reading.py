"""Whole pages read with the shipped pack: fields, empty forms, other documents, and what is no page at all."""

import random
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.drawn_forms import draw_declaration
from bench.form_pages import known
from bench.form_scoring import same
from forms import edition
from services.ocr.fields.catalogue import IDENTITY_FIELDS
from services.ocr.layout.scale import Grey
from services.ocr.reading import PageReader, tight_line
from synthetic.documents import draw_document
from synthetic.forms import Filled, draw_form


def test_printed_declarations_in_unseen_layouts(reader: PageReader, printed: list[Path]) -> None:
    """Of the six fields on pages of no known edition, at least three quarters are exact."""
    hits = []
    for seed in (1, 4, 7):
        drawn = draw_declaration(seed, printed, printed)
        fields = reader.read_page(drawn.image, 200).fields
        hits += [name in fields and same(name, text, fields[name].text) for name, text in drawn.truth.items()]
    assert sum(hits) / len(hits) >= 0.75


def test_known_editions_are_named_and_boxes_hold_the_values(reader: PageReader) -> None:
    """CC01, CMND-9, HK01 and CT01 are told apart, and each field's box lies on its row."""
    for page in known("print", 4, 42_000):
        found = reader.read_page(page.image, 200)
        assert found.form == page.form
        hits = [
            name in found.fields and same(name, text, found.fields[name].text)
            for name, text in page.truth.items()
        ]
        assert sum(hits) / len(hits) >= 0.5
        for field in found.fields.values():
            box = field.box
            ink = page.image[box.y : box.y + box.height, box.x : box.x + box.width]
            assert ink.min() < 140


@pytest.mark.parametrize("seed", [2, 5, 8])
def test_an_empty_form_invents_nothing(reader: PageReader, printed: list[Path], seed: int) -> None:
    """Labels and leaders without writing give no identity field."""
    drawn = draw_declaration(seed, printed, printed, filled=False)
    assert reader.read_page(drawn.image, 200).fields.keys() & set(IDENTITY_FIELDS) == set()


def test_an_empty_edition_is_still_that_edition(reader: PageReader) -> None:
    """A blank CC01 is a CC01 with nothing in it, digit boxes included."""
    sheet = draw_form(edition("CC01"), Filled(), np.random.default_rng(3))[0]
    found = reader.read_page(np.asarray(sheet.image.convert("L"), np.uint8), 200)
    assert found.form == "CC01"
    assert found.fields.keys() & set(IDENTITY_FIELDS) == set()


def test_prose_is_an_unknown_form(reader: PageReader) -> None:
    """A free document is read as text, without form and fields."""
    sheet = draw_document(np.random.default_rng(5))
    found = reader.read_page(np.asarray(sheet.image.convert("L"), np.uint8), 200)
    assert (found.form, found.edition, found.fields) == (None, None, {})
    assert len(found.text) > 0.7 * len(sheet.truth.text)


def test_half_a_form(reader: PageReader, printed: list[Path]) -> None:
    """What is left of a torn page gives no field that is not on it."""
    drawn = draw_declaration(4, printed, printed)
    found = reader.read_page(np.ascontiguousarray(drawn.image[: drawn.image.shape[0] // 4]), 200)
    assert all(field.text for field in found.fields.values())
    assert len(found.fields) <= 6


def nothing(kind: str) -> Grey:
    """Images that are no pages."""
    rng = np.random.default_rng(11)
    coarse = rng.integers(0, 256, (60, 40), dtype=np.uint8)
    images = {
        "black": np.zeros((2339, 1654), np.uint8),
        "white": np.full((2339, 1654), 255, np.uint8),
        "noise": rng.integers(0, 256, (2339, 1654), dtype=np.uint8),
        "photograph": cv2.resize(coarse, (1654, 2339), interpolation=cv2.INTER_CUBIC),
        "pixel": np.full((1, 1), 7, np.uint8),
        "sliver": np.full((3, 10_000), 90, np.uint8),
    }
    return np.asarray(images[kind], np.uint8)


@pytest.mark.parametrize("kind", ["black", "white", "noise", "photograph", "pixel", "sliver"])
def test_no_text_is_invented_where_there_is_none(reader: PageReader, kind: str) -> None:
    """Neither lines nor fields, as a page and as a line; no crash."""
    image = nothing(kind)
    found = reader.read_page(image)
    assert (found.text, found.form, found.fields) == ("", None, {})
    if kind in {"black", "white", "noise"}:
        assert reader.read_line(image).text == ""


def test_a_very_long_line(reader: PageReader, printed: list[Path]) -> None:
    """Ten thousand pixels of text are read to the end, in parts, not squashed."""
    line = draw_declaration(4, printed, printed, faults=False).image[60:230, 300:1400]
    strip = np.tile(line, (1, 10))[:, :10_000]
    once = len(reader.read_line(line).text)
    assert once > 15
    assert len(reader.read_line(strip).text) > 5 * once


def test_lines_are_cut_to_their_ink(printed: list[Path]) -> None:
    """A loosely framed line is brought to the same frame as a tight one."""
    page = draw_declaration(6, printed, printed, faults=False).image
    rows = np.flatnonzero((page < 128).any(axis=1))
    top = int(rows[0])
    tight, loose = page[top - 2 : top + 44], page[max(0, top - 40) : top + 50]
    assert tight_line(tight).shape == pytest.approx(tight_line(loose).shape, rel=0.2)


def test_reading_is_repeatable(reader: PageReader, printed: list[Path]) -> None:
    """The same page gives the same answer, whatever was read before."""
    pages = [draw_declaration(seed, printed, printed).image for seed in (1, 2)]
    first = [reader.read_page(page, 200) for page in pages]
    order = random.Random(1).sample([0, 1], 2)
    again = {index: reader.read_page(pages[index], 200) for index in order}
    assert [again[0], again[1]] == first
