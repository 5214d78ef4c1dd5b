"""What people scan by mistake or write badly: a stated verdict, nothing invented, nothing taken silently."""

import cv2
import numpy as np
import pytest

from bench.form_pages import unseen
from bench.form_scoring import IDENTITY, Page, same
from contracts.recognition import ReadingVerdict, Recognition
from services.ocr.layout.scale import Grey
from services.ocr.reading import PageReader
from synthetic.declarations import LAYOUTS
from synthetic.documents import draw_document


@pytest.fixture(scope="module")
def page() -> Page:
    """A printed declaration with one label to a line."""
    (drawn,) = unseen(["flowing"], "print", 1, 11, dpi=200)
    return drawn


def hits(page: Page, found: Recognition) -> int:
    """How many identity fields are exact."""
    return sum(
        name in found.fields and same(name, text, found.fields[name].text)
        for name, text in page.truth.items()
    )


def test_a_page_upside_down_is_read_the_other_way_up(reader: PageReader, page: Page) -> None:
    """The same fields, the turn stated, boxes where the ink lies on the page as given."""
    upside = np.ascontiguousarray(page.image[::-1, ::-1])
    upright, found = reader.read_page(page.image, page.dpi), reader.read_page(upside, page.dpi)
    assert (upright.turned, found.turned) == (0, 180)
    assert hits(page, found) >= hits(page, upright) - 1 >= 4
    box, drawn = found.fields["number"].box, page.boxes["number"]
    height, width = page.image.shape
    assert box.x == pytest.approx(width - drawn.x - drawn.width, abs=12)
    assert box.y == pytest.approx(height - drawn.y - drawn.height, abs=12)


@pytest.mark.parametrize("degrees", [-4.5, 3.0])
def test_a_page_far_askew_is_levelled(reader: PageReader, page: Page, degrees: float) -> None:
    """Fields are found on a page that lay crooked on the glass."""
    height, width = page.image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    askew = cv2.warpAffine(page.image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    found = reader.read_page(np.asarray(askew, np.uint8), page.dpi)
    assert hits(page, found) >= 4


def struck(page: Page) -> Grey:
    """The number crossed out with a pen."""
    image, box = page.image.copy(), page.boxes["number"]
    ends = (box.x - 4, box.y + box.height // 2 + 2), (box.x + box.width + 4, box.y + box.height // 2 - 2)
    cv2.line(image, *ends, (40.0,), 3)
    return image


def stamped(page: Page) -> Grey:
    """A round stamp across the number."""
    image, box = page.image.copy(), page.boxes["number"]
    for radius in (140, 110):
        cv2.circle(image, (box.x + box.width // 2, box.y - 60), radius, (90.0,), 5)
    return image


@pytest.mark.parametrize("spoil", [struck, stamped])
def test_a_spoilt_number_goes_to_keying(reader: PageReader, page: Page, spoil) -> None:  # type: ignore[no-untyped-def]
    """It is missing or carries a warning: never taken as read."""
    found = reader.read_page(spoil(page), page.dpi)
    number = found.fields.get("number")
    assert number is None or number.warnings


def test_a_clean_page_raises_no_doubt(reader: PageReader, page: Page) -> None:
    """Neither stamps nor strokes are seen where there are none."""
    seen = {code for one in reader.read_page(page.image, page.dpi).fields.values() for code in one.warnings}
    assert not seen & {"crossed_out", "stamped", "two_answers"}


def test_verdicts(reader: PageReader, page: Page) -> None:
    """An unknown form, prose, and a page without text are told apart."""
    prose = np.asarray(draw_document(np.random.default_rng(5)).image.convert("L"), np.uint8)
    assert reader.read_page(page.image, page.dpi).verdict is ReadingVerdict.UNKNOWN_FORM
    assert reader.read_page(prose, 200).verdict is ReadingVerdict.TEXT
    assert reader.read_page(np.zeros((2339, 1654), np.uint8)).verdict is ReadingVerdict.NO_TEXT


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_empty_declarations_invent_nothing(reader: PageReader, layout: str) -> None:
    """Whatever the layout, no field is answered where nothing is written."""
    (blank,) = unseen([layout], "print", 1, 31, filled=False, dpi=200)
    assert not reader.read_page(blank.image, blank.dpi).fields.keys() & set(IDENTITY)


def test_words_have_their_own_boxes(reader: PageReader, page: Page) -> None:
    """Joined by spaces they are the line; they stand from left to right inside it, on ink."""
    for line in reader.read_page(page.image, page.dpi).lines:
        assert " ".join(word.text for word in line.words) == line.text
        lefts = [word.box.x for word in line.words]
        assert lefts == sorted(lefts)
        for word in line.words:
            box = word.box
            assert box.x >= line.box.x - 3
            assert box.x + box.width <= line.box.x + line.box.width + 3
            assert page.image[box.y : box.y + box.height, box.x : box.x + box.width].min() < 170


def test_fields_say_how_sure_each_character_is(reader: PageReader, page: Page) -> None:
    """One probability a character, and how much of a date is known."""
    fields = reader.read_page(page.image, page.dpi).fields
    for one in fields.values():
        assert len(one.character_confidences) == len(one.text)
    assert fields["birth_date"].precision == "day"
