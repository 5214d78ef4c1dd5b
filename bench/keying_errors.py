"""Field errors left after keying with the real reader, and the share of fields that need a second person.

`python -m bench.keying_errors [--pages N] [--times M]` reads drawn declarations with the reader, then has
each field keyed M times by simulated people who err in 1 % and in 3 % of fields, through the rule that
settles work (`services.records.keying.domain`): blind keying, the reader as the silent second keyer, a
second person where nothing was read surely enough, a third where two values differ, a fourth where the
third's ruling contradicts the reading. Beside it, from the same keyers: one keying alone (as suites do with
simple fields) and two keyings with a third (as clinical trials do).

How people err: a digit replaced or two swapped, the other sex, a tone or a letter of a name changed.
Errors go together: whoever errs on a misread field writes what the reader read in half of the cases;
whoever arbitrates and errs takes the wrong one of the values that they see. Else these people are
independent; canaries and acceptance samples (`vigilance/`) measure whether real ones are.
"""

import argparse
import random
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.form_pages import known, unseen
from bench.form_scoring import IDENTITY, Page
from forms import load_editions
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.reading import PageReader
from services.ocr.settings import DEFAULT_MODEL
from services.records.keying.domain import (
    DATES,
    NUMBERS,
    SEXES,
    Answer,
    FieldState,
    Outcome,
    VoteKind,
    agree,
    decide,
    policy_of,
)
from synthetic.declarations import LAYOUTS

SIMPLE = NUMBERS | DATES | SEXES
CREWS = ((0.01, 0.01), (0.03, 0.03), (0.03, 0.01))
"""How often keyers err, and those who arbitrate."""
MISLED = 0.5
"""Share of errors on a misread field that repeat the reader's."""
MUST_SIMPLE, MUST_NAMES, MUST_SECOND = 5.0, 15.0, 0.35
AIM_SIMPLE, AIM_NAMES, AIM_SECOND = 1.0, 5.0, 0.10
PEER = 3.7
"""Errors per 10,000 simple fields, single keyed (PLOS ONE 0035087)."""
TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass
class Count:
    """What became of fields of one sort."""

    keyed: int = 0
    wrong: int = 0
    second: int = 0
    third: int = 0
    fourth: int = 0

    @property
    def per_10_000(self) -> float:
        """Errors left."""
        return 10_000 * self.wrong / max(1, self.keyed)


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it is and as the reader read it."""

    name: str
    truth: str
    read: str | None
    confidence: float

    @property
    def misread(self) -> bool:
        """Whether it was read wrongly or not at all."""
        return not agree(self.name, self.truth, self.read)

    @property
    def counted(self) -> str | None:
        """What was read, where the policy takes it for a second keying."""
        return policy_of("identity", self.name).counted(self.read, self.confidence)


@dataclass
class Readings:
    """The fields of a stratum."""

    fields: list[Field] = field(default_factory=list)

    @property
    def misread(self) -> float:
        """Share of fields that were read wrongly or not at all."""
        return sum(one.misread for one in self.fields) / max(1, len(self.fields))

    @property
    def counted(self) -> int:
        """Fields whose reading counts."""
        return sum(one.counted is not None for one in self.fields)

    @property
    def misread_but_counted(self) -> int:
        """Fields whose reading counts and is wrong."""
        return sum(one.misread and one.counted is not None for one in self.fields)


def mistaken(name: str, truth: str, rng: random.Random) -> str:
    """A wrong value such as people write."""
    if name in SEXES:
        return "Nữ" if agree(name, truth, "Nam") else "Nam"
    places = [place for place, letter in enumerate(truth) if letter.isdigit()]
    if name in SIMPLE and places:
        return _wrong_digit(truth, places, rng)
    return _wrong_letter(truth, rng)


def _wrong_digit(truth: str, places: Sequence[int], rng: random.Random) -> str:
    letters = list(truth)
    place = rng.randrange(len(places) - 1)
    one, other = places[place], places[place + 1]
    if rng.random() < 0.5 and letters[one] != letters[other]:
        letters[one], letters[other] = letters[other], letters[one]
    else:
        letters[other] = str((int(letters[other]) + rng.randrange(1, 10)) % 10)
    return "".join(letters)


def _wrong_letter(truth: str, rng: random.Random) -> str:
    marks = list(unicodedata.normalize("NFD", truth))
    tones = [place for place, mark in enumerate(marks) if mark in TONES]
    if tones and rng.random() < 0.7:
        place = rng.choice(tones)
        marks[place] = rng.choice([tone for tone in TONES if tone != marks[place]])
    else:
        place = rng.choice([place for place, mark in enumerate(marks) if mark.isalpha()])
        marks[place] = rng.choice([letter for letter in "aeghimnotuv" if letter != marks[place].lower()])
    return unicodedata.normalize("NFC", "".join(marks))


class Person:
    """Somebody who errs at a rate."""

    def __init__(self, rate: float, ruling: float, rng: random.Random) -> None:
        """`rate`: of fields keyed; `ruling`: of disputes settled."""
        self.rate = rate
        self.ruling = ruling
        self.rng = rng

    def keys(self, one: Field) -> str:
        """What they type, not seeing the reading."""
        if self.rng.random() >= self.rate:
            return one.truth
        if one.read is not None and one.misread and self.rng.random() < MISLED:
            return one.read
        return mistaken(one.name, one.truth, self.rng)

    def rules(self, one: Field, values: Sequence[str]) -> str:
        """What they settle for, seeing the values."""
        if self.rng.random() >= self.ruling:
            return one.truth
        wrong = [value for value in values if not agree(one.name, value, one.truth)]
        return self.rng.choice(wrong) if wrong else mistaken(one.name, one.truth, self.rng)


Way = Callable[[Field, Person], tuple[str | None, int]]
"""A field → what is settled and how many people it took."""


def with_the_reader(one: Field, person: Person) -> tuple[str | None, int]:
    """As the desk does it."""
    policy = policy_of("identity", one.name)
    answers: list[Answer] = []

    def outcome() -> Outcome:
        return decide(one.name, policy, one.read, answers, confidence=one.confidence)

    while outcome().state in {FieldState.OPEN, FieldState.SECOND}:
        answers.append(Answer(str(len(answers)), person.keys(one)))
    values = [given.text for given in answers if given.text is not None]
    values += [one.counted] if one.counted else []
    while outcome().state is FieldState.DISPUTED:
        ruling = person.rules(one, values)
        answers.append(Answer(str(len(answers)), ruling, VoteKind.ARBITRATED))
    return outcome().text, len(answers)


def alone(one: Field, person: Person) -> tuple[str | None, int]:
    """One keying."""
    return person.keys(one), 1


def twice(one: Field, person: Person) -> tuple[str | None, int]:
    """Two keyings, and a third person where they differ."""
    first, second = person.keys(one), person.keys(one)
    if agree(one.name, first, second):
        return first, 2
    return person.rules(one, [first, second]), 3


def simulate(
    readings: Readings, way: Way, crew: tuple[float, float], times: int, seed: int = 1
) -> dict[str, Count]:
    """Key every field `times` times; `simple` and `names` counted apart."""
    counts = {"simple": Count(), "names": Count()}
    person = Person(*crew, random.Random(seed))
    for one in readings.fields:
        count = counts["simple" if one.name in SIMPLE else "names"]
        for _ in range(times):
            text, people = way(one, person)
            count.keyed += 1
            count.wrong += not agree(one.name, one.truth, text)
            count.second += people > 1
            count.third += people > 2
            count.fourth += people > 3
    return counts


def read_all(reader: PageReader, pages: Iterable[Page]) -> Readings:
    """The six fields of pages as the reader reads them."""
    found = Readings()
    for page in pages:
        read = reader.read_page(page.image, page.dpi).fields
        for name, truth in page.truth.items():
            text = read[name].text.strip() if name in read else ""
            confidence = read[name].confidence if name in read else 0.0
            found.fields.append(Field(name, truth, text or None, confidence))
    return found


def report(title: str, readings: Readings, times: int) -> None:
    """One block of the table."""
    print(
        f"{title}: {len(readings.fields)} fields, {readings.misread:.1%} of them misread or not read;"
        f" {readings.counted} readings count as a second keying, {readings.misread_but_counted} of them wrong"
    )
    for crew in CREWS:
        for name, way in (
            ("one keying", alone),
            ("two keyings", twice),
            ("keyer and reader", with_the_reader),
        ):
            counts = simulate(readings, way, crew, times)
            simple, names = counts["simple"], counts["names"]
            keyed = simple.keyed + names.keyed
            share = (simple.second + names.second) / keyed
            ratio = simple.per_10_000 / PEER
            print(
                f"  keyers err in {crew[0]:.0%}, arbitrators in {crew[1]:.0%}, {name:16}:"
                f" {simple.per_10_000:6.1f} per 10,000 numbers, dates, sexes"
                f" (must {MUST_SIMPLE:g}, aim {AIM_SIMPLE:g}; peer {PEER}, ratio {ratio:.2f});"
                f" {names.per_10_000:6.1f} names (must {MUST_NAMES:g}, aim {AIM_NAMES:g});"
                f" a second person for {share:.1%} (must {MUST_SECOND:.0%}, aim {AIM_SECOND:.0%}),"
                f" a fourth for {(simple.fourth + names.fourth) / keyed:.1%}",
                flush=True,
            )


def main() -> None:
    """Read and simulate every stratum."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=60, help="pages per stratum")
    parser.add_argument("--times", type=int, default=400, help="how often each field is keyed")
    parser.add_argument("--seed", type=int, default=70_000)
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    asked = parser.parse_args()
    reader = PageReader(PaddleEngine(asked.model), load_editions())
    strata = {
        "known editions, print": known("print", asked.pages, asked.seed),
        "unseen layouts, print": unseen(list(LAYOUTS), "print", asked.pages, asked.seed + 1000),
        "known editions, handwriting": known("handwriting", asked.pages, asked.seed + 2000),
    }
    for title, pages in strata.items():
        identity = (page for page in pages if set(page.truth) & set(IDENTITY))
        report(title, read_all(reader, identity), asked.times)


if __name__ == "__main__":
    main()
