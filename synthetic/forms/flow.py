"""The printed look of a form and the flow of its lines down one or more sheets."""

from dataclasses import dataclass, field

import numpy as np

from synthetic.canvas import Canvas, Face
from synthetic.fonts import SANS, SERIF
from synthetic.truth import FieldTruth


@dataclass(frozen=True)
class Look:
    """How one printer set the form."""

    family: str = "tinos"
    points: float = 12.0
    leading_mm: float = 7.0
    left_mm: float = 22.0
    right_mm: float = 15.0
    top_mm: float = 12.0
    bottom_mm: float = 13.0
    dots_behind: bool = True
    """Dots run under a typed value too; else they start after it."""
    ruled: bool = False
    """Thin rules instead of dotted leaders."""

    @property
    def face(self) -> Face:
        """Running text and labels."""
        return Face(self.family)

    @property
    def bold(self) -> Face:
        """Headings."""
        return Face(self.family, weight=700)

    @property
    def italic(self) -> Face:
        """Form mark, notes and date line."""
        return Face(self.family, italic=True)


def look_for(rng: np.random.Generator) -> Look:
    """A printer's look drawn at random; most forms are set in a Times-like face."""
    families = (SERIF[0],) * 3 + SERIF + SANS
    family = families[rng.integers(len(families))]
    return Look(
        family=family,
        points=float(rng.uniform(11.4, 12.4)) * (0.88 if family in SANS else 1.0),
        leading_mm=float(rng.uniform(6.7, 7.3)),
        left_mm=float(rng.uniform(18, 25)),
        right_mm=float(rng.uniform(12, 16)),
        top_mm=float(rng.uniform(9, 14)),
        dots_behind=bool(rng.random() < 0.5),
        ruled=bool(rng.random() < 0.08),
    )


@dataclass
class Flow:
    """Where the next line goes; starts another sheet when this one is full."""

    dpi: int
    look: Look
    canvases: list[Canvas] = field(default_factory=list)
    truths: list[list[FieldTruth]] = field(default_factory=list)
    tables: list[dict[str, tuple[dict[str, str], ...]]] = field(default_factory=list)
    y: float = 0.0

    def __post_init__(self) -> None:
        self.turn()

    @property
    def canvas(self) -> Canvas:
        """The sheet being drawn."""
        return self.canvases[-1]

    @property
    def left(self) -> float:
        """Left edge of the text in millimetres."""
        return self.look.left_mm

    @property
    def right(self) -> float:
        """Right edge of the text in millimetres."""
        return self.canvas.width_mm - self.look.right_mm

    @property
    def middle(self) -> float:
        """Centre of the text in millimetres."""
        return (self.left + self.right) / 2

    def turn(self) -> None:
        """Start another sheet."""
        self.canvases.append(Canvas(self.dpi))
        self.truths.append([])
        self.tables.append({})
        self.y = self.look.top_mm

    def advance(self, height: float, needed: float | None = None) -> float:
        """Move down by `height`, on a new sheet where `needed` does not fit, and return the baseline."""
        if self.y + (needed or height) > self.canvas.height_mm - self.look.bottom_mm:
            self.turn()
        self.y += height
        return self.y

    def note(self, truth: FieldTruth) -> None:
        """Remember a value written on the current sheet."""
        self.truths[-1].append(truth)

    def note_table(self, table_id: str, rows: tuple[dict[str, str], ...]) -> None:
        """Remember what was written into a table on the current sheet."""
        if rows:
            self.tables[-1][table_id] = rows


def wrapped(canvas: Canvas, text: str, width: float, face: Face, points: float) -> list[str]:
    """Break text into lines no wider than `width` millimetres; a word that is too long keeps its line."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and canvas.measure(longer, face, points) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
