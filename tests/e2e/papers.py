"""One declaration on paper, as a district scans it."""

import random

import numpy as np

from forms import FormEdition, edition
from synthetic import files
from synthetic.covers import draw_back
from synthetic.forms import Filled, draw_form, fill
from synthetic.people import person
from synthetic.scans import Faults, scan

DISTRICT = "943"
"""Where who is declared lives, whichever unit keeps the paper."""


def filled(seed: int) -> Filled:
    """What one person wrote on an ID declaration."""
    rng = random.Random(seed)
    return fill(edition("CC01", "2019"), person(rng, district=DISTRICT), rng)


def declaration(seed: int) -> tuple[bytes, bytes]:
    """Front and back of that declaration, printed and scanned, as JPEG."""
    noise = np.random.default_rng(seed)
    front = draw_form(edition("CC01", "2019"), filled(seed), noise, mode="print", dpi=200)[0]
    back = draw_back(front, noise)
    return files.jpeg(scan(front, noise, Faults())), files.jpeg(scan(back, noise, Faults()))


def marked(page: bytes, note: bytes) -> bytes:
    """The same picture with other bytes: a JPEG comment after the start marker."""
    return page[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + page[2:]


def of_edition(described: FormEdition, seed: int) -> bytes:
    """A page of a form that nobody may know yet, filled in, printed and scanned, as JPEG."""
    rng = random.Random(seed)
    # Values are made for a time that a known edition was in use.
    values = fill(
        described.model_copy(update={"form": "CC01", "edition": "2019"}), person(rng, district=DISTRICT), rng
    )
    noise = np.random.default_rng(seed)
    return files.jpeg(scan(draw_form(described, values, noise, mode="print", dpi=200)[0], noise, Faults()))
