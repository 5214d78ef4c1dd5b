"""The text put on drawn pages is lawful Vietnamese, composed, and the same for the same seed."""

import random
import re
import unicodedata
from collections import Counter

import pytest

from synthetic.fonts import MARKED_LETTERS
from synthetic.text import dates, labels, names, numbers, places, prose, syllables


@pytest.mark.parametrize(
    "make",
    [lambda rng: names.name(rng).full, places.address, places.origin, prose.paragraph, syllables.syllable],
)
def test_text_is_composed_and_repeats_by_seed(make) -> None:  # type: ignore[no-untyped-def]
    """NFC throughout, no stray spaces, and a seed gives the same words again."""
    first, again = ([make(random.Random(seed)) for seed in range(60)] for _ in range(2))
    assert first == again
    assert len(set(first)) > 30
    for text in first:
        assert text == unicodedata.normalize("NFC", text)
        assert "  " not in text
        assert text == text.strip()


def test_peoples_come_in_their_shares() -> None:
    """About two thirds Kinh, three tenths Khmer, one in twenty Hoa; women and men alike."""
    rng = random.Random(1)
    drawn = [names.name(rng) for _ in range(3000)]
    shares = Counter(name.people for name in drawn)
    assert 0.58 < shares["Kinh"] / 3000 < 0.70
    assert 0.26 < shares["Khmer"] / 3000 < 0.36
    assert 0.02 < shares["Hoa"] / 3000 < 0.08
    assert 0.45 < sum(name.sex == "male" for name in drawn) / 3000 < 0.55


def test_no_part_of_a_name_is_written_twice_in_a_row() -> None:
    """`Thị Thị` would be a slip of the pen."""
    rng = random.Random(9)
    for _ in range(3000):
        parts = names.name(rng, people="Kinh").full.split()[1:]
        assert len(set(parts)) == len(parts)


def test_a_family_keeps_its_name() -> None:
    """A given surname starts the name."""
    assert names.name(random.Random(2), surname="Thạch", sex="female").surname == "Thạch"


def test_syllables_follow_the_spelling_rules() -> None:
    """Stopped syllables bear only sắc or nặng; k, gh and ngh stand before e, ê, i alone."""
    lawful = set(syllables.lawful())
    assert {"nguyễn", "quốc", "giường", "khuya", "thạch", "nghiêng"} <= lawful
    assert not {"các̀", "kan", "ngi", "ghoa", "cê", "tac", "tàc", "tảc"} & lawful
    assert {"tác", "tạc"} <= lawful
    assert len(lawful) > 12_000
    assert set(MARKED_LETTERS.lower()) <= set("".join(lawful))


def test_citizen_numbers_agree_with_sex_and_year() -> None:
    """Fourth digit: century and sex; fifth and sixth: year of birth (NĐ 137/2015)."""
    number = numbers.citizen_number(random.Random(3), sex="female", year=2003, province="094")
    assert re.fullmatch(r"094303\d{6}", number)
    assert numbers.citizen_number(random.Random(3), sex="male", year=1975, province="094")[3:6] == "075"
    assert re.fullmatch(r"\d{9}", numbers.old_identity_number(random.Random(4)))


def test_dates_may_be_partial_and_are_always_possible() -> None:
    """Year alone, month and year, or a real day; the first spelling follows the residence forms' rule."""
    rng = random.Random(5)
    drawn = [dates.birth_date(rng) for _ in range(2000)]
    assert any(date.month is None for date in drawn)
    assert any(date.month and date.day is None for date in drawn)
    assert not any(date.day == 31 and date.month in {2, 4, 6, 9, 11} for date in drawn)
    assert dates.spellings(dates.PartialDate(1960, 5, 3))[0] == "03/05/1960"
    assert dates.PartialDate(1960, 5).iso == "1960-05"
    assert all(str(date.year % 100).zfill(2) in dates.written(rng, date) for date in drawn)


def test_addresses_name_the_provinces_real_communes() -> None:
    """109 communes in eleven districts; a commune of a district is of that district."""
    assert len(places.communes()) == 109
    assert len(places.districts()) == 11
    assert places.commune_of(random.Random(6), "943").district == "Huyện Kế Sách"


def test_labels_cover_the_six_identity_fields() -> None:
    """Each of the six has several printings."""
    for label in ("Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số CMND", "Họ tên cha", "Họ tên mẹ"):
        assert label in labels.LABELS
