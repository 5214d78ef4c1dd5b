"""Profiles keep to the law, every fault has a bound and a sentence, every class has a profile."""

import pytest

from services.imaging.domain import Measures
from services.imaging.profiles import (
    defect_sentences,
    load_profile,
    paper_sizes,
    profile_names,
    profile_of,
)


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_keeps_to_the_law(name: str) -> None:
    """NĐ 30/2020 Annex I: colour, at least 200 dpi, at 100 %; the source is named; papers are known ones."""
    profile = load_profile(name)

    assert profile.name == name
    assert profile.capture.least_dpi >= 200
    assert profile.capture.colour
    assert profile.capture.scale_percent == 100
    assert "NĐ 30/2020" in profile.capture.source
    assert profile.access.max_dpi >= profile.capture.least_dpi
    assert (profile.defects["low_resolution"].below or 0) >= 0.97 * profile.capture.least_dpi
    assert set(profile.capture.papers) <= set(paper_sizes())


@pytest.mark.parametrize("name", profile_names())
def test_every_fault_has_a_bound_and_a_sentence(name: str) -> None:
    """Each code has exactly one bound, and a sentence in both languages that says what to do."""
    profile = load_profile(name)

    assert set(profile.defects) == set(defect_sentences())
    for code, rule in profile.defects.items():
        assert (rule.below is None) != (rule.above is None), code
        assert len(defect_sentences()[code].vi) > 30
        assert len(defect_sentences()[code].en) > 30


def test_classes_have_profiles() -> None:
    """Both dossier kinds have a profile that exists; an unknown class has the default."""
    assert {profile_of("identity"), profile_of("residence")} <= set(profile_names())
    assert profile_of("something else") == "default"


def test_a_fingerprint_card_states_only_what_differs() -> None:
    """What a profile does not state is that of the profile it extends."""
    card, default = load_profile("fingerprint_card"), load_profile()

    assert card.access.max_dpi == 500
    assert card.skew == default.skew
    assert card.defects["streaks"] == default.defects["streaks"]
    assert not card.defects["low_effective_resolution"].broken_by(
        Measures(effective_dpi=400).effective_dpi or 0
    )
