"""Puts a line's pieces on paper: ink and rules as coverage maps, before ageing and cropping."""

import random
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from training.faces import Face, Kind
from training.leaders import Leader
from training.wording import Piece

Gray = npt.NDArray[np.uint8]
BASELINE = 76
HEIGHT = 128
MARGIN = 64
SIZES = (30, 36, 42, 48)
"""Font sizes drawn, in pixels per em; the crop is then scaled to the reader's 32 pixels."""
KIND_SHARES = (50, 32, 18)
"""How often a value is written by hand, printed, typed."""


@dataclass
class Drawing:
    """Coverage of the paper, 0 none to 255 full, HEIGHT rows: filled-in ink, print, and rules apart."""

    ink: Gray
    print: Gray
    rules: Gray
    left: int
    right: int
    em: float
    letters: int = 0
    """Characters on the line, spaces left out."""
    by_hand: bool = False

    @property
    def writing(self) -> Gray:
        """Print and ink together, the rules left out."""
        return np.maximum(self.ink, self.print)


Faces = dict[Kind, tuple[Face, ...]]


@dataclass
class _Pen:
    """Where the line stands while its pieces are laid down."""

    rng: random.Random
    ink: ImageDraw.ImageDraw
    printed: ImageDraw.ImageDraw
    rules: ImageDraw.ImageDraw
    x: float
    baseline: float


@lru_cache(maxsize=900)
def load(path: str, size: int) -> ImageFont.FreeTypeFont:
    """A font at a size; basic layout is four times as fast, and the merged fonts have no layout tables."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=2000)
def x_height(path: str) -> float:
    """Height of an x in parts of the em: hands differ by a factor of three, so sizes are set by it."""
    top, bottom = load(path, 100).getbbox("x", anchor="ls")[1::2]
    return max(0.12, min(0.8, (bottom - top) / 100))


def draw(
    rng: random.Random,
    pieces: tuple[Piece, ...],
    faces: Faces,
    *,
    filled_in: Kind | None = None,
    crowded: bool = False,
) -> Drawing:
    """Lay the pieces on one baseline, with leaders and neighbours; `filled_in` fixes the values' kind.

    `crowded` leaders lie where the dots below letters hang.
    """
    label = _sized(
        rng, rng.choices((_pick(rng, faces, "print"), _pick(rng, faces, "typewriter")), (85, 15))[0]
    )
    kind: Kind = filled_in or rng.choices(("hand", "print", "typewriter"), KIND_SHARES)[0]
    filled = _sized(rng, _pick(rng, faces, kind), near=label.size)
    width = int(2 * MARGIN + sum(_room(piece, label, filled) for piece in pieces))
    maps = [Image.new("L", (width, HEIGHT), 0) for _ in range(3)]
    pens = [ImageDraw.Draw(image) for image in maps]
    pen = _Pen(rng, pens[0], pens[1], pens[2], float(MARGIN), float(BASELINE))
    leader = Leader.drawn(rng, filled, label.size) if crowded else None
    rule = "dots" if leader else _rule_kind(rng, kind, pieces)

    def ruled(begin: float, stop: float) -> None:
        if leader:
            leader.draw(rng, pen.rules, (begin, stop), pen.baseline, label)
        else:
            _leader(pen, begin, stop, rule or "dots", label.size)

    space = label.getlength(" ") + 2
    for number, piece in enumerate(pieces):
        start = pen.x
        if piece.role == "label":
            pen.printed.text((pen.x, BASELINE), piece.text, font=label, fill=255, anchor="ls")
            pen.x += label.getlength(piece.text)
        elif piece.role == "gap":
            pen.x += rng.uniform(0.8, 6.0) * label.size
            if rule or rng.random() < 0.8:
                ruled(start, pen.x)
        elif piece.role == "boxes":
            _boxes(pen, piece.text, filled, label.size)
        else:
            _fill(pen, piece.text, filled, kind)
            end = pen.x + (rng.uniform(0, 2) * label.size if number == len(pieces) - 1 else space)
            if rule:
                ruled(start - rng.uniform(0, 12), end)
        pen.x += space * rng.uniform(0.7, 1.6)
    right = min(width - 4, int(pen.x - space * 0.7))
    _neighbours(rng, pens, faces, width, label.size)
    arrays = [np.asarray(image, dtype=np.uint8).copy() for image in maps]
    letters = sum(len(piece.text.replace(" ", "")) for piece in pieces)
    return Drawing(*arrays, MARGIN, right, label.size, letters, kind == "hand")


def _pick(rng: random.Random, faces: Faces, kind: Kind) -> Face:
    return rng.choice(faces[kind] or faces["print"])


def _sized(rng: random.Random, face: Face, near: float | None = None) -> ImageFont.FreeTypeFont:
    """The face at a size that gives an x-height of about 16 to 24 pixels, or near a neighbour's."""
    target = rng.uniform(15, 22) if near is None else rng.uniform(0.34, 0.62) * near
    exact = target / x_height(str(face.path))
    return load(str(face.path), min(110, max(22, 4 * round(exact / 4))))


def _room(piece: Piece, label: ImageFont.FreeTypeFont, filled: ImageFont.FreeTypeFont) -> float:
    """Upper bound of the piece's width in pixels."""
    if piece.role == "gap":
        return 7.0 * label.size
    if piece.role == "boxes":
        return len(piece.text) * label.size * 1.9 + 40
    font = label if piece.role == "label" else filled
    return font.getlength(piece.text) * 1.45 + 3 * label.size + 24 * piece.text.count(" ")


def _fill(pen: _Pen, text: str, font: ImageFont.FreeTypeFont, kind: Kind) -> None:
    """Fill in a value: printed in one go, typed stroke by stroke, by hand word by word."""
    rng = pen.rng
    if kind == "hand":
        _write(pen, text, font)
        return
    y = BASELINE - rng.choice((0, 0, 0, rng.uniform(-2, 5)))
    if kind == "typewriter" and rng.random() < 0.6:
        _type(pen, text, font, y)
        return
    pen.ink.text((pen.x, y), text, font=font, fill=255, anchor="ls")
    pen.x += font.getlength(text)


def _type(pen: _Pen, text: str, font: ImageFont.FreeTypeFont, y: float) -> None:
    """Strike letter by letter: each type hits a little high or low, harder or softer."""
    rng = pen.rng
    uneven, soft = rng.uniform(0.2, 1.3), rng.uniform(0, 110)
    for letter in text:
        struck = 255 - int(soft * rng.random() ** 2)
        pen.ink.text((pen.x, y + rng.gauss(0, uneven)), letter, font=font, fill=struck, anchor="ls")
        pen.x += font.getlength(letter)


@dataclass(frozen=True)
class _Hand:
    """How a hand writes this line; lengths in pixels."""

    sizes: tuple[ImageFont.FreeTypeFont, ...]
    tracking: float
    wobble: float
    joins: float
    stroke: int

    @staticmethod
    def drawn(rng: random.Random, font: ImageFont.FreeTypeFont) -> "_Hand":
        """A manner for one line; a second size makes no two same letters alike."""
        other = load(str(font.path), max(22, int(font.size) + rng.choice((-4, 4))))
        return _Hand(
            sizes=rng.choice(((font,), (font, font, other), (font, other))),
            tracking=rng.choice((0.0, 0.0, rng.uniform(-1.2, 3.5))),
            wobble=rng.choice((0.3, 0.8, 1.4)),
            joins=rng.choice((0.0, 0.0, 0.0, rng.uniform(0.3, 0.95))),
            stroke=max(1, round(font.size * rng.uniform(0.03, 0.07))),
        )


def _write(pen: _Pen, text: str, font: ImageFont.FreeTypeFont) -> None:
    """Write by hand: whole words as the font sets them, or letter by letter, on an unsteady baseline."""
    rng = pen.rng
    lift, drift = rng.uniform(-3, 6), rng.uniform(-0.012, 0.012)
    gap = font.getlength(" ") * rng.uniform(0.6, 1.8) + 2
    hand = _Hand.drawn(rng, font) if rng.random() < 0.55 else None
    begin = pen.x
    for word in text.split(" "):
        y = BASELINE - lift + drift * (pen.x - begin) + rng.gauss(0, 0.9)
        if hand:
            _letters(pen, word, y, hand)
        else:
            pen.ink.text((pen.x, y), word, font=font, fill=255, anchor="ls")
            pen.x += font.getlength(word)
        pen.x += gap * rng.uniform(0.75, 1.35)
    pen.x -= gap


def _letters(pen: _Pen, word: str, y: float, hand: _Hand) -> None:
    """A word letter by letter, some joined by a stroke from the foot of one to the middle of the next."""
    rng = pen.rng
    before = 0.0
    for letter in word:
        font = rng.choice(hand.sizes)
        at, wide = y + rng.gauss(0, hand.wobble), font.getlength(letter)
        pen.ink.text((pen.x, at), letter, font=font, fill=255, anchor="ls")
        if before and letter.islower() and rng.random() < hand.joins:
            reach = 0.3 * font.size * x_height(str(font.path))
            foot, middle = (pen.x - 0.22 * before, at - 1), (pen.x + 0.22 * wide, at - reach)
            low = ((foot[0] + middle[0]) / 2, at - 0.2 * reach)
            pen.ink.line((*foot, *low, *middle), fill=235, width=hand.stroke, joint="curve")
        before = wide if letter.isalpha() else 0.0
        pen.x += wide + hand.tracking


def _boxes(pen: _Pen, digits: str, font: ImageFont.FreeTypeFont, em: float) -> None:
    """One digit per printed box, centred as well as people do."""
    rng = pen.rng
    side = em * rng.uniform(0.75, 1.25)
    gap = rng.choice((0.0, 0.0, rng.uniform(2, 10)))
    top, bottom = BASELINE - em * rng.uniform(0.8, 0.95), BASELINE + em * rng.uniform(0.12, 0.3)
    stroke = rng.choice((1, 1, 2))
    for digit in digits:
        pen.rules.rectangle((pen.x, top, pen.x + side, bottom), outline=255, width=stroke)
        x = pen.x + side / 2 - font.getlength(digit) / 2 + rng.gauss(0, 0.05 * side)
        pen.ink.text((x, BASELINE + rng.gauss(0, 0.03 * em)), digit, font=font, fill=255, anchor="ls")
        pen.x += side + gap


def _rule_kind(rng: random.Random, kind: Kind, pieces: tuple[Piece, ...]) -> str:
    """How the line to write on is printed: dots, dashes, a rule, or not at all."""
    if all(piece.role == "label" for piece in pieces):
        return ""
    bare = 0.25 if kind == "hand" else 0.45
    if rng.random() < bare:
        return ""
    return rng.choices(("dots", "fine", "dashes", "rule"), (60, 18, 7, 15))[0]


def _leader(pen: _Pen, start: float, end: float, rule: str, em: float) -> None:
    """A leader from start to end, on or a little under the baseline."""
    rng = pen.rng
    y = BASELINE + rng.choice((0, 1, 1, 2, 3, 5))
    if rule == "rule":
        pen.rules.line((start, y + 1, end, y + 1), fill=255, width=rng.choice((1, 1, 2)))
        return
    pitch = em * (rng.uniform(0.12, 0.3) if rule != "fine" else rng.uniform(0.08, 0.14))
    size = max(1.0, em * rng.uniform(0.04, 0.09) * (0.7 if rule == "fine" else 1.0))
    long = em * rng.uniform(0.15, 0.4) if rule == "dashes" else 0.0
    x = start
    while x < end:
        if rule == "dashes":
            pen.rules.line((x, y, x + long, y), fill=255, width=max(1, int(size)))
        elif size < 1.8:
            pen.rules.rectangle((x, y - 1, x + 1, y), fill=int(110 + 70 * size))
        else:
            pen.rules.ellipse((x, y - size, x + size, y), fill=255)
        x += pitch + long


def _neighbours(
    rng: random.Random, pens: list[ImageDraw.ImageDraw], faces: Faces, width: int, em: float
) -> None:
    """Feet of the line above and heads of the line below, and an upper leader, as loose crops show."""
    for side in (-1, 1):
        if rng.random() > 0.42:
            continue
        face = _pick(rng, faces, rng.choice(("print", "hand", "typewriter")))
        font = _sized(rng, face, near=em)
        pitch = em * rng.uniform(1.25, 2.1)
        words = " ".join(rng.choice(_STRAY) for _ in range(rng.randint(1, max(1, width // 200))))
        x = rng.uniform(0, width * 0.6)
        pens[rng.randrange(2)].text((x, BASELINE + side * pitch), words, font=font, fill=255, anchor="ls")
        if side < 0 and rng.random() < 0.4:
            y = BASELINE - pitch + 2
            for dot in range(0, width, max(4, int(em) // 6)):
                pens[2].rectangle((dot, y, dot + 1, y + 1), fill=230)


_STRAY = (
    "Nguyễn",
    "Phường",
    "gạch",
    "quận",
    "ghi",
    "họ",
    "ngày",
    "1975",
    "thị",
    "Đặng",
    "yêu",
    "Ấp",
    "HỘ",
    "giấy",
    "Khmer",
)


def visible(drawing: Drawing) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the line's own ink, with the neighbours left out."""
    near = drawing.writing[BASELINE - int(1.25 * drawing.em) : BASELINE + int(0.5 * drawing.em)]
    rows = np.flatnonzero(cv2.reduce(near, 1, cv2.REDUCE_MAX).ravel() > 60)
    offset = BASELINE - int(1.25 * drawing.em)
    if not len(rows):
        return drawing.left, BASELINE - int(drawing.em), drawing.right, BASELINE + int(drawing.em) // 4
    return drawing.left, offset + int(rows[0]), drawing.right, offset + int(rows[-1]) + 1
