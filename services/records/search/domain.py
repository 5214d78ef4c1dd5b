"""Search keys of Vietnamese names, and how a query and a person are matched."""

import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract_iter

_TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "5", "\u0323": "6"}
"""Combining grave, hook, tilde, acute, dot below → digit, in dictionary order: huyền, hỏi, ngã, sắc, nặng."""

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK = {letter: f"{rank:02d}" for rank, letter in enumerate(_ALPHABET, start=10)}

_PLAIN_LETTERS = "abcdefghijklmnopqrstuvwxyz "

_NOT_NAME = re.compile(r"[^\w\s]+|_+")
_I_OR_Y = re.compile(r"^(h|k|l|m|s|t|v|qu)y$")
_NUMBER = re.compile(r"[\d\s.\-]+")
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_PARENT = re.compile(r"(?:^|[\s,;]+)(cha|bố|bo|father|mẹ|me|mother)\s*:", re.IGNORECASE)
_PARENTS = {"cha": "father", "bo": "father", "father": "father", "me": "mother", "mother": "mother"}


@dataclass(frozen=True, slots=True)
class Searchable:
    """What a person is found by."""

    person_id: uuid.UUID
    unit_code: str
    full_name: str
    birth_year: int | None
    number: str | None
    father_name: str
    mother_name: str


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed into the one box."""

    number: str | None = None
    """Digits, if the box holds a number."""
    words: tuple[str, ...] = ()
    """Plain words of a name."""
    plain: str = ""
    toned: str = ""
    marked: bool = False
    """Whether any mark was typed; then names that agree in marks come first."""
    birth_year: int | None = None
    father: str = ""
    """The beginning of the father's plain name."""
    mother: str = ""


def parse_query(text: str, birth_year: int | None = None, father: str = "", mother: str = "") -> Query:
    """Understand one box: a number, or a name with an optional year of birth behind it.

    `cha: …` and `mẹ: …` in the box say the parents' names, as the parameters do.
    """
    own, named = _parts(text)
    query = _own(own, birth_year)
    return replace(
        query,
        father=plain_key(named.get("father") or father.replace("\x00", "")),
        mother=plain_key(named.get("mother") or mother.replace("\x00", "")),
    )


def _parts(text: str) -> tuple[str, dict[str, str]]:
    """What a box says of the person, and of each parent."""
    typed = unicodedata.normalize("NFC", text).replace("\x00", "")
    own, *named = _PARENT.split(typed)
    labels = (_PARENTS[plain_key(label)] for label in named[::2])
    return own, dict(zip(labels, named[1::2], strict=True))


def _own(text: str, birth_year: int | None) -> Query:
    typed = text.strip(" ,;\t\n")
    digits = re.sub(r"\D", "", typed)
    if digits and _NUMBER.fullmatch(typed) and (len(digits) != 4 or not _YEAR.fullmatch(digits)):
        return Query(number=digits, birth_year=birth_year)
    words = _words(typed)
    if words and birth_year is None and _YEAR.fullmatch(words[-1]):
        birth_year = int(words.pop())
    name = " ".join(words)
    plain = plain_key(name)
    return Query(
        words=tuple(plain.split()),
        plain=plain,
        toned=toned_key(name),
        marked=_strip(name) != name,
        birth_year=birth_year,
    )


@lru_cache(maxsize=20_000)
def toned_key(name: str) -> str:
    """A name as compared with its marks: `thủy` and `thuỷ` agree, `Nguyễn` and NFD `Nguyễn` too."""
    return " ".join(_toned_syllable(word) for word in _words(name))


@lru_cache(maxsize=20_000)
def plain_key(name: str) -> str:
    """A name as compared without marks: lower case, đ → d, `lý` and `lí` agree."""
    return " ".join(_plain_syllable(word) for word in _words(name))


def split_key(plain: str) -> tuple[str, str]:
    """Given name and the rest of a plain key: a typing error damages only one of them."""
    rest, _, given = plain.rpartition(" ")
    return given, rest


@lru_cache(maxsize=20_000)
def sort_key(name: str) -> str:
    """Orders by given, family, middle name in the Vietnamese alphabet, tones last; compared as bytes."""
    words = _words(name)
    ordered = [*words[-1:], *words[:1], *words[1:-1]] if len(words) > 1 else words
    letters = "!".join(_ranked_syllable(word) for word in ordered)
    return f"{letters} {''.join(_tone(word) for word in ordered)}"


def one_error_away(plain: str) -> set[str]:
    """Every key that one missing, added, wrong or swapped letter or space makes of `plain`, and itself."""
    cuts = [(plain[:place], plain[place:]) for place in range(len(plain) + 1)]
    missing = {before + after[1:] for before, after in cuts if after}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
    wrong = {before + letter + after[1:] for before, after in cuts if after for letter in _PLAIN_LETTERS}
    added = {before + letter + after for before, after in cuts for letter in _PLAIN_LETTERS}
    return missing | swapped | wrong | added


def moved_splits(plain: str) -> set[tuple[str, str]]:
    """Given name and rest where one error was the last space: missing, added, swapped or another letter."""
    given, rest = split_key(plain)
    start = len(rest) + 1 if rest else 0
    repaired = {plain[: start - 1] + plain[start:]} if rest else set()
    for place in range(start, len(plain) + 1):
        before, after = plain[:place], plain[place:]
        repaired |= {f"{before} {after}", f"{before} {after[1:]}"}
        if place > 0:
            repaired.add(f"{before[:-1]} {before[-1]}{after}" if place - 1 >= start else plain)
    if rest:
        repaired |= {f"{rest[:-1]} {rest[-1]}{given}", f"{rest}{given[:1]} {given[1:]}"}
    splits = {split_key(" ".join(name.split())) for name in repaired}
    return {(own, before) for own, before in splits if own and before}


def typing_errors(one: str, other: str, limit: int) -> int:
    """Letters missing, added, wrong or swapped with the next; limit + 1 where there are more than `limit`."""
    return OSA.distance(one, other, score_cutoff=limit)


def within_errors(plain: str, names: Iterable[str], limit: int) -> list[str]:
    """Those of `names` that at most `limit` typing errors make of `plain`, nearest first."""
    near = extract_iter(plain, names, scorer=OSA.distance, score_cutoff=limit)
    return [name for _, name in sorted({(errors, name) for name, errors, _ in near})]


def _words(text: str) -> list[str]:
    return _NOT_NAME.sub(" ", unicodedata.normalize("NFC", text).casefold()).split()


# Names are made of few syllables, so their keys are remembered.
@lru_cache(maxsize=20_000)
def _toned_syllable(word: str) -> str:
    """Letters with their shape, the tone behind: where the tone is written no longer matters."""
    return _shaped(word) + _tone(word)


@lru_cache(maxsize=20_000)
def _plain_syllable(word: str) -> str:
    return _I_OR_Y.sub(r"\1i", _strip(word))


@lru_cache(maxsize=20_000)
def _ranked_syllable(word: str) -> str:
    return "".join(_LETTER_RANK.get(letter, "99" + letter) for letter in _shaped(word))


def _shaped(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(letter for letter in decomposed if letter not in _TONES))


@lru_cache(maxsize=20_000)
def _tone(word: str) -> str:
    return next((_TONES[letter] for letter in unicodedata.normalize("NFD", word) if letter in _TONES), "1")


def _strip(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
