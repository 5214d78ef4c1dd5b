"""Reads what is written behind labels, tightly cut, with the alphabet of each field's type."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from contracts.civil.dates import partial_date
from contracts.civil.names import looks_like_name
from contracts.civil.numbers import provinces
from contracts.civil.sexes import sex_of
from forms import FieldType
from services.ocr.engine.base import Glyph, OcrEngine, Reading
from services.ocr.fields.cutting import LEADER_CHARACTERS, Page, find_value, stop_after
from services.ocr.fields.dots import borne_out, compared, still_doubted
from services.ocr.fields.editions import LabelledField
from services.ocr.fields.votes import elected, lawful
from services.ocr.layout.boxes import as_line
from services.ocr.layout.crops import REFRAMED, crop, frame, reframed
from services.ocr.layout.leaders import Beneath, clear, find_leader
from services.ocr.layout.lines import Segment
from services.ocr.layout.scale import Grey

ALPHABETS: dict[FieldType, frozenset[str]] = {
    FieldType.DIGITS: frozenset("0123456789. "),
    FieldType.DATE: frozenset("0123456789/.- ngàythángămsiNTSkhoảồ"),
    FieldType.SEX: frozenset("NnAaMmUuƯưỮữ /"),
}
ROW_READ = frozenset({FieldType.TEXT, FieldType.PLACE})
STRAY_NOTE = re.compile(r"^\W*(?:[^\s:]{0,4}\s?:|\(?[\dlI]\))\s*")
"""The end of the label that was cut with the value: a raised "(1)", its colon."""
NEXT_NUMBER = re.compile(r"(?:^|\s)\(?\d{1,2}\s?[.)/:\-].*$")
"""In a name: the number of the next label and whatever follows."""
VOTED = frozenset({FieldType.NAME, FieldType.DIGITS, FieldType.DATE, FieldType.SEX})
DOUBTED = 0.9
"""Values less sure than this are read again in other frames."""
UNREADABLE = 0.03
"""Readings less sure, or with so improbable a character, are hardly ever right (3 of 521 drawn ones):
a smudge, half a stamp or a note cut with the room to write in, not an answer."""
LEADERS_INSIDE = re.compile(r"[.,…_·:;]+")
"""In a name: dots of the line that were read between its words."""


@dataclass(frozen=True, slots=True)
class Value:
    """What was read behind a label; edges in pixels of the working page."""

    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int
    glyphs: tuple[Glyph, ...] = ()


@dataclass(frozen=True, slots=True)
class _Leaders:
    """A page without the dotted leaders under its names, and what is left below the names' letters."""

    page: Page
    beneath: Mapping[str, Sequence[tuple[Segment, Beneath | None]]]

    def borne_out(self, field: str, index: int, reading: Reading, stretch: float = 1.0) -> Reading:
        """A reading of a field's segment, unsure of dots that are not there; as it is without a leader."""
        segment, beneath = self.beneath[field][index] if field in self.beneath else (None, None)
        if segment is None or beneath is None:
            return reading
        unit = self.page.ink.letter_px
        left = frame(segment, unit, self.page.image.shape)[0]
        return borne_out(reading, beneath, left, unit, stretch)

    def compared(self, one: LabelledField, own: list[Reading], in_row: Reading | None) -> list[Reading]:
        """The readings of a field's segments, unsure of the dots in which the row's reading differs."""
        segment, beneath = self.beneath[one.id][0]
        if in_row is None or beneath is None or len(own) > 1:
            return own
        unit = self.page.ink.letter_px
        left = frame(segment, unit, self.page.image.shape)[0]
        return [compared(clean(one.type, own[0]), clean(one.type, in_row), beneath, left, unit)]


def _without_leaders(page: Page, parts: Sequence[tuple[LabelledField, list[Segment]]]) -> _Leaders:
    """The page with the leaders under its names taken out; the page itself where there are none."""
    names = [(one.id, own) for one, own in parts if one.type is FieldType.NAME and own]
    image: Grey | None = None
    beneath: dict[str, list[tuple[Segment, Beneath | None]]] = {}
    for field, own in names:
        found = [(find_leader(page.ink, part) if part.chain is None else None, part) for part in own]
        if not any(leader for leader, _ in found):
            continue
        image = page.image.copy() if image is None else image
        left = [
            (part, None if leader is None else clear(image, page.ink, part, leader)) for leader, part in found
        ]
        if any(one is not None for _, one in left):
            beneath[field] = left
    return _Leaders(page if image is None else replace(page, image=image), beneath)


def read_values(page: Page, fields: Sequence[LabelledField], engine: OcrEngine) -> dict[str, Value]:
    """Read every field that holds ink; a field left empty has no entry."""
    parts = {one.id: find_value(page, one) for one in fields}
    values: dict[str, Value] = {}
    leaders = _without_leaders(page, [(one, parts[one.id]) for one in fields])
    for one in fields:
        if parts[one.id] and (value := _read_before(page, one, parts[one.id], engine)):
            values[one.id] = value
    left = [one for one in fields if parts[one.id] and one.id not in values]
    for alphabet in {ALPHABETS.get(one.type) for one in left}:
        group = [one for one in left if ALPHABETS.get(one.type) == alphabet]
        crops = [_crop(leaders.page, segment) for one in group for segment in parts[one.id]]
        readings = iter(engine.recognise(crops, alphabet))
        for one in group:
            segments = parts[one.id]
            own = [leaders.borne_out(one.id, i, next(readings)) for i in range(len(segments))]
            in_row = _in_row(page, one, engine) if alphabet is None else None
            if one.id in leaders.beneath:
                # The row was read over the leader: it may raise a doubt, but not win.
                own, in_row = leaders.compared(one, own, in_row), None
            value = value_of(one.type, segments, own, in_row)
            if value is not None:
                values[one.id] = value
        doubted = [one for one in group if one.id in values and _doubted(one, values[one.id], parts[one.id])]
        for one, value in _read_again(
            leaders, [(one, parts[one.id], values[one.id]) for one in doubted], engine
        ):
            values[one.id] = value
    return values


def _doubted(one: LabelledField, value: Value, segments: Sequence[Segment]) -> bool:
    """Whether a value is unsure enough to be read again, and none of boxes, whose frames are known."""
    in_boxes = any(segment.chain is not None for segment in segments)
    spaces = [glyph.probability for glyph in value.glyphs if glyph.character == " "]
    # A wide hand is read with spaces within its words; another frame often shows that there are none.
    parted = one.type is FieldType.NAME and min(spaces, default=1.0) < DOUBTED
    return one.type in VOTED and (value.confidence < DOUBTED or parted) and not in_boxes


def _read_again(
    leaders: "_Leaders", doubted: Sequence[tuple[LabelledField, list[Segment], Value]], engine: OcrEngine
) -> Iterator[tuple[LabelledField, Value]]:
    """Doubted values of one alphabet as most readings have them: framed otherwise, and in the row."""
    if not doubted:
        return
    page = leaders.page
    unit = page.ink.letter_px
    frames = [reframed(page.image, part, unit) for _, segments, _ in doubted for part in segments]
    alphabet = ALPHABETS.get(doubted[0][0].type)
    readings = iter(engine.recognise([crop for own in frames for crop in own], alphabet))
    for one, segments, value in doubted:
        by_segment = [
            [leaders.borne_out(one.id, i, next(readings), frame[2]) for frame in REFRAMED]
            for i in range(len(segments))
        ]
        others = [value_of(one.type, segments, own, None) for own in zip(*by_segment, strict=True)]
        candidates = [value, *(other for other in others if other is not None)]
        if one.id not in leaders.beneath and (in_row := _in_row(page, one, engine)) is not None:
            own = clean(one.type, in_row)
            if fits(one.type, own.text):
                candidates.append(replace(value, text=own.text, confidence=own.confidence, glyphs=own.glyphs))
        chosen = candidates[elected([Reading(candidate.glyphs) for candidate in candidates])]
        found = Reading(chosen.glyphs)
        if one.type is not FieldType.NAME:
            found = lawful(found, partial(fits, one.type))
        if one.id in leaders.beneath:
            found = still_doubted(found, Reading(value.glyphs))
        # The place stays that of the first reading: the frames differ by a few pixels only.
        yield one, replace(value, text=found.text, confidence=found.confidence, glyphs=found.glyphs)


def fits(kind: FieldType, text: str) -> bool:
    """Whether a text is a possible value of its type; names may be anything that looks like one."""
    if kind is FieldType.DIGITS:
        digits = "".join(filter(str.isdigit, text))
        return len(digits) == 9 or (len(digits) == 12 and digits[:3] in provinces() and digits[3] in "0123")
    if kind is FieldType.DATE:
        return partial_date(text) is not None
    if kind is FieldType.SEX:
        return sex_of(text) is not None
    return looks_like_name(text)


def _read_before(
    page: Page, one: LabelledField, segments: Sequence[Segment], engine: OcrEngine
) -> Value | None:
    """Free text on the label's own row as it was read with the row: reading it again costs as much."""
    if one.type not in ROW_READ or (in_row := _in_row(page, one, engine)) is None:
        return None
    return value_of(one.type, segments[:1], [in_row], None) if len(segments) == 1 else None


def _crop(page: Page, segment: Segment) -> Grey:
    if segment.chain is not None:
        return as_line(page.image, page.ink.full, segment.chain)[0]
    return crop(page.image, segment, page.ink.letter_px)[0]


def _in_row(page: Page, one: LabelledField, engine: OcrEngine) -> Reading | None:
    """The same value as it was read with its whole row, where it does not go on below.

    It is judged without the label, whose sure print says nothing about a hand.
    """
    if one.lines > 1:
        return None
    row = page.rows[one.span.row]
    return engine.judged(Reading(row.glyphs[one.span.end : stop_after(row, one.span, page.spans)]))


def value_of(
    kind: FieldType, segments: Sequence[Segment], readings: Sequence[Reading], in_row: Reading | None
) -> Value | None:
    """A field's segments and their readings as one value, or `in_row` where that is surer; none if empty."""
    cleaned = [clean(kind, reading) for reading in readings]
    kept = [i for i, reading in enumerate(cleaned) if any(map(str.isalnum, reading.text))]
    if not kept:
        return None
    if kind is FieldType.DIGITS:
        kept = _one_number(kept, [reading.text for reading in cleaned])
    best = _joined([cleaned[i] for i in kept])
    if segments[kept[0]].chain is not None:
        # Boxes stand apart; what was written in them has no spaces.
        best = Reading(tuple(glyph for glyph in best.glyphs if glyph.character != " "))
    if in_row is not None:
        other = clean(kind, in_row)
        alike = abs(len(other.text) - len(best.text)) <= max(1, len(best.text) // 8)
        if alike and other.least_probability > best.least_probability:
            best = other
    if not readable(best) or (kind is FieldType.NAME and sum(map(str.isalpha, best.text)) < 2):
        return None
    return Value(
        best.text,
        best.confidence,
        min(segments[i].left for i in kept),
        min(segments[i].top for i in kept),
        max(segments[i].right for i in kept),
        max(segments[i].bottom for i in kept),
        best.glyphs,
    )


def readable(reading: Reading) -> bool:
    """Whether a reading says anything: it has letters or figures and is not all but surely wrong."""
    said = any(map(str.isalnum, reading.text))
    return said and min(reading.least_probability, reading.confidence) >= UNREADABLE


def _one_number(kept: list[int], texts: Sequence[str]) -> list[int]:
    """The first part alone where it is a whole number: what follows further on belongs to something else."""
    return kept[:1] if sum(map(str.isdigit, texts[kept[0]])) in {9, 10, 12} else kept


def clean(kind: FieldType, reading: Reading) -> Reading:
    """The value alone: without leaders, and without what belongs to the labels on either side."""
    glyphs = list(reading.glyphs)
    if kind not in ALPHABETS:
        text = "".join(glyph.character for glyph in glyphs)
        note = STRAY_NOTE.match(text)
        if note and not re.search(r"[^\W\d_]{2}", note[0]):
            glyphs = glyphs[note.end() :]
    if kind is FieldType.NAME:
        text = "".join(glyph.character for glyph in glyphs)
        glyphs = glyphs[: len(NEXT_NUMBER.sub("", text))]
        glyphs = [Glyph(" ", g.probability, g.x) if LEADERS_INSIDE.match(g.character) else g for g in glyphs]
        glyphs = _lettered(_without_numbers(_stripped(glyphs)))
    return Reading(tuple(_single_spaced(_stripped(glyphs))))


def _without_numbers(glyphs: list[Glyph]) -> list[Glyph]:
    """A name without numbers at either end: "Lý Thị Linh 4", a bullet of what follows; "2y" is none."""
    text = "".join(glyph.character for glyph in glyphs)
    if lead := re.match(r"(?:[^\w\s]*\d+[^\w\s]*\s+)+", text):
        glyphs, text = glyphs[lead.end() :], text[lead.end() :]
    if trail := re.search(r"(?:\s+(?:[^\w\s]*\d+[^\w\s]*|[tH+*-]))+$", text):
        glyphs = glyphs[: trail.start()]
    return glyphs


def _lettered(glyphs: list[Glyph]) -> list[Glyph]:
    """A name with what else its figures may be: names have none, so that "2y" is more surely "Ry".

    The letter has the little probability that the recogniser gave it; a figure without any stays.
    """
    found = []
    for glyph in glyphs:
        others = [one for one in glyph.others if one[0].isalpha()] if glyph.character.isdigit() else []
        if others:
            found.append(replace(glyph, character=others[0][0], probability=others[0][1], certainty=None))
        else:
            found.append(glyph)
    return found


def _stripped(glyphs: list[Glyph]) -> list[Glyph]:
    inside = [i for i, glyph in enumerate(glyphs) if glyph.character not in LEADER_CHARACTERS]
    return glyphs[inside[0] : inside[-1] + 1] if inside else []


def _single_spaced(glyphs: list[Glyph]) -> list[Glyph]:
    return [
        glyph
        for before, glyph in zip([None, *glyphs], glyphs, strict=False)
        if not (glyph.character == " " and before is not None and before.character == " ")
    ]


def _joined(readings: Sequence[Reading]) -> Reading:
    glyphs: list[Glyph] = []
    for reading in readings:
        if glyphs:
            glyphs.append(Glyph(" ", 1.0, reading.glyphs[0].x))
        glyphs.extend(reading.glyphs)
    return Reading(tuple(glyphs))
