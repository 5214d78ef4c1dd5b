"""Sampling plans and the members that are drawn."""

import uuid

import pytest

from services.records.acceptance.domain import drawn, plan_for


@pytest.mark.parametrize(
    ("name", "lot", "sample", "accept"),
    [
        ("aql_1.0", 5, 5, 0),
        ("aql_1.0", 90, 13, 0),
        ("aql_1.0", 500, 50, 1),
        ("aql_1.0", 1000, 80, 2),
        ("aql_0.40", 1000, 125, 1),
        ("aql_0.40", 10_000, 200, 2),
        ("aql_0.65", 35_000, 315, 5),
        ("aql_0.65", 10**9, 1250, 14),
    ],
)
def test_plans_are_those_of_the_standard(name: str, lot: int, sample: int, accept: int) -> None:
    """ISO 2859-1, general level II, normal: code letters and acceptance numbers, arrows followed."""
    plan = plan_for(name, lot)
    assert (plan.sample, plan.accept) == (sample, accept)
    assert plan.passes(accept)
    assert not plan.passes(accept + 1)


def test_an_unknown_plan_is_an_error() -> None:
    """A data file that names no plan is not taken for one that asks for nothing."""
    with pytest.raises(KeyError):
        plan_for("aql_7", 10)


def test_the_draw_depends_on_the_salt_alone() -> None:
    """The same members whatever their order; other ones under another salt; no member likelier than others."""
    members = [uuid.UUID(int=number) for number in range(1000)]
    first = drawn(members, 100, "a")
    assert first == drawn(reversed(members), 100, "a")
    assert len(first) == 100
    assert first != drawn(members, 100, "b")
    hits = sum(uuid.UUID(int=7) in drawn(members, 100, str(salt)) for salt in range(400))
    assert 15 <= hits <= 70, "one tenth of the draws, within five standard deviations"
