"""What comes out is straight, upright and whole: measured on the derived images, not on what imaging says."""

import functools

import cv2
import numpy as np
import pytest

from contracts.vocabulary import PageContent, Verdict
from services.imaging.domain import worst
from services.imaging.profiles import load_profile
from services.imaging.steps.clock import Clock
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.derive import Derivatives, derive
from services.imaging.steps.examine import Examination, examine
from services.imaging.steps.find_ink import find_ink
from services.imaging.steps.find_skew import find_skew
from services.imaging.steps.shrink import shrink
from synthetic import files
from synthetic.scans import Faults
from tests.imaging.scans import Kind, scanned, sheet


@functools.lru_cache(maxsize=32)
def enhanced(kind: Kind, faults: Faults, seed: int = 1, dpi: int = 200) -> tuple[Examination, Derivatives]:
    """Examine and derive a drawn scan, as the sandboxed child does."""
    page = decode_jpeg(files.jpeg(scanned(kind, faults, seed, dpi)))
    examination, upright = examine(page, load_profile(), Clock())
    return examination, derive(upright, examination.recipe, Clock())


def opened(jpeg: bytes) -> np.ndarray:
    """A derived JPEG in grey."""
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE))


@pytest.mark.parametrize("skew", [-4.5, -1.7, -0.4, 0.9, 2.6, 4.8])
def test_skew_is_gone_afterwards(skew: float) -> None:
    """Measured again on the access image, no more than 0.1 degrees are left; what was there is reported."""
    examination, made = enhanced("form", Faults(skew_degrees=skew), seed=3)

    grey, _scale = shrink(opened(made.access), 200)
    left = find_skew(find_ink(grey).ink, 6.0).degrees

    assert abs(left) <= 0.1
    assert examination.recipe.skew_degrees == pytest.approx(skew, abs=0.1)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize(("kind", "seed"), [("form", 1), ("form", 2), ("document", 4), ("cover", 5)])
def test_pages_come_out_upright(kind: Kind, seed: int, turned: int) -> None:
    """However a sheet was fed, the access image shows it upright: it resembles the drawn sheet, not its turns."""
    examination, made = enhanced(kind, Faults(turned=turned, skew_degrees=0.6), seed)
    drawn = np.asarray(sheet(kind, seed).image.convert("L"))
    made_grey = opened(made.access)

    assert examination.recipe.rotation == (360 - turned) % 360
    assert _likeness(made_grey, drawn) > _likeness(made_grey, np.ascontiguousarray(drawn[::-1, ::-1])) + 0.2


def _likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two pages' ink at a coarse grid."""
    small = [
        cv2.resize(255 - page, (60, 85), interpolation=cv2.INTER_AREA).astype(float).ravel()
        for page in (one, other)
    ]
    return float(np.corrcoef(small[0], small[1])[0, 1])


@pytest.mark.parametrize("border_mm", [0.0, 3.0, 8.0])
@pytest.mark.parametrize("skew", [-3.0, 2.0])
def test_cropping_keeps_all_ink_and_drops_the_bed(border_mm: float, skew: float) -> None:
    """The page keeps its size to 2 %, as much ink as was drawn, and no black scanner bed along its sides."""
    examination, made = enhanced("form", Faults(skew_degrees=skew, border_mm=border_mm), seed=7)
    drawn = np.asarray(sheet("form", 7).image.convert("L"))
    page = opened(made.access)

    assert page.shape == pytest.approx(drawn.shape, rel=0.02)
    assert np.count_nonzero(page < 128) == pytest.approx(np.count_nonzero(drawn < 128), rel=0.15)
    sides = (page[2:6, 40:-40], page[-6:-2, 40:-40], page[40:-40, 2:6], page[40:-40, -6:-2])
    assert all(float(np.mean(side < 90)) < 0.05 for side in sides)
    assert examination.content is PageContent.TEXT


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("darkness", [1.0, 0.6])
def test_backs_are_blank_in_spite_of_bleed_through(seed: int, darkness: float) -> None:
    """The back of a written sheet is blank, bright or dark."""
    examination, made = enhanced("back", Faults(darkness=darkness, skew_degrees=1.0), seed)

    assert examination.content is PageContent.BLANK
    assert made.reading is None


@pytest.mark.parametrize("kind", ["form", "document"])
def test_written_pages_are_not_blank(kind: Kind) -> None:
    """A dark, tinted, stamped scan of a written page still has something to read."""
    examination, made = enhanced(kind, Faults(darkness=0.5, tint=(1.0, 0.98, 0.9), stamp=True), seed=2)

    assert examination.content is PageContent.TEXT
    assert made.reading is not None


def test_one_line_is_enough_not_to_be_blank() -> None:
    """A page that holds nothing but a short handwritten-size note is kept for reading."""
    page = np.full((2339, 1654), 245, np.uint8)
    cv2.putText(page, "da kiem tra", (500, 900), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (70,), 3)

    from services.imaging.steps.sheet import Sheet

    examination, _upright = examine(Sheet(page, dpi=200.0), load_profile(), Clock())

    assert examination.content is PageContent.TEXT


def test_reading_and_access_image_show_the_same_picture() -> None:
    """The reading image is the access image at 200 dpi: boxes found on one fit the other up to scale."""
    _examination, made = enhanced("form", Faults(skew_degrees=1.2, border_mm=4), seed=5, dpi=300)
    assert made.reading is not None
    access, reading = opened(made.access), opened(made.reading)

    assert reading.shape[0] / access.shape[0] == pytest.approx(200 / 300, abs=0.002)
    assert reading.shape[1] / access.shape[1] == pytest.approx(200 / 300, abs=0.002)
    small = cv2.resize(access, (reading.shape[1], reading.shape[0]), interpolation=cv2.INTER_AREA)
    shift, response = cv2.phaseCorrelate(small.astype(np.float64), reading.astype(np.float64))
    assert abs(shift[0]) < 0.5
    assert abs(shift[1]) < 0.5
    assert response > 0.3


@pytest.mark.parametrize(
    ("faults", "code", "verdict"),
    [
        (Faults(darkness=0.35), "too_dark", Verdict.RESCAN),
        (Faults(blur=3.5), "blurred", Verdict.RESCAN),
        (Faults(dpi=120), "low_resolution", Verdict.RESCAN),
        (Faults(turned=180), "upside_down", Verdict.WARN),
    ],
)
def test_faults_are_named_with_advice(faults: Faults, code: str, verdict: Verdict) -> None:
    """Each drawn fault is found, judged, measured, and comes with a Vietnamese sentence for the operator."""
    examination, _made = enhanced("form", faults, seed=1)
    found = {defect.code: defect for defect in examination.defects}

    assert code in found
    assert found[code].verdict is verdict
    assert len(found[code].advice) > 20
    assert worst(examination.defects) is verdict


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ordinary_scans_pass(seed: int) -> None:
    """A good scan has no defect at all."""
    examination, _made = enhanced("form", Faults(skew_degrees=0.5, quality=85), seed)

    assert [defect.code for defect in examination.defects] == []


@pytest.mark.parametrize("softness", [1.0, 3.0, 14.0, 25.0])
def test_pictures_are_not_turned(softness: float) -> None:
    """A photograph has no lines: it stays as it lay, and is said to be unsure."""
    rng = np.random.default_rng(int(softness))
    grain = cv2.GaussianBlur(rng.normal(0, 1, (1200, 900, 3)).astype(np.float32), (0, 0), softness)
    pixels = ((grain - grain.min()) / (grain.max() - grain.min()) * 255).astype(np.uint8)
    encoded = cv2.imencode(".jpg", pixels)[1].tobytes()

    found = examine(decode_jpeg(encoded), load_profile(), Clock())[0]

    assert (found.recipe.rotation, found.recipe.skew_degrees) == (0, 0.0)


def test_a_blank_page_is_straightened_by_its_edges() -> None:
    """It has no lines, but the scanner's bed shows how it lay."""
    leaning = scanned("back", Faults(skew_degrees=2.2, border_mm=8.0), 4)

    found = examine(decode_jpeg(files.jpeg(leaning)), load_profile(), Clock())[0]

    assert found.content is PageContent.BLANK
    assert found.recipe.skew_degrees == pytest.approx(2.2, abs=0.1)
