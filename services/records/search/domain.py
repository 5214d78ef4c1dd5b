"""Search keys of Vietnamese names, and how a query and a person are matched."""

import re
import unicodedata
import uuid
from dataclasses import dataclass
from functools import lru_cache

_TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "5", "\u0323": "6"}
"""Combining grave, hook, tilde, acute, dot below → digit, in dictionary order: huyền, hỏi, ngã, sắc, nặng."""

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK = {letter: f"{rank:02d}" for rank, letter in enumerate(_ALPHABET, start=10)}

_PLAIN_LETTERS = "abcdefghijklmnopqrstuvwxyz "

_NOT_NAME = re.compile(r"[^\w\s]+|_+")
_I_OR_Y = re.compile(r"^(h|k|l|m|s|t|v|qu)y$")
_NUMBER = re.compile(r"[\d\s.\-]+")
_YEAR = re.compile(r"(?:18|19|20)\d\d")


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


def parse_query(text: str, birth_year: int | None = None) -> Query:
    """Understand one box: a number, or a name with an optional year of birth behind it."""
    typed = unicodedata.normalize("NFC", text).replace("\x00", "").strip()
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


def toned_key(name: str) -> str:
    """A name as compared with its marks: `thủy` and `thuỷ` agree, `Nguyễn` and NFD `Nguyễn` too."""
    return " ".join(_toned_syllable(word) for word in _words(name))


def plain_key(name: str) -> str:
    """A name as compared without marks: lower case, đ → d, `lý` and `lí` agree."""
    return " ".join(_plain_syllable(word) for word in _words(name))


def split_key(plain: str) -> tuple[str, str]:
    """Given name and the rest of a plain key: a typing error damages only one of them."""
    rest, _, given = plain.rpartition(" ")
    return given, rest


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


def typing_errors(one: str, other: str, limit: int) -> int:
    """Letters missing, added, wrong or swapped with the next; limit + 1 where there are more than `limit`."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    two_before: list[int] = []
    before = list(range(len(other) + 1))
    for row, left in enumerate(one, start=1):
        now = [row]
        for column, right in enumerate(other, start=1):
            cost = min(before[column - 1] + (left != right), before[column] + 1, now[-1] + 1)
            if row > 1 and column > 1 and left == other[column - 2] and one[row - 2] == right:
                cost = min(cost, two_before[column - 2] + 1)
            now.append(cost)
        if min(now) > limit and min(before) > limit:
            return limit + 1
        two_before, before = before, now
    return min(before[-1], limit + 1)


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
