"""The syllables a pack knows: lawful ones in both manners of placing tones, and those of names and places."""

import re
import unicodedata
from pathlib import Path

from synthetic.text import labels, names, places, prose, syllables

_MOVED = re.compile(r"^(.*?)([ou])([\u0300\u0301\u0303\u0309\u0323])([aey])$")


def known_syllables() -> frozenset[str]:
    """Lower case, NFC; letters only."""
    lawful = syllables.lawful()
    named = [text for stocks in _STOCKS for group in stocks.values() for text in group[0]]
    told = [*named, *labels.VALUES, *prose.WORDS, *places.districts()]
    told += [one.name for one in places.communes()]
    words = {word.lower() for text in told for word in re.findall(r"[^\W\d_]+", text)}
    return frozenset(
        unicodedata.normalize("NFC", one) for one in (*lawful, *map(other_manner, lawful), *words)
    )


_STOCKS = (names.SURNAMES, names.MIDDLES, names.GIVEN, names.KHMER_GIVEN, names.HOA_GIVEN)


def other_manner(syllable: str) -> str:
    """`hòa` as `hoà`, `thúy` as `thuý`; others unchanged."""
    moved = _MOVED.sub(r"\1\2\4\3", unicodedata.normalize("NFD", syllable))
    return unicodedata.normalize("NFC", moved)


def write(path: Path) -> None:
    """One a line, sorted."""
    path.write_text("\n".join(sorted(known_syllables())) + "\n", encoding="utf-8")
