"""Turns what was read behind labels into fields: normalised, checked, with alternatives and doubts."""

import math
from collections.abc import Mapping, Sequence

from contracts.civil.dates import partial_date, precision_of
from contracts.civil.numbers import checks, digits_of
from contracts.civil.sexes import sex_of
from contracts.recognition import Alternative, ReadField
from forms import FieldType, FormTable
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
    types = {one.id: one.type for one in fields if one.id in values}
    return _checked(page, ink, types, values)


def rows_of(
    page: WorkingPage, ink: Ink, table: FormTable, rows: Sequence[Mapping[str, Value]]
) -> tuple[dict[str, ReadField], ...]:
    """The rows of a table as fields by column; number, sex and birth are checked within each row."""
    types = {column.id: column.type for column in table.columns}
    return tuple(_checked(page, ink, {name: types[name] for name in row}, row) for row in rows)


def _checked(
    page: WorkingPage, ink: Ink, types: Mapping[str, FieldType], values: Mapping[str, Value]
) -> dict[str, ReadField]:
    """Values that belong to one person as fields, in the order of `types`."""
    normalised = {name: normalise(kind, values[name].text) for name, kind in types.items()}
    warnings = checks(normalised)
    return {
        name: _field(page, ink, kind, values[name], normalised[name], warnings.get(name, ()))
        for name, kind in types.items()
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
    kind: FieldType,
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
        warnings=(*warnings, *doubts(ink, kind, value)),
        character_confidences=characters if len(characters) == len(value.text) else (),
        alternatives=_alternatives(value.glyphs),
        precision=precision_of(normalised) if kind is FieldType.DATE and normalised else None,
    )
