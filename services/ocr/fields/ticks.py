"""Reads fields that are answered by marking a box: "Nam ☐ Nữ ☒"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.civil.sexes import sex_of
from forms import FieldType
from services.ocr.engine.base import Glyph, Reading
from services.ocr.fields.cutting import Page, stop_after
from services.ocr.fields.editions import LabelledField
from services.ocr.fields.folding import fold
from services.ocr.fields.values import Value
from services.ocr.layout.lines import Segment
from services.ocr.layout.squares import Square, find_squares

REACH_LETTERS = 1.2
"""Above and below a row's middle within which a box belongs to it."""
ASIDE_LETTERS = 4.0
"""Beside the words within which their boxes stand."""
SURE_INK, SURE_BLANK = 0.09, 0.02
"""Ink of a box that is marked, and of one that is not, beyond doubt; between them a mark is doubted."""
DOUBTED = 0.5
"""Confidence of an answer whose boxes are neither plainly marked nor plainly empty."""

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Option:
    """A printed word that may be chosen, its x and where it stands in its row's text."""

    glyphs: tuple[Glyph, ...]
    left: float
    right: float
    start: int
    end: int


def ticked(page: Page, fields: Sequence[LabelledField]) -> dict[str, Value | None]:
    """The fields that have tick boxes, each with the words whose boxes are marked; none where none is.

    Sexes alone are asked for in this way on the forms that are known.
    """
    found: dict[str, Value | None] = {}
    for one in fields:
        if one.type is FieldType.SEX:
            options = _options(page, one)
            squares = _squares(page, one, options) if len(options) == 2 else []
            if len(squares) == 2:
                found[one.id] = _chosen(options, squares)
            elif len(options) == 2 and _a_choice(page, one, options):
                # Both words stand there: whichever is meant is for people to see.
                found[one.id] = _value(options, DOUBTED, page.rows[one.span.row].row.segments)
    return found


def _a_choice(page: Page, one: LabelledField, options: Sequence[Option]) -> bool:
    """Whether two words are printed to choose from, not "Nữ" and a word of another answer further on.

    They are where they stand close together, or where no word stands between them: a box that the reader
    takes for a letter may, "Quốc tịch: Việt" may not.
    """
    first, second = options
    words = {fold("".join(glyph.character for glyph in option.glyphs)).text for option in options}
    close = second.left - first.right <= 2 * ASIDE_LETTERS * page.ink.letter_px
    between = page.rows[one.span.row].text[first.end : second.start]
    return words == {"nam", "nu"} and (close or not _WORD.search(between))


def _squares(page: Page, one: LabelledField, options: Sequence[Option]) -> list[Square]:
    """The tick boxes among and beside these words."""
    row, unit = page.rows[one.span.row].row, page.ink.letter_px
    edges = (
        round(min(option.left for option in options) - ASIDE_LETTERS * unit),
        round(row.middle - REACH_LETTERS * unit),
        round(max(option.right for option in options) + ASIDE_LETTERS * unit),
        round(row.middle + REACH_LETTERS * unit),
    )
    return find_squares(page.ink.full, unit, edges)


def _options(page: Page, one: LabelledField) -> list[Option]:
    """The words for either sex behind the label, from left to right."""
    row = page.rows[one.span.row]
    # "Nam Nữ" behind "Nam/nữ:" looks like that label again.
    others = tuple(span for span in page.spans if span.wording.common_field != one.span.wording.common_field)
    stop = stop_after(row, one.span, others)
    end = len(row.text) if stop is None else stop
    found: list[Option] = []
    start = one.span.end
    for position in range(one.span.end, end + 1):
        if position < end and row.text[position].isalpha():
            continue
        for first, last in ((start, position), (start + 1, position), (start, position - 1)):
            # A box that touches a word is read as one more letter of it.
            if sex_of(row.text[first:last]) is not None:
                found.append(
                    Option(row.glyphs[first:last], row.places[first], row.places[last - 1], first, last)
                )
                break
        start = position + 1
    return found


def _chosen(options: Sequence[Option], squares: Sequence[Square]) -> Value | None:
    """The options whose boxes are marked: boxes stand all before or all behind their words."""
    marked = [i for i, square in enumerate(squares) if square.marked]
    if not marked:
        return None
    inks = [square.ink for square in squares]
    plain = max(inks) >= SURE_INK and min(inks) <= SURE_BLANK
    chosen = [options[i] for i in marked]
    return _value(chosen, 1.0 if plain else DOUBTED, [squares[i] for i in marked])


def _value(options: Sequence[Option], most: float, around: Sequence[Square | Segment]) -> Value:
    """These words as an answer, at most so sure, in a box that takes in what is `around` them."""
    glyphs: list[Glyph] = []
    for option in options:
        glyphs += [*([Glyph(" ", 1.0, option.left)] if glyphs else []), *option.glyphs]
    reading = Reading(tuple(glyphs))
    return Value(
        reading.text,
        min(most, reading.confidence),
        round(min(*(one.left for one in options), *(one.left for one in around))),
        min(one.top for one in around),
        round(max(*(one.right for one in options), *(one.right for one in around))),
        max(one.bottom for one in around),
        reading.glyphs,
    )
