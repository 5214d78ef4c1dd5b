"""A sheet to draw on in millimetres: black print, ink and stamps in layers, laid on paper at the end."""

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self

import cv2
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

from synthetic.fonts import FontError, font

A4_MM = (210.0, 297.0)
Colour = tuple[int, int, int]
TONER: Colour = (34, 32, 34)


class Box(NamedTuple):
    """A rectangle in pixels from the image's top left corner."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def around(cls, boxes: Iterable[Self]) -> Self:
        """The smallest rectangle that holds all of `boxes`."""
        found = list(boxes)
        left, top = min(box.x for box in found), min(box.y for box in found)
        right, bottom = max(box.x + box.width for box in found), max(box.y + box.height for box in found)
        return cls(left, top, right - left, bottom - top)


class Face(NamedTuple):
    """A typeface in one style."""

    family: str
    weight: int = 400
    italic: bool = False

    def path(self) -> Path:
        """The TTF file; the family's regular style where this one is not installed."""
        try:
            return font(self.family, weight=self.weight, italic=self.italic)
        except FontError:
            return font(self.family)


@functools.lru_cache(maxsize=512)
def _loaded(path: Path, size_px: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def _path(face: Face) -> Path:
    return face.path()


class Canvas:
    """One sheet: coordinates in millimetres, font sizes in points, boxes returned in pixels."""

    def __init__(self, dpi: int, size_mm: tuple[float, float] = A4_MM) -> None:
        self.dpi = dpi
        self.width_mm, self.height_mm = size_mm
        self.size = (self.px(self.width_mm), self.px(self.height_mm))
        self.toner = Image.new("L", self.size, 0)
        self.ink = Image.new("L", self.size, 0)
        self.stamps: list[tuple[Image.Image, Colour]] = []
        self.print = ImageDraw.Draw(self.toner)
        self.pen = ImageDraw.Draw(self.ink)

    def px(self, millimetres: float) -> int:
        """Whole pixels in a length in millimetres."""
        return round(millimetres * self.dpi / 25.4)

    def font(self, face: Face, points: float) -> ImageFont.FreeTypeFont:
        """The face at a size in points for this resolution."""
        return _loaded(_path(face), max(4.0, points * self.dpi / 72))

    def measure(self, text: str, face: Face, points: float) -> float:
        """Width of a line of text in millimetres."""
        return self.font(face, points).getlength(text) * 25.4 / self.dpi

    def text(
        self, x: float, baseline: float, text: str, face: Face, points: float, anchor: str = "ls"
    ) -> Box:
        """Print one line of text on its baseline and return its box."""
        place, face_at = (self.px(x), self.px(baseline)), self.font(face, points)
        self.print.text(place, text, fill=255, font=face_at, anchor=anchor)
        left, top, right, bottom = self.print.textbbox(place, text, font=face_at, anchor=anchor)
        return Box(int(left), int(top), int(right - left), int(bottom - top))

    def dots(self, left: float, right: float, baseline: float, face: Face, points: float) -> None:
        """Print a dotted leader from `left` to `right`, made of full stops as word processors make it."""
        step = self.measure(".", face, points)
        count = int((right - left) / step)
        if count > 0:
            self.text(right - count * step, baseline, "." * count, face, points)

    def line(self, x0: float, y0: float, x1: float, y1: float, width_mm: float = 0.2) -> None:
        """Print a straight line."""
        self.print.line(
            (self.px(x0), self.px(y0), self.px(x1), self.px(y1)), fill=255, width=max(1, self.px(width_mm))
        )

    def frame(self, x: float, y: float, width: float, height: float, line_mm: float = 0.2) -> Box:
        """Print an empty rectangle and return its box."""
        box = Box(self.px(x), self.px(y), self.px(width), self.px(height))
        edges = (box.x, box.y, box.x + box.width, box.y + box.height)
        self.print.rectangle(edges, outline=255, width=max(1, self.px(line_mm)))
        return box

    def add_ink(self, mask: Image.Image, left: int, top: int) -> None:
        """Put a written word's coverage on the ink layer; strokes that cross do not darken twice."""
        region = (left, top, left + mask.width, top + mask.height)
        self.ink.paste(ImageChops.lighter(self.ink.crop(region), mask), (left, top))

    def finish(self, paper: "Image.Image", ink: Colour, toner: Colour = TONER) -> Image.Image:
        """Lay print, ink and stamps on `paper` (RGB, same size) and return the sheet."""
        sheet = paper.copy()
        sheet.paste(toner, mask=self.toner.point(lambda level: int(level * 0.96)))
        written = self.ink.getbbox()
        if written:
            sheet.paste(ink, written, self.ink.crop(written))
        for mask, colour in self.stamps:
            sheet.paste(colour, mask=mask)
        return sheet


def paper(size: tuple[int, int], rng: np.random.Generator, tint: Colour = (250, 248, 243)) -> Image.Image:
    """A sheet of paper in RGB: its tint, slow mottling and fine grain."""
    width, height = size
    slow = rng.normal(0, 1.6, (12, 9)).astype(np.float32)
    shade = cv2.resize(slow, (width, height), interpolation=cv2.INTER_CUBIC)
    tile = rng.normal(0, 1.1, (256, 256)).astype(np.float32)
    grain = np.tile(tile, (height // 256 + 1, width // 256 + 1))[:height, :width]
    level = cv2.add(shade, grain)
    bands = [cv2.convertScaleAbs(level, alpha=1.0, beta=float(value)) for value in tint]
    return Image.fromarray(cv2.merge(bands))
