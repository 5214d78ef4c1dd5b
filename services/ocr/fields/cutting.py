"""Finds the ink that answers a label: behind it, in boxes, continued below, or on the next line."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.civil.dates import partial_date
from contracts.civil.names import looks_like_name
from contracts.civil.numbers import digits_of
from contracts.civil.sexes import sex_of
from forms import FieldType
from services.ocr.fields.editions import LabelledField
from services.ocr.fields.matching import Span
from services.ocr.fields.rows import ReadRow
from services.ocr.layout.ink import Ink
from services.ocr.layout.lines import WIDE_GAP, Segment, bounded
from services.ocr.layout.scale import Grey

LEADER_CHARACTERS = " .…_-–·,:;'\"|*~"
LEADER_SHARE = 0.35
"""Of the room behind a label: as much ink that is not letters is a line to write on."""
COLUMN_REACH = 8
"""Rows above and below in which two labels must begin at one x to be a column."""
COLUMN_GAP = 0.9
"""Letters of white before it; spaces between words are narrower or rarely stand there."""
FULL_LINE = 0.7
"""Of the page's width: a value that ends further left has not been continued below."""
NEXT_LINE = 2.3
"""Rows further below than this many usual distances do not answer a label."""
GAPS: dict[FieldType, float] = {FieldType.SEX: 2.6, FieldType.DATE: 7.0, FieldType.NAME: 7.0}
"""Letters of white inside a value of each type; numbers may be written with wider ones."""
DIGIT_GAP = 5.0
"""Letters of white between groups of one number."""
SHORTEST: dict[FieldType, int] = {FieldType.DATE: 3, FieldType.NAME: 3, FieldType.SEX: 2}
"""Characters of the shortest answer of each type; less is the bullet of the next label."""
UNREAD_LABEL = re.compile(r"(?:^|\s)\(?\d{1,2}\s?[.)/\-]\s?(?=[^\W\d_][^:\n]{2,40}:)")
"""A number, words and a colon: the next label, too badly misread to be recognised as one."""
UNREAD_LABEL_APART = re.compile(r"\(?\d{1,2}\s?[.)]\s?[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Page:
    """All that reading values needs to know of a page."""

    image: Grey
    ink: Ink
    rows: tuple[ReadRow, ...]
    spans: tuple[Span, ...]

    @property
    def pitch(self) -> float:
        """The usual distance of rows."""
        middles = [row.row.middle for row in self.rows]
        return float(np.median(np.diff(middles))) if len(middles) > 2 else 3.0 * self.ink.letter_px


def find_value(page: Page, one: LabelledField) -> list[Segment]:
    """The tight segments that answer a field's label, none where it was left empty."""
    found = _near(_beside(page, one.span), one.type, page.ink.letter_px)
    shortest = 3 if one.id == "number" else SHORTEST.get(one.type, 1)
    if len(_text_beside(page, one.span)) < shortest:
        found = [segment for segment in found if segment.chain is not None]
    if found and one.lines > 1:
        return found + _continued(page, one, found[-1])
    if not found and not _has_leader(page, one.span):
        return _below(page, one)
    return found


def _text_beside(page: Page, span: Span) -> str:
    """What was read between a label and the next one."""
    row = page.rows[span.row]
    return row.text[span.end : stop_after(row, span, page.spans)].strip(LEADER_CHARACTERS)


def _near(found: list[Segment], kind: FieldType, unit: float) -> list[Segment]:
    """The parts that belong together: what stands far behind a short value is another column's."""
    limit = GAPS.get(kind)
    if kind is FieldType.DIGITS:
        return _joined_digits(found, unit)
    if limit is None:
        return found
    for index in range(1, len(found)):
        if found[index].left - found[index - 1].right > limit * unit:
            return found[:index]
    return found


def _joined_digits(found: list[Segment], unit: float) -> list[Segment]:
    """Groups of digits as one crop: a digit alone between gaps is read worse than among its neighbours."""
    joined: list[Segment] = []
    for segment in found:
        last = joined[-1] if joined else None
        apart = last is None or last.chain is not None or segment.chain is not None
        if last is None or apart or segment.left - last.right > DIGIT_GAP * unit:
            joined.append(segment)
        else:
            joined[-1] = bounded(np.concatenate([last.pieces, segment.pieces]), unit)
    return joined


def stop_after(row: ReadRow, span: Span, spans: Sequence[Span]) -> int | None:
    """The index in the row's text at which the next label begins, none where the value may fill the row."""
    stops = [other.start for other in spans if other.row == span.row and other.start >= span.end]
    if unread := UNREAD_LABEL.search(row.text, span.end):
        stops.append(unread.start())
    stops += [i for i in row.starts if i > span.end and UNREAD_LABEL_APART.match(row.text, i)]
    return min(stops, default=None)


def _beside(page: Page, span: Span) -> list[Segment]:
    """What stands behind the label on its own row, up to the next label, as tight segments."""
    row = page.rows[span.row]
    stop = stop_after(row, span, page.spans)
    unit = page.ink.letter_px
    start_x = _edge(row, span.end, unit)
    end_x = _edge(row, stop, unit) if stop is not None else float(page.image.shape[1])
    for segment in row.segments:
        if segment.chain is not None and start_x - unit < segment.left and segment.right <= end_x + unit:
            return [segment]
    boxes = [segment.pieces for segment in row.segments if segment.chain is None]
    pieces = _between(np.concatenate(boxes) if boxes else np.zeros((0, 4), np.int32), start_x, end_x)
    return _tight(pieces[pieces[:, 0] < _next_column(page, span, pieces)], unit)


def _next_column(page: Page, span: Span, pieces: NDArray[np.int32]) -> float:
    """The x of a column of labels to the right that white parts from what stands before it on this row."""
    unit = page.ink.letter_px
    starts = sorted(
        page.rows[other.row].places[other.start]
        for other in page.spans
        if other.leading and abs(other.row - span.row) <= COLUMN_REACH and other.row != span.row
    )
    edge = float(page.image.shape[1])
    left = pieces[:, 0].min(initial=page.image.shape[1]) + 2 * unit
    for first, second in itertools.pairwise(starts):
        if first < left or second - first > unit:
            continue
        before = pieces[pieces[:, 0] < first - 1.2 * unit]
        behind = pieces[pieces[:, 0] >= first - 1.2 * unit]
        if len(before) and len(behind) and behind[:, 0].min() - before[:, 2].max() >= COLUMN_GAP * unit:
            return float(behind[:, 0].min())
    return edge


def _between(pieces: NDArray[np.int32], start: float, end: float) -> NDArray[np.int32]:
    middles = (pieces[:, 0] + pieces[:, 2]) / 2
    return pieces[(middles > start) & (middles < end)]


def _edge(row: ReadRow, index: int, unit: float) -> float:
    """The x between characters `index - 1` and `index` of a row: the widest white there.

    Characters' places are those where the recogniser was surest, up to half a letter beside their middle.
    """
    before = next((row.places[i] for i in range(index - 1, -1, -1) if row.text[i] != " "), 0.0)
    after = next((row.places[i] for i in range(index, len(row.text)) if row.text[i] != " "), None)
    pieces = np.concatenate([segment.pieces for segment in row.segments])
    if after is None:
        after = before + 3 * unit
        reach = pieces[(pieces[:, 0] <= before) & (pieces[:, 2] >= before)]
        if len(reach):
            return float(reach[:, 2].max()) + 0.1 * unit
    order = pieces[np.argsort(pieces[:, 0])]
    reach_right = np.maximum.accumulate(order[:, 2])
    best, widest = (before + after) / 2, 0.0
    for right, left in zip(reach_right[:-1].tolist(), order[1:, 0].tolist(), strict=True):
        if (
            left > right
            and before - 0.4 * unit < (left + right) / 2 < after + 0.4 * unit
            and left - right > widest
        ):
            best, widest = (left + right) / 2, left - right
    return best


def _tight(pieces: NDArray[np.int32], unit: float) -> list[Segment]:
    """Segments of these pieces; colons, specks and stray marks alone are none."""
    if not len(pieces):
        return []
    pieces = pieces[np.argsort(pieces[:, 0], kind="stable")]
    reach = np.maximum.accumulate(pieces[:, 2])
    breaks = np.flatnonzero(pieces[1:, 0] - reach[:-1] > 1.5 * WIDE_GAP * unit) + 1
    runs = [run for run in np.split(pieces, breaks) if (run[:, 3] - run[:, 1]).max() >= 0.55 * unit]
    return [bounded(run, unit) for run in runs]


def _has_leader(page: Page, span: Span) -> bool:
    """Whether a dotted or ruled line to write on follows the label: then nothing there means left empty."""
    row = page.rows[span.row]
    unit = page.ink.letter_px
    start = round(_edge(row, span.end, unit))
    stop = stop_after(row, span, page.spans)
    end = round(_edge(row, stop, unit)) if stop is not None else page.image.shape[1] - round(2 * unit)
    if end - start < 3 * unit:
        return False
    top, bottom = round(row.row.middle - 0.4 * unit), round(row.row.middle + 1.3 * unit)
    columns = (page.ink.full[top:bottom, start:end] > 0).any(axis=0)
    reach = max(1, round(0.6 * unit))
    spread = np.convolve(columns, np.ones(reach), mode="same") > 0
    return bool(spread.mean() > LEADER_SHARE)


def _below(page: Page, one: LabelledField) -> list[Segment]:
    """What stands under a label with nothing behind it, where it is what the field asks for."""
    label = page.rows[one.span.row].row
    left, right = _room_below(page, one.span)
    for number in range(one.span.row + 1, min(one.span.row + 3, len(page.rows))):
        row = page.rows[number]
        if row.row.middle - label.middle > NEXT_LINE * page.pitch:
            break
        indices = [i for i, x in enumerate(row.places) if left < x < right and row.text[i] != " "]
        if indices:
            return _answer_in(page, one, number, indices, (left, right))
    return []


def _answer_in(
    page: Page, one: LabelledField, number: int, indices: list[int], room: tuple[float, float]
) -> list[Segment]:
    """These characters of a row as the answer to a label above, unless they are something else."""
    row = page.rows[number]
    first, last = indices[0], indices[-1]
    if any(span.row == number and span.start <= last and span.end > first for span in page.spans):
        return []
    text = row.text[first : last + 1].strip(LEADER_CHARACTERS)
    if ":" in text or not _answers(one.type, text):
        return []
    inside = [segment for segment in row.segments if room[0] < segment.left < room[1]]
    chains = [segment for segment in inside if segment.chain is not None]
    boxes = [segment.pieces for segment in row.segments if segment.chain is None]
    if chains or not boxes:
        return chains[:1]
    return _tight(_between(np.concatenate(boxes), *room), page.ink.letter_px)


def _room_below(page: Page, span: Span) -> tuple[float, float]:
    """From where a label begins to where the next one on its row does."""
    row = page.rows[span.row]
    unit = page.ink.letter_px
    first = any(other.row == span.row and other.end <= span.start for other in page.spans)
    left = row.places[min(span.start, len(row.places) - 1)] - 2 * unit if first else 0.0
    stop = stop_after(row, span, page.spans)
    right = row.places[stop] - unit if stop is not None else float(page.image.shape[1])
    return left, right


def _continued(page: Page, one: LabelledField, last: Segment) -> list[Segment]:
    """What goes on in the rows below, where the form gives a value several lines and the first is full."""
    found: list[Segment] = []
    for number in range(one.span.row + 1, min(one.span.row + one.lines, len(page.rows))):
        above, row = page.rows[number - 1].row, page.rows[number].row
        full = last.right > FULL_LINE * page.image.shape[1]
        near = row.middle - above.middle <= 1.5 * page.pitch
        own = [segment for segment in row.segments if segment.chain is None]
        if not full or not near or not own or any(span.row == number for span in page.spans):
            break
        found += _tight(np.concatenate([segment.pieces for segment in own]), page.ink.letter_px)
        last = own[-1]
    return found


def _answers(kind: FieldType, text: str) -> bool:
    if kind is FieldType.DATE:
        return partial_date(text) is not None
    if kind is FieldType.SEX:
        return sex_of(text) is not None and len(text) <= 12
    if kind is FieldType.DIGITS:
        return len(digits_of(text) or "") >= 6 and sum(map(str.isalpha, text)) <= 2
    return kind is FieldType.NAME and looks_like_name(" ".join(re.findall(r"[^\W\d_]+", text)))
