"""Other readings come from the uncertain characters, likeliest first, and never hold the reading itself."""

import numpy as np
import pytest

from services.ocr.engine.alternatives import alternatives
from services.ocr.engine.base import Glyph, Reading
from services.ocr.engine.decode import decoded

CHARACTERS = ("", "a", "ạ", "n", " ")


def test_decoding_keeps_what_else_a_character_may_be() -> None:
    """The runner-up of an uncertain run is there with its probability; a sure character has none."""
    frames = np.array(
        [
            [0.01, 0.55, 0.42, 0.01, 0.01],
            [0.99, 0.0025, 0.0025, 0.0025, 0.0025],
            [0.003, 0.0, 0.0, 0.997, 0.0],
        ],
        np.float32,
    )
    reading = decoded(frames, CHARACTERS, 2.0)
    assert reading.text == "an"
    other, probability = reading.glyphs[0].others[0]
    assert (other, round(probability, 2)) == ("ạ", 0.42)
    assert reading.glyphs[1].others == ()
    assert [one.text for one in alternatives(reading)][:1] == ["ạn"]


def test_a_letter_that_was_passed_over_is_offered() -> None:
    """Between two sure letters a third nearly won: the reading with it comes first among the others."""
    frames = np.array(
        [
            [0.001, 0.996, 0.001, 0.001, 0.001],
            [0.55, 0.001, 0.44, 0.008, 0.001],
            [0.001, 0.001, 0.001, 0.996, 0.001],
        ],
        np.float32,
    )
    reading = decoded(frames, CHARACTERS, 2.0)
    assert reading.text == "an"
    assert reading.least_probability == pytest.approx(0.56, abs=0.01)
    assert alternatives(reading, 1)[0].text == "aạn"


def test_combinations_come_in_order_of_likelihood() -> None:
    """Two doubts give three other texts, the likeliest first."""
    reading = Reading(
        (
            Glyph("a", 0.6, 0.0, others=(("ạ", 0.3),)),
            Glyph("n", 0.9, 4.0),
            Glyph("a", 0.5, 8.0, others=(("ạ", 0.4), ("", 0.05))),
        )
    )
    found = alternatives(reading, 3)
    assert [one.text for one in found] == ["anạ", "ạna", "ạnạ"]
    assert [one.weight for one in found] == pytest.approx([0.8, 0.5, 0.4])


def test_a_sure_reading_has_none() -> None:
    """Nothing is offered where nothing is in doubt."""
    assert alternatives(Reading((Glyph("a", 0.99, 0.0),))) == []
    assert alternatives(Reading()) == []
