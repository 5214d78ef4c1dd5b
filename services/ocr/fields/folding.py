"""Folds text to what survives misreading best: small letters without marks, single spaces."""

import functools
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and for each of its characters the index in the text it came from."""

    text: str
    origin: tuple[int, ...]


@functools.lru_cache(maxsize=2048)
def fold(text: str) -> Folded:
    """`Họ, chữ đệm` → `ho chu dem`: punctuation becomes a space, marks and case go."""
    letters: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        base = _base(character)
        if base.isalnum():
            letters.append(base)
            origin.append(index)
        elif letters and letters[-1] != " ":
            letters.append(" ")
            origin.append(index)
    while letters and letters[-1] == " ":
        letters.pop()
        origin.pop()
    return Folded("".join(letters), tuple(origin))


@functools.lru_cache(maxsize=4096)
def _base(character: str) -> str:
    return unicodedata.normalize("NFD", character.lower())[:1].replace("đ", "d")
