"""The text of a page in reading order: lines and their words with boxes, for search and text layers."""

import itertools
from collections.abc import Sequence

import numpy as np

from contracts.recognition import Box, ReadLine, ReadWord
from services.ocr.engine.base import Glyph, Reading
from services.ocr.fields.rows import ReadRow
from services.ocr.layout.columns import reading_order
from services.ocr.layout.lines import Segment
from services.ocr.layout.scale import WorkingPage

TEXT_PROBABILITY = 0.6
"""Mean over a row; printed rows have 0.9 and more, noise that looks like letters 0.3 to 0.55."""
TEXT_SHARE = 0.5
SURE_PROBABILITY = 0.96
"""Where more than half of the rows are no text, a texture's luckiest row may pass for some."""

Edges = tuple[int, int, int, int]
"""Left, top, right, bottom on the working page; right and bottom exclusive."""


def transcript(page: WorkingPage, rows: Sequence[ReadRow]) -> tuple[ReadLine, ...]:
    """Every line of text on the page, column by column, with boxes in pixels of the page as given."""
    kept = text_rows(rows)
    groups = reading_order([row.row for row in kept])
    lines = (_line(page, kept[number], segments) for number, segments in groups)
    return tuple(line for line in lines if line is not None)


def text_rows(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Rows whose characters are sure on average; on a page of mostly unsure rows only the surest."""
    read = [row for row in rows if row.glyphs]
    kept = [row for row in read if mean_probability(row.glyphs) >= TEXT_PROBABILITY]
    if len(kept) >= TEXT_SHARE * len(read):
        return kept
    return [row for row in kept if mean_probability(row.glyphs) >= SURE_PROBABILITY]


def mean_probability(glyphs: Sequence[Glyph]) -> float:
    """Mean probability of the characters that are not spaces, 0 where there is none."""
    sure = [glyph.probability for glyph in glyphs if glyph.character != " "]
    return float(np.mean(sure)) if sure else 0.0


def source_box(page: WorkingPage, edges: Edges) -> Box:
    """The upright box around edges of the working page, in pixels of the page as given."""
    left, top, right, bottom = edges
    corners = [page.to_source(x, y) for x in (left, right) for y in (top, bottom)]
    x = max(0, round(min(corner[0] for corner in corners)))
    y = max(0, round(min(corner[1] for corner in corners)))
    return Box(
        x=x,
        y=y,
        width=max(1, round(max(corner[0] for corner in corners)) - x),
        height=max(1, round(max(corner[1] for corner in corners)) - y),
    )


def part_box(page: WorkingPage, row: ReadRow, start: int, end: int) -> Box:
    """The upright box around characters `start` to `end` of a row, in pixels of the page as given."""
    own = [row.segments[number] for number in set(row.owners[start:end])]
    left, right = row.places[start], row.places[end - 1]
    half = (right - left) / max(1, end - start - 1) / 2
    top, bottom = min(one.top for one in own), max(one.bottom for one in own)
    return source_box(page, (round(left - half), top, round(right + half), bottom))


def _line(page: WorkingPage, row: ReadRow, segments: Sequence[int]) -> ReadLine | None:
    words = [word for number in segments for word in _words(page, row, number)]
    if not words:
        return None
    own = [row.segments[number] for number in segments if row.readings[number].glyphs]
    edges = (
        min(one.left for one in own),
        min(one.top for one in own),
        max(one.right for one in own),
        max(one.bottom for one in own),
    )
    return ReadLine(
        text=" ".join(word.text for word in words),
        confidence=min(word.confidence for word in words),
        box=source_box(page, edges),
        words=tuple(words),
    )


def _words(page: WorkingPage, row: ReadRow, number: int) -> list[ReadWord]:
    """The words of one segment, each with the box of its own ink."""
    segment = row.segments[number]
    indices = [i for i, owner in enumerate(row.owners) if owner == number and row.glyphs[i].character != " "]
    if not indices:
        return []
    runs = [run.tolist() for run in np.split(indices, np.flatnonzero(np.diff(indices) > 1) + 1) if len(run)]
    whites = _whites(segment)
    pairs = itertools.pairwise(runs)
    cuts = [_gap(segment, whites, row.places[one[-1]], row.places[two[0]]) for one, two in pairs]
    pieces = segment.pieces.tolist()
    lefts, rights = [float(segment.left), *cuts], [*cuts, float(segment.right)]
    return [
        ReadWord(
            text="".join(row.glyphs[i].character for i in run),
            confidence=Reading(tuple(row.glyphs[i] for i in run)).confidence,
            box=source_box(page, _ink_between(segment, pieces, left, right)),
        )
        for run, left, right in zip(runs, lefts, rights, strict=True)
    ]


def _whites(segment: Segment) -> list[tuple[float, int]]:
    """Middle and width of every white between a segment's pieces, from left to right."""
    order = segment.pieces[np.argsort(segment.pieces[:, 0], kind="stable")]
    rights = np.maximum.accumulate(order[:, 2])[:-1].tolist()
    pairs = zip(rights, order[1:, 0].tolist(), strict=True)
    return [((right + left) / 2, left - right) for right, left in pairs if left > right]


def _gap(segment: Segment, whites: Sequence[tuple[float, int]], before: float, after: float) -> float:
    """The middle of the widest white between two characters' places; half way where there is none."""
    reach = 0.15 * (segment.bottom - segment.top)
    usable = [one for one in whites if before - reach < one[0] < after + reach]
    return max(usable, key=lambda one: one[1])[0] if usable else (before + after) / 2


def _ink_between(segment: Segment, pieces: Sequence[Sequence[int]], left: float, right: float) -> Edges:
    """The edges of those of a segment's pieces that lie between two x, within its height."""
    own = [one for one in pieces if left <= (one[0] + one[2]) / 2 <= right]
    if not own:
        return round(left), segment.top, max(round(left) + 1, round(right)), segment.bottom
    top, bottom = min(one[1] for one in own), max(one[3] for one in own)
    return (
        min(one[0] for one in own),
        max(segment.top, top),
        max(one[2] for one in own),
        max(min(segment.bottom, bottom), max(segment.top, top) + 1),
    )
