"""A number is judged by its figures: spaces between them are no doubt, other figures are."""

import pytest

from services.ocr.engine.base import Glyph, Reading
from services.ocr.engine.figures import figures


def told(*glyphs: tuple[str, float, tuple[tuple[str, float], ...]]) -> Reading:
    """A reading of characters with their probabilities and rivals."""
    return figures(Reading(tuple(Glyph(one, sure, 0.0, others=others) for one, sure, others in glyphs)))


def sure(reading: Reading) -> list[float]:
    """The probabilities that are judged."""
    return [one.probability for one in reading.glyphs]


def test_a_space_that_may_follow_is_no_doubt() -> None:
    """`4` or `4 `: the same figure; the one behind it, as doubtful for that space alone, neither."""
    found = told(("3", 0.99, ()), ("4", 0.6, (("4 ", 0.4),)), ("7", 0.6, ()), ("8", 0.99, ()))
    assert sure(found) == pytest.approx([0.99, 1.0, 1.0, 0.99])
    assert found.glyphs[1].others == ()


def test_a_space_that_may_be_none_is_no_doubt() -> None:
    """But one that may be a figure is."""
    found = told(("3", 0.99, ()), (" ", 0.5, (("", 0.5),)), ("4", 0.99, ()), (".", 0.7, (("1", 0.3),)))
    assert sure(found) == pytest.approx([0.99, 1.0, 0.99, 0.7])


def test_another_figure_is_a_doubt() -> None:
    """Also one that was passed over."""
    found = told(("3", 0.7, (("8", 0.3),)), ("4", 0.8, (("41", 0.2),)))
    assert sure(found) == [0.7, 0.8]


def test_what_no_number_holds_stays_a_doubt() -> None:
    """A letter forced into a figure has no rival among figures, and is no surer for it."""
    assert sure(told(("0", 0.4, ()), ("1", 0.95, ()))) == [0.4, 0.95]
