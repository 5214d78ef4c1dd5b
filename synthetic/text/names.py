"""Names of people who do not exist, in the shares of the province's three peoples."""

import random
import unicodedata
from dataclasses import dataclass
from typing import Literal

from synthetic.text.stock import stock

Sex = Literal["male", "female"]
People = Literal["Kinh", "Khmer", "Hoa"]

# 2019 census of Sóc Trăng, rounded: Kinh 64 %, Khmer 31 %, Hoa 5 %.
SHARES: dict[People, float] = {"Kinh": 0.64, "Khmer": 0.31, "Hoa": 0.05}


@dataclass(frozen=True)
class Name:
    """A whole name, NFC, as written on paper in ordinary case, with the people it is drawn from."""

    full: str
    sex: Sex
    people: People

    @property
    def surname(self) -> str:
        """The first syllable."""
        return self.full.split()[0]


Stock = tuple[list[str], list[float]]


def _weighted(text: str) -> Stock:
    """Parse `Nguyễn 188 Trần 76`: words and their weights; a word without a number weighs 10."""
    words: list[str] = []
    weights: list[float] = []
    for token in unicodedata.normalize("NFC", text).split():
        if token.isdigit():
            weights[-1] = float(token)
        else:
            words.append(token.replace("_", " "))
            weights.append(10.0)
    return words, weights


def _stocks(title: str) -> dict[str, Stock]:
    return {key: _weighted(text) for key, text in stock("names.yaml")[title].items()}


SURNAMES = _stocks("surnames")
MIDDLES = _stocks("middles")
GIVEN = _stocks("given")
KHMER_GIVEN = _stocks("khmer_given")
HOA_GIVEN = _stocks("hoa_given")


def sex_of(rng: random.Random) -> Sex:
    """Either sex, equally often."""
    return "male" if rng.random() < 0.5 else "female"


def people_of(rng: random.Random) -> People:
    """One of the three peoples, by its share."""
    return rng.choices(list(SHARES), weights=list(SHARES.values()))[0]


def name(
    rng: random.Random, *, sex: Sex | None = None, people: People | None = None, surname: str | None = None
) -> Name:
    """Draw a name; what is not given is drawn too. `surname` keeps a family's name."""
    sex = sex or sex_of(rng)
    people = people or people_of(rng)
    first = surname or _draw(rng, SURNAMES[people])
    rest = {"Kinh": _kinh, "Khmer": _khmer, "Hoa": _hoa}[people](rng, sex)
    return Name(full=unicodedata.normalize("NFC", f"{first} {rest}"), sex=sex, people=people)


def _draw(rng: random.Random, drawn_from: Stock) -> str:
    return rng.choices(drawn_from[0], weights=drawn_from[1])[0]


def _kinh(rng: random.Random, sex: Sex) -> str:
    given = _draw(rng, GIVEN[sex])
    if rng.random() < 0.08:
        return given
    parts = _draw(rng, MIDDLES[sex]).split()
    if rng.random() < 0.12 and len(parts) == 1:
        parts += _draw(rng, MIDDLES[sex]).split()[-1:]
    return " ".join([*(part for part in dict.fromkeys(parts) if part != given), given])


def _khmer(rng: random.Random, sex: Sex) -> str:
    return _draw(rng, KHMER_GIVEN[sex]) if rng.random() < 0.65 else _kinh(rng, sex)


def _hoa(rng: random.Random, sex: Sex) -> str:
    return _draw(rng, HOA_GIVEN[sex]) if rng.random() < 0.5 else _kinh(rng, sex)
