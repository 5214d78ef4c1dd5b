"""Cover sheets are readable as drawn, and blank backs are nearly blank."""

import numpy as np
import pytest
import zxingcpp

from contracts.covers import cover_text
from synthetic.covers import draw_back, draw_cover
from synthetic.documents import draw_document
from synthetic.scans import Faults, scan


@pytest.mark.parametrize("faults", [Faults(), Faults(skew_degrees=2.5, turned=180), Faults(dpi=100, noise=6)])
def test_cover_reads_with_zxing(faults: Faults) -> None:
    """The QR code on the scanned cover holds exactly the contract's text."""
    rng = np.random.default_rng(1)
    cover = draw_cover("941", "Công an thành phố Sóc Trăng", "residence", "HK941-00012/2008", rng)
    found = zxingcpp.read_barcodes(scan(cover, rng, faults).image)
    assert [one.text for one in found] == ["TANGTHU1|941|residence|HK941-00012/2008"]
    assert cover.truth.cover == found[0].text
    assert cover.truth.content == "cover_sheet"


def test_parts_that_would_break_the_text_are_refused() -> None:
    """A reference with the separator in it never reaches paper."""
    with pytest.raises(ValueError, match="cover sheet"):
        cover_text("941", "residence", "A|B")


def test_back_shows_its_front_faintly() -> None:
    """The back has no dark pixel, but is not an empty sheet either."""
    rng = np.random.default_rng(2)
    front = draw_document(rng, dpi=100)
    back = draw_back(front, rng)
    assert back.truth.content == "blank"
    grey = np.asarray(back.image.convert("L")).astype(float)
    assert grey.min() > 150
    written = np.asarray(front.image.convert("L"))[:, ::-1] < 100
    assert grey[~written].mean() - grey[written].mean() > 1.5
