"""What the pen leaves: a ball-pen skips, a nib swells and pools, a carbon copy is soft and grainy."""

import random

import cv2
import numpy as np
import numpy.typing as npt

from training.drawing import Gray

Field = npt.NDArray[np.float32]
SQUARE = np.ones((2, 2), np.uint8)


def inked(rng: random.Random, noise: np.random.Generator, layer: Gray) -> Gray:
    """The coverage of handwriting as one of the pens leaves it; half of the lines keep even strokes."""
    draw = rng.random()
    if draw < 0.2:
        return _ball_pen(rng, noise, layer)
    if draw < 0.36:
        return _nib(rng, noise, layer)
    if draw < 0.46:
        return _carbon(rng, noise, layer)
    return layer


def _ball_pen(rng: random.Random, noise: np.random.Generator, layer: Gray) -> Gray:
    """Short gaps where the ball skips, and a pressure that comes and goes."""
    skips = _grain(noise, layer.shape, 2) > rng.uniform(0.8, 1.6)
    keep = 1 - rng.uniform(0.25, 0.7) * skips
    pressure = 1 - rng.uniform(0, 0.35) * _along(rng, noise, layer.shape[1], 18)
    return _covered(layer * keep * pressure)


def _nib(rng: random.Random, noise: np.random.Generator, layer: Gray) -> Gray:
    """Strokes that swell and thin along the line."""
    share = _along(rng, noise, layer.shape[1], 10)
    thick = cv2.dilate(layer, SQUARE).astype(np.float32)
    thin = 0.6 * cv2.erode(layer, SQUARE) + 0.4 * layer
    return _covered(share * thick + (1 - share) * thin)


def _carbon(rng: random.Random, noise: np.random.Generator, layer: Gray) -> Gray:
    """Soft edges and the paper's grain in the stroke."""
    soft = cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.6, 1.1)).astype(np.float32)
    grain = 1 - rng.uniform(0.1, 0.4) * np.clip(_grain(noise, layer.shape, 1), 0, 1)
    return _covered(1.15 * soft * grain)


def _grain(noise: np.random.Generator, shape: tuple[int, ...], pitch: int) -> Field:
    """Normal noise whose grains are `pitch` pixels wide."""
    rough = noise.standard_normal((shape[0] // pitch + 1, shape[1] // pitch + 1), dtype=np.float32)
    if pitch == 1:
        return rough[: shape[0], : shape[1]]
    return cv2.resize(rough, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _along(rng: random.Random, noise: np.random.Generator, width: int, pitch: int) -> Field:
    """Shares 0 to 1 that vary along the line, with a knot every one to four times `pitch` pixels."""
    knots = noise.random((1, max(2, int(width / rng.uniform(pitch, 4 * pitch)))), dtype=np.float32)
    return cv2.resize(knots, (width, 1), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _covered(cover: Field) -> Gray:
    return np.clip(cover, 0, 255).astype(np.uint8)
