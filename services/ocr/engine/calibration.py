"""What a confidence is worth: the share of like readings that were right, measured and kept in the pack.

A reading is judged by its least certain character and, where the pack weighs them, by what else it shows
(`traits.py`): one number for both, and a rising line from that number to the share that was right.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.ocr.engine.base import Glyph, Reading
from services.ocr.engine.evidence import strange
from services.ocr.engine.figures import figures
from services.ocr.engine.traits import LEAST, TRAITS, logit, traits

CALIBRATION = "calibration.json"
ANY = "any"
"""Field type, or kind of writing, of a reading about which nothing is known."""


class CalibrationDamaged(ValueError):
    """The pack's calibration is not what it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising line through knots: from what a reading shows to the probability that it is right."""

    raw: NDArray[np.float64]
    """Probabilities of the least certain character; with `weights`, sums of weighed traits."""
    right: NDArray[np.float64]
    strange_factor: float
    """What a character's probability is multiplied by in a word that is no known syllable."""
    figures_only: bool
    """Whether letters are left out where there are figures, as in dates."""
    keyed_below: Mapping[str, float]
    """Error share (`0.01`) → calibrated confidence under which the field is to be keyed, never filled in."""
    digits_alone: bool = False
    """Whether doubts about what stands between figures are left out, as in numbers."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """What each trait counts, none below 0: more of it is never surer of less. Empty in older packs."""

    def __call__(self, score: float) -> float:
        """The calibrated probability, 0 to 1."""
        return float(np.interp(score, self.raw, self.right))

    def scores(self, raws: Sequence[float], reading: Reading, odd: Sequence[bool]) -> list[float]:
        """Each character's place on the line, if it were the least certain of this reading.

        `raws` are the characters' weighed probabilities, `odd` says which stand in unknown syllables.
        """
        if not self.weights:
            return list(raws)
        shown = traits(raws, reading.glyphs, odd)
        rest = math.fsum(self.weights.get(one, 0.0) * shown[one] for one in TRAITS)
        return [self.weights[LEAST] * logit(raw) + rest for raw in raws]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Curves by field type and kind of writing, with `any` for both."""

    curves: Mapping[tuple[str, str], Curve]

    def curve(self, field_type: str = ANY, writing: str = ANY) -> Curve:
        """The most fitting curve: type and writing, the type alone, or that of everything."""
        for key in ((field_type, writing), (field_type, ANY), (ANY, writing), (ANY, ANY)):
            if key in self.curves:
                return self.curves[key]
        raise CalibrationDamaged("no curve for readings of any type")


def weighed(
    reading: Reading, factor: float, known: frozenset[str], *, figures_only: bool = False
) -> list[float]:
    """Each character's probability, lowered by the factor in words that are no known syllables.

    With `figures_only` letters are no doubt where there are figures: a date's words do not change its value.
    """
    if figures_only and any(one.character.isdigit() for one in reading.glyphs):
        return [1.0 if one.character.isalpha() else one.probability for one in reading.glyphs]
    odd = strange(reading.glyphs, known) if factor < 1 else [False] * len(reading.glyphs)
    return [
        one.probability * (factor if doubted else 1.0)
        for one, doubted in zip(reading.glyphs, odd, strict=True)
    ]


def calibrated(reading: Reading, curve: Curve, known: frozenset[str]) -> Reading:
    """The same reading, each character with its certainty."""
    if not reading.glyphs:
        return reading
    seen = figures(reading) if curve.digits_alone else reading
    raws = weighed(seen, curve.strange_factor, known, figures_only=curve.figures_only)
    odd = strange(reading.glyphs, known) if curve.weights else []
    levels = np.interp(curve.scores(raws, seen, odd), curve.raw, curve.right).tolist()
    glyphs: tuple[Glyph, ...] = tuple(
        Glyph(one.character, one.probability, one.x, level, one.others)
        for one, level in zip(reading.glyphs, levels, strict=True)
    )
    return Reading(glyphs)


def load_calibration(path: Path) -> Calibration:
    """Read a pack's calibration; raises CalibrationDamaged."""
    try:
        return parsed(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CalibrationDamaged(f"{path.name}: {error}") from error


def parsed(content: dict[str, Any]) -> Calibration:
    """The calibration of a decoded file: type → writing → `raw`, `right`, `keyed_below`, `weights`."""
    curves = {
        (field_type, writing): _curve(one)
        for field_type, kinds in content["curves"].items()
        for writing, one in kinds.items()
    }
    calibration = Calibration(curves)
    calibration.curve()
    return calibration


def _curve(one: dict[str, Any]) -> Curve:
    raw, right = np.asarray(one["raw"], np.float64), np.asarray(one["right"], np.float64)
    if raw.shape != right.shape or raw.size < 2 or (np.diff(raw) <= 0).any() or (np.diff(right) < 0).any():
        raise CalibrationDamaged("a curve does not rise")
    weights = {name: float(weight) for name, weight in one.get("weights", {}).items()}
    if weights and (not {LEAST} <= weights.keys() <= {LEAST, *TRAITS} or min(weights.values()) < 0):
        raise CalibrationDamaged("a trait is unknown or counts less than nothing")
    if right[0] < 0 or right[-1] > 1 or (not weights and (raw[0] < 0 or raw[-1] > 1)):
        raise CalibrationDamaged("a curve leaves 0 to 1")
    factor = float(one["strange_factor"])
    if not 0 < factor <= 1:
        raise CalibrationDamaged("a factor is not between 0 and 1")
    below = {share: float(level) for share, level in one["keyed_below"].items()}
    digits_alone = bool(one.get("digits_alone", False))
    return Curve(raw, right, factor, bool(one["figures_only"]), below, digits_alone, weights)
