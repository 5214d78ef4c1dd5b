"""Synthetic persons and households, drawn from a seed; no real person's data is used."""

import random
from dataclasses import dataclass, replace

from synthetic.text import dates, names, numbers, places
from synthetic.text.dates import PartialDate
from synthetic.text.names import People, Sex
from synthetic.text.places import Commune

SEX_WORDS: dict[Sex, str] = {"male": "Nam", "female": "Nữ"}
_OCCUPATIONS = (
    "Làm ruộng", "Nông dân", "Buôn bán", "Giáo viên", "Công nhân", "Thợ hồ", "Nội trợ", "Tài xế", "Thợ may",
    "Nuôi tôm", "Cán bộ", "Làm thuê", "Y sĩ", "Ngư dân",
)  # fmt: skip
# Khmer parents and children often do not share a surname; the share itself is an assumption.
_KEEPS_SURNAME: dict[People, float] = {"Kinh": 0.97, "Hoa": 0.97, "Khmer": 0.55}


@dataclass(frozen=True)
class Person:
    """A person as the declarations ask for one."""

    full_name: str
    sex: Sex
    birth: PartialDate
    people: People
    religion: str
    cmnd_no: str
    """Nine digits with the province's prefix 36."""
    personal_id_no: str
    """Twelve digits, consistent with province, sex and year of birth."""
    father_name: str
    mother_name: str
    spouse_name: str
    """Empty where unmarried."""
    alias_name: str
    birth_commune: Commune
    home_commune: Commune
    residence: str
    occupation: str
    education: str
    telephone: str

    @property
    def sex_word(self) -> str:
        """Nam or Nữ."""
        return SEX_WORDS[self.sex]


@dataclass(frozen=True)
class Member:
    """A person's place in a household."""

    person: Person
    relation: str
    """Quan hệ với chủ hộ: Chủ hộ, Vợ, Chồng or Con."""


@dataclass(frozen=True)
class Household:
    """A household with its residence dossier's reference."""

    reference: str
    """Hồ sơ hộ khẩu số: free text in the archives."""
    book_no: str
    """Số sổ hộ khẩu, nine digits."""
    commune: Commune
    members: tuple[Member, ...]

    @property
    def head(self) -> Person:
        """Chủ hộ."""
        return self.members[0].person


def other_sex(sex: Sex) -> Sex:
    """The opposite of `sex`."""
    return "female" if sex == "male" else "male"


def place_line(commune: Commune) -> str:
    """Commune, district and province in one line, as birth places are written."""
    units = (commune.name, commune.district, places.PROVINCE)
    return ", ".join(unit[0].lower() + unit[1:] for unit in units)


def person(
    rng: random.Random,
    *,
    district: str | None = None,
    sex: Sex | None = None,
    born: tuple[int, int] = (1940, 2002),
    people: People | None = None,
    surname: str | None = None,
) -> Person:
    """A person of the province; the arguments fix what a household or a district already decides."""
    sex, people = sex or names.sex_of(rng), people or names.people_of(rng)
    name = names.name(rng, sex=sex, people=people, surname=surname)
    birth = dates.birth_date(rng, first=born[0], last=born[1])
    home = places.commune_of(rng, district)
    shared = name.surname if rng.random() < _KEEPS_SURNAME[people] else None
    married = birth.year < 1998 and rng.random() < 0.75
    return Person(
        full_name=name.full,
        sex=sex,
        birth=birth,
        people=people,
        religion="Phật giáo" if people == "Khmer" and rng.random() < 0.8 else "Không",
        cmnd_no=f"36{rng.randrange(10**7):07d}",
        personal_id_no=numbers.citizen_number(rng, sex=sex, year=birth.year),
        father_name=names.name(rng, sex="male", people=people, surname=shared).full,
        mother_name=names.name(rng, sex="female", people=people).full,
        spouse_name=names.name(rng, sex=other_sex(sex), people=people).full if married else "",
        alias_name=f"Út {name.full.split()[-1]}" if rng.random() < 0.1 else "",
        birth_commune=home if rng.random() < 0.7 else places.commune_of(rng),
        home_commune=home,
        residence=places.address(rng, home),
        occupation=rng.choice(_OCCUPATIONS),
        education=f"{rng.randint(3, 12)}/12",
        telephone=f"0{rng.choice('35789')}{rng.randrange(10**8):08d}",
    )


def household(rng: random.Random, district: str) -> Household:
    """A household of one district: a head, often a spouse, and up to three children."""
    head = person(rng, district=district, born=(1945, 1990))
    members = [Member(head, "Chủ hộ")]
    if head.spouse_name:
        members.append(_spouse(rng, district, head))
    members += [_child(rng, district, members) for _ in range(rng.randrange(4))]
    return Household(
        reference=f"HK{district}-{rng.randrange(1, 100_000):05d}/{rng.randint(1996, 2020)}",
        book_no=numbers.household_book(rng),
        commune=head.home_commune,
        members=tuple(members),
    )


def _spouse(rng: random.Random, district: str, head: Person) -> Member:
    sex = other_sex(head.sex)
    born = (head.birth.year - 3, head.birth.year + 6)
    drawn = person(rng, district=district, sex=sex, born=born, people=head.people)
    spouse = replace(
        drawn,
        full_name=head.spouse_name,
        spouse_name=head.full_name,
        home_commune=head.home_commune,
        residence=head.residence,
    )
    return Member(spouse, "Vợ" if sex == "female" else "Chồng")


def _child(rng: random.Random, district: str, members: list[Member]) -> Member:
    head = members[0].person
    fathers = [member.person.full_name for member in members[:2] if member.person.sex == "male"]
    mothers = [member.person.full_name for member in members[:2] if member.person.sex == "female"]
    surname = fathers[0].split()[0] if fathers and rng.random() < _KEEPS_SURNAME[head.people] else None
    born = (head.birth.year + 20, min(head.birth.year + 35, 2012))
    drawn = person(rng, district=district, born=born, people=head.people, surname=surname)
    child = replace(
        drawn,
        father_name=fathers[0] if fathers else drawn.father_name,
        mother_name=mothers[0] if mothers else drawn.mother_name,
        home_commune=head.home_commune,
        residence=head.residence,
    )
    return Member(child, "Con")
