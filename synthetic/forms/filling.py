"""What a person writes into each field of a form edition."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from forms import FieldType, FormEdition, FormTable
from synthetic.people import Household, Member, Person, place_line
from synthetic.text import dates, names
from synthetic.text.dates import PartialDate


class Value(NamedTuple):
    """A value as written and in its normalised form."""

    text: str
    value: str


@dataclass(frozen=True)
class Filled:
    """All values of one form; fields and tables that are missing stay empty."""

    values: Mapping[str, Value] = field(default_factory=dict)
    tables: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    signer: str = ""
    place: str = ""
    day: PartialDate = field(default_factory=lambda: PartialDate(2016, 1, 1))


# First and last whole year in which an edition was handed out; later years come from its successor.
_IN_USE = {
    "CC01-2019": (2016, 2021),
    "CM3-2001": (2001, 2013),
    "CMND-9-provisional": (1999, 2015),
    "CT01-2021": (2022, 2023),
    "CT01-2023": (2024, 2025),
    "HK01-2014": (2015, 2020),
    "HK02-2014": (2015, 2020),
}
_Filler = Callable[[random.Random, Person, Household | None], str]
_SIMPLE: dict[str, _Filler] = {
    "full_name": lambda _r, p, _h: p.full_name,
    "alias_name": lambda _r, p, _h: p.alias_name,
    "reporter_name": lambda _r, p, h: h.head.full_name if h else p.full_name,
    "reporter_number": lambda _r, p, h: h.head.cmnd_no if h else p.cmnd_no,
    "reporter_permanent_residence": lambda _r, p, _h: p.residence,
    "reporter_telephone": lambda _r, p, h: h.head.telephone if h else p.telephone,
    "birth_place": lambda _r, p, _h: place_line(p.birth_commune),
    "birth_registration_place": lambda _r, p, _h: place_line(p.birth_commune),
    "ancestral_place": lambda _r, p, _h: place_line(p.home_commune),
    "home_place": lambda _r, p, _h: place_line(p.home_commune),
    "ethnicity": lambda _r, p, _h: p.people,
    "religion": lambda _r, p, _h: p.religion,
    "nationality": lambda _r, _p, _h: "Việt Nam",
    "permanent_residence": lambda _r, p, _h: p.residence,
    "current_residence": lambda r, p, _h: p.residence if r.random() < 0.6 else "Như trên",
    "marital_status": lambda _r, p, _h: "Đã kết hôn" if p.spouse_name else "Độc thân",
    "blood_group": lambda r, _p, _h: r.choice(("", "", "O", "A", "B")),
    "education": lambda _r, p, _h: p.education,
    "qualification": lambda r, _p, _h: r.choice(("Không", "Trung cấp", "Không", "Đại học")),
    "ethnic_language": lambda _r, p, _h: "Tiếng Khmer" if p.people == "Khmer" else "Không",
    "foreign_language": lambda r, _p, _h: r.choice(("Không", "Không", "Anh văn A")),
    "occupation": lambda _r, p, _h: p.occupation,
    "criminal_record": lambda _r, _p, _h: "Không",
    "father_name": lambda _r, p, _h: p.father_name,
    "father_nationality": lambda _r, _p, _h: "Việt Nam",
    "mother_name": lambda _r, p, _h: p.mother_name,
    "mother_nationality": lambda _r, _p, _h: "Việt Nam",
    "spouse_name": lambda _r, p, _h: p.spouse_name,
    "spouse_nationality": lambda _r, p, _h: "Việt Nam" if p.spouse_name else "",
    "telephone": lambda r, p, _h: p.telephone if r.random() < 0.8 else "",
    "household_head": lambda _r, p, h: h.head.full_name if h else p.father_name,
    "household_head_number": lambda _r, p, h: h.head.personal_id_no if h else "",
    "household_book_no": lambda r, _p, h: h.book_no if h else f"36{r.randrange(10**7):07d}",
    "volume_no": lambda r, _p, _h: str(r.randint(1, 30)),
    "register_leaf_no": lambda r, _p, _h: str(r.randint(1, 200)),
    "card_request": lambda r, _p, _h: r.choice(("Cấp mới", "Cấp đổi", "Cấp lại")),
    "confirm_cmnd": lambda r, _p, _h: r.choice(("Có", "Không")),
    "postal_delivery": lambda r, _p, _h: r.choice(("Không", "Không", "Có")),
    "distinguishing_marks": lambda r, _p, _h: (
        f"{r.choice(('Nốt ruồi', 'Sẹo chấm'))} cách {r.randint(1, 4)} cm {r.choice(('trên', 'dưới'))} "
        f"{r.choice(('đuôi mắt trái', 'mép phải', 'cánh mũi trái', 'đầu mày phải'))}"
    ),
    "addressee": lambda _r, p, _h: f"Công an {p.home_commune.name[0].lower()}{p.home_commune.name[1:]}",
    "change_requested": lambda r, p, h: r.choice((
        f"Nhập hộ khẩu về {p.residence}",
        f"Đăng ký thường trú vào hộ ông (bà) {h.head.full_name if h else p.father_name}",
        "Đăng ký thường trú cho con mới sinh",
        "Điều chỉnh nghề nghiệp, nơi làm việc",
    )),
}  # fmt: skip


def fill(
    edition: FormEdition, person: Person, rng: random.Random, household: Household | None = None
) -> Filled:
    """Values for every field that the person would fill in; seldom-used fields stay empty."""
    values: dict[str, Value] = {}
    for one in edition.fields:
        if one.type is FieldType.DATE:
            values[one.id] = Value(birth_text(rng, person.birth), person.birth.iso)
        elif one.type is FieldType.SEX:
            about = household.head if household and one.id.startswith("reporter") else person
            values[one.id] = Value(about.sex_word, about.sex)
        elif one.id in {"number", "father_number", "mother_number", "relation_to_head"}:
            text = _number_or_relation(one.id, edition, person, rng, household)
            values[one.id] = Value(text, text)
        elif one.id in _SIMPLE:
            text = _SIMPLE[one.id](rng, person, household)
            if one.label.endswith("Công an"):
                text = text.removeprefix("Công an ")
            values[one.id] = Value(text, text)
    day = _signed_on(edition, person, rng)
    return Filled(
        values={key: value for key, value in values.items() if value.text},
        tables={table.id: _rows(table, person, rng, household, day.year) for table in edition.tables},
        signer=person.full_name,
        place=person.home_commune.district.split(" ", 1)[1].removeprefix("phố "),
        day=day,
    )


def birth_text(rng: random.Random, birth: PartialDate) -> str:
    """A date of birth as declarations mostly carry it: two digits and slashes, seldom in words."""
    spellings = dates.spellings(birth)
    if birth.day is None:
        return spellings[0]
    return spellings[rng.choices((0, 2, 3, 8), weights=(6, 2, 1, 1))[0]]


def _signed_on(edition: FormEdition, person: Person, rng: random.Random) -> PartialDate:
    """A day while the edition was in use, and after the person's fourteenth birthday."""
    first, last = _IN_USE[edition.key]
    first = min(last, max(first, person.birth.year + 15))
    return dates.day_in(rng, rng.randint(first, last))


def _number_or_relation(
    field_id: str, edition: FormEdition, person: Person, rng: random.Random, household: Household | None
) -> str:
    if field_id == "relation_to_head":
        return _relation(person, household)
    if field_id == "number":
        old = {"CMND-9": 1.0, "HK01": 1.0, "HK02": 1.0, "CC01": 0.6, "CT01": 0.3}.get(edition.form, 1.0)
        old = 0.0 if edition.key == "CT01-2023" else old
        return person.cmnd_no if rng.random() < old else person.personal_id_no
    return f"36{rng.randrange(10**7):07d}" if rng.random() < 0.5 else ""


def _relation(person: Person, household: Household | None) -> str:
    for member in household.members if household else ():
        if member.person.full_name == person.full_name:
            return member.relation
    return "Con"


def _rows(
    table: FormTable, person: Person, rng: random.Random, household: Household | None, until: int
) -> tuple[Mapping[str, str], ...]:
    if table.id == "life_summary":
        start = person.birth.year + 14
        middle = (start + until) // 2
        spans = (
            (f"{rng.randint(1, 6):02d}/{start} - {rng.randint(6, 12):02d}/{middle}", "Đi học"),
            (f"{rng.randint(6, 12):02d}/{middle} - nay", person.occupation),
        )
        return tuple(
            {"period": period, "place": person.residence, "occupation": work} for period, work in spans
        )
    if household is None:
        return tuple(_family(person, rng)[: table.rows]) if table.id == "family" else ()
    others = [member for member in household.members if member.person.full_name != person.full_name]
    return tuple(_member_row(index, member, rng) for index, member in enumerate(others[: table.rows], 1))


def _member_row(index: int, member: Member, rng: random.Random) -> dict[str, str]:
    one = member.person
    return {
        "ordinal": str(index),
        "full_name": one.full_name,
        "birth_date": birth_text(rng, one.birth),
        "sex": one.sex_word,
        "number": one.personal_id_no,
        "relation": member.relation,
        "occupation": one.occupation,
        "residence": place_line(one.home_commune).split(",")[0],
        "birth_place": "Sóc Trăng",
        "ethnicity": one.people,
        "nationality": "VN",
    }


def _family(person: Person, rng: random.Random) -> list[dict[str, str]]:
    born = person.birth.year
    relatives: list[tuple[str, str, str]] = [
        (person.father_name, "Nam", "Cha"),
        (person.mother_name, "Nữ", "Mẹ"),
    ]
    if person.spouse_name:
        wife = person.sex == "male"
        relatives.append((person.spouse_name, "Nữ" if wife else "Nam", "Vợ" if wife else "Chồng"))
    relatives.append((names.name(rng, people=person.people).full, "Nam", "Em"))
    return [
        {
            "ordinal": str(index),
            "full_name": name,
            "birth_date": str(born - 25 if relation in {"Cha", "Mẹ"} else born + 1),
            "sex": sex,
            "relation": relation,
            "occupation": rng.choice(("Làm ruộng", "Nội trợ", "Buôn bán")),
            "residence": person.residence.split(",")[0],
        }
        for index, (name, sex, relation) in enumerate(relatives, 1)
    ]
