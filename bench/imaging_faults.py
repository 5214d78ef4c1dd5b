"""Faults of graded strength, drawn on pages: how often each is missed, and how often it is a false alarm."""

import argparse
import dataclasses
import functools
import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contracts.vocabulary import PageContent
from forms import load_editions
from services.imaging.profiles import load_profile
from services.imaging.steps.clock import Clock
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.examine import Examination, examine
from services.imaging.steps.judge_batch import Trace, judge_batch
from synthetic import files
from synthetic.documents import draw_document
from synthetic.forms import draw_form, fill
from synthetic.people import person
from synthetic.scans import Scan, everyday_faults, scan
from synthetic.truth import Sheet

BED = (24, 24, 26)
Pixels = NDArray[np.uint8]


@functools.lru_cache(maxsize=64)
def page(seed: int, dpi: int) -> Sheet:
    """A written page: mostly forms, printed and by hand, some prose."""
    rng, words = np.random.default_rng(seed), random.Random(seed)
    if seed % 4 == 3:
        return draw_document(rng, dpi=dpi)
    editions = load_editions()
    edition = editions[seed % len(editions)]
    values = fill(edition, person(words), words)
    return draw_form(edition, values, rng, mode="print" if seed % 2 else "handwriting", dpi=dpi)[0]


def everyday(seed: int, page_dpi: int, **changes: object) -> Scan:
    """The page as an ordinary office scans it, with the given faults beside."""
    rng = np.random.default_rng(seed + 7000)
    return scan(page(seed, page_dpi), rng, dataclasses.replace(everyday_faults(rng), **changes))  # type: ignore[arg-type]


def judged(made: Scan, papers: tuple[str, ...] = ()) -> Examination:
    """What imaging says of a scan."""
    return examine(decode_jpeg(files.jpeg(made)), load_profile(), Clock(), papers)[0]


def drawn_on(made: Scan, change: Callable[[Pixels], Pixels]) -> Scan:
    """The scan with its pixels changed."""
    return dataclasses.replace(made, image=Image.fromarray(change(np.array(made.image))))


def enlarged(seed: int, dpi: int, true_dpi: float) -> Scan:
    """A scan at a low resolution, enlarged to the one it states."""
    small = everyday(seed, dpi, blur=0.0)
    size = small.image.size
    shrunk = small.image.resize(
        (round(size[0] * true_dpi / dpi), round(size[1] * true_dpi / dpi)), Image.Resampling.BOX
    )
    return dataclasses.replace(small, image=shrunk.resize(size, Image.Resampling.BICUBIC))


def folded(seed: int, dpi: int, side_mm: float) -> Scan:
    """A corner folded away before a dark scanner bed."""
    made = everyday(seed, dpi, border_mm=6.0, skew_degrees=0.0)

    def fold(pixels: Pixels) -> Pixels:
        edge, side = round(6 * dpi / 25.4), round(side_mm * dpi / 25.4)
        corner = np.array([[edge, edge], [edge + side, edge], [edge, edge + side]], np.int32)
        return np.asarray(cv2.fillPoly(pixels, [corner], BED), np.uint8)

    return drawn_on(made, fold)


def streaked(seed: int, dpi: int, depth: float) -> Scan:
    """A line of three tenths of a millimetre, `depth` grey levels darker, along the whole scan."""

    def draw(pixels: Pixels) -> Pixels:
        at, wide = pixels.shape[1] * (20 + seed % 60) // 100, max(1, round(0.3 * dpi / 25.4))
        line = pixels[:, at : at + wide].astype(np.float32) - depth
        pixels[:, at : at + wide] = np.clip(line, 0, 255).astype(np.uint8)
        return pixels

    return drawn_on(everyday(seed, dpi, skew_degrees=0.0), draw)


def fed_twice(seed: int, dpi: int, excess_mm: float) -> Scan:
    """A second sheet that shows below the first, as a feeder that senses length gives it.

    The first sheet lies on the second: its edge casts a shadow of 5 to 25 grey levels, 0.3 to 0.8 mm wide.
    """
    made = everyday(seed, dpi, skew_degrees=0.0, border_mm=0.0)
    below = np.array(everyday(seed + 500, dpi, skew_degrees=0.0, border_mm=0.0).image)
    rng = np.random.default_rng(seed + 9000)
    depth, wide = float(rng.uniform(5, 25)), float(rng.uniform(0.3, 0.8)) * dpi / 25.4

    def draw(pixels: Pixels) -> Pixels:
        strip = below[-round(excess_mm * dpi / 25.4) :].astype(np.float32)
        away = np.arange(len(strip), dtype=np.float32)[:, None, None]
        shaded = np.clip(strip - depth * np.exp(-away / wide), 0, 255).astype(np.uint8)
        return np.concatenate([pixels, shaded])

    return drawn_on(made, draw)


def cut(seed: int, dpi: int, lost_mm: float) -> Scan:
    """A sheet that lay so far to the side that the scan ends `lost_mm` inside it."""
    made = everyday(seed, dpi, skew_degrees=0.0, border_mm=0.0)
    return drawn_on(made, lambda pixels: pixels[:, round(lost_mm * dpi / 25.4) :].copy())


def washed_out(seed: int, dpi: int, lift: float) -> Scan:
    """Over-exposed: everything is `lift` grey levels brighter after the range was halved."""

    def draw(pixels: Pixels) -> Pixels:
        return np.clip(pixels.astype(np.float32) * 0.5 + lift, 0, 255).astype(np.uint8)

    return drawn_on(everyday(seed, dpi), draw)


@dataclass(frozen=True, slots=True)
class Grades:
    """A fault drawn at several strengths; from `must` on (in their order) it has to be found."""

    strengths: tuple[float, ...]
    must: float
    draw: Callable[[int, int, float], Scan]
    papers: tuple[str, ...] = ()


GRADES: dict[str, Grades] = {
    "low_resolution": Grades((190, 170, 150, 100), 190, lambda s, d, v: everyday(s, d, dpi=int(v))),
    "low_effective_resolution": Grades((150, 120, 100, 75), 100, enlarged),
    "blurred": Grades((1.5, 2.5, 3.5, 5), 3.5, lambda s, d, v: everyday(s, d, blur=v * d / 300)),
    "too_dark": Grades((0.5, 0.42, 0.35, 0.25), 0.42, lambda s, d, v: everyday(s, d, darkness=v)),
    "dark": Grades((0.7, 0.62, 0.55, 0.5), 0.55, lambda s, d, v: everyday(s, d, darkness=v)),
    "over_exposed": Grades((110, 130, 150, 180), 150, washed_out),
    "clipped": Grades((15, 25, 35, 50), 35, cut),
    "folded_corner": Grades((8, 15, 25, 40), 15, folded),
    "skewed": Grades((4.5, 5.5, 7, 9), 5.5, lambda s, d, v: everyday(s, d, skew_degrees=v, border_mm=20.0)),
    "skew_out_of_range": Grades(
        (9, 10.5, 11.5), 10.5, lambda s, d, v: everyday(s, d, skew_degrees=v, border_mm=25.0)
    ),
    "upside_down": Grades((180,), 180, lambda s, d, v: everyday(s, d, turned=int(v))),
    "streaks": Grades((5, 10, 20, 40), 20, streaked),
    "double_feed": Grades((3, 8, 15, 33, 80), 8, fed_twice),
    "wrong_paper_size": Grades((1,), 1, lambda s, d, _v: everyday(s, d), papers=("A5", "card")),
}


def measured(code: str, grades: Grades, pages: int, dpi: int) -> dict[str, float]:
    """Share of pages on which the fault is found, by strength."""
    shares = {}
    for strength in grades.strengths:
        found = 0
        for seed in range(pages):
            examination = judged(grades.draw(seed, dpi, strength), grades.papers)
            found += code in {defect.code for defect in examination.defects}
        shares[f"{strength:g}"] = round(found / pages, 3)
    return shares


def repeated(pages: int, dpi: int) -> dict[str, float]:
    """Sheets scanned twice that are found, and fillings of the same form that count as one sheet."""
    editions = load_editions()
    twice, fillings = 0, 0
    for seed in range(pages):
        edition = editions[seed % len(editions)]
        traces = []
        for who in range(2):
            words = random.Random(seed * 100 + who)
            sheet = draw_form(
                edition,
                fill(edition, person(words), words),
                np.random.default_rng(seed),
                mode="handwriting",
                dpi=dpi,
            )[0]
            for time in range(2):
                rng = np.random.default_rng(seed * 10 + time + 5 * who)
                mark = judged(
                    scan(sheet, rng, dataclasses.replace(everyday_faults(rng), stamp=False))
                ).fingerprint
                traces.append(Trace(f"{who}/{time}", PageContent.TEXT, mark))
        found = {(fault.name, fault.other) for fault in judge_batch(traces, load_profile())}
        twice += len({("0/1", "0/0"), ("1/1", "1/0")} & found)
        fillings += any(name[0] != other[0] for name, other in found if name and other)
    return {"found": round(twice / 2 / pages, 3), "false": round(fillings / pages, 3)}


def main() -> None:
    """Draw, judge, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=12, help="pages per strength")
    arguments.add_argument("--clean", type=int, default=40, help="everyday pages without a fault")
    arguments.add_argument("--dpi", type=int, default=300)
    arguments.add_argument("--only", nargs="*", default=[])
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    alarms: dict[str, int] = {}
    for seed in range(1000, 1000 + chosen.clean):
        for defect in judged(everyday(seed, chosen.dpi), ("A4",)).defects:
            alarms[defect.code] = alarms.get(defect.code, 0) + 1
    tell = _Teller(as_json=chosen.json)
    tell("clean_pages", chosen.clean)
    others = {code: count for code, count in alarms.items() if code not in GRADES}
    tell("other_alarms_on_clean_pages", others)
    for code, grades in GRADES.items():
        if chosen.only and code not in chosen.only:
            continue
        shares = measured(code, grades, chosen.pages, chosen.dpi)
        at = grades.strengths.index(grades.must)
        needed = [shares[f"{strength:g}"] for strength in grades.strengths[at:]]
        found = {
            "found_by_strength": shares,
            "must_be_found_from": grades.must,
            "missed": round(1 - sum(needed) / len(needed), 3),
            "false_alarms": round(alarms.get(code, 0) / max(1, chosen.clean), 3),
        }
        tell(code, found)
    if not chosen.only or "repeated_page" in chosen.only:
        tell("repeated_page", repeated(chosen.pages, chosen.dpi))


@dataclass(frozen=True, slots=True)
class _Teller:
    """Prints each figure as soon as it is known."""

    as_json: bool

    def __call__(self, name: str, value: object) -> None:
        line = json.dumps({name: value}, ensure_ascii=False) if self.as_json else f"{name:26} {value}"
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
