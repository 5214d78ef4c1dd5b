"""Official prose: sentences such as the papers of a residence dossier hold, made of parts that change."""

import random
import re
from collections.abc import Callable

from synthetic.text import dates, labels, names, numbers, places
from synthetic.text.stock import stock

_PROSE = stock("prose.yaml")
SENTENCES: tuple[str, ...] = tuple(_PROSE["sentences"])
WORDS: tuple[str, ...] = tuple(_PROSE["words"].split())


def sentence(rng: random.Random) -> str:
    """One sentence with its blanks filled."""
    ending = rng.choice((".", ".", ";", ",", ""))
    return re.sub(r"\{(\w+)\}", lambda match: _filling(rng, match[1]), rng.choice(SENTENCES)) + ending


def paragraph(rng: random.Random, sentences: int = 4) -> str:
    """Sentences in a row."""
    return " ".join(sentence(rng) for _ in range(sentences))


def _filling(rng: random.Random, slot: str) -> str:
    return _FILLINGS.get(slot, _small)(rng)


def _small(rng: random.Random) -> str:
    return str(rng.randint(1, 350))


_FILLINGS: dict[str, Callable[[random.Random], str]] = {
    "date": lambda rng: dates.written(rng, dates.birth_date(rng, first=1975, last=2025)),
    "name": lambda rng: names.name(rng).full,
    "place": places.address,
    "unit": lambda rng: rng.choice((places.commune_of(rng).name, rng.choice(places.districts()))),
    "number": numbers.document_number,
    "cmnd": numbers.old_identity_number,
    "cccd": lambda rng: numbers.citizen_number(rng, sex=names.sex_of(rng), year=rng.randint(1930, 2005)),
    "year": lambda rng: str(rng.randint(1930, 2025)),
    "month": lambda rng: f"{rng.randint(1, 12):02d}",
    "day": lambda rng: f"{rng.randint(1, 31):02d}",
    "money": lambda rng: f"{rng.randint(1, 900)}.{rng.choice(('000', '500'))}.000",
    "words": lambda rng: " ".join(rng.choice(WORDS[:16]) for _ in range(rng.randint(2, 5))),
    "value": lambda rng: rng.choice(labels.VALUES).lower(),
}
