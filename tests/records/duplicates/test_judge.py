"""When two persons may be one."""

import uuid
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.records.duplicates.domain import Known, Reason, judge

ONE = Known(
    uuid.UUID(int=1), "nguyen van an", "1960-05-06", "male", "365111222", "nguyen van ca", "tran thi hoa"
)
TWIN = replace(ONE, person_id=uuid.UUID(int=2), number=None)


def test_same_name_birth_and_parents() -> None:
    """All agrees but the number is not known: nearly sure, and every reason is said."""
    pair = judge(ONE, TWIN)
    assert pair is not None
    assert pair.score > 0.95
    assert pair.reasons == (Reason.SAME_NAME, Reason.SAME_BIRTH, Reason.SAME_FATHER, Reason.SAME_MOTHER)


def test_errors_cost_a_little_each() -> None:
    """One and two typing errors are still found, less surely; three are another name."""
    scores = [judge(ONE, replace(TWIN, name_key=name)) for name in ("nguyen vam an", "nguyen vam am")]
    assert [pair.score if pair else 0 for pair in scores] == [0.9, 0.84]
    assert judge(ONE, replace(TWIN, name_key="nguyem vam am")) is None


def test_one_parent_is_enough_and_none_is_not() -> None:
    """Name and birth alone are shared by strangers."""
    assert judge(ONE, replace(TWIN, father_key="")) is not None
    assert judge(ONE, replace(TWIN, father_key="", mother_key="")) is None
    assert judge(ONE, replace(TWIN, birth_date="1960-05-07")) is None
    assert judge(ONE, replace(TWIN, birth_date=None)) is None


def test_a_number_alone_is_a_question() -> None:
    """Two provinces gave out the same CMND number; with a name or a birth beside it, it is nearly sure."""
    stranger = Known(uuid.UUID(int=3), "thach so phia", "1971-01-01", None, ONE.number, "", "")
    asked, sure = judge(ONE, stranger), judge(ONE, replace(stranger, birth_date=ONE.birth_date))
    assert asked is not None
    assert sure is not None
    assert asked.score < 0.7
    assert sure.score > 0.95


def test_brother_and_sister_of_one_day_are_two() -> None:
    """Born on one day to the same parents under another name; another sex is said and costs."""
    assert judge(ONE, replace(TWIN, name_key="nguyen thi lan", sex="female")) is None
    pair = judge(ONE, replace(TWIN, sex="female"))
    assert pair is not None
    assert Reason.OTHER_SEX in pair.reasons
    assert pair.score < 0.8


@given(
    st.lists(
        st.builds(
            Known,
            person_id=st.uuids(),
            name_key=st.text("abc ", max_size=12),
            birth_date=st.sampled_from([None, "1960", "1960-01-01"]),
            sex=st.sampled_from([None, "male", "female"]),
            number=st.sampled_from([None, "1", "2"]),
            father_key=st.sampled_from(["", "x"]),
            mother_key=st.sampled_from(["", "y"]),
        ),
        min_size=2,
        max_size=2,
    )
)
def test_the_order_of_two_does_not_matter(two: list[Known]) -> None:
    """A pair is the same seen from either side, its score a share, its smaller id first."""
    one, other = two
    pair = judge(one, other)
    assert pair == judge(other, one)
    assert judge(one, one) is None
    if pair:
        assert 0 < pair.score <= 1
        assert pair.first < pair.second
