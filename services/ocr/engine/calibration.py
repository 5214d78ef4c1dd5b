"""What a confidence is worth: the share of like readings that were right, measured and kept in the pack."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.ocr.engine.base import Glyph, Reading
from services.ocr.engine.evidence import strange

CALIBRATION = "calibration.json"
ANY = "any"
"""Field type, or kind of writing, of a reading about which nothing is known."""


class CalibrationDamaged(ValueError):
    """The pack's calibration is not what it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising line through knots: from the least certain character's probability to that of being right."""

    raw: NDArray[np.float64]
    right: NDArray[np.float64]
    strange_factor: float
    """What a character's probability is multiplied by in a word that is no known syllable."""
    figures_only: bool
    """Whether letters are left out where there are figures, as in dates."""
    keyed_below: Mapping[str, float]
    """Error share (`0.01`) → calibrated confidence under which the field is to be keyed, never filled in."""

    def __call__(self, probability: float) -> float:
        """The calibrated probability, 0 to 1."""
        return float(np.interp(probability, self.raw, self.right))


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
    raws = weighed(reading, curve.strange_factor, known, figures_only=curve.figures_only)
    levels = np.interp(raws, curve.raw, curve.right).tolist()
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
    """The calibration of a decoded file: `curves` → type → writing → `raw`, `right`, `keyed_below`."""
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
    if raw[0] < 0 or raw[-1] > 1 or right[0] < 0 or right[-1] > 1:
        raise CalibrationDamaged("a curve leaves 0 to 1")
    factor = float(one["strange_factor"])
    if not 0 < factor <= 1:
        raise CalibrationDamaged("a factor is not between 0 and 1")
    below = {share: float(level) for share, level in one["keyed_below"].items()}
    return Curve(raw, right, factor, bool(one["figures_only"]), below)
