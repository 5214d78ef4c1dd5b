"""Folds text to what survives misreading best: small letters without marks, single spaces."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and for each of its characters the index in the text it came from."""

    text: str
    origin: tuple[int, ...]


def fold(text: str) -> Folded:
    """`Họ, chữ đệm` → `ho chu dem`: punctuation becomes a space, marks and case go."""
    letters: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        base = unicodedata.normalize("NFD", character.lower())[:1].replace("đ", "d")
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
