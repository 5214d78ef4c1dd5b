"""Rules of entry: what is refused with which sentence, what is only doubtful, and that nothing is invented."""

import unicodedata

import pytest

from contracts.vocabulary import DossierKind
from services.records.households.domain import (
    Person,
    check_household,
    check_metadata,
    check_person,
    check_together,
    metadata_fields,
    refusal_titles,
)
from services.records.search.domain import plain_key


def refused(kind: DossierKind = DossierKind.RESIDENCE, **given: str) -> dict[str, str]:
    """Field → code of what is refused of a person."""
    _, refusals = check_person({"full_name": "Trần Văn Mẫu", **given}, kind)
    return {one.field: one.code for one in refusals}


def person(**given: str) -> Person:
    """A person who is not refused."""
    found, refusals = check_person({"full_name": "Trần Văn Mẫu", **given}, DossierKind.RESIDENCE)
    assert found is not None, refusals
    return found


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("01011960", "1960-01-01"),
        ("1960", "1960"),
        ("00/00/1960", "1960"),
        ("00/05/1960", "1960-05"),
        ("5/1960", "1960-05"),
        ("1.2.1960", "1960-02-01"),
        ("1960-02-01 00:00:00", "1960-02-01"),
        ("1960.0", "1960"),
        ("29/02/1960", "1960-02-29"),
    ],
)
def test_dates_as_they_are_known(typed: str, kept: str) -> None:
    """As precise as typed; the raw text stays beside it."""
    found = person(birth_date=typed)
    assert (found.birth_date, found.birth_date_raw) == (kept, typed)
    assert found.birth_year == 1960


@pytest.mark.parametrize(
    "typed",
    ["31/02/1960", "29/02/1961", "15/00/1960", "1/13/1960", "01012999", "1849", "x1960", "1960 1961", "12"],
)
def test_impossible_dates_are_refused(typed: str) -> None:
    """Neither guessed nor cut down to what would be possible."""
    assert refused(birth_date=typed) == {"birth_date": "date_impossible"}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("36512345", "number_8"),
        ("3651234567", "number_10"),
        ("94060000001", "number_11"),
        ("1", "number_length"),
        ("7.9E+10", "number_rounded"),
        ("36512345a", "not_a_number"),
    ],
)
def test_numbers_that_cannot_be(typed: str, code: str) -> None:
    """Each with a sentence of its own in both languages."""
    assert refused(number=typed) == {"number": code}
    assert all(refusal_titles()[code])


def test_numbers_that_can_be() -> None:
    """9 and 12 digits, however they are set apart."""
    assert person(number="365 123 456").number == "365123456"
    assert person(number="094.060.000.001").number == "094060000001"
    assert person(number="365123456.0").number == "365123456"


def test_doubts_do_not_refuse() -> None:
    """Sex and birth year against a 12-digit number are for somebody to look at."""
    found = person(number="094160000001", sex="Nam", birth_date="1961")
    assert set(found.doubts()) == {"sex_mismatch", "birth_year_mismatch"}
    assert person(number="999060000001", sex="1", birth_date="1960").doubts() == ("number_province",)
    assert person(number="365123456", sex="2", birth_date="1960").doubts() == ()


def test_names_are_kept_as_given() -> None:
    """NFC, one line, nothing unseen; case and tone placement stay; digits are no name."""
    decomposed = unicodedata.normalize("NFD", "  Thạch\tThị  Thuỷ\u200b ")
    assert person(full_name=decomposed).full_name == "Thạch Thị Thuỷ"
    assert refused(full_name="Nguyễn Văn 4n") == {"full_name": "name_unlikely"}
    assert refused(full_name=" ") == {"full_name": "missing"}
    assert refused(full_name="A" * 10_000) == {"full_name": "too_long"}


def test_registration_and_departure_follow_life() -> None:
    """As far as both dates are known."""
    assert refused(birth_date="1980", permanent_registered_on="1979") == {
        "permanent_registered_on": "registered_before_birth"
    }
    assert refused(permanent_registered_on="05/2001", departed_on="4/2001") == {
        "departed_on": "departed_before_registered"
    }
    assert person(permanent_registered_on="05/2001", departed_on="2001").departed_on == "2001"


def test_further_numbers_and_what_replaced_them() -> None:
    """Links stay within a person; a number stands once."""
    found, refusals = check_person(
        {"full_name": "Lý Bé", "number": "094060000001"},
        DossierKind.IDENTITY,
        others=[{"number": "365123456", "replaced_by": "094060000001"}],
    )
    assert refusals == []
    assert found is not None
    assert [(one.number, one.replaced_by) for one in found.numbers] == [
        ("365123456", "094060000001"),
        ("094060000001", None),
    ]
    for others, code in (
        ([{"number": "365123456", "replaced_by": "365999999"}], "replaced_unknown"),
        ([{"number": "094060000001"}], "number_twice"),
        ([{"number": "3651"}], "number_length"),
    ):
        _, refusals = check_person(
            {"full_name": "Lý Bé", "number": "094060000001"}, DossierKind.IDENTITY, others=others
        )
        assert [one.code for one in refusals] == [code]


def test_persons_of_one_dossier_together() -> None:
    """One head, nobody twice, one person in an identity dossier; surnames may differ."""
    head, child = person(relation_to_head="Chủ hộ"), person(full_name="Sơn Bé", father_name="Thạch Sa")
    assert check_together([head, child], DossierKind.RESIDENCE, plain_key) == []
    second = person(full_name="Lâm Ba", relation_to_head="là chủ hộ")
    assert [one.code for one in check_together([head, second], DossierKind.RESIDENCE, plain_key)] == [
        "two_heads"
    ]
    assert [one.code for one in check_together([head, head], DossierKind.RESIDENCE, plain_key)] == [
        "two_heads",
        "person_twice",
    ]
    assert "one_person" in {
        one.code for one in check_together([head, child], DossierKind.IDENTITY, plain_key)
    }


def test_what_belongs_to_households_alone() -> None:
    """A departure date in an identity dossier is refused."""
    assert refused(DossierKind.IDENTITY, departed_on="2001") == {"departed_on": "residence_only"}
    values, refusals = check_household({"archived_on": "32/01/2001", "volume_no": " 4 "})
    assert values["volume_no"] == "4"
    assert [(one.field, one.code) for one in refusals] == [("archived_on", "date_impossible")]


def test_metadata_by_its_data_file() -> None:
    """Lists, dates and unknown fields."""
    values, refusals = check_metadata({"retention_period": "permanent", "start_date": "1999", "keywords": ""})
    assert (values, refusals) == ({"retention_period": "permanent", "start_date": "1999"}, [])
    _, refusals = check_metadata({"retention_period": "forever", "colour": "red", "file_code": "x" * 61})
    assert {one.code for one in refusals} == {"metadata_value", "metadata_unknown", "too_long"}
    assert all(field.title and field.title_en for field in metadata_fields().values())
