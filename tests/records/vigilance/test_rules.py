"""Where known answers fall, what is planted, when lots fail."""

import uuid

import pytest

from services.records.acceptance.domain import Plan
from services.records.keying.domain import agree, refusal_of
from services.records.vigilance.domain import (
    CheckState,
    LotState,
    check_after,
    is_seeded,
    lot_after,
    lot_plan,
    place_of,
    planted,
    seeded_every,
)


def test_one_form_in_every_block_is_known_and_nobody_can_tell_which() -> None:
    """Exactly one in 25, at places that differ from block to block and from keyer to keyer."""
    places = {who: [number for number in range(1, 1001) if is_seeded(who, number, 25)] for who in ("a", "b")}
    for found in places.values():
        assert [(number - 1) // 25 for number in found] == list(range(40))
        assert len({(number - 1) % 25 for number in found}) > 12
    assert places["a"] != places["b"]
    assert not any(is_seeded("a", number, 0) for number in range(1, 100))
    assert seeded_every("identity") > 1


@pytest.mark.parametrize(
    ("field", "truth"),
    [
        ("sex", "Nam"),
        ("sex", "Nữ"),
        ("number", "365123456"),
        ("birth_date", "05/06/1972"),
        ("full_name", "Thạch Thị Sà Rương"),
        ("birth_place", "Văn"),
    ],
)
def test_what_is_planted_is_wrong_and_looks_right(field: str, truth: str) -> None:
    """It stands in the field by the field's own rules, and never agrees with the truth."""
    for salt in range(40):
        wrong = planted(field, truth, uuid.UUID(int=salt))
        assert not agree(field, truth, wrong)
        assert refusal_of(field, wrong) is None


def test_a_field_of_a_sample_is_wrong_only_once_two_others_say_so() -> None:
    """One who differs may err; one who agrees ends it; illegible is another value."""
    assert check_after("number", "365123456", []) is CheckState.WAITING
    assert check_after("number", "365123456", ["365 123 456"]) is CheckState.RIGHT
    assert check_after("number", "365123456", ["365123455"]) is CheckState.DIFFERS
    assert check_after("number", "365123456", ["365123455", "365123456"]) is CheckState.RIGHT
    assert check_after("number", "365123456", ["365123455", "365123455"]) is CheckState.WRONG
    assert check_after("number", "365123456", [None, None]) is CheckState.WRONG


def test_a_lot_fails_as_soon_as_too_many_are_wrong() -> None:
    """It passes only when its whole sample has been looked at."""
    plan = Plan(sample=3, accept=1)
    waiting, right, wrong = CheckState.WAITING, CheckState.RIGHT, CheckState.WRONG
    assert lot_after(plan, [right, wrong, waiting]) is LotState.CHECKING
    assert lot_after(plan, [right, wrong, right]) is LotState.PASSED
    assert lot_after(plan, [wrong, wrong, waiting]) is LotState.FAILED


def test_numbers_are_judged_more_strictly_than_names() -> None:
    """The plan is data: of 1,000 fields a larger sample and fewer errors for a number."""
    assert lot_plan("number", 1000) == ("aql_0.40", Plan(125, 1))
    assert lot_plan("mother_name", 1000) == ("aql_1.0", Plan(80, 2))


def test_a_known_answer_stands_anywhere_in_the_lease() -> None:
    """Every place occurs, the ends included; the same answer keeps its place."""
    ids = [uuid.uuid4() for _ in range(400)]
    assert {place_of(one, 3) for one in ids} == {0, 1, 2, 3}
    assert place_of(ids[0], 3) == place_of(ids[0], 3)
