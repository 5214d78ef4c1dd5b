"""Fingerprints: one sheet's scans are alike, one form filled by two people is not, damage is no match."""

import base64
import random
import zlib

import numpy as np
import pytest

from forms import load_editions
from services.imaging.profiles import load_profile
from services.imaging.steps.clock import Clock
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.examine import examine
from services.imaging.steps.fingerprint import likeness, likenesses, most_alike
from synthetic import files
from synthetic.forms import draw_form, fill
from synthetic.people import person
from synthetic.scans import Faults, scan
from tests.imaging.scans import scanned

ALIKE = load_profile().batch.alike


def mark(edition: int, who: int, faults: Faults) -> str:
    """The fingerprint of one of the known forms as `who` filled it; the layout is everybody's."""
    words = random.Random(who)
    known = load_editions()[edition]
    sheet = draw_form(
        known, fill(known, person(words), words), np.random.default_rng(3), mode="handwriting", dpi=300
    )[0]
    made = scan(sheet, np.random.default_rng(who), faults)
    return examine(decode_jpeg(files.jpeg(made)), load_profile(), Clock())[0].fingerprint


@pytest.mark.parametrize("edition", range(len(load_editions())))
def test_fillings_of_one_form_are_told_apart(edition: int) -> None:
    """Two people's sheets, each scanned twice: leaning, paler, elsewhere on the glass, at another resolution."""
    first = mark(edition, 1, Faults(skew_degrees=0.9))
    again = mark(edition, 1, Faults(skew_degrees=-0.6, noise=3.0, darkness=0.85, border_mm=4.0))
    coarser = mark(edition, 1, Faults(dpi=200))
    other = mark(edition, 2, Faults(skew_degrees=0.9))

    assert likeness(first, again) >= ALIKE
    assert likeness(first, coarser) >= ALIKE
    assert likeness(first, other) < ALIKE
    assert likeness(again, other) < ALIKE


def test_the_page_that_resembles_most_is_named() -> None:
    """Among many, in order; a page that nothing resembles has nobody."""
    sheets = [mark(0, who, Faults(skew_degrees=0.5)) for who in (1, 2, 3)]
    again = mark(0, 2, Faults(skew_degrees=-0.5))

    found = most_alike([*sheets, again])

    assert [other for score, other in found if score >= ALIKE] == [1]
    assert found[3][0] == pytest.approx(likeness(sheets[1], again))
    assert np.argmax(likenesses(again, sheets)) == 1


def _told(version: int, columns: int, rows: int, cells: bytes) -> str:
    return base64.b64encode(bytes((version, columns, rows)) + zlib.compress(cells)).decode("ascii")


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "not base64 at all!",
        "AQID",
        base64.b64encode(b"\x03\x80\x80not deflated").decode("ascii"),
        _told(2, 40, 40, bytes(800)),
        _told(3, 0, 0, b""),
        _told(3, 40, 40, bytes(799)),
        _told(3, 40, 40, bytes(50_000_000)),
    ],
    ids=["none", "text", "short", "damaged", "older", "empty", "too few", "swelling"],
)
def test_a_damaged_fingerprint_resembles_nothing(damaged: str) -> None:
    """Not even itself; what is stored is never trusted to unfold to any size."""
    whole = mark(0, 1, Faults())

    assert likeness(damaged, whole) == likeness(whole, damaged) == likeness(damaged, damaged) == 0.0


def test_other_pages_share_nothing() -> None:
    """A letter and a form."""
    letter = scanned("document", Faults(), 5)
    page = examine(decode_jpeg(files.jpeg(letter)), load_profile(), Clock())[0].fingerprint

    assert likeness(page, mark(0, 1, Faults())) < 0.2
