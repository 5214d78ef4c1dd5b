"""What the language says about a reading: evidence for its certainty, never a correction."""

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from services.ocr.engine.base import Glyph

SYLLABLES = "syllables.txt"
"""In the pack: every lawful syllable and every syllable of known names, lower case, NFC, one a line."""


def load_syllables(path: Path) -> frozenset[str]:
    """The known syllables; raises OSError or UnicodeDecodeError."""
    return frozenset(path.read_text("utf-8").split())


def strange(glyphs: Sequence[Glyph], known: frozenset[str]) -> list[bool]:
    """Per character, whether it belongs to a word of letters that is no known syllable.

    Khmer and foreign names have such words: they are doubted, and stay as they were read.
    """
    found = [False] * len(glyphs)
    for start, end in _words(glyphs):
        word = "".join(glyph.character for glyph in glyphs[start:end])
        folded = unicodedata.normalize("NFC", word.lower())
        if len(word) > 1 and folded not in known:
            found[start:end] = [True] * (end - start)
    return found


def _words(glyphs: Sequence[Glyph]) -> Iterator[tuple[int, int]]:
    """Where runs of letters begin and end."""
    start = 0
    for position in range(len(glyphs) + 1):
        if position < len(glyphs) and glyphs[position].character.isalpha():
            continue
        if position > start:
            yield start, position
        start = position + 1
