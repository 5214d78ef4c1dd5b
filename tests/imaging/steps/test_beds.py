"""Sheets on scanner beds: small ones are found, lids are cut away, second sheets are not taken for lids."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from services.imaging.profiles import load_profile
from services.imaging.steps.clock import Clock
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.examine import Examination, examine
from synthetic import files
from synthetic.scans import Faults, Scan
from tests.imaging.scans import scanned


def judged(made: Scan, pixels: np.ndarray) -> Examination:
    """What imaging says of a scan with these pixels."""
    changed = dataclasses.replace(made, image=Image.fromarray(pixels))
    return examine(decode_jpeg(files.jpeg(changed)), load_profile(), Clock())[0]


def test_a_card_on_a_large_dark_glass_is_cut_out() -> None:
    """80 × 130 mm in a corner of A4: the card's brightness is the paper's, and the card is all that is kept."""
    form = scanned("form", Faults(), 3)
    glass = np.full((2339, 1654, 3), 26, np.uint8)
    card = np.array(form.image)[200:1224, 150:780]
    glass[90:1114, 60:690] = card

    found = judged(form, glass)

    assert found.measures.paper == "card"
    assert (found.measures.width_mm, found.measures.height_mm) == pytest.approx((80, 130), abs=2.5)
    assert "too_dark" not in {defect.code for defect in found.defects}


def test_a_saturated_lid_around_bright_paper_is_cut_away() -> None:
    """Paper of 246 before a lid of 255 leaves the paper."""
    form = scanned("form", Faults(noise=1.0, darkness=0.98), 6)
    sheet = np.array(form.image)
    height, width = sheet.shape[:2]
    lid = np.full((height + 240, width + 300, 3), 255, np.uint8)
    lid[100 : 100 + height, 150 : 150 + width] = sheet

    found = judged(form, lid)

    assert found.measures.width_mm == pytest.approx(210, abs=3)
    assert found.measures.height_mm == pytest.approx(297, abs=3)


@pytest.mark.parametrize("shadow", [0, 15])
def test_two_sheets_as_long_as_a_folio_are_known_by_their_seam(shadow: int) -> None:
    """33 mm more make A4 as long as F4: with the edge's shadow across it is two sheets, without it is one."""
    form = scanned("form", Faults(noise=1.5), 1)
    pixels = np.array(form.image)
    more = pixels[-round(33 * 200 / 25.4) :][::-1].astype(np.int16)
    more[:4] -= shadow

    found = judged(form, np.concatenate([pixels, np.clip(more, 0, 255).astype(np.uint8)]))

    codes = {defect.code for defect in found.defects}
    assert ("double_feed" in codes) == bool(shadow)
    assert found.measures.paper == "F4"
