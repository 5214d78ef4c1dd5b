"""Several readings of one value: the most probable text wins; a lawful alternative is never sure."""

from functools import partial

import pytest

from forms import FieldType
from services.ocr.engine.base import Glyph, Reading
from services.ocr.fields.values import fits
from services.ocr.fields.votes import elected, lawful


def told(text: str, sure: float, others: dict[int, tuple[tuple[str, float], ...]] | None = None) -> Reading:
    """A reading whose characters are all as sure, with what else some of them may be."""
    return Reading(
        tuple(
            Glyph(character, sure, 10.0 * i, sure, (others or {}).get(i, ()))
            for i, character in enumerate(text)
        )
    )


def test_two_that_agree_outvote_a_surer_one() -> None:
    """Twice "Thu" against "Thụ" once, and of the two not the surer."""
    readings = [told("Thụ", 0.9), told("Thu", 0.85), told("Thu", 0.95)]
    assert elected(readings) == 1


def test_readings_that_say_nothing_lose() -> None:
    """An empty reading is no vote for leaving the field empty."""
    assert elected([told("", 0.0), told("Sơn", 0.4), told("", 0.0)]) == 1


def test_an_impossible_month_becomes_the_likeliest_possible_one() -> None:
    """Where 94 is no month, 04 is read if the recogniser thought of it; the whole is then unsure."""
    reading = told("03/94/1979", 0.97, {3: (("0", 0.2), ("8", 0.01))})
    found = lawful(reading, partial(fits, FieldType.DATE))
    assert found.text == "03/04/1979"
    assert found.confidence < 0.5


def test_a_number_with_a_digit_too_many_is_not_guessed_surely() -> None:
    """A dropped digit leaves no trace among the others: all of them are made unsure."""
    reading = told("3651234567", 0.96, {4: (("", 0.3),)})
    found = lawful(reading, partial(fits, FieldType.DIGITS))
    assert found.text == "365134567"
    assert found.confidence < 0.5


def test_what_nobody_thought_of_is_not_invented() -> None:
    """Without a lawful alternative the reading stays, and its check warns."""
    reading = told("03/94/1979", 0.97)
    assert lawful(reading, partial(fits, FieldType.DATE)) == reading


@pytest.mark.parametrize(
    ("kind", "text", "possible"),
    [
        (FieldType.DIGITS, "365 123 456", True),
        (FieldType.DIGITS, "094193001234", True),
        (FieldType.DIGITS, "094993001234", False),
        (FieldType.DIGITS, "000193001234", False),
        (FieldType.DIGITS, "36512345", False),
        (FieldType.DATE, "31/02/1960", False),
        (FieldType.SEX, "Nm", False),
        (FieldType.SEX, "Nữ", True),
        (FieldType.NAME, "Sơn Khel", True),
    ],
)
def test_possible_values(kind: FieldType, text: str, possible: bool) -> None:
    """Lengths, provinces, centuries and calendars decide."""
    assert fits(kind, text) is possible
