"""Drawn pages for the form benchmarks: unseen layouts, known editions, filled in or left empty."""

import random
from collections.abc import Iterator, Sequence

import numpy as np

from bench.form_scoring import IDENTITY, Page
from forms import edition
from synthetic.declarations import draw_declaration
from synthetic.documents import draw_document
from synthetic.forms import Filled, draw_form, fill
from synthetic.people import household
from synthetic.scans import Scan, everyday_faults, scan
from synthetic.truth import Sheet
from synthetic.writing import Mode

KNOWN = (("CC01", "2019"), ("CMND-9", "provisional"), ("HK01", "2014"), ("CT01", "2023"), ("CM3", "2001"))
RESOLUTIONS = (150, 200, 200, 240, 300)


def unseen(
    layouts: Sequence[str], mode: Mode, count: int, seed: int, *, filled: bool = True, dpi: int | None = None
) -> Iterator[Page]:
    """Scanned declarations in these layouts, one after the other."""
    for number in range(count):
        layout = layouts[number % len(layouts)]
        rng = np.random.default_rng(seed + number)
        asked = dpi or int(rng.choice(RESOLUTIONS))
        sheet = draw_declaration(seed + number, layout, mode=mode, filled=filled, dpi=asked)
        yield _page(sheet, scan(sheet, rng, everyday_faults(rng)), None, f"{layout}-{seed + number}")


def known(mode: Mode, count: int, seed: int, *, filled: bool = True) -> Iterator[Page]:
    """Scanned first pages of known editions."""
    for number in range(count):
        form, year = KNOWN[number % len(KNOWN)]
        one = edition(form, year)
        rng, words = np.random.default_rng(seed + number), random.Random(seed + number)
        home = household(words, "941")
        values = fill(one, home.head, words, home) if filled else Filled()
        sheet = draw_form(one, values, rng, mode=mode)[0]
        yield _page(sheet, scan(sheet, rng), form, f"{form}-{seed + number}")


def typed(count: int, seed: int) -> Iterator[Page]:
    """Clean typed pages at 300 dpi; `truth["text"]` is their running text."""
    for number in range(count):
        sheet = draw_document(np.random.default_rng(seed + number), dpi=300)
        image = np.asarray(sheet.image.convert("L"), np.uint8)
        yield Page(image, {"text": sheet.truth.text}, {}, None, 300.0, f"typed-{seed + number}")


def _page(sheet: Sheet, scanned: Scan, form: str | None, name: str) -> Page:
    values = [one for one in sheet.truth.fields if one.id in IDENTITY]
    return Page(
        np.asarray(scanned.image.convert("L"), np.uint8),
        {one.id: one.text for one in values},
        {one.id: scanned.place(one.box) for one in values},
        form,
        float(scanned.dpi),
        name,
    )
