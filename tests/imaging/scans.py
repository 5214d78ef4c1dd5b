"""Synthetic scans with known truth, drawn once per parameter set."""

import functools
import random
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forms import load_editions
from synthetic.covers import draw_back, draw_cover
from synthetic.documents import draw_document
from synthetic.forms import draw_form, fill
from synthetic.people import person
from synthetic.scans import Faults, Scan, scan
from synthetic.truth import Sheet

Kind = Literal["form", "document", "cover", "back"]
COVER_REFERENCE = "HK-00042/2010"


@functools.lru_cache(maxsize=32)
def sheet(kind: Kind, seed: int = 1, dpi: int = 200) -> Sheet:
    """A clean synthetic page."""
    rng = np.random.default_rng(seed)
    if kind == "cover":
        return draw_cover("CT-01", "Công an quận Ninh Kiều", "residence", COVER_REFERENCE, rng, dpi=dpi)
    if kind == "document":
        return draw_document(rng, dpi=dpi)
    if kind == "back":
        return draw_back(sheet("form", seed, dpi), rng)
    words = random.Random(seed)
    edition = load_editions()[seed % len(load_editions())]
    mode: Literal["print", "handwriting"] = "print" if seed % 2 else "handwriting"
    return draw_form(edition, fill(edition, person(words), words), rng, mode=mode, dpi=dpi)[0]


@functools.lru_cache(maxsize=64)
def scanned(kind: Kind, faults: Faults | None = None, seed: int = 1, dpi: int = 200) -> Scan:
    """A clean page after the scanner had it."""
    return scan(sheet(kind, seed, dpi), np.random.default_rng(seed), faults or Faults())


def block_means(image: NDArray[Any], side: int) -> NDArray[Any]:
    """Means of blocks of `side` pixels: ink that lies half a pixel aside is the same ink."""
    height, width = (length // side * side for length in image.shape)
    blocks = image[:height, :width].reshape(height // side, side, width // side, side)
    means: NDArray[Any] = blocks.mean(axis=(1, 3))
    return means
