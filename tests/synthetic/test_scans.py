"""Scanner faults are the ones that the truth states, measured on the scan itself."""

import cv2
import numpy as np
import pytest

from synthetic.documents import draw_document
from synthetic.scans import Faults, everyday_faults, scan
from synthetic.truth import Sheet


@pytest.fixture(scope="module")
def page() -> Sheet:
    """One page of prose at 100 dpi."""
    return draw_document(np.random.default_rng(6), dpi=100)


def _measured_skew(grey: np.ndarray) -> float:
    """Turn by which row sums get sharpest: the clockwise skew in degrees."""
    ink = (grey < 120).astype(np.float32)
    height, width = ink.shape

    def sharpness(angle: float) -> float:
        back = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        return float(cv2.warpAffine(ink, back, (width, height)).sum(axis=1).var())

    angles = np.arange(-4, 4.01, 0.1)
    return float(angles[int(np.argmax([sharpness(float(angle)) for angle in angles]))])


@pytest.mark.parametrize("skew", [-2.5, -0.8, 0.0, 1.7, 3.0])
def test_drawn_skew_is_measurable(page: Sheet, skew: float) -> None:
    """The skew found by row sums is the skew of the truth, clockwise positive."""
    scanned = scan(page, np.random.default_rng(1), Faults(skew_degrees=skew))
    assert abs(_measured_skew(np.asarray(scanned.image.convert("L"))) - skew) < 0.25


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_boxes_follow_the_page(page: Sheet, turned: int) -> None:
    """A box of the clean sheet, mapped to the scan, holds the same ink however the page was turned."""
    grey = np.asarray(page.image.convert("L"))
    rows = np.flatnonzero((grey < 100).any(axis=1))
    columns = np.flatnonzero((grey < 100).any(axis=0))
    from synthetic.canvas import Box

    x, y = int(columns[0]), int(rows[0])
    box = Box(x, y, int(columns[-1]) - x + 1, int(rows[-1]) - y + 1)
    scanned = scan(page, np.random.default_rng(1), Faults(turned=turned, border_mm=3, skew_degrees=1.0))
    place = scanned.place(box)
    moved = np.asarray(scanned.image.convert("L"))
    inside = moved[place.y : place.y + place.height, place.x : place.x + place.width]
    assert abs(int((inside < 100).sum()) - int((grey < 100).sum())) < 0.35 * int((grey < 100).sum())


def test_dark_and_small(page: Sheet) -> None:
    """A dark scan is dark, and a low resolution is lower."""
    dark = scan(page, np.random.default_rng(1), Faults(darkness=0.35))
    assert np.asarray(dark.image).mean() < 95
    small = scan(page, np.random.default_rng(1), Faults(dpi=70))
    assert small.dpi == 70
    assert small.image.width == pytest.approx(page.image.width * 0.7, abs=2)


def test_everyday_faults_stay_within_bounds() -> None:
    """Ordinary scans are askew by at most 3 degrees and never turned."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        faults = everyday_faults(rng)
        assert abs(faults.skew_degrees) <= 3
        assert faults.turned == 0


def test_same_seed_same_scan(page: Sheet) -> None:
    """Scanning is decided by the seed alone."""
    one = scan(page, np.random.default_rng(3))
    two = scan(page, np.random.default_rng(3))
    assert one.image.tobytes() == two.image.tobytes()
    assert one.faults == two.faults
