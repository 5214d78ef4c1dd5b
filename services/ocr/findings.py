"""Turns what was read behind labels into fields: normalised, checked, with alternatives and doubts."""

import heapq
import math
from collections.abc import Iterator, Sequence

from contracts.recognition import Alternative, ReadField
from forms import FieldType
from services.ocr.domain import checks, digits_of, partial_date, precision_of, sex_of
from services.ocr.engine.base import Glyph
from services.ocr.fields.doubts import doubts
from services.ocr.fields.editions import LabelledField
from services.ocr.fields.values import Value
from services.ocr.layout.ink import Ink
from services.ocr.layout.scale import WorkingPage
from services.ocr.transcript import source_box

MAX_ALTERNATIVES = 4


def findings(
    page: WorkingPage, ink: Ink, fields: Sequence[LabelledField], values: dict[str, Value]
) -> dict[str, ReadField]:
    """Every field that was answered, in the order of `fields`; boxes in pixels of the page as given."""
    normalised = {one.id: normalise(one.type, values[one.id].text) for one in fields if one.id in values}
    warnings = checks(normalised)
    return {
        one.id: _field(page, ink, one, values[one.id], normalised[one.id], warnings.get(one.id, ()))
        for one in fields
        if one.id in values
    }


def normalise(kind: FieldType, text: str) -> str | None:
    """What a text means: a partial ISO date, a sex, digits; none for other types or where it is unclear."""
    if kind is FieldType.DATE:
        return partial_date(text)
    if kind is FieldType.SEX:
        return sex_of(text)
    return digits_of(text) if kind is FieldType.DIGITS else None


def alternatives(glyphs: Sequence[Glyph]) -> tuple[Alternative, ...]:
    """The likeliest texts that differ in one or two characters from the one read, best first."""
    changes = sorted(_changes(glyphs), reverse=True)[:6]
    sure = math.prod(max(glyph.probability, 1e-6) for glyph in glyphs)
    texts: dict[str, float] = {}
    pairs = [(one,) for one in changes] + [
        (one, other) for i, one in enumerate(changes) for other in changes[i + 1 :] if one[1] != other[1]
    ]
    for pair in pairs:
        letters = [glyph.character for glyph in glyphs]
        likelihood = sure
        for ratio, index, letter in pair:
            letters[index] = letter
            likelihood *= ratio
        text = " ".join("".join(letters).split())
        texts[text] = max(texts.get(text, 0.0), likelihood)
    best = heapq.nlargest(MAX_ALTERNATIVES, texts.items(), key=lambda item: item[1])
    return tuple(
        Alternative(text=text, confidence=round(min(1.0, chance), 4)) for text, chance in best if text
    )


def _changes(glyphs: Sequence[Glyph]) -> Iterator[tuple[float, int, str]]:
    """(likelihood against what was read, place, other character) of each character's rivals."""
    for index, glyph in enumerate(glyphs):
        rivals: Sequence[tuple[str, float]] = getattr(glyph, "others", ())
        for letter, probability in rivals:
            if probability > 0:
                yield probability / max(glyph.probability, 1e-6), index, letter


def _field(
    page: WorkingPage,
    ink: Ink,
    one: LabelledField,
    value: Value,
    normalised: str | None,
    warnings: tuple[str, ...],
) -> ReadField:
    characters = tuple(round(glyph.probability, 4) for glyph in value.glyphs)
    return ReadField(
        text=value.text,
        value=normalised,
        confidence=value.confidence,
        box=source_box(page, (value.left, value.top, value.right, value.bottom)),
        warnings=(*warnings, *doubts(ink, one.type, value)),
        character_confidences=characters if len(characters) == len(value.text) else (),
        alternatives=alternatives(value.glyphs),
        precision=precision_of(normalised) if one.type is FieldType.DATE and normalised else None,
    )
