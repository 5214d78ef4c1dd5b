"""`python -m training.compose`: puts Vietnamese marks on hands whose packages lack them, as pens put them.

Marks are drawn as strokes of the hand's own thickness, placed a little carelessly, the tone beside or above
the circumflex; each family gets one manner of its own, drawn from its name: every build is the same.
"""

import json
import logging
import math
import random
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from synthetic import fonts
from training.faces import CACHE, LIST, PACKAGES, SPARE, SPARE_COMPOSED

Point = tuple[float, float]
GRAVE, ACUTE, CIRCUMFLEX, TILDE = "\u0300", "\u0301", "\u0302", "\u0303"
BREVE, HOOK, HORN, DOT = "\u0306", "\u0309", "\u031b", "\u0323"
# Strokes in a box of width 1 centred on 0 and height 1 from 0.
STROKES: dict[str, tuple[Point, ...]] = {
    GRAVE: ((-0.38, 0.95), (-0.05, 0.6), (0.3, 0.1)),
    ACUTE: ((-0.3, 0.1), (0.05, 0.55), (0.4, 1.0)),
    CIRCUMFLEX: ((-0.5, 0.1), (-0.05, 0.8), (0.08, 0.8), (0.5, 0.15)),
    TILDE: ((-0.55, 0.3), (-0.32, 0.72), (-0.05, 0.55), (0.2, 0.35), (0.42, 0.42), (0.58, 0.8)),
    BREVE: ((-0.48, 0.85), (-0.32, 0.35), (0.0, 0.2), (0.32, 0.38), (0.48, 0.9)),
    HOOK: ((-0.28, 0.75), (-0.1, 1.0), (0.18, 0.98), (0.26, 0.72), (0.05, 0.45), (-0.02, 0.12)),
    HORN: ((-0.15, -0.1), (0.2, 0.08), (0.36, 0.4), (0.26, 0.85)),
}
TONES = (GRAVE, ACUTE, TILDE, HOOK)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Manner:
    """How a hand sets its marks; lengths in font units."""

    pen: float
    x_height: float
    slant: float
    size: float
    lift: float
    beside: float
    wander: float

    @staticmethod
    def of(family: str, opened: TTFont) -> "Manner":
        """The manner of a family: its pen's thickness and x-height, the rest drawn from its name."""
        rng = random.Random(family)
        x_height = _bounds(opened, opened.getBestCmap()[ord("x")])[3]
        hyphen = _bounds(opened, opened.getBestCmap()[ord("-")])
        pen = min(0.3 * x_height, max(0.06 * x_height, hyphen[3] - hyphen[1]))
        return Manner(
            pen=pen,
            x_height=x_height,
            slant=rng.uniform(-0.1, 0.35),
            size=rng.uniform(0.42, 0.68),
            lift=rng.uniform(0.1, 0.3),
            beside=rng.uniform(0.0, 1.0),
            wander=rng.uniform(0.02, 0.09),
        )


def compose(family: str, folder: Path = CACHE / "composed") -> Path:
    """Build the family's TTF with all 134 marked letters; raises FontError where a base letter is missing."""
    target = folder / f"{family}.ttf"
    if target.exists():
        return target
    opened = fonts.merged_latin(family, packages=PACKAGES)
    known = opened.getBestCmap()
    missing = [letter for letter in fonts.MARKED_LETTERS if ord(letter) not in known]
    manner, rng = Manner.of(family, opened), random.Random(family + "/marks")
    for letter in sorted(missing, key=lambda each: len(unicodedata.normalize("NFD", each))):
        _add(opened, letter, manner, rng)
    folder.mkdir(parents=True, exist_ok=True)
    opened.save(target)
    return target


def _add(opened: Any, letter: str, manner: Manner, rng: random.Random) -> None:
    """Add one letter made of its base glyph and drawn marks."""
    base, marks = _parts(letter)
    name = opened.getBestCmap()[ord(base)]
    glyphs = opened.getGlyphSet()
    pen = TTGlyphPen(None)
    left, _, right, top = _replay(glyphs, name, pen, undotted=base == "i" and marks != DOT, manner=manner)
    advance, bearing = opened["hmtx"][name]
    if letter in "đĐ":
        _contour(pen, _bar(left, right, top, letter == "Đ", manner), manner)
    for stroke in _placed(marks, left, right, top, manner, rng):
        _contour(pen, stroke, manner)
    added = f"marked{ord(letter):04X}"
    opened.setGlyphOrder([*opened.getGlyphOrder(), added])
    opened["glyf"][added] = pen.glyph()
    opened["hmtx"][added] = (advance + (round(manner.pen) if HORN in marks else 0), bearing)
    for table in opened["cmap"].tables:
        if table.isUnicode():
            table.cmap[ord(letter)] = added


def _parts(letter: str) -> tuple[str, str]:
    """Base letter and combining marks, inner mark first: ế is e, circumflex, acute."""
    if letter in "đĐ":
        return ("d" if letter == "đ" else "D"), ""
    parts = unicodedata.normalize("NFD", letter)
    inner = [mark for mark in parts[1:] if mark in {CIRCUMFLEX, BREVE, HORN}]
    return parts[0], "".join(inner + [mark for mark in parts[1:] if mark not in inner])


def _placed(
    marks: str, left: float, right: float, top: float, manner: Manner, rng: random.Random
) -> list[tuple[Point, ...]]:
    """The marks' strokes in font units, placed on a base with these bounds."""
    unit = manner.size * manner.x_height
    middle, ceiling = (left + right) / 2, top + manner.lift * manner.x_height
    strokes: list[tuple[Point, ...]] = []
    for mark in marks:
        jog = rng.gauss(0, manner.wander * manner.x_height)
        if mark == DOT:
            strokes.append(_blob(middle + jog, -manner.x_height * rng.uniform(0.26, 0.42), manner.pen * 0.62))
        elif mark == HORN:
            strokes.append(_shape(mark, right - 0.1 * unit, top - 0.25 * unit, unit * 0.75, manner))
        elif mark in TONES and (CIRCUMFLEX in marks or BREVE in marks):
            side = 0.55 * unit * manner.beside * (-1 if mark == GRAVE and manner.beside > 0.6 else 1)
            height = ceiling + unit * (0.85 - 0.5 * manner.beside)
            strokes.append(_shape(mark, middle + side + jog, height, unit * 0.8, manner))
        else:
            strokes.append(
                _shape(mark, middle + jog, ceiling, unit * (0.9 if mark in TONES else 1.0), manner)
            )
    return strokes


def _shape(mark: str, x: float, y: float, unit: float, manner: Manner) -> tuple[Point, ...]:
    """A mark's stroke at a place, leaning with the hand."""
    tall = 0.72 * unit
    return tuple(
        (x + unit * across + manner.slant * tall * up, y + tall * up) for across, up in STROKES[mark]
    )


def _blob(x: float, y: float, radius: float) -> tuple[Point, ...]:
    """A dot, as a very short stroke."""
    return ((x - radius * 0.2, y), (x + radius * 0.2, y + radius * 0.2))


def _bar(left: float, right: float, top: float, capital: bool, manner: Manner) -> tuple[Point, ...]:
    """The bar of đ across its stem, or of Đ across its back."""
    wide = right - left
    if capital:
        return (left - 0.14 * wide, top * 0.5), (left + 0.42 * wide, top * 0.52)
    y = manner.x_height + (top - manner.x_height) * 0.55
    return (right - 0.5 * wide, y), (right + 0.16 * wide, y * 1.01)


def _contour(pen: TTGlyphPen, stroke: tuple[Point, ...], manner: Manner) -> None:
    """Draw round a stroke with the pen's thickness, clockwise as TrueType outlines run."""
    half = manner.pen / 2
    left: list[Point] = []
    right: list[Point] = []
    for index, (x, y) in enumerate(stroke):
        before, after = stroke[max(0, index - 1)], stroke[min(len(stroke) - 1, index + 1)]
        angle = math.atan2(after[1] - before[1], after[0] - before[0])
        across = (-math.sin(angle) * half, math.cos(angle) * half)
        along = 0.0 if 0 < index < len(stroke) - 1 else half * 0.7 * (-1 if index == 0 else 1)
        ahead = (math.cos(angle) * along, math.sin(angle) * along)
        left.append((x + across[0] + ahead[0], y + across[1] + ahead[1]))
        right.append((x - across[0] + ahead[0], y - across[1] + ahead[1]))
    ring = left + right[::-1]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
    points = [(round(x), round(y)) for x, y in (ring if area < 0 else ring[::-1])]
    pen.moveTo(points[0])
    for point in points[1:]:
        pen.lineTo(point)
    pen.closePath()


def _replay(
    glyphs: Any, name: str, pen: TTGlyphPen, *, undotted: bool, manner: Manner
) -> tuple[float, float, float, float]:
    """Copy a glyph, without the dot of an i where asked; its bounds."""
    recorded = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(recorded)
    contours: list[list[tuple[str, Any]]] = []
    for operator, operands in recorded.value:
        if operator == "moveTo" or not contours:
            contours.append([])
        contours[-1].append((operator, operands))
    boxes = []
    for contour in contours:
        ys = [point[1] for _, operands in contour for point in operands if point]
        if undotted and ys and min(ys) > manner.x_height * 0.98:
            continue
        for operator, operands in contour:
            getattr(pen, operator)(*operands)
        xs = [point[0] for _, operands in contour for point in operands if point]
        if xs and max(ys) > manner.x_height * 0.3:
            boxes.append((min(xs), min(ys), max(xs), max(ys)))
    if not boxes:
        raise fonts.FontError(f"glyph {name} is empty")
    return tuple(pick(box[side] for box in boxes) for side, pick in enumerate((min, min, max, max)))


def _bounds(opened: TTFont, name: str) -> tuple[float, float, float, float]:
    glyphs = opened.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[name].draw(pen)
    return pen.bounds or (0, 0, 0, 0)


def main() -> None:
    """Compose every listed family; say which could not be."""
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    spare = [
        family
        for purpose in SPARE
        for name, group in listed[purpose].items()
        for family in group
        if name.endswith("_without_vietnamese")
    ]
    wanted = [(family, CACHE / "composed") for family in listed["handwriting_without_vietnamese"]]
    for family, folder in [*wanted, *((family, SPARE_COMPOSED) for family in spare)]:
        try:
            compose(family, folder)
        except (fonts.FontError, KeyError, ValueError, AttributeError) as error:
            log.warning("%s: %s", family, error)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    main()
