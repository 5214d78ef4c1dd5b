"""Drawn lines shown a second time, later and a little altered: drawing is half as dear as learning."""

import random
from collections import deque
from collections.abc import Iterator

import cv2
import numpy as np

from training.samples import Batch

LATER = 6
"""Pools between the first time and the second."""


def replayed(pools: Iterator[list[Batch]], seed: int, first: int) -> Iterator[list[Batch]]:
    """Each pool with the one drawn LATER pools before it mixed in, altered; the first ones come alone."""
    held: deque[list[Batch]] = deque()
    for number, pool in enumerate(pools, start=first):
        held.append(pool)
        mixed = list(pool)
        if len(held) > LATER:
            rng = random.Random(f"{seed}/{number}/replay")
            mixed += [altered(batch, rng) for batch in held.popleft()]
            rng.shuffle(mixed)
        yield mixed


def altered(batch: Batch, rng: random.Random) -> Batch:
    """The same lines stretched, slanted, shifted by a row or two, in another light and with noise."""
    _, height, room = batch.images.shape
    images = np.empty_like(batch.images)
    widths = []
    noise = np.random.default_rng(rng.getrandbits(32))
    for image, made, width in zip(batch.images, images, batch.widths, strict=True):
        across = min(rng.uniform(0.9, 1.12), room / width)
        widths.append(min(room, int(width * across) + 1))
        tall, slant = rng.uniform(0.93, 1.06), rng.gauss(0, 0.05)
        middle = height / 2
        move = np.array(
            [[across, slant, -slant * middle], [0, tall, middle * (1 - tall) + rng.uniform(-1.2, 1.2)]]
        )
        moved = cv2.warpAffine(image, move, (room, height), borderMode=cv2.BORDER_REPLICATE).astype(
            np.float32
        )
        grain = noise.standard_normal(moved.shape, dtype=np.float32) * rng.choice(
            (0.0, 0.0, rng.uniform(1, 6))
        )
        lit = (moved - 150) * rng.uniform(0.8, 1.15) + 150 + rng.uniform(-15, 15) + grain
        made[:] = np.clip(lit, 0, 255).astype(np.uint8)
    return Batch(images, batch.texts, tuple(widths))
