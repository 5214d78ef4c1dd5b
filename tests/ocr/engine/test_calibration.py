"""Calibrated confidence: curves rise, damage is refused, evidence lowers and never changes the text."""

import json
from pathlib import Path

import pytest

from services.ocr.engine.base import Glyph, Reading
from services.ocr.engine.calibration import CalibrationDamaged, Curve, calibrated, load_calibration, parsed
from services.ocr.engine.evidence import strange

CURVE = {
    "raw": [0.0, 0.5, 1.0],
    "right": [0.0, 0.2, 0.98],
    "strange_factor": 0.5,
    "figures_only": False,
    "keyed_below": {"0.01": 0.9},
}
KNOWN = frozenset({"thị", "lan"})


def reading(text: str, probability: float) -> Reading:
    """A text whose characters are all as sure."""
    return Reading(tuple(Glyph(one, probability, 0.0) for one in text))


def test_the_curve_gives_the_share_that_was_right() -> None:
    """The least certain character decides, through the line between two knots."""
    curve = parsed({"curves": {"any": {"any": CURVE}}}).curve("text")
    found = calibrated(reading("Thị Lan", 0.75), curve, KNOWN)
    assert found.text == "Thị Lan"
    assert found.confidence == pytest.approx(0.59)
    assert found.glyphs[0].probability == 0.75


def test_an_unknown_syllable_is_doubted_and_kept() -> None:
    """`Lanx` is no syllable: less sure than `Lan`, to the letter the same."""
    curve = parsed({"curves": {"any": {"any": CURVE}}}).curve()
    sure, doubted = (calibrated(reading(text, 0.9), curve, KNOWN) for text in ("Thị Lan", "Thị Lanx"))
    assert doubted.text == "Thị Lanx"
    assert doubted.confidence < sure.confidence
    assert strange(doubted.glyphs, KNOWN) == [False] * 4 + [True] * 4


def test_the_words_of_a_date_are_no_doubt() -> None:
    """`năm 1960` is as sure as its figures; without figures the letters count."""
    curve = parsed({"curves": {"any": {"any": CURVE | {"figures_only": True}}}}).curve("date")
    unsure, sure = reading("năm", 0.1).glyphs, reading("1960", 0.9).glyphs
    assert calibrated(Reading(unsure + sure), curve, KNOWN).confidence == pytest.approx(0.824)
    assert calibrated(Reading(unsure), curve, KNOWN).confidence < 0.1


def weighted(**changes: float) -> Curve:
    """A curve that weighs every trait."""
    weights = {"least": 1.0, "second": 0.3, "rest": 2.0, "known": 1.0, "rival": 1.5, "spaces": 0.2} | changes
    content = CURVE | {"raw": [-30.0, 0.0, 30.0], "right": [0.0, 0.5, 1.0], "weights": weights}
    return parsed({"curves": {"any": {"any": content}}}).curve()


@pytest.mark.parametrize(
    "worse",
    [
        reading("Thị ", 0.9).glyphs + reading("Lan", 0.8).glyphs,
        (Glyph("T", 0.9, 0.0, others=(("F", 0.5),)), *reading("hị Lan", 0.9).glyphs),
        reading("Thị", 0.9).glyphs + reading(" ", 0.3).glyphs + reading("Lan", 0.9).glyphs,
        (*reading("Thị La", 0.9).glyphs, Glyph("n", 0.85, 0.0)),
        reading("Thị Lax", 0.9).glyphs,
    ],
    ids=["other characters", "a rival", "a space", "the least certain", "an unknown syllable"],
)
def test_less_of_anything_is_never_surer(worse: tuple[Glyph, ...]) -> None:
    """Each trait lowers the confidence of a reading and leaves its text."""
    better, doubted = reading("Thị Lan", 0.9), Reading(worse)
    found = calibrated(doubted, weighted(), KNOWN)
    assert found.text == doubted.text
    assert found.confidence < calibrated(better, weighted(), KNOWN).confidence


def test_a_reading_is_as_sure_as_its_least_certain_character() -> None:
    """Traits move all characters together: the order among them stays."""
    found = calibrated(Reading(reading("Thị", 0.95).glyphs + reading("Lan", 0.7).glyphs), weighted(), KNOWN)
    levels = [one.certainty or 0.0 for one in found.glyphs]
    assert found.confidence == levels[-1] == min(levels) < levels[0]


@pytest.mark.parametrize("weights", [{"least": 1.0, "mood": 1.0}, {"least": -1.0}, {"second": 1.0}])
def test_weights_that_make_no_sense_are_refused(weights: dict[str, float]) -> None:
    """Unknown traits, negative weights, none for the least certain character."""
    with pytest.raises(CalibrationDamaged):
        parsed({"curves": {"any": {"any": CURVE | {"weights": weights}}}})


def test_the_most_fitting_curve_is_used() -> None:
    """Type and writing before type alone before anything."""
    other = CURVE | {"right": [0.0, 0.1, 0.5]}
    calibration = parsed({"curves": {"any": {"any": CURVE}, "date": {"any": other, "hand": CURVE}}})
    assert calibration.curve("date")(1.0) == 0.5
    assert calibration.curve("date", "hand")(1.0) == 0.98
    assert calibration.curve("number", "hand")(1.0) == 0.98


@pytest.mark.parametrize(
    "damage",
    [
        {"raw": [0.0, 0.0, 1.0]},
        {"right": [0.0, 0.4, 0.3]},
        {"right": [0.0, 0.4, 1.3]},
        {"right": [0.0, 0.4]},
        {"strange_factor": 0},
    ],
)
def test_a_damaged_curve_is_refused(tmp_path: Path, damage: dict[str, object]) -> None:
    """A curve that falls, leaves 0 to 1 or lacks a knot must not stand for certainty."""
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"curves": {"any": {"any": CURVE | damage}}}))
    with pytest.raises(CalibrationDamaged):
        load_calibration(path)


def test_no_curve_at_all_is_refused() -> None:
    """A pack that promises a calibration has one for every reading."""
    with pytest.raises(CalibrationDamaged):
        parsed({"curves": {"date": {"hand": CURVE}}})
