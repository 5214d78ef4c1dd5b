"""The letters the recogniser can write; the blank comes before them and the space after (CTC classes)."""

import string
import unicodedata

from synthetic.fonts import MARKED_LETTERS

PUNCTUATION = ".,:;/()-–'\"“”’…%+*&=?!°²_[]<>@#|"
CHARACTERS = "".join(
    dict.fromkeys(
        string.digits + string.ascii_uppercase + string.ascii_lowercase + MARKED_LETTERS + PUNCTUATION
    )
)
CLASSES = len(CHARACTERS) + 2
_INDEX = {character: index for index, character in enumerate(CHARACTERS, start=1)} | {" ": CLASSES - 1}
_WRITTEN = ["", *CHARACTERS, " "]


def clean(text: str) -> str:
    """NFC, single spaces, no character outside the set: what a line's truth is."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(letter if letter in _INDEX else " " for letter in composed).split())


def encode(text: str) -> list[int]:
    """Class numbers of a clean text; raises KeyError for a foreign character."""
    return [_INDEX[letter] for letter in text]


def decode(classes: list[int]) -> str:
    """Greedy CTC: the text of the best class of each frame, repeats and blanks dropped."""
    kept = [now for before, now in zip([0, *classes], classes, strict=False) if now != before]
    return "".join(_WRITTEN[number] for number in kept)
