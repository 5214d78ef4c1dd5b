"""Blank pages of three sets, clean, bleed-through and hard, and the memory that the largest inputs take."""

import argparse
import random
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from forms import load_editions
from services.imaging.profiles import load_profile
from services.imaging.sandbox.runner import Sandbox
from services.imaging.steps.clock import Clock
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.examine import examine
from synthetic import files
from synthetic.canvas import Canvas, Face, paper
from synthetic.covers import draw_back
from synthetic.forms import draw_form, fill
from synthetic.people import person
from synthetic.scans import Faults, scan
from synthetic.truth import PageTruth, Sheet

DPI = 200


def _front(seed: int) -> Sheet:
    words = random.Random(seed)
    editions = load_editions()
    edition = editions[seed % len(editions)]
    values = fill(edition, person(words), words)
    return draw_form(edition, values, np.random.default_rng(seed), mode="print", dpi=DPI)[0]


def _empty(rng: np.random.Generator) -> Sheet:
    return Sheet(Canvas(DPI).finish(paper(Canvas(DPI).size, rng), (0, 0, 0)), DPI, PageTruth("blank"))


def _sparse(rng: np.random.Generator, seed: int) -> Sheet:
    """Hardly anything: one short line, as a page number or a note."""
    canvas = Canvas(DPI)
    text = ("Trang 2", "đã kiểm tra", "05/6/1999", "An")[seed % 4]
    canvas.text(float(rng.uniform(30, 150)), float(rng.uniform(40, 250)), text, Face("tinos"), 12)
    return Sheet(canvas.finish(paper(canvas.size, rng), (40, 50, 120)), DPI, PageTruth("text"))


def _is_blank(sheet: Sheet, rng: np.random.Generator, faults: Faults) -> bool:
    made = scan(sheet, rng, faults)
    return examine(decode_jpeg(files.jpeg(made)), load_profile(), Clock())[0].content == "blank"


def blanks(pages: int) -> dict[str, str]:
    """Set → share of blank pages missed and of written pages called blank."""
    missed = {"clean": 0, "bleed-through": 0, "hard": 0}
    false = {"clean": 0, "bleed-through": 0, "hard": 0}
    for seed in range(pages):
        rng = np.random.default_rng(seed)
        front = _front(seed)
        ordinary = Faults(skew_degrees=float(rng.uniform(-2, 2)), noise=2.0)
        hard = Faults(
            skew_degrees=float(rng.uniform(-3, 3)), noise=4.0, darkness=float(rng.uniform(0.55, 0.8)),
            border_mm=float(rng.choice([0, 4])), fold=True,
        )  # fmt: skip
        missed["clean"] += not _is_blank(_empty(rng), rng, ordinary)
        false["clean"] += _is_blank(front, rng, ordinary)
        missed["bleed-through"] += not _is_blank(draw_back(front, rng), rng, ordinary)
        false["bleed-through"] += _is_blank(_sparse(rng, seed), rng, ordinary)
        missed["hard"] += not _is_blank(draw_back(front, rng), rng, hard)
        false["hard"] += _is_blank(_sparse(rng, seed), rng, hard)
    return {name: f"{missed[name]}/{pages} missed, {false[name]}/{pages} false" for name in missed}


def largest_inputs(folder: Path) -> dict[str, int]:
    """Peak MiB of a worker on the largest pages that are let in: 100 megapixels, A3 at 600 dpi in colour."""
    a3 = Image.new("RGB", (7016, 9921), (240, 238, 230))
    square = Image.new("RGB", (9990, 9990), (240, 238, 230))
    made = {"a3-600.jpg": a3, "a3-600.png": a3, "a3-600-cmyk.tif": a3.convert("CMYK"), "100-mpx.png": square}
    peaks = {}
    for name, image in made.items():
        path = folder / name
        image.save(path, dpi=(600, 600), compress_level=1)
        with Sandbox() as sandbox, tempfile.TemporaryDirectory(dir=folder) as work:
            refused = sandbox.process(path, Path(work))[0].refused
            peaks[name if refused is None else f"{name}: {refused}"] = sandbox.peak_bytes >> 20
        path.unlink()
    return peaks


def main() -> None:
    """Draw, examine, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=40)
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    for name, value in blanks(chosen.pages).items():
        sys.stdout.write(f"{name:26} {value}\n")


if __name__ == "__main__":
    main()
