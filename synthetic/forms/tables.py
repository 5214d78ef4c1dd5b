"""Printed tables of a form with what is written in their cells."""

from collections.abc import Mapping

from forms import FormTable
from synthetic.forms.flow import Flow, wrapped
from synthetic.writing import Writer

_HEAD_POINTS = 9.5
_HEAD_LINE_MM = 3.9
_ROW_MM = 9.0


def draw_table(flow: Flow, table: FormTable, rows: tuple[Mapping[str, str], ...], writer: Writer) -> None:
    """Draw caption, column heads and `table.rows` rows, of which the first ones are written in."""
    width = flow.right - flow.left
    total = sum(column.width for column in table.columns)
    widths = [width * column.width / total for column in table.columns]
    heads = [
        wrapped(flow.canvas, column.label, each - 1.5, flow.look.face, _HEAD_POINTS)
        for column, each in zip(table.columns, widths, strict=True)
    ]
    head_mm = max(len(lines) for lines in heads) * _HEAD_LINE_MM + 2.5
    caption = f"{table.number}. {table.label}:" if table.number else f"{table.label}:"
    lines = wrapped(flow.canvas, caption, width, flow.look.face, flow.look.points)
    needed = len(lines) * flow.look.leading_mm + 2 + head_mm + table.rows * _ROW_MM
    for line in lines:
        baseline = flow.advance(flow.look.leading_mm, needed)
        flow.canvas.text(flow.left, baseline, line, flow.look.face, flow.look.points)
        needed = 0
    writer.canvas = flow.canvas
    top = flow.y + 2
    _grid(flow, top, [head_mm] + [_ROW_MM] * table.rows, widths)
    x = flow.left
    for lines, each in zip(heads, widths, strict=True):
        first = top + (head_mm - len(lines) * _HEAD_LINE_MM) / 2 + 3
        for index, line in enumerate(lines):
            flow.canvas.text(
                x + each / 2, first + index * _HEAD_LINE_MM, line, flow.look.face, _HEAD_POINTS, "ms"
            )
        x += each
    written = tuple(
        _write_row(flow, table, row, writer, top + head_mm + index * _ROW_MM, widths)
        for index, row in enumerate(rows[: table.rows])
    )
    flow.note_table(table.id, written)
    flow.y = top + head_mm + table.rows * _ROW_MM + 1


def _grid(flow: Flow, top: float, heights: list[float], widths: list[float]) -> None:
    bottom = top + sum(heights)
    x = flow.left
    for width in [0.0, *widths]:
        x += width
        flow.canvas.line(x, top, x, bottom)
    y = top
    for height in [0.0, *heights]:
        y += height
        flow.canvas.line(flow.left, y, flow.right, y)


def _write_row(
    flow: Flow,
    table: FormTable,
    row: Mapping[str, str],
    writer: Writer,
    top: float,
    widths: list[float],
) -> dict[str, str]:
    written = {}
    x = flow.left
    for column, width in zip(table.columns, widths, strict=True):
        text = row.get(column.id, "")
        if text:
            written[column.id] = _write_cell(writer, text, x + 0.8, top, width - 1.6)
        x += width
    return written


def _write_cell(writer: Writer, text: str, x: float, top: float, width: float) -> str:
    """Write into one cell on at most two lines, as small as it takes; returns what there was room for."""
    points = writer.style.points * 0.82
    while points > 5:
        lines = wrapped(writer.canvas, text, width * 0.94, writer.style.face, points)
        widest = max(writer.width(line, points) for line in lines)
        if len(lines) <= (1 if points > 8.5 else 2) and widest <= width:
            break
        points *= 0.93
    baseline = top + _ROW_MM * (0.66 if len(lines) == 1 else 0.44)
    for index, line in enumerate(lines[:2]):
        writer.write(x, baseline + index * 3.6, line, points)
    return " ".join(lines[:2])
