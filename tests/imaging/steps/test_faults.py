"""Faults that are drawn on a page are found and measured; the same page without them has none."""

import dataclasses

import cv2
import numpy as np
import pytest
from PIL import Image

from bench.imaging_faults import fed_twice, washed_out
from contracts.vocabulary import PageContent, Verdict
from services.imaging.profiles import load_profile
from services.imaging.steps.clock import Clock
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.examine import Examination, examine
from services.imaging.steps.find_skew import find_skew
from services.imaging.steps.fit_paper import fit_paper
from services.imaging.steps.judge_batch import Trace, judge_batch
from synthetic import files
from synthetic.scans import Faults, Scan
from tests.imaging.scans import scanned


def judged(made: Scan, papers: tuple[str, ...] = ()) -> Examination:
    """What imaging says of a scan."""
    return examine(decode_jpeg(files.jpeg(made)), load_profile(), Clock(), papers)[0]


def codes(examination: Examination) -> set[str]:
    """The codes of its defects."""
    return {defect.code for defect in examination.defects}


def changed(made: Scan, pixels: np.ndarray) -> Scan:
    """The scan with other pixels."""
    return dataclasses.replace(made, image=Image.fromarray(pixels))


@pytest.mark.parametrize("side_mm", [20, 35])
def test_a_folded_corner_is_measured(side_mm: int) -> None:
    """A corner folded away before a dark bed is found, its side measured to 3 mm; without it there is none."""
    whole = scanned("form", Faults(border_mm=6), 3)
    edge, side = round(6 * 200 / 25.4), round(side_mm * 200 / 25.4)
    pixels = np.array(whole.image)
    corner = np.array([[edge, edge], [edge + side, edge], [edge, edge + side]], np.int32)
    cv2.fillPoly(pixels, [corner], (24, 24, 26))

    found = judged(changed(whole, pixels))

    assert found.measures.missing_corner_mm == pytest.approx(side_mm, abs=3)
    assert "folded_corner" in codes(found)
    assert judged(whole).measures.missing_corner_mm < 4


def test_a_streak_is_found_and_ruled_lines_are_not() -> None:
    """A thin dark line along the whole scan is a streak; the rules and frames of a form are none."""
    form = scanned("form", Faults(), 5)
    pixels = np.array(form.image)
    pixels[:, 700:703] = np.clip(pixels[:, 700:703].astype(int) - 40, 0, 255).astype(np.uint8)

    assert "streaks" in codes(judged(changed(form, pixels)))
    assert "streaks" not in codes(judged(form))


def test_over_exposure_and_enlargement_are_found() -> None:
    """Strokes washed out on saturated paper, and a 75-dpi scan that claims 300, are both said."""
    form = scanned("form", Faults(), 1, 300)
    pale = changed(form, np.clip(np.array(form.image).astype(int) // 2 + 160, 0, 255).astype(np.uint8))
    small = form.image.resize((form.image.width // 4, form.image.height // 4), Image.Resampling.BOX)
    enlarged = dataclasses.replace(form, image=small.resize(form.image.size, Image.Resampling.BICUBIC))

    assert "over_exposed" in codes(judged(pale))
    assert "low_effective_resolution" in codes(judged(enlarged))
    assert judged(form).measures.effective_dpi == pytest.approx(300, rel=0.1)


def test_the_surveyed_paper_size_is_compared() -> None:
    """An A4 sheet is right where A4 was surveyed and wrong where A5 was, by the millimetres between them."""
    form = scanned("form", Faults(), 1)

    assert "wrong_paper_size" not in codes(judged(form, ("A4",)))
    wrong = {defect.code: defect for defect in judged(form, ("A5",)).defects}
    assert wrong["wrong_paper_size"].measure == pytest.approx(297 - 210, abs=1)


@pytest.mark.parametrize(
    ("width", "height", "name", "excess"),
    [
        (210, 297, "A4", 0),
        (297, 210, "A4", 0),
        (211, 299, "A4", 0),
        (210, 330, "F4", 0),
        (80, 130, "card", 0),
        (210, 312, None, 15),
        (420, 297, "A3", 0),
        (100, 100, None, 0),
    ],
)
def test_sheets_fit_paper_sizes(width: float, height: float, name: str | None, excess: float) -> None:
    """Either way round, within 4 mm; a sheet of a known width that is too long has an excess."""
    fit = fit_paper(width, height, ())

    assert (fit.name, fit.excess_mm) == (name, excess)


def test_two_sheets_fed_at_once_are_suspected() -> None:
    """A page that goes on 20 mm below A4 may be two sheets: scan again."""
    form = scanned("form", Faults(), 1)
    pixels = np.array(form.image)
    longer = np.concatenate([pixels, pixels[-round(20 * 200 / 25.4) :]])

    found = {defect.code: defect for defect in judged(changed(form, longer)).defects}

    assert found["double_feed"].measure == pytest.approx(20, abs=1)
    assert found["double_feed"].verdict is Verdict.RESCAN


def test_a_sheet_scanned_twice_is_told_from_the_same_form_of_somebody_else() -> None:
    """Another scan of the same sheet is a repeat, another person's same form is not; odd duplex lacks a side."""
    first = judged(scanned("form", Faults(skew_degrees=1.0), 9))
    again = judged(scanned("form", Faults(skew_degrees=-0.8, noise=3.0), 9))
    other = judged(scanned("form", Faults(), 9 + 7))
    pages = [
        Trace(name, PageContent.TEXT, one.fingerprint)
        for name, one in (("1", first), ("2", other), ("3", again))
    ]

    faults = judge_batch(pages, load_profile(), duplex=True)

    assert [(fault.defect.code, fault.name, fault.other) for fault in faults] == [
        ("repeated_page", "3", "1"),
        ("missing_side", "3", None),
    ]
    assert judge_batch(pages[:2], load_profile(), duplex=True) == []


def test_two_pages_side_by_side_are_straightened_by_their_own_lines() -> None:
    """Lines of a spread's halves are not mistaken for one another's: its skew is found to 0.1 degrees."""
    left, right = (scanned("document", Faults(skew_degrees=0.0), seed).image for seed in (11, 12))
    spread = np.concatenate([np.array(left.convert("L")), np.array(right.convert("L"))], axis=1)
    small = cv2.resize(spread, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 1.2, 1.0)
    leaning = cv2.warpAffine(255 - small, turn, (width, height))

    assert find_skew(np.asarray(leaning, np.uint8), 6.0).degrees == pytest.approx(-1.2, abs=0.1)


def test_a_washed_out_page_is_not_also_fed_twice() -> None:
    """Nor is a second sheet's edge a streak: what follows from a fault is not a fault of its own."""
    codes = {
        defect.code
        for seed in (2600, 2604, 2608)
        for made in (washed_out(seed, 200, 160), fed_twice(seed, 200, 15))
        for defect in judged(made).defects
    }

    assert codes == {"over_exposed", "double_feed"}
