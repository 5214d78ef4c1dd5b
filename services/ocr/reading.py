"""Reads a page: lines, form, fields; the same code for the service and the command line."""

from collections.abc import Sequence

import cv2
import numpy as np

from contracts.recognition import Box, Recognition
from forms import FormEdition
from services.ocr.engine.base import OcrEngine, Reading
from services.ocr.fields.catalogue import build
from services.ocr.fields.cutting import Page
from services.ocr.fields.editions import found_labels, recognise_layout
from services.ocr.fields.matching import Span, find_spans
from services.ocr.fields.rows import ReadRow, read_row
from services.ocr.fields.tables import read_tables
from services.ocr.fields.ticks import ticked
from services.ocr.fields.values import read_values
from services.ocr.findings import findings, rows_of
from services.ocr.layout.boxes import as_line
from services.ocr.layout.crops import crop
from services.ocr.layout.ink import Ink, find_ink
from services.ocr.layout.lines import TABLE_UPRIGHTS, bounded, find_rows
from services.ocr.layout.scale import Grey, WorkingPage, working_page
from services.ocr.transcript import mean_probability, part_box, transcript
from services.ocr.verdicts import verdict_of

DIGITS_ONLY = frozenset("0123456789")
UPRIGHT = 0.86
"""Mean certainty of a page's middle row that is the right way up; upside down it is 0.5 to 0.75."""
UPSIDE_DOWN_ROWS = 3
UPSIDE_DOWN_LINES = 8
LINE_HEIGHT_PX = 96
"""Line images are brought to this height at most: enough for the recogniser's 32 pixels and to find ink."""


class PageReader:
    """Reads pages with one engine against a set of form editions."""

    def __init__(self, engine: OcrEngine, editions: Sequence[FormEdition]) -> None:
        # Every core reads a page of its own: threads within one would take the time of the others.
        cv2.setNumThreads(1)
        self.engine = engine
        self._editions = tuple(editions)
        self.catalogue = build(editions)

    def read_page(self, grey: Grey, dpi: float | None = None) -> Recognition:
        """Everything on a grey page (h, w), also if it lies upside down; boxes are in its pixels."""
        return self._understood(*self._rows_of(grey, dpi))

    def knowing(self, edition: FormEdition) -> "PageReader":
        """A reader with the same engine that knows this edition too, in place of one of its name."""
        others = [one for one in self._editions if one.key != edition.key]
        return PageReader(self.engine, (*others, edition))

    def read_sample(
        self, grey: Grey, dpi: float | None, edition: FormEdition
    ) -> tuple[Recognition, dict[str, Box]]:
        """A page as `read_page` reads it, and where the labels of `edition` are that are on it, by field."""
        page, ink, rows = self._rows_of(grey, dpi)
        uprights = [row.row.uprights for row in rows]
        found = found_labels(edition, [row.text for row in rows], uprights, self._spans(rows))
        labels = {name: part_box(page, rows[span.row], span.start, span.end) for name, span in found.items()}
        return self._understood(page, ink, rows), labels

    def labels_of(self, grey: Grey, dpi: float | None = None) -> tuple[list[ReadRow], list[Span]]:
        """The rows of a page and the known labels in them, for describing a new edition."""
        _, _, rows = self._rows_of(grey, dpi)
        return rows, self._spans(rows)

    def _rows_of(self, grey: Grey, dpi: float | None) -> tuple[WorkingPage, Ink, list[ReadRow]]:
        page = working_page(grey, dpi)
        ink = find_ink(page.image)
        rows = self._read_rows(page.image, ink)
        if self._upside_down(page.image, ink, rows):
            page = page.turned()
            ink = find_ink(page.image)
            rows = self._read_rows(page.image, ink)
        return page, ink, rows

    def _spans(self, rows: Sequence[ReadRow]) -> list[Span]:
        return find_spans([row.text for row in rows], [row.starts for row in rows], self.catalogue.index)

    def _understood(self, page: WorkingPage, ink: Ink, rows: Sequence[ReadRow]) -> Recognition:
        texts = [row.text for row in rows]
        spans = self._spans(rows)
        layout = recognise_layout(texts, [row.row.uprights for row in rows], spans, self.catalogue)
        labels = tuple(span for span in spans if span.anchored)
        lines = transcript(page, rows)
        asked = layout.fields if lines else ()
        view = Page(page.image, ink, tuple(rows), labels)
        marks = ticked(view, asked)
        values = read_values(view, [one for one in asked if one.id not in marks], self.engine)
        values |= {name: value for name, value in marks.items() if value is not None}
        own = f"{layout.form}-{layout.edition}" if layout.edition else None
        ruled = bool(lines) and any(row.row.uprights >= TABLE_UPRIGHTS for row in rows)
        tables = read_tables(page.image, ink, self._editions, own, self.engine) if ruled else {}
        return Recognition(
            form=layout.form,
            edition=layout.edition,
            text="\n".join(line.text for line in lines),
            confidence=float(np.mean([line.confidence for line in lines])) if lines else 0.0,
            fields=findings(page, ink, asked, values),
            tables={name: rows_of(page, ink, *found) for name, found in tables.items()},
            lines=lines,
            width_px=page.source_shape[1],
            height_px=page.source_shape[0],
            model=self.engine.name,
            verdict=verdict_of(layout.edition, len(layout.fields), len(lines)),
            turned=page.turned_degrees,
        )

    def _upside_down(self, image: Grey, ink: Ink, rows: Sequence[ReadRow]) -> bool:
        """Whether the widest lines of a page that reads badly read better the other way up."""
        read = [row for row in rows if row.glyphs]
        if (
            len(read) < UPSIDE_DOWN_ROWS
            or np.median([mean_probability(row.glyphs) for row in read]) >= UPRIGHT
        ):
            return False
        segments = [one for row in rows for one in row.segments if one.chain is None]
        widest = sorted(segments, key=lambda one: one.left - one.right)[:UPSIDE_DOWN_LINES]
        crops = [crop(image, one, ink.letter_px)[0] for one in widest]
        turned = [np.ascontiguousarray(one[::-1, ::-1]) for one in crops]
        readings = self.engine.recognise([*crops, *turned])
        sure = [mean_probability(reading.glyphs) for reading in readings]
        return sum(sure[len(crops) :]) > 1.1 * sum(sure[: len(crops)])

    def read_line(self, grey: Grey) -> Reading:
        """The text of an image of a single line, cut to its ink."""
        return self.engine.recognise([tight_line(grey)])[0]

    def _read_rows(self, image: Grey, ink: Ink) -> list[ReadRow]:
        rows = find_rows(ink)
        crops: list[Grey] = []
        boxed: list[Grey] = []
        for row in rows:
            for segment in row.segments:
                if segment.chain is None:
                    crops.append(crop(image, segment, ink.letter_px)[0])
                else:
                    boxed.append(as_line(image, ink.full, segment.chain)[0])
        readings = iter(self.engine.recognise(crops))
        digits = iter(self.engine.recognise(boxed, DIGITS_ONLY) if boxed else [])
        found = []
        for row in rows:
            own = [next(readings if segment.chain is None else digits) for segment in row.segments]
            lefts = [float(crop(image, segment, ink.letter_px)[1]) for segment in row.segments]
            found.append(read_row(row, own, lefts))
        return found


def tight_line(grey: Grey) -> Grey:
    """The part of a line image that holds the line, narrowly framed; all of it where no line stands out."""
    shrink = LINE_HEIGHT_PX / grey.shape[0]
    if shrink < 1:
        size = (max(1, round(grey.shape[1] * shrink)), LINE_HEIGHT_PX)
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    ink = find_ink(grey)
    rows = [row for row in find_rows(ink) if any(one.chain is None for one in row.segments)]
    if not rows:
        return grey
    pieces = [np.concatenate([one.pieces for one in row.segments]) for row in rows]
    widths = [int((boxes[:, 2] - boxes[:, 0]).sum()) for boxes in pieces]
    main = int(np.argmax(widths))
    # Parts of a slanting line may count as rows of their own; neighbours' feet and heads are narrow.
    own = [boxes for boxes, width in zip(pieces, widths, strict=True) if width > 0.3 * widths[main]]
    return crop(grey, bounded(np.concatenate(own), ink.letter_px), ink.letter_px)[0]
