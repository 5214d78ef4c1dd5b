"""Labelled lines of a form: printed label, dotted leader or digit boxes, and the value on it."""

from forms import FormField
from synthetic.canvas import Box
from synthetic.forms.filling import Filled, Value
from synthetic.forms.flow import Flow
from synthetic.truth import FieldTruth
from synthetic.writing import Writer

CELL_MM = (5.3, 6.0)
GAP_MM = 2.0
_LABEL_GAP_MM = 1.2
# A value keeps at least this share of its usual size before its last place name is dropped.
_SMALLEST = 0.72
_SLACK = {"print": 1.0, "handwriting": 1.1}
Span = tuple[float, float, float]


def draw_row(flow: Flow, fields: list[FormField], filled: Filled, writer: Writer) -> None:
    """Draw the fields that share one printed line, and the further lines of a field that has some."""
    boxed = any(one.boxes for one in fields)
    height = flow.look.leading_mm + (0.8 if boxed else 0)
    extra = max(one.lines for one in fields) - 1
    sheet = len(flow.canvases)
    baseline = flow.advance(height, height + extra * flow.look.leading_mm)
    if len(flow.canvases) != sheet:
        writer.canvas = flow.canvas
    points = _label_points(flow, fields)
    labels = [_label_width(flow, one, points) for one in fields]
    free = flow.right - flow.left - sum(labels) - GAP_MM * (len(fields) - 1)
    total = sum(one.share for one in fields)
    x = flow.left
    for one, width in zip(fields, labels, strict=True):
        end = x + width + free * one.share / total
        _print_label(flow, one, x, baseline, points)
        start = x + width
        if one.boxes:
            _draw_boxes(flow, one, filled.values.get(one.id), writer, start, baseline)
        else:
            below = [
                (flow.left, flow.right, baseline + step * flow.look.leading_mm)
                for step in range(1, one.lines)
            ]
            _draw_lines(flow, one, filled.values.get(one.id), writer, [(start, end, baseline), *below])
        x = end + GAP_MM
    flow.y += extra * flow.look.leading_mm + (0.6 if boxed else 0)


def _printed(one: FormField) -> str:
    return f"{one.number}. {one.label}" if one.number else one.label


def _label_width(flow: Flow, one: FormField, points: float) -> float:
    width = flow.canvas.measure(_printed(one), flow.look.face, points)
    if one.note:
        width += flow.canvas.measure(one.note, flow.look.face, points * 0.62)
    return width + flow.canvas.measure(":", flow.look.face, points) + _LABEL_GAP_MM


def _label_points(flow: Flow, fields: list[FormField]) -> float:
    """The look's size, smaller where labels would leave less than 16 mm to write on."""
    points = flow.look.points
    while points > 8.5:
        used = sum(_label_width(flow, one, points) + GAP_MM for one in fields)
        if flow.right - flow.left - used >= 16 * len(fields):
            break
        points -= 0.25
    return points


def _print_label(flow: Flow, one: FormField, x: float, baseline: float, points: float) -> None:
    face = flow.look.face
    text = _printed(one)
    flow.canvas.text(x, baseline, text, face, points)
    x += flow.canvas.measure(text, face, points)
    if one.note:
        flow.canvas.text(x, baseline - 1.5, one.note, face, points * 0.62)
        x += flow.canvas.measure(one.note, face, points * 0.62)
    flow.canvas.text(x, baseline, ":", face, points)


def _draw_boxes(
    flow: Flow, one: FormField, value: Value | None, writer: Writer, start: float, baseline: float
) -> None:
    width, height = CELL_MM
    width = min(width, (flow.right - start) / one.boxes)
    cells = [
        flow.canvas.frame(start + 1 + index * width, baseline - height + 1.3, width, height)
        for index in range(one.boxes)
    ]
    if value is None:
        return
    box = writer.write_in_boxes(cells, value.text, writer.style.points * 0.95)
    flow.note(FieldTruth(one.id, value.text, value.value, (box,)))
    if len(value.text) < one.boxes and writer.rng.random() < 0.5:
        for cell in cells[len(value.text) :]:
            edges = (cell.x + 3, cell.y + cell.height - 3, cell.x + cell.width - 3, cell.y + 3)
            (flow.canvas.pen if writer.style.mode == "handwriting" else flow.canvas.print).line(
                edges, fill=190, width=max(1, flow.canvas.px(0.25))
            )


def _draw_lines(flow: Flow, one: FormField, value: Value | None, writer: Writer, spans: list[Span]) -> None:
    written: list[tuple[str, Box]] = []
    points = writer.style.points
    text = ""
    if value is not None:
        text = value.text
        if writer.style.capitals and one.type == "name":
            text = text.upper()
        lines, points, text = _fit(writer, text, spans)
        written = [
            (line, writer.write(left, y, line, points))
            for line, (left, _, y) in zip(lines, spans, strict=False)
        ]
    for index, (left, right, y) in enumerate(spans):
        behind = flow.look.dots_behind or writer.style.mode == "handwriting"
        if index < len(written) and not behind:
            _leader(flow, left + writer.width(written[index][0], points) + 0.8, right, y)
        else:
            _leader(flow, left, right, y)
    if value is not None and written:
        normal = text if value.value == value.text else value.value
        flow.note(FieldTruth(one.id, text, normal, tuple(box for _, box in written)))


def _leader(flow: Flow, left: float, right: float, y: float) -> None:
    if flow.look.ruled:
        flow.canvas.line(left, y + 0.5, right, y + 0.5, 0.12)
    else:
        flow.canvas.dots(left, right, y, flow.look.face, flow.look.points)


def _fit(writer: Writer, text: str, spans: list[Span]) -> tuple[list[str], float, str]:
    """Lines, size and the text that fits: written smaller first, then without its last place names."""
    while True:
        points = writer.style.points
        while points >= writer.style.points * _SMALLEST:
            lines = _broken(writer, text, spans, points)
            if lines is not None:
                return lines, points, text
            points *= 0.95
        if ", " not in text:
            return [text], points, text
        text = text.rpartition(", ")[0]


def _broken(writer: Writer, text: str, spans: list[Span], points: float) -> list[str] | None:
    """The text broken over the spans at this size; None where it does not fit."""
    slack = _SLACK[writer.style.mode]
    lines: list[str] = []
    words = text.split()
    for left, right, _ in spans:
        taken = ""
        while words and writer.width(f"{taken} {words[0]}".strip(), points) * slack <= right - left:
            taken = f"{taken} {words.pop(0)}".strip()
        if taken:
            lines.append(taken)
        if not words:
            return lines
        if not taken:
            return None
    return None
