"""What a scanner and an operator do to a clean sheet: turned, askew, dark, noisy, stamped, bordered."""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from synthetic.canvas import Box
from synthetic.truth import PageTruth, Sheet

STAMP_RED = (196, 38, 44)


@dataclass(frozen=True)
class Faults:
    """How one page was scanned; the defaults are a flawless scan."""

    skew_degrees: float = 0.0
    """Clockwise turn of the sheet on the glass, within 5 degrees."""
    turned: int = 0
    """Degrees clockwise by which the upright page lies in the file: 0, 90, 180 or 270."""
    darkness: float = 1.0
    """Factor on brightness; 1 is right, 0.35 is much too dark."""
    noise: float = 1.5
    """Standard deviation of the sensor's noise in grey levels."""
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Factor on red, green and blue."""
    border_mm: float = 0.0
    """Width of the black scanner bed seen around the sheet."""
    fold: bool = False
    stamp: bool = False
    blur: float = 0.0
    """Standard deviation of the defocus in pixels."""
    quality: int = 82
    """JPEG quality."""
    dpi: int | None = None
    """Lower resolution to which the scan is reduced."""


@dataclass(frozen=True)
class Scan:
    """A scanned page with what is on it and what was done to it."""

    image: Image.Image
    dpi: int
    truth: PageTruth
    faults: Faults
    matrix: tuple[tuple[float, float, float], tuple[float, float, float]]
    """Affine map from the clean sheet's pixels to the scan's."""

    def place(self, box: Box) -> Box:
        """Where a box of the clean sheet lies in the scan."""
        corners = np.array([
            (x, y, 1.0) for x in (box.x, box.x + box.width) for y in (box.y, box.y + box.height)
        ])  # fmt: skip
        moved = corners @ np.array(self.matrix).T
        left, top = moved.min(axis=0)
        right, bottom = moved.max(axis=0)
        return Box(round(left), round(top), round(right - left), round(bottom - top))


def everyday_faults(rng: np.random.Generator) -> Faults:
    """The small faults of an ordinary scan in an ordinary office."""
    skew = float(np.clip(rng.normal(0, 0.7), -3, 3))
    return Faults(
        skew_degrees=skew if abs(skew) > 0.15 else 0.0,
        noise=float(rng.uniform(1, 3.5)),
        tint=(1.0, float(rng.uniform(0.985, 1.0)), float(rng.uniform(0.95, 1.0))),
        border_mm=float(rng.uniform(1.5, 4)) if rng.random() < 0.35 else 0.0,
        fold=bool(rng.random() < 0.12),
        stamp=bool(rng.random() < 0.2),
        blur=float(rng.uniform(0, 0.5)),
        quality=int(rng.integers(72, 88)),
    )


def scan(sheet: Sheet, rng: np.random.Generator, faults: Faults | None = None) -> Scan:
    """Scan a sheet with the given faults, or with everyday ones."""
    faults = faults or everyday_faults(rng)
    pixels = np.asarray(sheet.image)
    if faults.fold:
        pixels = _folded(pixels, rng)
    if faults.stamp and sheet.truth.content == "text":
        pixels = _stamped(pixels, sheet.dpi, rng)
    pixels, matrix = _laid(pixels, faults, sheet.dpi)
    if faults.dpi and faults.dpi < sheet.dpi:
        ratio = faults.dpi / sheet.dpi
        pixels = cv2.resize(pixels, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        matrix = np.diag((ratio, ratio)) @ matrix
    if faults.blur > 0.1:
        pixels = cv2.GaussianBlur(pixels, (0, 0), faults.blur)
    pixels = _exposed(pixels, faults, rng)
    pixels, matrix = _turned(pixels, matrix, faults.turned)
    rows = tuple(tuple(float(value) for value in row) for row in matrix)
    placed = ((rows[0][0], rows[0][1], rows[0][2]), (rows[1][0], rows[1][1], rows[1][2]))
    dpi = min(faults.dpi or sheet.dpi, sheet.dpi)
    return Scan(Image.fromarray(pixels), dpi, sheet.truth, faults, placed)


def _laid(pixels: np.ndarray, faults: Faults, dpi: int) -> tuple[np.ndarray, np.ndarray]:
    """Lay the sheet askew on the scanner bed, a border of which may be seen."""
    height, width = pixels.shape[:2]
    edge = round(faults.border_mm * dpi / 25.4)
    size = (width + 2 * edge, height + 2 * edge)
    centre = (width / 2, height / 2)
    # OpenCV turns counter-clockwise for positive angles; our skew is clockwise.
    matrix = np.array(cv2.getRotationMatrix2D(centre, -faults.skew_degrees, 1.0), np.float64)
    matrix[:, 2] += edge
    if not edge and not faults.skew_degrees:
        return pixels, matrix
    bed = (24, 24, 26) if edge else tuple(int(value) for value in pixels[4, 4])
    laid = cv2.warpAffine(
        pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=bed
    )
    return laid, matrix


def _turned(pixels: np.ndarray, matrix: np.ndarray, degrees: int) -> tuple[np.ndarray, np.ndarray]:
    """Turn the file clockwise by a multiple of 90 degrees."""
    height, width = pixels.shape[:2]
    if degrees % 360 == 0:
        return pixels, matrix
    code, turn = {
        90: (cv2.ROTATE_90_CLOCKWISE, np.array(((0, -1, height), (1, 0, 0)), float)),
        180: (cv2.ROTATE_180, np.array(((-1, 0, width), (0, -1, height)), float)),
        270: (cv2.ROTATE_90_COUNTERCLOCKWISE, np.array(((0, 1, 0), (-1, 0, width)), float)),
    }[degrees % 360]
    whole = np.vstack((matrix, (0, 0, 1)))
    return cv2.rotate(pixels, code), turn @ whole


def _exposed(pixels: np.ndarray, faults: Faults, rng: np.random.Generator) -> np.ndarray:
    """Apply the sensor's noise, tint and darkness."""
    offset = 0
    if faults.noise > 0:
        # Noise is taken away with an offset that the table below gives back: two passes over the page.
        offset = round(3 * faults.noise)
        tile = np.clip(rng.normal(offset, faults.noise, (512, 512, 1)), 0, 255).astype(np.uint8)
        height, width = pixels.shape[:2]
        times = (height // 512 + 1, width // 512 + 1, 1)
        pixels = cv2.subtract(pixels, np.tile(np.repeat(tile, 3, axis=2), times)[:height, :width])
    gains = [faults.darkness * value for value in faults.tint]
    tables = [np.clip((np.arange(256) + offset) * gain, 0, 255).astype(np.uint8) for gain in gains]
    return cv2.LUT(pixels, np.stack(tables, axis=1).reshape(256, 1, 3))


def _folded(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Crease the sheet across: a light ridge beside a soft shadow."""
    height = pixels.shape[0]
    at = float(rng.uniform(0.3, 0.7)) * height
    rows = np.arange(height, dtype=np.float32)
    shade = 1 - 0.16 * np.exp(-(((rows - at) / (height * 0.004)) ** 2))
    shade += 0.05 * np.exp(-(((rows - at + height * 0.006) / (height * 0.004)) ** 2))
    near = slice(max(0, int(at - height * 0.03)), min(height, int(at + height * 0.03)))
    creased = pixels.copy()
    creased[near] = np.clip(pixels[near] * shade[near, None, None], 0, 255).astype(np.uint8)
    return creased


def _stamped(pixels: np.ndarray, dpi: int, rng: np.random.Generator) -> np.ndarray:
    """Press a round red stamp near the lower right, uneven like real ink."""
    height, width = pixels.shape[:2]
    radius = round(18 * dpi / 25.4)
    middle = (int(width * rng.uniform(0.6, 0.8)), int(height * rng.uniform(0.78, 0.86)))
    size = 2 * radius + 8
    mask = np.zeros((size, size), np.uint8)
    centre = (size // 2, size // 2)
    for share, thick in ((1.0, 0.9), (0.93, 0.35), (0.62, 0.35)):
        cv2.circle(
            mask, centre, round(radius * share), (255,), max(1, round(thick * dpi / 25.4)), cv2.LINE_AA
        )
    star = [
        (
            centre[0] + radius * 0.26 * (0.4 if point % 2 else 1) * np.sin(point * np.pi / 5),
            centre[1] - radius * 0.26 * (0.4 if point % 2 else 1) * np.cos(point * np.pi / 5),
        )
        for point in range(10)
    ]
    cv2.fillPoly(mask, [np.round(np.array(star)).astype(np.int32)], (255,), cv2.LINE_AA)
    patches = cv2.resize(rng.uniform(0.35, 0.9, (9, 9)).astype(np.float32), (size, size))
    cover = (mask.astype(np.float32) / 255 * patches)[..., None]
    top = min(max(0, middle[1] - size // 2), height - size)
    left = min(max(0, middle[0] - size // 2), width - size)
    stamped = pixels.copy()
    region = stamped[top : top + size, left : left + size].astype(np.float32)
    inked = region * (1 - cover) + region * np.array(STAMP_RED, np.float32) / 255 * cover
    stamped[top : top + size, left : left + size] = inked.astype(np.uint8)
    return stamped
