"""Turns what was read behind labels into fields: normalised, checked, with alternatives and doubts."""

import math
from collections.abc import Sequence

from contracts.civil.dates import partial_date, precision_of
from contracts.civil.numbers import checks, digits_of
from contracts.civil.sexes import sex_of
from contracts.recognition import Alternative, ReadField
from forms import FieldType
from services.ocr.engine.alternatives import alternatives
from services.ocr.engine.base import Glyph, Reading
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


def _alternatives(glyphs: Sequence[Glyph]) -> tuple[Alternative, ...]:
    """What else the characters may say, likeliest first, each with the product of its probabilities."""
    sure = math.prod(max(glyph.probability, 1e-6) for glyph in glyphs)
    return tuple(
        Alternative(text=other.text, confidence=round(min(1.0, sure * other.weight), 4))
        for other in alternatives(Reading(tuple(glyphs)), MAX_ALTERNATIVES)
        if other.text
    )


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
        alternatives=_alternatives(value.glyphs),
        precision=precision_of(normalised) if one.type is FieldType.DATE and normalised else None,
    )
