"""Imaging's figures: `python -m bench.imaging [--pages N] [--dpi D] [--json]`.

Draws pages with known truth, then prints CPU milliseconds per page by step against the limit of decoding,
turning and encoding the same pages in the same run; skew error; orientation; blanks; pages per minute.
"""

import argparse
import functools
import hashlib
import json
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.imaging_blanks import blanks, largest_inputs
from bench.imaging_peers import peers
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
    rng, words = np.random.default_rng(seed), random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    if kind == "cover":
        sheet = draw_cover("CT-01", "Công an quận Ninh Kiều", "residence", f"HK-{seed}/2010", rng, dpi=dpi)
    elif kind == "document":
        sheet = draw_document(rng, dpi=dpi)
    else:
        editions = load_editions()
        edition = editions[seed % len(editions)]
        mode = "print" if seed % 2 else "handwriting"
        sheet = draw_form(edition, fill(edition, person(words), words), rng, mode=mode, dpi=dpi)[0]  # type: ignore[arg-type]
        sheet = draw_back(sheet, rng) if kind == "back" else sheet
    return _scanned(sheet, rng, folder / f"{seed:06d}-{kind}.jpg")


def _scanned(sheet: Sheet, rng: np.random.Generator, path: Path) -> Drawn:
    faults = Faults(
        skew_degrees=float(rng.uniform(-3, 3)),
        turned=int(rng.choice([0, 0, 0, 90, 180, 270])),
        noise=float(rng.uniform(1, 4)),
        tint=(1.0, float(rng.uniform(0.97, 1)), float(rng.uniform(0.92, 1))),
        border_mm=float(rng.choice([0.0, 0.0, 3.0, 8.0])),
        fold=bool(rng.random() < 0.15),
        stamp=bool(rng.random() < 0.25),
        blur=float(rng.uniform(0, 0.6)),
        darkness=float(rng.choice([1.0, 1.0, 1.0, 0.75])),
        quality=85,
    )
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
        return [min(same, key=_cost) for same in zip(*runs, strict=True)], pace, sandbox.peak_bytes


def _cost(outcome: PageOutcome) -> float:
    return sum(outcome.milliseconds.values())


def figures(pages: list[Drawn], outcomes: list[PageOutcome], bare: list[float]) -> dict[str, Any]:
    """Costs and errors of a run."""
    steps: dict[str, list[float]] = {}
    skews, wrong, unsure, missed, false = [], [], 0, 0, 0
    for page, outcome in zip(pages, outcomes, strict=True):
        for step, spent in outcome.milliseconds.items():
            steps.setdefault(step, []).append(spent)
        missed += page.content == "blank" and outcome.content != "blank"
        false += page.content != "blank" and outcome.content == "blank"
        if page.content == "blank" or outcome.recipe is None:
            continue
        if outcome.recipe.rotation != page.rotation:
            said = any(defect.code == "orientation_unsure" for defect in outcome.defects)
            unsure += said
            wrong += [] if said else [page.path.name]
            continue
        skews.append(abs(outcome.recipe.skew_degrees - page.skew))
    written = [page for page in pages if page.content != "blank"]
    cost = [sum(outcome.milliseconds.values()) for outcome in outcomes]
    return {
        "pages": len(pages),
        "cpu_ms_by_step": {step: round(median(spent), 1) for step, spent in steps.items()},
        "share_of_each_step": {step: round(sum(spent) / sum(cost), 3) for step, spent in steps.items()},
        "cpu_ms_per_page": round(median(cost), 1),
        "limit_cpu_ms_per_page": round(median(bare), 1),
        "times_the_limit": round(median(cost) / median(bare), 2),
        "skew_error_mean": round(float(np.mean(skews)), 4),
        "skew_error_p95": round(float(np.percentile(skews, 95)), 4),
        "skew_error_max": round(max(skews), 4),
        "orientation_right": round(1 - (len(wrong) + unsure) / len(written), 4),
        "orientation_wrong_unsaid": wrong,
        "orientation_unsure": unsure,
        "ink_lost_by_cropping": sum(map(ink_lost, pages, outcomes)),
        "blank_missed": missed,
        "blank_false": false,
    }


def growth(pages: list[Drawn], folder: Path, counts: list[int]) -> dict[str, list[float]]:
    """CPU milliseconds per page and peak MiB when the pages are worked through again and again in one run."""
    grown = {}
    for count in counts:
        many = [pages[at % len(pages)] for at in range(count)]
        outcomes, _pace, peak = throughput(many, folder, CORES, passes=1)
        grown[str(count)] = [round(median(map(_cost, outcomes)), 1), peak >> 20]
    return grown


def main() -> None:
    """Draw, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=40)
    arguments.add_argument("--dpi", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=500)
    arguments.add_argument("--growth", type=int, nargs="*", default=[40, 400, 4000])
    arguments.add_argument("--peer-pages", type=int, default=40)
    arguments.add_argument("--ocrmypdf", help="the peer's command, where it is not on the path")
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        seeds = range(chosen.seed, chosen.seed + chosen.pages)
        with ProcessPoolExecutor(CORES) as pool:
            pages = list(pool.map(functools.partial(draw, dpi=chosen.dpi, folder=folder), seeds))
        bare = [limit_ms(page.path) for page in pages]
        outcomes, pace, peak = throughput(pages, folder, CORES)
        result = figures(pages, outcomes, bare) | {
            "dpi": chosen.dpi,
            "pages_per_minute_on_two_cores": round(pace),
            "peak_mib_per_worker": peak >> 20,
            "peak_mib_on_the_largest_inputs": largest_inputs(folder),
            "growth_pages_to_cpu_ms_and_mib": growth(pages, folder, chosen.growth),
            "blanks_missed_and_false": blanks(chosen.pages),
        }
        ours = result["cpu_ms_per_page"]
        result |= peers(
            [(page.path, page.skew, page.rotation, page.content) for page in pages[: chosen.peer_pages]],
            folder,
            ours,
            chosen.ocrmypdf,
        )
    if chosen.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        return
    for name, value in result.items():
        sys.stdout.write(f"{name:32} {value}\n")


if __name__ == "__main__":
    main()
