"""Prints labels, leaders and boxes of a declaration, and writes values into them."""

import random
from dataclasses import dataclass, field, replace

import numpy as np

from synthetic.canvas import Box, Canvas, Face
from synthetic.declarations.wording import LETTERS, Item
from synthetic.truth import FieldTruth
from synthetic.writing import Writer


@dataclass
class Look:
    """How one printer set one form."""

    face: Face
    points: float
    leader: str
    numbering: str
    colon: str
    pitch: float
    left: float
    right: float
    capitals: bool = False
    lettered: bool = False


@dataclass
class Press:
    """One sheet being set; lengths in millimetres."""

    canvas: Canvas
    writer: Writer
    look: Look
    rng: random.Random
    y: float = 20.0
    count: int = 0
    truths: list[FieldTruth] = field(default_factory=list)

    @property
    def width(self) -> float:
        """Width of the text."""
        return self.look.right - self.look.left

    def down(self, lines: float = 1.0) -> float:
        """The baseline of the next line."""
        self.y += lines * self.look.pitch
        return self.y

    def printed(self, item: Item, *, colon: bool = True) -> str:
        """The label with its numbering and colon."""
        self.count += 1
        number = LETTERS[(self.count - 1) % len(LETTERS)] if self.look.lettered else str(self.count)
        label = item.label.upper() if self.look.capitals else item.label
        return self.look.numbering.format(number) + label + (self.look.colon if colon else "")

    def label(self, x: float, baseline: float, text: str, points: float | None = None) -> float:
        """Print a label; returns the x behind it."""
        size = points or self.look.points
        self.canvas.text(x, baseline, text, self.look.face, size)
        return x + self.canvas.measure(text, self.look.face, size)

    def leader(self, left: float, right: float, baseline: float) -> None:
        """A dotted, dashed or ruled line to write on, or none."""
        canvas, style = self.canvas, self.look.leader
        if right - left < 2:
            return
        if style == "stops":
            canvas.dots(left, right, baseline, self.look.face, self.look.points)
        elif style == "rule":
            canvas.line(left, baseline + 0.6, right, baseline + 0.6, 0.2)
        elif style == "underscores":
            count = int((right - left) / canvas.measure("_", self.look.face, self.look.points))
            canvas.text(left, baseline, "_" * count, self.look.face, self.look.points)
        elif style in {"points", "dense", "sparse", "dashes"}:
            step = {"points": 1.25, "dense": 0.75, "sparse": 2.4, "dashes": 2.6}[style]
            for x in np.arange(left, right, step).tolist():
                if style == "dashes":
                    canvas.line(x, baseline + 0.4, x + 1.5, baseline + 0.4, 0.2)
                else:
                    radius = 0.16
                    edges = (x - radius, baseline - radius, x + radius, baseline + radius)
                    canvas.print.ellipse([canvas.px(edge) for edge in edges], fill=210)

    def value(self, item: Item, left: float, right: float, baseline: float, *, middle: bool = False) -> None:
        """Write a value between two x, smaller where it does not fit."""
        if not item.text:
            return
        points = self.writer.style.points
        while points > 7 and self.writer.width(item.text, points) * 1.12 > right - left:
            points *= 0.96
        room = right - left - self.writer.width(item.text, points) * 1.12
        start = left + (room / 2 if middle else self.rng.uniform(0.5, max(0.6, min(12.0, room))))
        box = self.writer.write(start, baseline - 0.2, item.text, points)
        self.note(item, (box,))

    def note(self, item: Item, boxes: tuple[Box, ...]) -> None:
        """Remember what was written."""
        self.truths.append(FieldTruth(item.id, item.text, item.value, boxes))

    def field(self, item: Item, left: float, right: float, baseline: float) -> None:
        """Label, leader and value on one line."""
        start = self.label(left, baseline, self.printed(item)) + self.rng.uniform(0.6, 2.2)
        self.leader(start, right, baseline)
        self.value(item, start, right, baseline)

    def boxes(self, item: Item, left: float, baseline: float, groups: tuple[int, ...], size: float) -> None:
        """Digit boxes in groups, one character in each."""
        cells = []
        x = left
        for group in groups:
            for _ in range(group):
                cells.append(self.canvas.frame(x, baseline - size + 1.2, size, size))
                x += size
            x += size * 0.5 if len(groups) > 1 else 0
        if item.text:
            points = min(self.writer.style.points, size * 2.2)
            digits = "".join(filter(str.isdigit, item.text))
            box = self.writer.write_in_boxes(cells, digits, points)
            self.note(replace(item, text=digits), (box,))

    def ticks(self, item: Item, left: float, baseline: float, options: tuple[str, ...]) -> None:
        """Words with a box before or behind each, that of the item's text crossed, ticked or blotted."""
        before, side = self.rng.random() < 0.4, self.rng.uniform(3.2, 4.6)
        gap, apart = self.rng.uniform(0.8, 2.5), self.rng.uniform(8, 22)
        x = left
        for word in options:
            if before:
                cell = self.canvas.frame(x, baseline - side + 0.5, side, side)
                x += side + gap
            place = self.canvas.text(x, baseline, word, self.look.face, self.look.points)
            x += self.canvas.measure(word, self.look.face, self.look.points) + gap
            if not before:
                cell = self.canvas.frame(x, baseline - side + 0.5, side, side)
                x += side
            if word == item.text:
                self._mark(cell)
                self.note(item, (Box.around((place, cell)),))
            x += apart

    def _mark(self, cell: Box) -> None:
        """A cross, a tick or a blot in a box, a little out of it at times."""
        out = self.rng.randint(-cell.width // 5, cell.width // 8)
        left, top = cell.x - out, cell.y - out
        right, bottom = cell.x + cell.width + out, cell.y + cell.height + out
        layer = self.canvas.pen if self.writer.style.mode == "handwriting" else self.canvas.print
        thick = max(2, self.canvas.px(self.rng.uniform(0.25, 0.5)))
        way = self.rng.random()
        if way < 0.5:
            layer.line((left, top, right, bottom), fill=230, width=thick)
            layer.line((left, bottom, right, top), fill=230, width=thick)
        elif way < 0.85:
            foot = (cell.x + cell.width * 0.4, bottom)
            ends = ((left, cell.y + cell.height * 0.5), foot, (right, top))
            layer.line(ends, fill=230, width=thick, joint="curve")
        else:
            inset = cell.width // 5
            edges = (cell.x + inset, cell.y + inset, right - inset - out, bottom - inset - out)
            layer.ellipse(edges, fill=230)

    def centred(self, text: str, baseline: float, points: float, *, bold: bool = True) -> None:
        """A heading in the middle of the sheet."""
        face = self.look.face._replace(weight=700 if bold else 400)
        middle = (self.look.left + self.look.right) / 2
        self.canvas.text(middle, baseline, text, face, points, "ms")
