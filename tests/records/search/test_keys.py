"""Search keys of Vietnamese names."""

import random
import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.records.search.domain import parse_query, plain_key, sort_key, toned_key, typing_errors


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thủy", "Thuỷ"),
        ("Hòa", "Hoà"),
        ("NGUYỄN  VĂN\tAN", "Nguyễn Văn An"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Đẹp"), "Nguyễn Thị Đẹp"),
        ("Thúy-Kiều", "Thuý Kiều"),
    ],
)
def test_same_name_has_one_key(one: str, other: str) -> None:
    """Capitals, spaces, encoding forms and the place of the tone make no difference."""
    assert toned_key(one) == toned_key(other)
    assert plain_key(one) == plain_key(other)


def test_marks_matter_to_the_toned_key_only() -> None:
    """Names that differ in marks share the plain key; đ is d, lý is lí."""
    assert toned_key("Ân") != toned_key("An")
    assert toned_key("Hoa") != toned_key("Hòa")
    assert plain_key("Đặng Thị Ân") == "dang thi an"
    assert plain_key("Lý Mỹ") == plain_key("Lí Mĩ") == "li mi"


def test_names_sort_by_given_name_in_vietnamese() -> None:
    """Given name first, then family, then middle; a ă â, d đ, tones last."""
    names = [
        "Trần Văn An", "Nguyễn Văn Án", "Lê Thị Ân", "Lê Văn Bé", "Lê Thị Dung", "Bùi Thị Đào", "Vũ Đạo",
        "Nguyễn Thị Hòa", "Nguyễn Văn Hòa", "Phạm Oanh", "Phạm Ơn",
    ]  # fmt: skip
    expected = [
        "Nguyễn Văn Án", "Trần Văn An", "Lê Thị Ân", "Lê Văn Bé", "Lê Thị Dung", "Bùi Thị Đào", "Vũ Đạo",
        "Nguyễn Thị Hòa", "Nguyễn Văn Hòa", "Phạm Oanh", "Phạm Ơn",
    ]  # fmt: skip
    shuffled = random.Random(1).sample(names, len(names))
    assert sorted(shuffled, key=lambda name: sort_key(name).encode()) == expected


def test_one_box_understands_what_is_typed() -> None:
    """Digits are a number, a year behind a name is a year of birth, a bare year too."""
    assert parse_query("365 123 456").number == "365123456"
    assert parse_query("0940").number == "0940"
    query = parse_query("nguyen van an 1960")
    assert (query.plain, query.birth_year, query.marked) == ("nguyen van an", 1960, False)
    assert parse_query("Nguyễn").marked
    assert (parse_query("1960").number, parse_query("1960").birth_year) == (None, 1960)
    assert parse_query("A\x00B").words == ("ab",)
    assert parse_query("  …  ").words == ()


LETTERS = st.text(alphabet="abc ", max_size=10)


@given(LETTERS, LETTERS, st.integers(0, 4))
def test_bounded_distance_agrees_with_the_plain_one(one: str, other: str, limit: int) -> None:
    """Within the limit the distance is exact, beyond it limit + 1."""

    @cache
    def distance(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        options = [
            distance(i - 1, j) + 1,
            distance(i, j - 1) + 1,
            distance(i - 1, j - 1) + (one[i - 1] != other[j - 1]),
        ]
        if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
            options.append(distance(i - 2, j - 2) + 1)
        return min(options)

    assert typing_errors(one, other, limit) == min(distance(len(one), len(other)), limit + 1)
