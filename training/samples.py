"""Drawn lines with their truth, by number: the same seed and number give the same line anywhere."""

import random
from dataclasses import dataclass

import numpy as np

from training.ageing import READ_HEIGHT, age
from training.drawing import Faces, Gray, draw
from training.wording import dotted_line, line, short_line, truth

POOL = 480
"""Lines drawn together, so that those of a like width can be put in one batch."""
COLUMNS = 5120
"""Pixel columns of a batch, padding included."""
WIDTH_STEP = 64
"""Batches come in few shapes: oneDNN compiles kernels for each, which took a third of the training's time."""
CROWDED = 0.4
"""Share of lines whose leader's dots lie among the letters' own."""
EASY = 16000
"""Lines from the start that are short and little damaged: alignment is learned five times sooner on them."""
PADDING = 128
"""Grey of the padding on the right: PaddleX pads with 0 after scaling to -1…1."""


@dataclass(frozen=True)
class Batch:
    """Images (lines, 32, width) of one width, their texts, and the width each had before padding."""

    images: Gray
    texts: tuple[str, ...]
    widths: tuple[int, ...]


def sample(seed: int, number: int, faces: Faces) -> tuple[Gray, str]:
    """One line: a grey crop of 32 rows and its truth."""
    rng = random.Random(f"{seed}/{number}")
    easy = number < EASY
    crowded = not easy and rng.random() < CROWDED
    pieces = short_line(rng) if easy else dotted_line(rng) if crowded else line(rng)
    drawing = draw(rng, pieces, faces, crowded=crowded)
    return age(rng, drawing, calm=easy or rng.random() < 0.45), truth(pieces)


def pool(seed: int, number: int, faces: Faces, size: int = POOL) -> list[Batch]:
    """The batches of pool `number`, in a drawn order."""
    made = [sample(seed, number * size + index, faces) for index in range(size)]
    made.sort(key=lambda pair: -pair[0].shape[1])
    batches: list[Batch] = []
    while made:
        count = max(1, COLUMNS // padded_width(made[0][0].shape[1]))
        batches.append(batched(made[:count]))
        made = made[count:]
    random.Random(f"{seed}/{number}/order").shuffle(batches)
    return batches


def padded_width(width: int) -> int:
    """The next multiple of WIDTH_STEP."""
    return -(-width // WIDTH_STEP) * WIDTH_STEP


def batched(group: list[tuple[Gray, str]]) -> Batch:
    """Pad the lines on the right to a common width."""
    widths = tuple(image.shape[1] for image, _ in group)
    images = np.full((len(group), READ_HEIGHT, padded_width(max(widths))), PADDING, np.uint8)
    for row, (image, _) in zip(images, group, strict=True):
        row[:, : image.shape[1]] = image
    return Batch(images, tuple(text for _, text in group), widths)
