"""The threshold under which a field is keyed."""

import numpy as np
import pytest

pytest.importorskip("fontTools")

from training.calibrate import SURENESS, holds, keyed_below


def test_the_bound_asks_for_enough_readings() -> None:
    """Without an error 231 readings are needed to be 90 % sure of 1 %; more with one."""
    assert not holds(0, 230, 0.01)
    assert holds(0, 231, 0.01)
    assert not holds(1, 231, 0.01)


def test_the_error_share_holds_on_readings_not_seen() -> None:
    """Readings right as often as their level says: what passes a fitted threshold is wrong too often seldom."""
    rng, broken, rounds = np.random.default_rng(3), 0, 200
    levels = np.linspace(0.95, 0.999, 20)
    for _ in range(rounds):
        level = np.repeat(levels, 60)
        limit = keyed_below(level, (rng.random(level.size) < level).astype(float), 0.01)
        passing = levels[levels >= limit - 1e-5]
        broken += passing.size > 0 and 1 - passing.mean() > 0.01
    assert broken / rounds <= 2 * (1 - SURENESS)
