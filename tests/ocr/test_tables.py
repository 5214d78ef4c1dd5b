"""Tables of a household's members: rules found, cells read by the heads of their columns."""

import cv2
import numpy as np
import pytest

from bench.reading_tables import counted, pages, types
from forms import load_editions
from services.ocr.layout.grids import cell_lines, find_grids
from services.ocr.layout.ink import find_ink
from services.ocr.layout.scale import Grey
from services.ocr.reading import PageReader


def ruled(xs: tuple[int, ...], ys: tuple[int, ...], turn: float = 0.0) -> Grey:
    """A sheet with these rules and some words around, turned by some degrees."""
    sheet = np.full((900, 1300), 245, np.uint8)
    for x in xs:
        cv2.line(sheet, (x, ys[0]), (x, ys[-1]), (30.0,), 2)
    for y in ys:
        cv2.line(sheet, (xs[0], y), (xs[-1], y), (30.0,), 2)
    for row in range(6):
        cv2.putText(sheet, "Thong tin ve ho", (80, 60 + 40 * row), cv2.FONT_HERSHEY_DUPLEX, 0.9, (30.0,), 2)
    about = cv2.getRotationMatrix2D((650, 450), turn, 1)
    return np.asarray(cv2.warpAffine(sheet, about, (1300, 900), borderValue=(245.0,)), np.uint8)


@pytest.mark.parametrize("turn", [0.0, 0.14])
def test_rules_are_found_where_they_are(turn: float) -> None:
    """Four columns and three rows to a few pixels, also within the slant that levelling leaves."""
    xs, ys = (100, 180, 600, 800, 1200), (400, 470, 540, 610)
    (grid,) = find_grids(find_ink(ruled(xs, ys, turn)))
    assert grid.xs == pytest.approx(xs, abs=4)
    assert grid.ys == pytest.approx(ys, abs=4)


def test_lines_of_a_cell_are_parted_with_their_marks() -> None:
    """Two lines written in one cell, dots and hats with the letters they belong to; none in an empty cell."""
    sheet = ruled((100, 180, 600, 800, 1200), (400, 480, 560))
    for y in (428, 462):
        cv2.putText(sheet, "Hoa Loi", (200, y), cv2.FONT_HERSHEY_DUPLEX, 0.75, (30.0,), 2)
    cv2.circle(sheet, (240, 434), 2, (30.0,), -1)
    ink = find_ink(sheet)
    (grid,) = find_grids(ink)
    first, second = cell_lines(ink, grid.cell(0, 1))
    assert first.bottom <= 438
    assert second.top >= 438
    assert 434 in range(first.top, first.bottom + 1)
    assert not cell_lines(ink, grid.cell(1, 2))


def test_members_of_printed_households_are_read(reader: PageReader) -> None:
    """On four editions: most cells to the letter, no row that is not there."""
    editions, total = load_editions(), 0
    exact = extra = 0
    for image, truth in pages("print", 4, 71_000):
        kinds = {table: types(editions, truth, table) for table in truth.tables}
        counts = counted(reader.read_page(image, 200.0), truth, kinds)
        total, exact, extra = (
            total + counts["cells"],
            exact + counts["exact"],
            extra + counts["rows too many"],
        )
    assert total > 60
    assert exact / total > 0.8
    assert extra == 0


def test_empty_tables_have_no_rows(reader: PageReader) -> None:
    """Whatever the edition, nothing is invented between the rules."""
    for image, _ in pages("print", 4, 72_000, filled=False):
        assert not reader.read_page(image, 200.0).tables


def test_a_page_without_rules_has_no_table() -> None:
    """Words alone."""
    assert find_grids(find_ink(ruled((100, 1200), (400, 610)))) == []
