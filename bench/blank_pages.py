"""Draws pages at the border between blank and written: what backs carry, and the least that people write."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from forms import load_editions
from synthetic.canvas import Canvas, Face, paper
from synthetic.covers import draw_back
from synthetic.fonts import TYPEWRITER
from synthetic.forms import draw_form, fill
from synthetic.people import person
from synthetic.scans import STAMP_RED, Faults, Scan, scan
from synthetic.truth import PageTruth, Sheet
from synthetic.writing import Writer, scribble, style_for

DPI = 200
Rng = np.random.Generator
Pixels = NDArray[np.uint8]

TINTS = ((250, 248, 243), (244, 238, 220), (232, 220, 188), (215, 203, 172), (238, 236, 232))
"""White, cream, yellowed, badly yellowed, grey recycled paper."""
_LINES = ("đã kiểm tra", "05/6/1999", "Nguyễn Văn An", "Không có gì thêm", "Sao y bản chính", "HK 04-217")


def front(seed: int) -> Sheet:
    """A printed form, filled in."""
    words = random.Random(seed)
    editions = load_editions()
    edition = editions[seed % len(editions)]
    values = fill(edition, person(words), words)
    return draw_form(edition, values, np.random.default_rng(seed), mode="print", dpi=DPI)[0]


def bare(rng: Rng) -> Pixels:
    """A sheet of paper, white to yellowed, with nothing on it."""
    return np.array(paper(Canvas(DPI).size, rng, TINTS[int(rng.integers(len(TINTS)))]))


def _px(millimetres: float) -> int:
    return max(1, round(millimetres * DPI / 25.4))


def _at(rng: Rng, pixels: Pixels, margin_mm: float = 15.0) -> tuple[int, int]:
    height, width = pixels.shape[:2]
    edge = _px(margin_mm)
    return int(rng.integers(edge, width - edge)), int(rng.integers(edge, height - edge))


# --- what a blank side carries -----------------------------------------------------------------------------


def dust(rng: Rng) -> Pixels:
    """Specks and hairs on the glass."""
    pixels = bare(rng)
    for _speck in range(int(rng.integers(10, 60))):
        radius = float(rng.uniform(0.03, 0.25))
        cv2.circle(pixels, _at(rng, pixels, 4), _px(radius), (90, 86, 84), -1, cv2.LINE_AA)
    for _hair in range(int(rng.integers(0, 3))):
        x, y = _at(rng, pixels)
        across = np.cumsum(rng.normal(0, 0.5, (12, 2)), axis=0) * _px(0.7) + (x, y)
        cv2.polylines(pixels, [np.round(across).astype(np.int32)], False, (170, 168, 166), 1, cv2.LINE_AA)
    return pixels


def punched(rng: Rng) -> Pixels:
    """Two or four holes at the binding edge, dark where the bed shows, and the rust of a staple."""
    pixels = bare(rng)
    height, width = pixels.shape[:2]
    holes = int(rng.choice([2, 4]))
    side = int(rng.choice([_px(10), width - _px(10)]))
    for number in range(holes):
        y = height // 2 + round((number - (holes - 1) / 2) * _px(80 if holes == 2 else 60))
        level = int(rng.choice([24, 70, 120]))
        cv2.circle(pixels, (side, y), _px(3), (level, level, level), -1, cv2.LINE_AA)
    if rng.random() < 0.5:
        x, y = _px(float(rng.uniform(6, 14))), _px(float(rng.uniform(6, 14)))
        cv2.line(pixels, (x, y), (x + _px(7), y + _px(3)), (140, 100, 70), _px(0.5), cv2.LINE_AA)
    return pixels


def folds(rng: Rng) -> Pixels:
    """Creases across and along, with a hard shadow."""
    pixels = bare(rng).astype(np.float32)
    height, width = pixels.shape[:2]
    for axis, length in ((0, height), (1, width)):
        if axis and rng.random() < 0.5:
            continue
        at = float(rng.uniform(0.3, 0.7)) * length
        steps = np.arange(length, dtype=np.float32)
        wide = _px(float(rng.uniform(0.3, 1.2)))
        depth = float(rng.uniform(0.1, 0.3))
        shade = 1 - depth * np.exp(-(((steps - at) / wide) ** 2))
        pixels *= shade[:, None, None] if axis == 0 else shade[None, :, None]
    return np.clip(pixels, 0, 255).astype(np.uint8)


def stained(rng: Rng) -> Pixels:
    """Foxing and a water stain: broad, soft, brown."""
    pixels = bare(rng).astype(np.float32)
    height, width = pixels.shape[:2]
    mask = np.zeros((height, width), np.float32)
    for _spot in range(int(rng.integers(3, 14))):
        cv2.circle(mask, _at(rng, pixels.astype(np.uint8)), _px(float(rng.uniform(1, 12))), (1.0,), -1)
    mask = cv2.GaussianBlur(mask, (0, 0), _px(1.2)) * float(rng.uniform(0.05, 0.2))
    tint = np.array((0.5, 0.8, 1.0), np.float32)
    return np.clip(pixels * (1 - mask[..., None] * tint), 0, 255).astype(np.uint8)


def shine_through(rng: Rng, seed: int) -> Pixels:
    """The front shows, as strongly as thin paper lets it."""
    return np.array(draw_back(front(seed), rng).image)


# --- the least that people write ---------------------------------------------------------------------------


def _written(rng: Rng, draw: Callable[[Canvas], object], ink: tuple[int, int, int], base: Pixels) -> Pixels:
    canvas = Canvas(DPI)
    draw(canvas)
    return np.array(canvas.finish(Image.fromarray(base), ink, ink))


def _dimmed(base: Pixels, strength: float) -> tuple[int, int, int]:
    """The colour of ink that takes `strength` of the paper's brightness away."""
    paper_colour = np.median(base[::16, ::16].reshape(-1, 3), axis=0) * (1 - strength)
    red, green, blue = (int(value) for value in paper_colour)
    return red, green, blue


def pencil(rng: Rng) -> Pixels:
    """A line by pencil: grey, uneven, a quarter to a half of the paper's brightness."""
    base = bare(rng)
    writer = style_for("handwriting", rng)

    def draw(canvas: Canvas) -> None:
        x, y = float(rng.uniform(25, 110)), float(rng.uniform(30, 260))
        Writer(canvas, writer, rng).write(x, y, str(rng.choice(_LINES)))

    return _written(rng, draw, _dimmed(base, float(rng.uniform(0.25, 0.55))), base)


def short_line(rng: Rng) -> Pixels:
    """One printed line of a few letters."""

    def draw(canvas: Canvas) -> None:
        x, y = float(rng.uniform(25, 140)), float(rng.uniform(30, 260))
        canvas.text(x, y, str(rng.choice(_LINES)), Face("tinos"), float(rng.uniform(10, 14)))

    return _written(rng, draw, (44, 44, 48), bare(rng))


def page_number(rng: Rng) -> Pixels:
    """A number of one to three figures, at the foot or in a corner, printed or by hand."""
    number = str(int(rng.integers(1, 400)))

    def draw(canvas: Canvas) -> None:
        x, y = (float(rng.uniform(98, 108)), 284.0) if rng.random() < 0.5 else (195.0, 14.0)
        if rng.random() < 0.5:
            canvas.text(x, y, number, Face("tinos"), float(rng.uniform(11, 13)))
        else:
            Writer(canvas, style_for("handwriting", rng), rng).write(x, y, number)

    return _written(rng, draw, (40, 50, 120), bare(rng))


def signature(rng: Rng) -> Pixels:
    """A signature alone."""

    def draw(canvas: Canvas) -> None:
        scribble(canvas, float(rng.uniform(50, 160)), float(rng.uniform(60, 250)), 26, rng)

    return _written(rng, draw, (36, 62, 156), bare(rng))


def stamp(rng: Rng) -> Pixels:
    """A single round stamp, pressed evenly or hardly."""
    pixels = bare(rng)
    radius, middle = _px(17), _at(rng, pixels, 30)
    mask = np.zeros(pixels.shape[:2], np.uint8)
    for share, thick in ((1.0, 0.9), (0.93, 0.35), (0.62, 0.35)):
        cv2.circle(mask, middle, round(radius * share), (255,), _px(thick), cv2.LINE_AA)
    patches = cv2.resize(rng.uniform(0.25, 0.9, (40, 28)).astype(np.float32), mask.shape[::-1])
    cover = (mask.astype(np.float32) / 255 * patches * float(rng.uniform(0.5, 1.0)))[..., None]
    inked = pixels * (1 - cover) + pixels * np.array(STAMP_RED, np.float32) / 255 * cover
    return np.clip(inked, 0, 255).astype(np.uint8)


def carbon(rng: Rng) -> Pixels:
    """A few lines of a faded carbon copy: soft, a quarter to a half of the paper's brightness."""
    base = bare(rng)

    def draw(canvas: Canvas) -> None:
        for line in range(int(rng.integers(2, 6))):
            canvas.text(30, 60 + 8 * line, " ".join(rng.choice(_LINES, 3)), Face(TYPEWRITER[0]), 11)

    strength = float(rng.uniform(0.25, 0.5))
    soft = cv2.GaussianBlur(_written(rng, draw, _dimmed(base, strength), base), (0, 0), 0.7)
    return np.asarray(soft, np.uint8)


def note_over_shine(rng: Rng, seed: int) -> Pixels:
    """A short note by pen on the back of a written sheet that shines through."""
    base = shine_through(rng, seed)

    def draw(canvas: Canvas) -> None:
        x, y = float(rng.uniform(30, 110)), float(rng.uniform(40, 250))
        Writer(canvas, style_for("handwriting", rng), rng).write(x, y, str(rng.choice(_LINES)))

    return _written(rng, draw, (36, 62, 156), base)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn scan: its kind, whether it is blank."""

    kind: str
    blank: bool
    made: Scan


BLANKS: dict[str, Callable[[Rng, int], Pixels]] = {
    "shine_through": shine_through,
    "dust": lambda rng, _seed: dust(rng),
    "punched": lambda rng, _seed: punched(rng),
    "folds": lambda rng, _seed: folds(rng),
    "stained": lambda rng, _seed: stained(rng),
    "bed_edges": lambda rng, _seed: bare(rng),
}
WRITTEN: dict[str, Callable[[Rng, int], Pixels]] = {
    "pencil": lambda rng, _seed: pencil(rng),
    "short_line": lambda rng, _seed: short_line(rng),
    "page_number": lambda rng, _seed: page_number(rng),
    "signature": lambda rng, _seed: signature(rng),
    "stamp": lambda rng, _seed: stamp(rng),
    "carbon": lambda rng, _seed: carbon(rng),
    "note_over_shine": note_over_shine,
}


def hard_page(kind: str, seed: int) -> Drawn:
    """A page of a hard kind as a poor scanner gives it: askew, noisy, dark or not, with or without bed."""
    rng = np.random.default_rng((seed, sum(map(ord, kind))))
    blank = kind in BLANKS
    pixels = (BLANKS if blank else WRITTEN)[kind](rng, seed)
    border = float(rng.uniform(2, 12)) if kind == "bed_edges" else float(rng.choice([0, 0, 4]))
    faults = Faults(
        skew_degrees=float(rng.uniform(-3, 3)),
        noise=float(rng.uniform(1.5, 5)),
        darkness=float(rng.uniform(0.6, 1.0)),
        border_mm=border,
        quality=int(rng.integers(60, 88)),
        blur=float(rng.uniform(0, 0.6)),
    )
    sheet = Sheet(Image.fromarray(pixels), DPI, PageTruth("blank" if blank else "text"))
    return Drawn(kind, blank, scan(sheet, rng, faults))
