"""Draws a declaration of a synthetic person in one of the layouts."""

import random
from collections.abc import Sequence

import numpy as np

from synthetic.canvas import A4_MM, Canvas, Face, paper
from synthetic.declarations import layouts
from synthetic.declarations.press import Look, Press
from synthetic.declarations.wording import COLONS, NUMBERINGS, TITLES, Item, identity_items, other_items
from synthetic.fonts import SANS, SERIF, TYPEWRITER
from synthetic.forms.draw import PAPERS
from synthetic.people import person
from synthetic.truth import PageTruth, Sheet
from synthetic.writing import Mode, Writer, scribble, style_for

LAYOUTS: dict[str, layouts.Layout] = {
    "flowing": layouts.flowing,
    "boxed": layouts.boxed,
    "two_columns": layouts.two_columns,
    "label_above": layouts.label_above,
    "ruled_cells": layouts.ruled_cells,
    "bilingual": layouts.bilingual,
    "dated_words": layouts.dated_words,
}
HELD_OUT: dict[str, layouts.Layout] = {
    "paired_cells": layouts.paired_cells,
    "aligned": layouts.aligned,
    "sections": layouts.sections,
}
"""Layouts that the reader was not tuned on: for figures alone."""
TICKED: dict[str, layouts.Layout] = {"ticked": layouts.ticked}
"""A layout with tick boxes, measured apart."""
LEADERS = ("stops", "stops", "points", "dense", "sparse", "dashes", "rule", "underscores", "none")


def draw_declaration(
    seed: int,
    layout: str,
    *,
    mode: Mode = "print",
    filled: bool = True,
    dpi: int = 200,
    families: Sequence[str] = SERIF + SANS + TYPEWRITER,
) -> Sheet:
    """An A4 sheet in the named layout; the truth holds every value with its box."""
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    canvas = Canvas(dpi, A4_MM)
    style = style_for(mode, noise)
    press = Press(canvas, Writer(canvas, style, noise), _look(rng, families), rng)
    who = person(rng)
    items = _ordered(
        rng, identity_items(rng, who, filled=filled), other_items(rng, who, rng.randint(3, 7), filled=filled)
    )
    _head(press, rng.choice(TITLES))
    {**LAYOUTS, **HELD_OUT, **TICKED}[layout](press, items)
    _close(press, who.full_name if filled else "")
    tint = PAPERS[noise.integers(len(PAPERS))]
    image = canvas.finish(paper(canvas.size, noise, tint), style.ink)
    return Sheet(image, dpi, PageTruth("text", None, None, mode, tuple(press.truths)))


def _look(rng: random.Random, families: Sequence[str]) -> Look:
    family = rng.choice(list(families))
    smaller = 0.88 if family in SANS + TYPEWRITER else 1.0
    numbering = rng.choice(NUMBERINGS)
    return Look(
        face=Face(family, weight=rng.choice((400, 400, 400, 700))),
        points=rng.uniform(10.5, 13.5) * smaller,
        leader=rng.choice(LEADERS),
        numbering=numbering,
        colon=rng.choice(COLONS) if numbering else rng.choice((":", ":", " :")),
        pitch=rng.uniform(7.2, 10.5),
        left=rng.uniform(14, 28),
        right=210 - rng.uniform(10, 20),
        capitals=rng.random() < 0.1,
        lettered=rng.random() < 0.15,
    )


def _ordered(rng: random.Random, six: list[Item], others: list[Item]) -> list[Item]:
    way = rng.random()
    if way < 0.4:
        # As forms usually ask: the person first, the parents towards the end.
        return [*six[:4], *others, *six[4:]] if rng.random() < 0.5 else [*six[1:4], six[0], *others, *six[4:]]
    everything = [*six, *others]
    rng.shuffle(everything)
    return everything


def _head(press: Press, title: str) -> None:
    rng, look = press.rng, press.look
    press.y = rng.uniform(12, 20)
    if rng.random() < 0.3:
        face = look.face._replace(weight=400, italic=True)
        code = f"{rng.choice(('A', 'TK', 'NS', 'DC'))}{rng.randint(1, 20):02d}"
        rule = f"TT số {rng.randint(1, 90)}/{rng.randint(1999, 2022)}/TT-BCA"
        press.canvas.text(look.right, press.y, f"Mẫu {code} ban hành theo {rule}", face, 9, "rs")
    kind = rng.random()
    size = look.points
    if kind < 0.65:
        press.centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", press.y + 8, size)
        press.centred("Độc lập - Tự do - Hạnh phúc", press.y + 14, size)
        press.y += 18
    elif kind < 0.9:
        left, right = look.left + press.width * 0.22, look.left + press.width * 0.7
        face = look.face._replace(weight=700)
        small = size * 0.82
        for row, (one, other) in enumerate(
            (
                ("CÔNG AN TỈNH SÓC TRĂNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
                ("Công an huyện Kế Sách", "Độc lập - Tự do - Hạnh phúc"),
            )
        ):
            press.canvas.text(left, press.y + 8 + 6 * row, one, face, small, "ms")
            press.canvas.text(right, press.y + 8 + 6 * row, other, face, small, "ms")
        press.y += 18
    press.y += rng.uniform(4, 9)
    points = size * rng.uniform(1.1, 1.5)
    while press.canvas.measure(title, look.face._replace(weight=700), points) > press.width:
        points *= 0.95
    press.centred(title, press.y, points)
    press.y += rng.uniform(2, 7)


def _close(press: Press, signer: str) -> None:
    rng, look, canvas = press.rng, press.look, press.canvas
    if press.y > 255 or rng.random() < 0.15:
        return
    y = press.y + rng.uniform(7, 12)
    if rng.random() < 0.6:
        canvas.text(look.left, y, "Tôi xin cam đoan lời khai trên là đúng sự thật./.", look.face, look.points)
        y += 8
    middle = look.left + press.width * 0.75
    day = f"Kế Sách, ngày {rng.randint(1, 28)} tháng {rng.randint(1, 12)} năm {rng.randint(1985, 2022)}"
    canvas.text(middle, y, day, look.face._replace(weight=400, italic=True), look.points * 0.9, "ms")
    canvas.text(middle, y + 6, "NGƯỜI KHAI", look.face._replace(weight=700), look.points, "ms")
    canvas.text(middle, y + 10.5, "(Ký, ghi rõ họ tên)", look.face, look.points * 0.8, "ms")
    if signer:
        scribble(canvas, middle, y + 18, 26, press.writer.rng)
        points = min(press.writer.style.points, 12.0)
        press.writer.write(middle - press.writer.width(signer, points) / 2, y + 28, signer, points)
