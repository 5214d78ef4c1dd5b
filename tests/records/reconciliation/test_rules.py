"""Samples that anybody can draw again, days on which rounds are due, and how sure a rate is."""

import random
import uuid
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.records.reconciliation.domain import differing_rate, draw, intervals, next_due


def test_a_sample_follows_from_its_seed() -> None:
    """Same dossiers and seed, same sample in any order; another seed, another sample."""
    dossiers = [uuid.uuid4() for _ in range(200)]
    sample = draw(dossiers, 20, 7)
    assert len(set(sample)) == 20
    assert draw(dossiers[::-1], 20, 7) == sample
    assert set(draw(dossiers, 20, 8)) != set(sample)
    assert set(draw(dossiers, 500, 7)) == set(dossiers)


def test_every_dossier_is_drawn_alike_often() -> None:
    """Over many seeds no dossier is favoured: each within six standard deviations of its share."""
    dossiers = [uuid.UUID(int=number) for number in range(20)]
    drawn = [one for seed in range(2000) for one in draw(dossiers, 5, seed)]
    assert all(abs(drawn.count(one) - 500) < 6 * (2000 * 0.25 * 0.75) ** 0.5 for one in dossiers)


def test_the_next_round_follows_the_last() -> None:
    """A year after the last began; at once where there was none."""
    today = date(2026, 11, 26)
    assert next_due("identity", None, today) == today
    assert (
        next_due("identity", date(2026, 1, 1), today) == date(2026, 1, 1) + intervals()["identity"].interval
    )


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_its_share(population: int, data: st.DataObject) -> None:
    """Low ≤ share ≤ high within 0 and 1; exact once everything is checked."""
    checked = data.draw(st.integers(1, population))
    differing = data.draw(st.integers(0, checked))
    rate = differing_rate(differing, checked, population)
    assert rate is not None
    assert 0 <= rate.low <= rate.share + 1e-12
    assert rate.share - 1e-12 <= rate.high <= 1
    assert checked < population or rate.low == rate.high == rate.share
    assert differing_rate(0, 0, population) is None


def test_the_true_share_is_within_most_intervals() -> None:
    """Of 2,000 samples of 80 out of 1,000 with 50 wrong, at least 93 % hold the truth (aim: 95 %)."""
    rng = random.Random(11)
    paper = [True] * 50 + [False] * 950
    held = 0
    for _ in range(2000):
        rate = differing_rate(sum(rng.sample(paper, 80)), 80, 1000)
        assert rate is not None
        held += rate.low <= 0.05 <= rate.high
    assert held >= 1860
