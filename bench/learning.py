"""`python -m bench.learning`: error on a hand never seen, before and after 25, 100 and 400 corrected fields.

The hand is made up: a typeface kept out of training, every letter bent in a manner of its own, leaning far to
the left and narrow. It stands for a clerk whose writing no font resembles; it is no real handwriting.
"""

import argparse
import logging
import random
import time
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch

from synthetic import fonts
from training import weights
from training.ageing import age
from training.charset import clean
from training.corrections import Correction
from training.drawing import BASELINE, HEIGHT, MARGIN, Drawing, Gray, load
from training.evaluate import PACK
from training.improve import Plan, error_rate, fine_tuned, guard
from training.wording import value

HAND = "sedgwick-ave"
EM = 44
LEAN, NARROW = -0.38, 0.82
COUNTS = (25, 100, 400)
FROZEN = 150


@lru_cache(maxsize=400)
def letter(character: str) -> tuple[Gray, float]:
    """A letter as this hand always bends it, on a tile of HEIGHT rows, and how far the pen moves on."""
    rng = random.Random(f"{HAND}/{character}")
    font = load(str(fonts.font(HAND)), EM)
    wide = int(font.getlength(character)) + 2 * EM
    tile = np.zeros((HEIGHT, wide), np.uint8)
    mask = font.getmask(character, mode="L", anchor="ls")
    left, top = font.getbbox(character, anchor="ls")[:2]
    ink = np.asarray(mask, np.uint8).reshape(mask.size[::-1])
    tile[BASELINE + int(top) : BASELINE + int(top) + ink.shape[0], EM + int(left) :][:, : ink.shape[1]] = ink
    turn, tall, across = np.deg2rad(rng.gauss(0, 7)), rng.uniform(0.85, 1.15), rng.uniform(0.8, 1.2)
    middle = (wide / 2, BASELINE - 0.25 * EM)
    linear = np.array(
        [[across * np.cos(turn), -np.sin(turn) + LEAN * -1], [np.sin(turn), tall * np.cos(turn)]]
    ) * np.array([[NARROW], [1.0]])
    offset = np.array(middle) - linear @ np.array(middle)
    bent = cv2.warpAffine(tile, np.column_stack([linear, offset]), (wide, HEIGHT))
    return bent.astype(np.uint8), font.getlength(character) * NARROW * (0.5 + 0.5 * across)


def written(rng: random.Random, text: str) -> Drawing:
    """A text in this hand, on an unsteady baseline."""
    tiles = [letter(character) for character in text]
    width = int(2 * MARGIN + sum(step for _, step in tiles) + 2 * EM)
    ink = np.zeros((HEIGHT, width), np.uint8)
    x, rise = float(MARGIN), rng.gauss(0, 0.01)
    for tile, step in tiles:
        down = round(rng.gauss(0, 1.0) + rise * (x - MARGIN))
        left = round(x) - EM
        place = ink[:, left : left + tile.shape[1]]
        np.maximum(place, np.roll(tile, down, axis=0)[:, : place.shape[1]], out=place)
        x += step * rng.uniform(0.94, 1.08)
    blank = np.zeros_like(ink)
    letters = len(text.replace(" ", ""))
    return Drawing(ink, blank, blank, MARGIN, int(x + 0.3 * EM), float(EM), letters, by_hand=True)


def fields(seed: int, count: int) -> list[Correction]:
    """Fields filled in by this hand, scanned."""
    found = []
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")
        text = clean(value(rng))[:40].strip()
        while not text:
            text = clean(value(rng))[:40].strip()
        image = age(rng, written(rng, text), calm=True)
        found.append(Correction(image, text, "new hand", f"{seed:08x}{number:08x}"))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--counts", type=int, nargs="+", default=list(COUNTS))
    asked = parser.parse_args()
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    old, plan = weights.load(asked.pack / weights.WEIGHTS), Plan()
    frozen, stock = fields(900, FROZEN), fields(901, max(asked.counts))
    print(f"{'corrected fields':>17}{'new hand CER %':>16}{'drawn lines CER %':>19}{'CPU-s':>7}{'ratio':>7}")
    before = error_rate(old, frozen)
    print(f"{0:17}{100 * before:16.2f}{100 * guard(old, plan):19.2f}{'':>7}{1.0:7.2f}", flush=True)
    for count in asked.counts:
        began = time.process_time()
        new = fine_tuned(old, stock[:count], plan)
        spent, after = time.process_time() - began, error_rate(new, frozen)
        kept = f"{100 * guard(new, plan):19.2f}{spent:7.0f}{after / max(before, 1e-6):7.2f}"
        print(f"{count:17}{100 * after:16.2f}{kept}", flush=True)


if __name__ == "__main__":
    main()
