"""Synthetic persons and households are consistent and the same for the same seed."""

import random
from collections import Counter

from synthetic.people import household, person


def test_same_seed_same_people() -> None:
    """A household is decided by its seed alone."""
    assert household(random.Random(4), "943") == household(random.Random(4), "943")
    assert household(random.Random(4), "943") != household(random.Random(5), "943")


def test_numbers_agree_with_the_person() -> None:
    """Twelve digits carry century, sex and year; nine digits begin with the province's 36."""
    rng = random.Random(11)
    for _ in range(300):
        one = person(rng)
        century = (one.birth.year // 100 - 19) * 2 + (one.sex == "female")
        assert one.personal_id_no[3] == str(century)
        assert one.personal_id_no[4:6] == f"{one.birth.year % 100:02d}"
        assert len(one.personal_id_no) == 12
        assert one.cmnd_no.startswith("36")
        assert len(one.cmnd_no) == 9


def test_shares_and_partial_dates() -> None:
    """Peoples come in their shares, some dates are partial, and some surnames differ from the father's."""
    rng = random.Random(2)
    many = [person(rng) for _ in range(1500)]
    share = Counter(one.people for one in many)
    assert 0.58 < share["Kinh"] / len(many) < 0.70
    assert 0.25 < share["Khmer"] / len(many) < 0.37
    assert any(one.birth.month is None for one in many)
    differing = [one for one in many if one.father_name.split()[0] != one.full_name.split()[0]]
    assert 0.05 < len(differing) / len(many) < 0.35


def test_households_live_together_in_their_district() -> None:
    """Every member lives at the head's address, in a commune of the district."""
    rng = random.Random(3)
    for _ in range(50):
        one = household(rng, "941")
        assert one.members[0].relation == "Chủ hộ"
        assert one.commune.district_code == "941"
        assert {member.person.residence for member in one.members} == {one.head.residence}
