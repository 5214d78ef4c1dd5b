"""Drawn forms: the truth says what is on the sheet, where it is, and the seed decides all of it."""

import random
import unicodedata

import numpy as np
import pytest

from forms import FormEdition, edition, load_editions
from synthetic.forms import Filled, draw_form, fill
from synthetic.people import household
from synthetic.truth import Sheet
from synthetic.writing import Mode


def _drawn(one: FormEdition, seed: int, mode: Mode = "print", dpi: int = 100) -> tuple[Sheet, ...]:
    rng = random.Random(seed)
    home = household(rng, "943")
    filled = fill(one, home.members[-1].person, rng, home)
    return draw_form(one, filled, np.random.default_rng(seed), mode=mode, dpi=dpi)


@pytest.mark.parametrize("mode", ["print", "handwriting"])
@pytest.mark.parametrize("one", load_editions(), ids=lambda one: one.key)
def test_every_edition_is_drawn_with_its_values(one: FormEdition, mode: Mode) -> None:
    """Each box of the truth lies on the sheet and holds ink; texts are NFC."""
    sheets = _drawn(one, 5, mode)
    assert 1 <= len(sheets) <= 2
    found = [(sheet, field) for sheet in sheets for field in sheet.truth.fields]
    assert {"full_name", "birth_date", "sex"} <= {field.id for _, field in found}
    for sheet, field in found:
        grey = np.asarray(sheet.image.convert("L"))
        for box in field.boxes:
            part = grey[box.y : box.y + box.height, box.x : box.x + box.width]
            assert part.shape == (box.height, box.width), f"{field.id} leaves the sheet"
            assert part.min() < 150, f"{field.id} holds no ink"
        assert field.text == unicodedata.normalize("NFC", field.text)


def test_same_seed_same_pixels() -> None:
    """Two drawings of one seed are equal to the last pixel, of another seed they are not."""
    first, second = _drawn(edition("CC01"), 9, "handwriting"), _drawn(edition("CC01"), 9, "handwriting")
    assert first[0].image.tobytes() == second[0].image.tobytes()
    assert first[0].truth == second[0].truth
    assert _drawn(edition("CC01"), 10, "handwriting")[0].image.tobytes() != first[0].image.tobytes()


def test_values_are_normalised() -> None:
    """Dates are ISO and sexes are words of the vocabulary, whatever is written."""
    for seed in range(12):
        truth = _drawn(edition("CT01", "2021"), seed)[0].truth
        assert truth.field("sex").value == {"Nam": "male", "Nữ": "female"}[truth.field("sex").text]
        assert truth.field("birth_date").value[:4] in truth.field("birth_date").text
        assert truth.field("number").value.isdigit()


def test_empty_form_has_no_values() -> None:
    """A blank form is drawn with labels alone and its truth names no field."""
    sheets = draw_form(edition("HK01"), Filled(), np.random.default_rng(1), dpi=100)
    assert all(not sheet.truth.fields for sheet in sheets)
    assert np.asarray(sheets[0].image.convert("L")).min() < 100


def test_fields_stay_apart() -> None:
    """No value is written over another one."""
    for one in load_editions():
        for sheet in _drawn(one, 21, "print"):
            boxes = [box for field in sheet.truth.fields for box in field.boxes]
            for index, a in enumerate(boxes):
                for b in boxes[index + 1 :]:
                    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
                    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
                    assert across <= 1 or down <= 3
