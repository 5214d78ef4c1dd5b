"""A number as its figures alone: whether a space or a dot stands between two of them does not change it."""

from dataclasses import replace

from services.ocr.engine.base import Glyph, Reading

ALIKE = 0.02
"""So near to what a passed-over space leaves, a figure's doubt is that space."""


def figures(reading: Reading) -> Reading:
    """The same characters without the doubts that concern no figure, for judging only.

    A figure that may also be itself with a space is as sure as both together; a space is only doubted where
    it may be a figure. The probability that goes to what a number cannot hold stays a doubt.
    """
    glyphs: list[Glyph] = []
    before: Glyph | None = None
    for glyph in reading.glyphs:
        glyphs.append(_figure(glyph, before) if glyph.character.isdigit() else _between(glyph))
        before = glyph
    return Reading(tuple(glyphs))


def _figure(glyph: Glyph, before: Glyph | None) -> Glyph:
    same = sum(share for other, share in glyph.others if _digits(other) == glyph.character)
    level = glyph.probability + same
    # A space passed over before this figure is listed with the character that stands there.
    for other, share in before.others if before is not None else ():
        spaced = before is not None and len(other) > 1 and _digits(other) == _digits(before.character)
        if spaced and abs(glyph.probability + share - 1) < ALIKE:
            level = max(level, glyph.probability + share)
    others = tuple(one for one in glyph.others if _digits(one[0]) != glyph.character)
    return replace(glyph, probability=min(1.0, level), others=others)


def _between(glyph: Glyph) -> Glyph:
    others = tuple(one for one in glyph.others if _digits(one[0]))
    return replace(glyph, probability=max(0.0, 1 - sum(share for _, share in others)), others=others)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
