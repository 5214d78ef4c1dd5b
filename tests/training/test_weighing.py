"""What a reading shows is weighed: nothing speaks against it, and the same readings give the same weights."""

import numpy as np
import pytest

pytest.importorskip("fontTools")

from services.ocr.engine.base import Glyph, Reading
from services.ocr.engine.calibration import calibrated, parsed
from services.ocr.engine.traits import LEAST, TRAITS
from training.calibrate import Judged, fitted
from training.weighing import rows, scores, weights

KNOWN = frozenset({"lan", "thị"})


def judged(count: int, seed: int = 5) -> list[Judged]:
    """Readings with one doubtful character, half of them with many: these are wrong far more often."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        least, poor = float(rng.uniform(0.3, 0.95)), bool(rng.random() < 0.5)
        others = rng.uniform(0.5, 0.9, 6) if poor else rng.uniform(0.97, 1.0, 6)
        levels = [least, *np.maximum(others, least)]
        reading = Reading(tuple(Glyph(one, level, 0.0) for one, level in zip("lan thị", levels, strict=True)))
        found.append(Judged(reading, bool(rng.random() < least * (0.35 if poor else 1.0))))
    return found


def test_what_tells_right_from_wrong_is_weighed() -> None:
    """The other characters count, none against a reading, and the same again in another run."""
    group = judged(1500)
    shown = rows([one.reading for one in group], 1.0, KNOWN, figures_only=False)
    right = np.array([one.right for one in group], np.float64)
    found = weights(shown, right)
    assert found == weights(shown, right)
    assert found[LEAST] > 0
    assert min(found.values()) > 0
    assert {"second", "rest"} & found.keys()
    assert set(found) <= {LEAST, *TRAITS}
    # Turned round, the same columns would speak against what is right: none is used but the one that must be.
    assert set(weights(shown, 1 - right)) == {LEAST}


def test_confidences_hold_for_sure_and_poor_readings_alike() -> None:
    """Fitted on some readings, measured on others: each half is right as often as its confidence says."""
    curve = fitted(judged(3000), KNOWN)
    parsed_curve = parsed({"curves": {"any": {"any": curve}}}).curve()
    fresh = judged(3000, seed=6)
    poor = [float(np.median([g.probability for g in one.reading.glyphs])) < 0.95 for one in fresh]
    for half in (True, False):
        own = [one for one, is_poor in zip(fresh, poor, strict=True) if is_poor is half]
        said = np.mean([calibrated(one.reading, parsed_curve, KNOWN).confidence for one in own])
        assert said == pytest.approx(np.mean([one.right for one in own]), abs=0.06)


def test_scores_rise_with_the_least_certain_character() -> None:
    """All else alike."""
    readings = [Reading(tuple(Glyph(one, level, 0.0) for one in "lan")) for level in (0.4, 0.6, 0.9)]
    shown = rows(readings, 1.0, KNOWN, figures_only=False)
    assert (np.diff(scores(shown, {LEAST: 1.0, "second": 0.5})) > 0).all()
