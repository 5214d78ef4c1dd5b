"""Pages with known truth for imaging's figures: drawn, worked through the sandbox, compared with the truth.

`python -m bench.imaging_pages [--pages N]` prints costs by step, skew error and ink lost of one set.
"""

import argparse
import functools
import hashlib
import random
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.imaging_figures import Teller
from forms import load_editions
from services.imaging.domain import PageOutcome
from services.imaging.sandbox.runner import Sandbox
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.encode import encode_access, encode_thumbnail
from services.imaging.steps.find_ink import find_ink
from services.imaging.steps.find_skew import find_skew
from services.imaging.steps.geometry import crop_matrix
from services.imaging.steps.shear import shear
from services.imaging.steps.shrink import shrink
from synthetic import files
from synthetic.covers import draw_back, draw_cover
from synthetic.documents import draw_document
from synthetic.forms import draw_form, fill
from synthetic.people import person
from synthetic.scans import Faults, Scan, scan
from synthetic.truth import Sheet

KINDS = ("form", "form", "form", "document", "form", "back", "form", "document", "cover", "form")
CORES = 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn scan on disk and its truth."""

    path: Path
    content: str
    skew: float
    rotation: int
    ink: NDArray[np.float64]
    """Corners of the hull around all drawn ink, in pixels of the scan."""


def draw(seed: int, dpi: int, folder: Path) -> Drawn:
    """One page with everyday faults, skewed within ±3 degrees and in half of the cases turned."""
    rng = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    sheet = _sheet(kind, seed, rng, dpi)
    faults = _faults(rng)
    turned = int(rng.choice([0, 0, 0, 90, 180, 270]))
    return _scanned(sheet, rng, replace(faults, turned=turned), folder / f"{seed:06d}-{kind}.jpg")


def draw_turned(seed: int, dpi: int, folder: Path) -> list[Drawn]:
    """One written page scanned four times with different everyday faults, once in each position."""
    rng = np.random.default_rng(seed)
    kind = "document" if seed % 4 == 3 else "form"
    sheet = _sheet(kind, seed, rng, dpi)
    return [
        _scanned(sheet, rng, replace(_faults(rng), turned=turned), folder / f"{seed:06d}-{kind}-{turned}.jpg")
        for turned in (0, 90, 180, 270)
    ]


def _sheet(kind: str, seed: int, rng: np.random.Generator, dpi: int) -> Sheet:
    words = random.Random(seed)
    if kind == "cover":
        return draw_cover("CT-01", "Công an quận Ninh Kiều", "residence", f"HK-{seed}/2010", rng, dpi=dpi)
    if kind == "document":
        return draw_document(rng, dpi=dpi)
    editions = load_editions()
    edition = editions[seed % len(editions)]
    mode = "print" if seed % 2 else "handwriting"
    sheet = draw_form(edition, fill(edition, person(words), words), rng, mode=mode, dpi=dpi)[0]  # type: ignore[arg-type]
    return draw_back(sheet, rng) if kind == "back" else sheet


def _faults(rng: np.random.Generator) -> Faults:
    return Faults(
        skew_degrees=float(rng.uniform(-3, 3)),
        noise=float(rng.uniform(1, 4)),
        tint=(1.0, float(rng.uniform(0.97, 1)), float(rng.uniform(0.92, 1))),
        border_mm=float(rng.choice([0.0, 0.0, 3.0, 8.0])),
        fold=bool(rng.random() < 0.15),
        stamp=bool(rng.random() < 0.25),
        blur=float(rng.uniform(0, 0.6)),
        darkness=float(rng.choice([1.0, 1.0, 1.0, 0.75])),
        quality=85,
    )


def _scanned(sheet: Sheet, rng: np.random.Generator, faults: Faults, path: Path) -> Drawn:
    made = scan(sheet, rng, faults)
    path.write_bytes(files.jpeg(made))
    return Drawn(
        path, sheet.truth.content, faults.skew_degrees, (360 - faults.turned) % 360, _ink_hull(sheet, made)
    )


def _ink_hull(sheet: Sheet, made: Scan) -> NDArray[np.float64]:
    """Where the outermost drawn ink lies in the scan, as far as the scan shows it."""
    inked = cv2.findNonZero(np.asarray(np.asarray(sheet.image.convert("L")) < 120, dtype=np.uint8))
    if inked is None:
        return np.zeros((0, 2))
    corners = cv2.convexHull(inked).reshape(-1, 2).astype(np.float64)
    placed = np.column_stack([corners, np.ones(len(corners))]) @ np.array(made.matrix).T
    size = np.array(made.image.size)
    return np.asarray(placed[np.all((placed >= 0) & (placed < size), axis=1)])


def ink_lost(page: Drawn, outcome: PageOutcome) -> bool:
    """Whether any drawn ink lies outside the access image."""
    recipe, width, height = outcome.recipe, outcome.source_width, outcome.source_height
    if recipe is None or recipe.rotation != page.rotation or not len(page.ink):
        return False
    x, y = page.ink[:, 0], page.ink[:, 1]
    turned = {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}[
        recipe.rotation
    ]
    size = (width, height) if recipe.rotation % 180 == 0 else (height, width)
    back = crop_matrix(recipe.skew_degrees, size, recipe.crop, recipe.access_scale)
    forward = cv2.invertAffineTransform(back)
    placed = np.column_stack([*turned, np.ones(len(x))]) @ forward.T
    return bool(np.any(placed < -1) or np.any(placed > np.array([outcome.width, outcome.height])))


def limit_ms(path: Path) -> float:
    """Least CPU milliseconds of two runs of a page's bare work, each step by the cheapest way known.

    Hash, decode to planes, halve, find skew, turn three planes, median, one table, encode, thumbnail, hash:
    the steps of limit A in the performance notes. No way up, cover, fault, reading image or recipe.
    """
    return min(_bare_ms(path.read_bytes()) for _run in range(2))


def _bare_ms(data: bytes) -> float:
    started = time.process_time()
    hashlib.sha256(data).digest()
    sheet = decode_jpeg(data)
    degrees = find_skew(find_ink(shrink(sheet.y, sheet.dpi)[0]).ink, 6.0).degrees
    planes = [
        shear(plane, degrees, (plane.shape[1] / 2, plane.shape[0] / 2), (0, 0, *plane.shape[::-1]), 255)
        for plane in (sheet.y, sheet.cb, sheet.cr)
        if plane is not None
    ]
    y = cv2.LUT(cv2.medianBlur(planes[0], 3), np.arange(256, dtype=np.uint8))
    straight = replace(sheet, y=np.asarray(y, np.uint8), cb=planes[1], cr=planes[2])
    hashlib.sha256(encode_access(straight, 75, sheet.dpi)).digest()
    encode_thumbnail(straight, 300)
    return (time.process_time() - started) * 1000


def throughput(
    pages: list[Drawn], folder: Path, cores: int, passes: int = 2
) -> tuple[list[PageOutcome], float, int]:
    """All pages through the sandbox, `cores` at a time: each one's cheapest outcome, pages a minute, peak."""
    with Sandbox() as sandbox, ThreadPoolExecutor(cores) as pool:
        sandbox.start()

        def work(page: Drawn) -> PageOutcome:
            with tempfile.TemporaryDirectory(dir=folder) as made:
                return sandbox.process(page.path, Path(made))[0]

        started = time.monotonic()
        runs = [list(pool.map(work, pages)) for _pass in range(passes)]
        pace = passes * len(pages) / (time.monotonic() - started) * 60
        return [min(same, key=cost) for same in zip(*runs, strict=True)], pace, sandbox.peak_bytes


@dataclass(frozen=True, slots=True)
class Errors:
    """What a run got wrong, by its truth."""

    skews: list[float]
    """Absolute errors in degrees of the written pages that were turned rightly."""
    written: int
    wrong: list[str]
    """Written pages that lie another way up than they should, nothing said of it."""
    unsure: int
    ink_lost: int
    blank_missed: int
    blank_false: int


def errors(pages: list[Drawn], outcomes: list[PageOutcome]) -> Errors:
    """Compare a run with the truth."""
    skews, wrong, unsure, written = [], [], 0, 0
    for page, outcome in zip(pages, outcomes, strict=True):
        if page.content == "blank" or outcome.recipe is None:
            continue
        written += 1
        if outcome.recipe.rotation == page.rotation:
            skews.append(abs(outcome.recipe.skew_degrees - page.skew))
        elif any(defect.code == "orientation_unsure" for defect in outcome.defects):
            unsure += 1
        else:
            wrong.append(page.path.name)
    kinds = [
        (page.content == "blank", outcome.content == "blank")
        for page, outcome in zip(pages, outcomes, strict=True)
    ]
    return Errors(
        skews, written, wrong, unsure,
        ink_lost=sum(map(ink_lost, pages, outcomes)),
        blank_missed=kinds.count((True, False)),
        blank_false=kinds.count((False, True)),
    )  # fmt: skip


def shares(outcomes: list[PageOutcome]) -> dict[str, tuple[float, float]]:
    """Step → mean CPU milliseconds per page and share of all."""
    total = sum(map(cost, outcomes))
    steps = sorted({step for outcome in outcomes for step in outcome.milliseconds})
    spent = {step: sum(outcome.milliseconds.get(step, 0.0) for outcome in outcomes) for step in steps}
    return {
        step: (round(value / len(outcomes), 1), round(value / total, 3))
        for step, value in sorted(spent.items(), key=lambda pair: -pair[1])
    }


def growth(pages: list[Drawn], folder: Path, counts: list[int]) -> dict[int, tuple[float, int, int]]:
    """CPU milliseconds per page, peak MiB of a worker and of the service's own process, at so many pages.

    The drawn pages are worked through again and again in one run.
    """
    grown = {}
    for count in counts:
        many = [pages[at % len(pages)] for at in range(count)]
        outcomes, _pace, peak = throughput(many, folder, CORES, passes=1)
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        grown[count] = (round(median(map(cost, outcomes)), 1), peak >> 20, own)
    return grown


def cost(outcome: PageOutcome) -> float:
    """CPU milliseconds of one page."""
    return sum(outcome.milliseconds.values())


def drawn(seeds: range, dpi: int, folder: Path) -> list[Drawn]:
    """Draw everyday pages, on all cores."""
    with ProcessPoolExecutor(CORES) as pool:
        return list(pool.map(functools.partial(draw, dpi=dpi, folder=folder), seeds))


def drawn_turned(seeds: range, dpi: int, folder: Path) -> list[Drawn]:
    """Draw written pages and scan each of them in all four positions."""
    with ProcessPoolExecutor(CORES) as pool:
        many = pool.map(functools.partial(draw_turned, dpi=dpi, folder=folder), seeds)
        return [page for four in many for page in four]


def main() -> None:
    """Draw, work, compare."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=40)
    arguments.add_argument("--dpi", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=500)
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    tell = Teller(as_json=False)
    with tempfile.TemporaryDirectory() as made:
        pages = drawn(range(chosen.seed, chosen.seed + chosen.pages), chosen.dpi, Path(made))
        bare = median(limit_ms(page.path) for page in pages)
        outcomes, _pace, peak = throughput(pages, Path(made), 1)
    found, each = errors(pages, outcomes), median(map(cost, outcomes))
    tell("step: mean CPU ms, share", shares(outcomes))
    tell("CPU ms/page, limit, ratio", (round(each, 1), round(bare, 1), round(each / bare, 2)))
    tell("skew error p95, max", (float(np.percentile(found.skews, 95)), max(found.skews)))
    tell("peak MiB", peak >> 20)
    tell("wrong, unsure, ink lost", (found.wrong, found.unsure, found.ink_lost))


if __name__ == "__main__":
    main()
