"""Weighs the traits of readings: a logistic regression in which no trait may speak against a reading."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from services.ocr.engine.base import Reading
from services.ocr.engine.calibration import weighed
from services.ocr.engine.evidence import strange
from services.ocr.engine.traits import LEAST, TRAITS, logit, traits

RIDGE = 1e-3
"""Pull of the weights towards nothing, per reading: traits that tell the same share their weight."""
STEPS = 30
Matrix = NDArray[np.float64]


def rows(readings: Sequence[Reading], factor: float, known: frozenset[str], *, figures_only: bool) -> Matrix:
    """(n, 1 + traits): the least certain character's logit and the traits of each reading."""
    found = []
    for one in readings:
        raws = weighed(one, factor, known, figures_only=figures_only)
        shown = traits(raws, one.glyphs, strange(one.glyphs, known))
        least = min((raw for raw, glyph in zip(raws, one.glyphs, strict=True) if glyph.character != " "))
        found.append([logit(least), *(shown[name] for name in TRAITS)])
    return np.array(found, np.float64).reshape(len(readings), 1 + len(TRAITS))


def weights(shown: Matrix, right: Matrix, without: Collection[str] = ()) -> dict[str, float]:
    """The weight of each trait that tells right from wrong beside the others; always one of LEAST.

    A trait whose weight would be negative is left out and the others are fitted again, so that a reading
    which shows more of anything is never taken for less sure; those `without` are not asked.
    """
    spread = np.maximum(shown.std(axis=0), 1e-6)
    scaled = (shown - shown.mean(axis=0)) / spread
    names = (LEAST, *TRAITS)
    used = [column for column, name in enumerate(names) if name not in without]
    while True:
        fitted = _logistic(scaled[:, used], right)
        against = [column for column, weight in zip(used, fitted, strict=True) if weight <= 0 and column]
        if not against:
            break
        used = [column for column in used if column not in against]
    found = {
        names[column]: round(float(weight / spread[column]), 5)
        for column, weight in zip(used, fitted, strict=True)
    }
    return found | {LEAST: max(found[LEAST], 1e-3)}


def scores(shown: Matrix, weighing: dict[str, float]) -> Matrix:
    """The readings' places on their curve."""
    own = np.array([weighing.get(name, 0.0) for name in (LEAST, *TRAITS)])
    return np.asarray(shown @ own, np.float64)


def _logistic(columns: Matrix, right: Matrix) -> Matrix:
    """Weights of standardised columns by Newton's method, the constant, which RIDGE spares, left out."""
    design = np.column_stack([np.ones(len(columns)), columns])
    pull = RIDGE * len(columns) * np.diag([0.0, *np.ones(columns.shape[1])])
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        level = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (right - level) - pull @ found
        curvature = (design * (level * (1 - level))[:, None]).T @ design + pull
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(found)), slope)
        found = found + step
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(found[1:], np.float64)
