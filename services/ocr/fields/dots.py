"""Dots below letters that stand over a dotted leader: doubted where the ink does not bear the reading out."""

import unicodedata
from dataclasses import replace

from services.ocr.engine.base import Glyph, Reading
from services.ocr.layout.leaders import Beneath

DOT = "\u0323"
"""The combining dot below (nặng)."""
LEAST_INK = 0.3
"""Dots of ink under a letter with a dot below; less is none."""
PLAIN_INK = 0.8
"""So much is one, whatever another reading says."""
LETTER_REACH = 0.5
"""Letters beside a character's middle that its dot stands at most."""
HIDDEN_REACH = 0.4
"""The same for a dot that the leader's may hide."""
UNDECIDED = 0.45
"""How sure at most a dot below is that the ink does not show: the field goes to keying."""


def dotted(character: str) -> bool:
    """Whether a character has a dot below."""
    return DOT in unicodedata.normalize("NFD", character)


def undotted(text: str) -> str:
    """A text without its dots below, NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).replace(DOT, ""))


def with_dot(character: str) -> str:
    """A character with a dot below, NFC."""
    return unicodedata.normalize("NFC", character + DOT)


def borne_out(
    reading: Reading, beneath: Beneath, left: float, letter_px: float, stretch: float = 1.0
) -> Reading:
    """The reading of a crop from the page's x `left`, unsure of dots below where there is no ink for one."""
    reach = LETTER_REACH * letter_px
    return Reading(
        tuple(
            _doubted(one, undotted(one.character))
            if dotted(one.character) and beneath.about(left + one.x / stretch, reach) < LEAST_INK
            else one
            for one in reading.glyphs
        )
    )


def compared(reading: Reading, other: Reading, beneath: Beneath, left: float, letter_px: float) -> Reading:
    """The reading without its leader, unsure where one over it differs in dots and ink does not decide."""
    if reading.text == other.text or undotted(reading.text) != undotted(other.text):
        return reading
    reach = LETTER_REACH * letter_px
    found = []
    for one, against in zip(reading.glyphs, other.glyphs, strict=True):
        x = left + one.x
        ink = beneath.about(x, reach)
        borne = ink >= PLAIN_INK if dotted(one.character) else ink < LEAST_INK
        decided = borne and (dotted(one.character) or not beneath.doubtful(x, HIDDEN_REACH * letter_px))
        found.append(
            one if one.character == against.character or decided else _doubted(one, against.character)
        )
    return Reading(tuple(found))


def still_doubted(reading: Reading, before: Reading) -> Reading:
    """Another reading of a value, doubted in the dots that the first one was: frames do not lift that."""
    if undotted(reading.text) != undotted(before.text):
        return reading
    return Reading(
        tuple(
            _doubted(one, first.others[0][0] if one.character == first.character else first.character)
            if _is_doubted(first)
            else one
            for one, first in zip(reading.glyphs, before.glyphs, strict=True)
        )
    )


def _is_doubted(glyph: Glyph) -> bool:
    """Whether a character's likeliest other differs by its dot alone, and it is no surer than undecided."""
    if glyph.probability > UNDECIDED or not glyph.others:
        return False
    other = glyph.others[0][0]
    return other != glyph.character and undotted(other) == undotted(glyph.character)


def _doubted(glyph: Glyph, other: str) -> Glyph:
    """The character, never surer than the threshold, with the one that differs by the dot beside it."""
    level = min(glyph.probability, UNDECIDED)
    certainty = None if glyph.certainty is None else min(glyph.certainty, UNDECIDED)
    others = ((other, level), *(one for one in glyph.others if one[0] != other))
    return replace(glyph, probability=level, certainty=certainty, others=others)
