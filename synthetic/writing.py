"""How values get on the form: typed, or written by a hand with drift, slant, pressure and ink."""

import math
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw

from synthetic.canvas import TONER, Box, Canvas, Colour, Face
from synthetic.fonts import HANDWRITING, PRINT, TYPEWRITER

Mode = Literal["print", "handwriting"]

# Ballpoint and fountain inks as scanners see them.
INKS: tuple[Colour, ...] = ((28, 48, 128), (36, 62, 156), (40, 36, 72), (30, 30, 36), (70, 40, 120))
# Written letters of these families are smaller than type of the same size in points.
HAND_SCALE = {"mynerve": 1.14, "patrick-hand": 1.14, "sedgwick-ave": 1.02}


@dataclass(frozen=True)
class Style:
    """One writer's habits for a whole page."""

    mode: Mode
    face: Face
    points: float
    ink: Colour
    drift_mm: float = 0.0
    slope: float = 0.0
    wobble_degrees: float = 0.0
    capitals: bool = False
    """Names in capital letters, as the forms' notes ask."""


def style_for(mode: Mode, rng: np.random.Generator) -> Style:
    """A writer drawn at random: a typist, or a hand with its own font, ink and unsteadiness."""
    if mode == "print":
        family = PRINT[rng.integers(len(PRINT))]
        points = 11.0 if family in TYPEWRITER else 12.0
        return Style(mode, Face(family), points, TONER, capitals=bool(rng.random() < 0.6))
    family = HANDWRITING[rng.integers(len(HANDWRITING))]
    return Style(
        mode,
        Face(family),
        float(rng.uniform(13.0, 15.0)) * HAND_SCALE.get(family, 1.0),
        INKS[rng.integers(len(INKS))],
        drift_mm=float(rng.uniform(0.1, 0.4)),
        slope=float(rng.normal(0, 0.003)),
        wobble_degrees=float(rng.uniform(0.3, 1.4)),
        capitals=bool(rng.random() < 0.35),
    )


@dataclass
class Writer:
    """Writes values on one canvas in one style."""

    canvas: Canvas
    style: Style
    rng: np.random.Generator
    _phase: float = field(init=False)

    def __post_init__(self) -> None:
        self._phase = float(self.rng.uniform(0, 2 * math.pi))

    def width(self, text: str, points: float | None = None) -> float:
        """Width of `text` in millimetres at the style's size or at `points`."""
        return self.canvas.measure(text, self.style.face, points or self.style.points)

    def write(self, x: float, baseline: float, text: str, points: float | None = None) -> Box:
        """Write one line from `x` on `baseline` and return the box of its letters."""
        size = points or self.style.points
        if self.style.mode == "print":
            return self.canvas.text(x, baseline, text, self.style.face, size)
        boxes, space = [], self.width(" ", size)
        for word in text.split():
            boxes.append(self._word(x, baseline + self._drift(x), word, size))
            x += self.width(word, size) + space * float(self.rng.uniform(0.9, 1.4))
        return Box.around(boxes)

    def write_in_boxes(self, cells: list[Box], text: str, points: float | None = None) -> Box:
        """Write one character into the middle of each cell and return the box around all of them."""
        size, boxes = points or self.style.points, []
        for cell, letter in zip(cells, text, strict=False):
            middle = (cell.x + cell.width / 2) * 25.4 / self.canvas.dpi
            baseline = (cell.y + cell.height * 0.8) * 25.4 / self.canvas.dpi
            boxes.append(self.write(middle - self.width(letter, size) / 2, baseline, letter, size))
        return Box.around(boxes)

    def _drift(self, x: float) -> float:
        wave = self.style.drift_mm * math.sin(x / 17.0 + self._phase)
        return wave + self.style.slope * x - 0.3

    def _word(self, x: float, baseline: float, word: str, points: float) -> Box:
        font = self.canvas.font(self.style.face, points * float(self.rng.uniform(0.97, 1.03)))
        left, top, right, bottom = font.getbbox(word, anchor="ls")
        pad = 6
        size = (math.ceil(right - left) + 2 * pad, math.ceil(bottom - top) + 2 * pad)
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).text((pad - left, pad - top), word, fill=255, font=font, anchor="ls")
        if len(word) > 1:
            angle = float(self.rng.normal(0, self.style.wobble_degrees))
            mask = mask.rotate(max(-2.5, min(2.5, angle)), Image.Resampling.BICUBIC)
        mask = self._pressure(mask)
        corner = (
            self.canvas.px(x) + math.floor(left) - pad,
            self.canvas.px(baseline) + math.floor(top) - pad,
        )
        self.canvas.add_ink(mask, *corner)
        ink = mask.getbbox() or (pad, pad, size[0] - pad, size[1] - pad)
        return Box(corner[0] + ink[0], corner[1] + ink[1], ink[2] - ink[0], ink[3] - ink[1])

    def _pressure(self, mask: Image.Image) -> Image.Image:
        """Let the pen press unevenly: slow changes of coverage along the word."""
        cells = self.rng.uniform(0.78, 1.0, (2, max(2, mask.width // 24))).astype(np.float32)
        field_ = cv2.resize(cells, mask.size, interpolation=cv2.INTER_LINEAR)
        return Image.fromarray((np.asarray(mask) * field_).astype(np.uint8))


def scribble(canvas: Canvas, x: float, y: float, width: float, rng: np.random.Generator) -> None:
    """Draw a signature: a quick looping stroke around (x, y), `width` millimetres wide."""
    turns = float(rng.uniform(2.5, 4.5)) * 2 * math.pi
    at = np.linspace(0, 1, 160)
    tall = (3.6 - float(rng.uniform(1, 2.6)) * at) * (1 + 0.3 * np.sin(at * float(rng.uniform(5, 9))))
    across = width * at + float(rng.uniform(1.6, 3.2)) * np.cos(at * turns) + 4
    down = tall * np.sin(at * turns + float(rng.uniform(0, 0.8))) - 1.5 * at + 7
    points = np.stack((across, down), axis=1) * canvas.dpi / 25.4
    mask = np.zeros((canvas.px(14), canvas.px(width + 8)), np.uint8)
    thick = max(1, canvas.px(0.3))
    cv2.polylines(mask, [np.round(points * 16).astype(np.int32)], False, (225,), thick, cv2.LINE_AA, 4)
    canvas.add_ink(Image.fromarray(mask), canvas.px(x - width / 2 - 4), canvas.px(y - 7))
