"""Draws a filled or empty form of any edition as clean, upright sheets with their truth."""

from dataclasses import replace
from itertools import groupby

import numpy as np

from forms import FormEdition, FormField, FormSection, FormTable
from synthetic.canvas import Colour, paper
from synthetic.forms.blocks import draw_close, draw_head
from synthetic.forms.filling import Filled
from synthetic.forms.flow import Flow, Look, look_for
from synthetic.forms.rows import draw_row
from synthetic.forms.tables import draw_table
from synthetic.truth import PageTruth, Sheet
from synthetic.writing import Mode, Style, Writer, style_for

PAPERS: tuple[Colour, ...] = ((251, 250, 246), (248, 245, 236), (244, 238, 222), (240, 231, 209))


def draw_form(
    edition: FormEdition,
    filled: Filled,
    rng: np.random.Generator,
    *,
    mode: Mode = "print",
    dpi: int = 200,
    look: Look | None = None,
    style: Style | None = None,
) -> tuple[Sheet, ...]:
    """Every sheet of the form; fields of `filled` in print or handwriting, the truth with their boxes."""
    look, style = look or look_for(rng), style or style_for(mode, rng)
    look = replace(look, leading_mm=look.leading_mm * _spread(edition))
    flow = Flow(dpi, look)
    writer = Writer(flow.canvas, style, rng)
    draw_head(flow, edition, rng)
    for _, parts in groupby(_in_order(edition), key=lambda part: (part.row, type(part).__name__)):
        _draw_parts(flow, list(parts), filled, writer)
    draw_close(flow, edition, filled, writer)
    tint = PAPERS[rng.integers(len(PAPERS))]
    return tuple(
        Sheet(
            canvas.finish(paper(canvas.size, rng, tint), style.ink),
            dpi,
            PageTruth("text", edition.form, edition.edition, mode, tuple(truths), tables),
        )
        for canvas, truths, tables in zip(flow.canvases, flow.truths, flow.tables, strict=True)
    )


def _spread(edition: FormEdition) -> float:
    """Line spacing of this form against the usual one: printers fill the sheet, and save a second one."""
    printed = len({field.row for field in edition.fields}) + 2 * len(edition.tables) + len(edition.sections)
    if printed < 16:
        return 1.2
    return 0.9 if edition.tables and printed > 20 else 1.0


def _in_order(edition: FormEdition) -> list[FormField | FormTable | FormSection]:
    parts: list[FormField | FormTable | FormSection] = [
        *edition.sections,
        *edition.fields,
        *edition.tables,
    ]
    return sorted(parts, key=lambda part: part.row)


def _draw_parts(
    flow: Flow, parts: list[FormField | FormTable | FormSection], filled: Filled, writer: Writer
) -> None:
    writer.canvas = flow.canvas
    fields = [part for part in parts if isinstance(part, FormField)]
    if fields:
        draw_row(flow, fields, filled, writer)
    for part in parts:
        if isinstance(part, FormTable):
            draw_table(flow, part, filled.tables.get(part.id, ()), writer)
        elif isinstance(part, FormSection):
            baseline = flow.advance(flow.look.leading_mm + 1)
            flow.canvas.text(flow.left, baseline, part.label, flow.look.bold, flow.look.points)
