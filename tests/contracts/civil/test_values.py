"""Normalised values and checks between fields."""

import pytest

from contracts.civil.dates import partial_date, precision_of
from contracts.civil.names import looks_like_name
from contracts.civil.numbers import checks
from contracts.civil.sexes import sex_of
from contracts.vocabulary import Sex


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("31/01/1960", "1960-01-31"),
        ("5-6-1972", "1972-06-05"),
        ("05 . 06 . 1972", "1972-06-05"),
        ("05061972", "1972-06-05"),
        ("ngày 5 tháng 6 năm 1972", "1972-06-05"),
        ("Ngày 5tháng6 năm1972", "1972-06-05"),
        ("01/1960", "1960-01"),
        ("011960", "1960-01"),
        ("311260", None),
        ("1960", "1960"),
        ("00/00/1960", "1960"),
        ("năm 1960", "1960"),
        ("31/02/1960", None),
        ("31/13/1960", None),
        ("12/3/2999", None),
        ("không rõ", None),
    ],
)
def test_partial_dates_keep_their_precision(written: str, iso: str | None) -> None:
    """Whatever is not written stays unknown; impossible dates have no value."""
    assert partial_date(written) == iso


@pytest.mark.parametrize(
    ("written", "sex"),
    [("Nam", Sex.MALE), ("NỮ", Sex.FEMALE), ("Nam/Nữ", None), ("Khác", None), ("", None)],
)
def test_sex_is_named_only_where_one_is_written(written: str, sex: Sex | None) -> None:
    """A struck choice or another word gives no value."""
    assert sex_of(written) == sex


def test_number_is_checked_against_sex_and_birth_year() -> None:
    """A woman born 1972 has 1 and 72 in her number; other digits are warnings, not corrections."""
    good = {"number": "094172000123", "sex": "female", "birth_date": "1972-06-05"}
    assert checks(good) == {}
    bad = {"number": "094072000123", "sex": "female", "birth_date": "1973"}
    assert checks(bad)["number"] == ("sex_mismatch", "birth_year_mismatch")
    assert checks({"number": "003172000123"})["number"] == ("number_province",)
    assert checks({"number": "36123456"})["number"] == ("number_length",)
    assert checks({"number": "361234567", "birth_date": None})["birth_date"] == ("date_unclear",)


def test_names_are_told_from_other_lines() -> None:
    """Only capitalised words can answer a name label from the next line."""
    assert looks_like_name("Thạch Thị Sà Rương")
    assert not looks_like_name("Tôi xin cam đoan")
    assert not looks_like_name("ấp Phú Bình, xã Phú Tâm")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("22 tháng 11. năm 2001", "2001-11-22"),
        ("31. / 05 / 1980", "1980-05-31"),
        ("0 7 1219 6 6", "1966-12-07"),
        ("28 08 1968", "1968-08-28"),
        ("sinh năm 1959", "1959"),
    ],
)
def test_dates_with_dots_and_gaps(text: str, meant: str) -> None:
    """Dots of the line to write on and gaps between boxes do not change a date."""
    assert partial_date(text) == meant


def test_precision_of_dates() -> None:
    """Day, month or year, by what is known."""
    assert [precision_of(one) for one in ("1960", "1960-01", "1960-01-31")] == ["year", "month", "day"]


def test_sex_misread_by_a_letter() -> None:
    """A doubled or trailing letter does not hide the word; both words do."""
    assert [sex_of(one) for one in ("Nữt", "Nũữ", "Nam", "Nam Nữ")] == ["female", "female", "male", None]
