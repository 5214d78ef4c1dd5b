"""Reads the rows of printed tables, such as the members of a household, by the heads of their columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from forms import FieldType, FormEdition, FormTable
from services.ocr.engine.base import OcrEngine, Reading
from services.ocr.fields.folding import fold
from services.ocr.fields.searching import contains
from services.ocr.fields.values import ALPHABETS, Value, value_of
from services.ocr.layout.crops import frame
from services.ocr.layout.grids import Cell, Grid, cell_lines, find_grids
from services.ocr.layout.ink import Ink
from services.ocr.layout.lines import Segment
from services.ocr.layout.scale import Grey

HEADS_SHARE = 0.6
"""Of a table's columns whose heads must be found above a grid's columns."""
MIN_ANSWERS = 2
"""Cells of a row without a name that are answered at least: an ordinal alone is printed, not filled in."""

TableRow = dict[str, Value]


@dataclass(slots=True)
class _Place:
    """A cell to be read: the row and column it stands for, and its lines."""

    grid: int
    row: int
    column: str
    type: FieldType
    segments: list[Segment]
    crops: list[Grey]
    readings: list[Reading] = field(default_factory=list)


def read_tables(
    image: Grey, ink: Ink, editions: Sequence[FormEdition], edition: str | None, engine: OcrEngine
) -> dict[str, tuple[FormTable, tuple[TableRow, ...]]]:
    """Tables of known editions on a page, with the rows that are written in.

    `edition` is the key of the page's own (`CT01-2021`), preferred where several have the same heads; a
    form's second sheet, which has no title, is read all the same.
    """
    grids = find_grids(ink)
    if not grids:
        return {}
    heads = _heads(image, ink, grids, engine)
    known = sorted(editions, key=lambda one: one.key != edition)
    chosen = [_table(grid, texts, known) for grid, texts in zip(grids, heads, strict=True)]
    places = [
        place
        for number, (grid, table) in enumerate(zip(grids, chosen, strict=True))
        if table is not None
        for place in _places(image, ink, number, grid, table)
    ]
    _read(places, engine)
    found: dict[str, tuple[FormTable, tuple[TableRow, ...]]] = {}
    for number, table in enumerate(chosen):
        if table is not None and (rows := _rows(table, [one for one in places if one.grid == number])):
            earlier = found[table.id][1] if table.id in found else ()
            found[table.id] = (table, (*earlier, *rows))
    return found


def _heads(image: Grey, ink: Ink, grids: Sequence[Grid], engine: OcrEngine) -> list[list[str]]:
    """What stands in the first row of each grid, by column."""
    cells = [[grid.cell(0, column) for column in range(grid.columns)] for grid in grids]
    crops: list[Grey] = []
    counts: list[list[int]] = []
    for row in cells:
        lines = [[_crop(image, ink, cell, one) for one in cell_lines(ink, cell)] for cell in row]
        counts.append([len(one) for one in lines])
        crops += [crop for one in lines for crop in one]
    texts = iter(reading.text for reading in engine.recognise(crops))
    return [[" ".join(next(texts) for _ in range(count)) for count in row] for row in counts]


def _table(grid: Grid, heads: Sequence[str], editions: Iterable[FormEdition]) -> FormTable | None:
    """The table whose columns have these heads; of several as alike, the first."""
    best: tuple[float, FormTable] | None = None
    folded = [fold(head).text for head in heads]
    for table in (one for edition in editions for one in edition.tables):
        if len(table.columns) != grid.columns:
            continue
        hits = sum(
            contains(head, fold(column.label).text)
            for head, column in zip(folded, table.columns, strict=True)
        )
        share = hits / grid.columns
        if share >= HEADS_SHARE and (best is None or share > best[0]):
            best = (share, table)
    return best[1] if best else None


def _places(image: Grey, ink: Ink, number: int, grid: Grid, table: FormTable) -> Iterable[_Place]:
    for row in range(1, grid.rows):
        for index, column in enumerate(table.columns):
            cell = grid.cell(row, index)
            segments = cell_lines(ink, cell)
            if segments:
                crops = [_crop(image, ink, cell, segment) for segment in segments]
                yield _Place(number, row, column.id, column.type, segments, crops)


def _crop(image: Grey, ink: Ink, cell: Cell, segment: Segment) -> Grey:
    """A line of a cell, framed as usual and cut at the cell's rules."""
    left, top, right, bottom = frame(segment, ink.letter_px, image.shape)
    return np.ascontiguousarray(
        image[max(top, cell.top) : min(bottom, cell.bottom), max(left, cell.left) : min(right, cell.right)]
    )


def _read(places: Sequence[_Place], engine: OcrEngine) -> None:
    """Read all cells, those with the same alphabet together."""
    for alphabet in {ALPHABETS.get(one.type) for one in places}:
        group = [one for one in places if ALPHABETS.get(one.type) == alphabet]
        readings = iter(engine.recognise([crop for one in group for crop in one.crops], alphabet))
        for one in group:
            one.readings = [next(readings) for _ in one.crops]


def _rows(table: FormTable, places: Sequence[_Place]) -> tuple[TableRow, ...]:
    named = {column.id for column in table.columns if column.type is FieldType.NAME}
    rows = []
    for number in sorted({one.row for one in places}):
        row: TableRow = {}
        for one in (one for one in places if one.row == number):
            value = value_of(one.type, one.segments, one.readings, None)
            if value is not None:
                row[one.column] = value
        if named & row.keys() or (not named and len(row) >= MIN_ANSWERS):
            rows.append(row)
    return tuple(rows)
