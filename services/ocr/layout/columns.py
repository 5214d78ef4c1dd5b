"""Puts segments into reading order: columns from left to right where white runs down between them."""

import itertools
from collections.abc import Callable, Iterator, Sequence

from services.ocr.layout.lines import TABLE_UPRIGHTS, Row, Segment

MIN_ROWS = 4
"""Fewer rows beside one another are a heading or signatures: those are read across."""
MIN_COLUMN_SHARE = 0.22
"""Of the text's width: narrower stacks are the columns of a table, read row by row."""

Part = tuple[int, tuple[int, ...]]
"""A row's number and the numbers of those of its segments that are read together."""


def reading_order(rows: Sequence[Row]) -> list[Part]:
    """Rows from top to bottom; where several share a gutter, the column left of it comes first."""
    width = _width(rows)
    parts: list[Part] = []
    number = 0
    while number < len(rows):
        last, gutter = max(_gutters(rows, number, width), default=(number, 0.0))
        if last - number < MIN_ROWS:
            parts.append((number, tuple(range(len(rows[number].segments)))))
            number += 1
            continue
        block = range(number, last)
        parts += _side(rows, block, lambda one, x=gutter: one.right <= x)  # type: ignore[misc]
        parts += _side(rows, block, lambda one, x=gutter: one.left >= x)  # type: ignore[misc]
        number = last
    return parts


def _width(rows: Sequence[Row]) -> int:
    edges = [edge for row in rows for one in row.segments for edge in (one.left, one.right)]
    return max(edges) - min(edges) if edges else 0


def _gutters(rows: Sequence[Row], first: int, width: int) -> Iterator[tuple[int, float]]:
    """(end of the run of rows, x) for each white gap of a row that goes on below it between wide columns."""
    segments = rows[first].segments
    for left, right in itertools.pairwise(segments):
        x = (left.right + right.left) / 2
        last = first
        while last < len(rows) and _parted(rows[last], x, width):
            last += 1
        yield last, x


def _parted(row: Row, x: float, width: int) -> bool:
    """Whether a row has text of a column's width on each side of x and none across it."""
    if row.uprights >= TABLE_UPRIGHTS or any(one.left < x < one.right for one in row.segments):
        return False
    left = sum(one.right - one.left for one in row.segments if one.right <= x)
    right = sum(one.right - one.left for one in row.segments if one.left >= x)
    return min(left, right) >= MIN_COLUMN_SHARE * width


def _side(rows: Sequence[Row], block: range, belongs: Callable[[Segment], bool]) -> list[Part]:
    return [
        (number, tuple(i for i, one in enumerate(rows[number].segments) if belongs(one))) for number in block
    ]
