"""How read fields make provisional persons."""

import uuid

from services.records.persons.domain import PageReading, Read, Role, draft_household, draft_subject, names_in
from services.records.search.domain import plain_key


def reading(**fields: tuple[str, str | None, float] | str) -> PageReading:
    """One page's fields: text, or (text, value, confidence)."""
    return PageReading(
        uuid.uuid4(),
        {
            name: Read(*given) if isinstance(given, tuple) else Read(given, given, 0.9)
            for name, given in fields.items()
        },
    )


def household(*readings: PageReading) -> list[tuple[Role, str | None, str | None]]:
    """Role, name and number of each person drafted."""
    keys = {name: plain_key(name) for name in names_in(readings)}
    return [(draft.role, draft.full_name, draft.number) for draft in draft_household(readings, keys)]


def test_surest_page_gives_each_field() -> None:
    """Six fields come each from the page that reads it best; the person is one."""
    (draft,) = draft_subject(
        uuid.uuid4(),
        [
            reading(full_name=("NGUYEN VAN A", None, 0.5), number=("365 123 456", "365123456", 0.99)),
            reading(full_name=("Nguyễn Văn A …", None, 0.95), number=("365123450", "365123450", 0.6)),
        ],
    )
    assert (draft.full_name, draft.number, draft.role) == ("Nguyễn Văn A", "365123456", Role.SUBJECT)


def test_nothing_is_invented() -> None:
    """No name and no number make no person; an unclear date gives text but no date; an odd sex gives none."""
    assert draft_subject(uuid.uuid4(), [reading(sex="male")]) == []
    assert draft_subject(uuid.uuid4(), [reading(full_name=("……", None, 0.3))]) == []
    (draft,) = draft_subject(
        uuid.uuid4(), [reading(full_name="A", birth_date=("00/00/1960", None, 0.9), sex="nam")]
    )
    assert (draft.birth_date, draft.birth_date_raw, draft.birth_year, draft.sex) == (
        None,
        "00/00/1960",
        None,
        None,
    )
    (partial,) = draft_subject(uuid.uuid4(), [reading(full_name="A", birth_date=("1960", "1960", 0.9))])
    assert (partial.birth_date, partial.birth_year) == ("1960", 1960)


def test_head_named_twice_is_one_person() -> None:
    """The head on a CT01 and on their own HK01 is one person, whatever the capitals and marks."""
    found = household(
        reading(full_name="Thạch Sô Phia"),
        reading(
            full_name="Lâm Hoa",
            relation_to_head="Vợ",
            household_head="THACH SÔ PHIA",
            household_head_number="365000111",
        ),
    )
    assert found == [(Role.HEAD, "Thạch Sô Phia", "365000111"), (Role.MEMBER, "Lâm Hoa", None)]


def test_namesakes_of_other_years_stay_two() -> None:
    """Father and son of one name are told apart by birth year or number."""
    one = reading(full_name="Trần Văn Ba", birth_date="1950")
    other = reading(full_name="Trần Văn Ba", birth_date="1980")
    assert len(household(one, other)) == 2


def test_declarer_may_be_the_head() -> None:
    """`Chủ hộ` as the relation makes the declarer the head."""
    assert household(reading(full_name="Sơn Dương", relation_to_head="Chủ hộ"))[0][0] is Role.HEAD
