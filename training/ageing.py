"""What paper, pen, time and scanner do to a drawn line: warps, tone, stamps, noise, framing."""

import math
import random
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from training import pens
from training.drawing import BASELINE, HEIGHT, Drawing, Gray, visible

READ_HEIGHT = 32
"""Rows of a reading crop (the recogniser's input)."""
NARROWEST, WIDEST = 24, 1280
LETTER_PX = 4.5
"""Columns a letter has at least, on average over the line."""
LEGIBLE_ROWS = 17
"""Rows that the writing itself keeps, marks included, where a scan is coarse."""
Field = npt.NDArray[np.float32]
FULL = (255.0,)
Fault = Literal["faded", "stamped"]


def age(rng: random.Random, drawing: Drawing, *, calm: bool = False, fault: Fault | None = None) -> Gray:
    """A grey crop of READ_HEIGHT rows, as a scanner would give it.

    `calm` spares the heavier damage, `fault` makes sure of one.
    """
    chance = 0.35 if calm else 1.0
    noise = np.random.default_rng(rng.getrandbits(32))
    frame, loose = _frame(rng, drawing)
    maps = [drawing.ink, drawing.print, drawing.rules]
    scale = _warp(rng, noise, frame, drawing, chance)
    ink, printed, rules = (_apply(scale, layer) for layer in maps)
    ink, printed = _weight(rng, ink), _weight(rng, printed)
    if drawing.by_hand:
        ink = pens.inked(rng, noise, ink)
    height, width = ink.shape
    paper = _paper(rng, noise, height, width, chance)
    palest = 1 - rng.uniform(0, 0.55) * (rng.random() < 0.3 * chance)
    if fault == "faded":
        palest = rng.uniform(0.4, 0.65)
    fading = _smooth(noise, height, width, palest, 1.0)
    dark = rng.uniform(0.38, 0.95)
    rule_dark = dark * rng.uniform(0.4, 1.1)
    own = dark if rng.random() < 0.4 else rng.uniform(0.36, 0.95)
    faint = float(paper.mean()) * palest * min(dark, own)
    grey = paper
    for layer, depth in ((rules, rule_dark), (printed, dark), (ink, own)):
        cover = layer.astype(np.float32) * (min(1.0, depth) / 255.0)
        grey = grey * (1.0 - cover * fading)
    if rng.random() < 0.07 * chance or fault == "stamped":
        grey = _stamp(rng, grey)
    if rng.random() < 0.05 * chance:
        grey = _fold(rng, grey)
    return _scan(rng, noise, grey, chance, faint, loose)


def _frame(rng: random.Random, drawing: Drawing) -> tuple[tuple[float, float, float, float], float]:
    """Left, top, right, bottom of the crop, tight to very loose, and its height in heights of the writing."""
    left, top, right, bottom = visible(drawing)
    tall = bottom - top
    loose = rng.choices((0.06, 0.22, 0.45), (46, 38, 16))[0]
    up = tall * rng.uniform(-0.02, loose)
    down = tall * rng.uniform(-0.02, loose)
    if tall < 0.8 * drawing.em:
        # A finder of lines gives a whole line's height even where the letters are all low.
        up += rng.uniform(0, 0.5) * drawing.em
        down += rng.uniform(0, 0.3) * drawing.em
    frame = (
        left - rng.uniform(-1, 6) - (rng.uniform(0, 30) if rng.random() < 0.35 else 0),
        max(0.0, top - up),
        right + rng.uniform(-1, 8) + (rng.uniform(0, 40) if rng.random() < 0.35 else 0),
        min(float(HEIGHT), bottom + down),
    )
    return frame, (tall + up + down) / max(1, tall)


def _warp(
    rng: random.Random,
    noise: np.random.Generator,
    frame: tuple[float, float, float, float],
    drawing: Drawing,
    chance: float,
) -> tuple[Field, Field]:
    """Where each pixel of the crop is taken from: slant, turn, stretch, waves; 32 to 56 rows."""
    left, top, right, bottom = frame
    left, right = max(0.0, left), min(float(drawing.ink.shape[1]), right)
    work = rng.choice((32, 40, 48, 56))
    stretch = math.exp(rng.gauss(0, 0.18 if drawing.by_hand else 0.13))
    narrowest = max(NARROWEST, min(WIDEST, LETTER_PX * drawing.letters))
    columns = max(narrowest, min(WIDEST, READ_HEIGHT * stretch * (right - left) / max(4.0, bottom - top)))
    width = int(columns * work / READ_HEIGHT)
    xs = np.linspace(left, right, width, dtype=np.float32)[None, :].repeat(work, 0)
    ys = np.linspace(top, bottom, work, dtype=np.float32)[:, None].repeat(width, 1)
    slant = rng.gauss(0, 0.2 if drawing.by_hand else 0.13) if rng.random() < 0.6 else 0.0
    turn = rng.gauss(0, 0.006 if width > 500 else 0.013)
    middle = (left + right) / 2
    moved_x = xs + slant * (ys - BASELINE)
    moved_y = ys + turn * (xs - middle)
    if rng.random() < 0.1:
        moved_y = BASELINE + (moved_y - BASELINE) * (
            1 + rng.uniform(-0.2, 0.2) * (xs - left) / max(1.0, right - left)
        )
    if rng.random() < 0.55 * max(0.6, chance):
        cells = max(3, int((right - left) / rng.uniform(14, 60)))
        strength = rng.uniform(0.4, 1.9)
        for field, share in ((moved_x, 1.2), (moved_y, 0.9)):
            waves = noise.standard_normal((4, cells)).astype(np.float32)
            np.add(
                field,
                strength * share * cv2.resize(waves, (width, work), interpolation=cv2.INTER_CUBIC),
                out=field,
            )
    return moved_x.astype(np.float32), moved_y.astype(np.float32)


def _apply(scale: tuple[Field, Field], layer: Gray) -> Gray:
    moved = cv2.remap(
        layer, scale[0], scale[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0.0,)
    )
    return moved.astype(np.uint8, copy=False)


def _weight(rng: random.Random, layer: Gray) -> Gray:
    """Press harder or lighter: thicker or thinner strokes."""
    draw = rng.random()
    if draw < 0.12:
        return cv2.dilate(layer, np.ones((2, 2), np.uint8)).astype(np.uint8, copy=False)
    if draw < 0.2:
        thin = cv2.erode(layer, np.ones((2, 2), np.uint8))
        return cv2.addWeighted(thin, 0.75, layer, 0.25, 0).astype(np.uint8, copy=False)
    return layer


def _smooth(noise: np.random.Generator, height: int, width: int, low: float, high: float) -> Field | float:
    """A field that varies slowly between low and high."""
    if low >= high:
        return high
    cells = noise.random((3, max(2, width // 60))).astype(np.float32)
    field = cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR)
    return (low + (high - low) * field).astype(np.float32)


def _paper(rng: random.Random, noise: np.random.Generator, height: int, width: int, chance: float) -> Field:
    """Tint, shade and grain of the sheet, 0 to 255."""
    level = rng.uniform(170, 255)
    shade = rng.uniform(0, 45) if rng.random() < 0.5 * chance else rng.uniform(0, 6)
    field = np.full((height, width), level, np.float32) - np.float32(0)
    if shade > 1:
        cells = noise.random((2, max(2, width // 90))).astype(np.float32) * shade
        field -= cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.15 * chance:
        texture = noise.standard_normal((height // 2 + 1, width // 2 + 1)).astype(np.float32)
        field += rng.uniform(2, 9) * cv2.resize(texture, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.08 * chance:
        _ruled(rng, field)
    return field


def _ruled(rng: random.Random, field: Field) -> None:
    """The faint rules of copy-book paper, along, across or both."""
    depth, pitch = rng.uniform(8, 60), rng.uniform(9, 40)
    ways = rng.choice(((0,), (0, 1), (1,)))
    for axis in ways:
        steps = np.arange(rng.uniform(0, pitch), field.shape[axis], pitch).astype(int)
        if axis == 0:
            field[steps] -= depth
        else:
            field[:, steps] -= depth


def _stamp(rng: random.Random, grey: Field) -> Field:
    """Part of a round or square stamp across the line, lighter than ink."""
    cover = np.zeros(grey.shape, np.uint8)
    height, width = grey.shape
    centre = (rng.randrange(-20, width + 20), rng.randrange(-height, 2 * height))
    radius = rng.randrange(height, 3 * height)
    thick = rng.choice((1, 2, 3))
    if rng.random() < 0.7:
        cv2.circle(cover, centre, radius, FULL, thick, cv2.LINE_AA)
        cv2.circle(cover, centre, int(radius * 0.72), FULL, 1, cv2.LINE_AA)
    else:
        cv2.rectangle(
            cover,
            (centre[0] - radius, centre[1] - radius // 3),
            (centre[0] + radius, centre[1] + radius // 3),
            FULL,
            thick,
        )
    if rng.random() < 0.6:
        size = rng.uniform(0.5, 1.3)
        cv2.putText(
            cover,
            rng.choice(("CONG AN", "SOC TRANG", "DA THU", "HUY")),
            centre,
            cv2.FONT_HERSHEY_DUPLEX,
            size,
            FULL,
            thick,
            cv2.LINE_AA,
        )
    return grey * (1 - cover.astype(np.float32) * (rng.uniform(0.12, 0.5) / 255))


def _fold(rng: random.Random, grey: Field) -> Field:
    """A crease, a table rule or the sheet's edge through the crop."""
    cover = np.zeros(grey.shape, np.uint8)
    height, width = grey.shape
    if rng.random() < 0.6:
        x = rng.choice((rng.randrange(width), rng.randrange(4), width - 1 - rng.randrange(4)))
        cv2.line(cover, (x, 0), (x + rng.randrange(-3, 4), height), FULL, rng.choice((1, 1, 2)), cv2.LINE_AA)
    else:
        y = rng.choice((rng.randrange(3), height - 1 - rng.randrange(3)))
        cv2.line(cover, (0, y), (width, y + rng.randrange(-2, 3)), FULL, rng.choice((1, 2)), cv2.LINE_AA)
    depth = rng.uniform(0.1, 0.8) / 255
    return grey * (1 - cover.astype(np.float32) * depth)


def _scan(
    rng: random.Random, noise: np.random.Generator, lit: Field, chance: float, faint: float, loose: float
) -> Gray:
    """Optics, resolution, sensor, copying, compression.

    `faint` is the weakest ink's depth in grey levels, `loose` the crop's height in heights of the writing.
    Noise, flatness and coarseness stay below what they bear: a line no person could read would teach the
    reader to invent.
    """
    grey: npt.NDArray[Any] = lit
    if rng.random() < 0.5:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.25))
    if rng.random() < 0.16 * chance:
        part = min(1.0, max(rng.uniform(0.42, 0.8), LEGIBLE_ROWS * loose / grey.shape[0]))
        small = cv2.resize(grey, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
        grey = cv2.resize(small, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    width = max(NARROWEST, round(grey.shape[1] * READ_HEIGHT / grey.shape[0]))
    how = cv2.INTER_AREA if rng.random() < 0.5 else cv2.INTER_LINEAR
    grey = cv2.resize(grey, (width, READ_HEIGHT), interpolation=how)
    if rng.random() < 0.55:
        grey = grey + noise.standard_normal(grey.shape, dtype=np.float32) * rng.uniform(
            1, max(1.5, min(13.0, 0.2 * faint))
        )
    if rng.random() < 0.06 * chance:
        grey = _photocopied(rng, noise, grey.astype(np.float32, copy=False))
    if rng.random() < 0.25:
        contrast = rng.uniform(max(0.6, min(1.0, 30 / faint)), 1.35)
        grey = (grey - 200) * contrast + rng.uniform(175, 230)
    out: Gray = np.clip(grey, 0, 255).astype(np.uint8)
    if rng.random() < 0.22 * chance:
        coded = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, rng.randrange(25, 85)])[1]
        out = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE).astype(np.uint8)
    return out


def _photocopied(rng: random.Random, noise: np.random.Generator, grey: Field) -> Field:
    """Nearly black and white, with specks."""
    middle = float(np.percentile(grey, 85)) * rng.uniform(0.62, 0.85)
    hard = 1 / (1 + np.exp(-(grey - middle) / rng.uniform(4, 16)))
    specks = noise.random(grey.shape, dtype=np.float32) < rng.uniform(0, 0.006)
    return np.where(specks, rng.uniform(0, 120), 20 + 225 * hard).astype(np.float32)
