"""The engine that ships: a model pack run by paddleocr on ONNX Runtime."""

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.engine.base import Glyph, OcrEngine, Reading
from services.ocr.engine.calibration import ANY, Curve, calibrated
from services.ocr.engine.decode import Probabilities, decoded
from services.ocr.engine.pack import ModelPack, PackRefused, load_pack
from services.ocr.layout.edges import only_feet
from services.ocr.layout.scale import Grey

REGISTERED_NAME = "PP-OCRv5_mobile_rec"
"""paddlex loads registered model names only; the pack's own identity is in its manifest."""
BATCH = 16
WIDE_GAP = 1.6
"""Heights of a line between the middles of two letters: so far apart they are never in one word."""
MAX_LINE_PX = 2400
"""Wider lines (at model height) are cut at a gap: paddlex itself would squash them at 3,200."""
MIN_LINE_PX = 16
WIDTH_STEP_PX = 8
"""Batches have widths of so many pixels: a few more columns make the processor's vectors whole."""
DOUBTED = 0.75
"""Only of readings less sure than this it is asked whether they are a neighbour's letters: they go to keying
anyhow, so that a letter cut by its own frame is at worst typed without a suggestion."""
PADDED = 1.1
"""The widest line of a batch against the narrowest: padding costs time."""


class PaddleEngine(OcrEngine):
    """Loads a pack once; `recognise` is not thread-safe and uses one core."""

    def __init__(self, folder: Path, keys: Path | None = None) -> None:
        """Load the pack in `folder`; with `keys`, one of them must have signed it. Raises PackRefused."""
        self._pack: ModelPack = load_pack(folder, keys)
        self.name = self._pack.identity
        self._characters = ("", *self._pack.characters, " ")
        self._session = _session(self._pack)
        self._input = self._session.get_inputs()[0].name
        self._masks: dict[frozenset[str], NDArray[np.bool_]] = {}

    def recognise(self, crops: Sequence[Grey], alphabet: frozenset[str] | None = None) -> list[Reading]:
        """Read grey crops (h, w) in batches of like width."""
        pieces: list[tuple[int, float, float, Grey]] = []
        for index, crop in enumerate(crops):
            pieces.extend((index, *part) for part in self._scaled(crop))
        allowed = self._allowed(alphabet)
        read: dict[int, Reading] = {}
        for i, frames, frame_px in self.probabilities([piece[3] for piece in pieces]):
            read[i] = decoded(frames, self._characters, frame_px * pieces[i][2], allowed)
        joined: list[list[tuple[float, Reading]]] = [[] for _ in crops]
        for i, (index, offset, _, _) in enumerate(pieces):
            joined[index].append((offset, read[i]))
        found = [
            Reading() if _doubtful(one) and only_feet(crop, [glyph.x for glyph in one.glyphs]) else one
            for one, crop in zip(map(_join, joined), crops, strict=True)
        ]
        if alphabet is None:
            found = [_spaced(one, WIDE_GAP * crop.shape[0]) for one, crop in zip(found, crops, strict=True)]
        return [self.judged(one, alphabet) for one in found]

    def judged(self, reading: Reading, alphabet: frozenset[str] | None = None) -> Reading:
        """The same characters, each as certain as readings like this one were right."""
        curve = self._curve(alphabet)
        return reading if curve is None else calibrated(reading, curve, self._pack.syllables)

    def _curve(self, alphabet: frozenset[str] | None) -> Curve | None:
        """What confidences are worth among readings with this alphabet."""
        calibration = self._pack.calibration
        return None if calibration is None else calibration.curve(reading_type(alphabet))

    def _scaled(self, crop: Grey) -> Iterable[tuple[float, float, Grey]]:
        """Parts of the crop at model height: (x of the part, source pixels per pixel, part)."""
        if min(crop.shape) < 2:
            return
        scale = self._pack.height / crop.shape[0]
        limit = int(MAX_LINE_PX / scale)
        left = 0
        while left < crop.shape[1]:
            right = _cut(crop, left, limit)
            part = crop[:, left:right]
            width = max(MIN_LINE_PX, round(part.shape[1] * scale))
            shape = (width, self._pack.height)
            way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            yield (
                float(left),
                part.shape[1] / width,
                np.asarray(cv2.resize(part, shape, interpolation=way), np.uint8),
            )
            left = right

    def probabilities(self, lines: Sequence[Grey]) -> Iterator[tuple[int, Probabilities, float]]:
        """Of lines at model height, in batches of like width: number, classes by frame, pixels of a frame."""
        widths = [line.shape[1] for line in lines]
        for batch in _batches(widths):
            width = -(-widths[batch[-1]] // WIDTH_STEP_PX) * WIDTH_STEP_PX
            fed = np.zeros((len(batch), 3, self._pack.height, width), np.float32)
            for row, i in zip(fed, batch, strict=True):
                np.multiply(lines[i], np.float32(1 / 127.5), out=row[0, :, : widths[i]])
                row[0, :, : widths[i]] -= 1.0
                row[1:] = row[0]
            found = self._session.run(None, {self._input: fed})[0]
            frame_px = width / found.shape[1]
            for frames, i in zip(found, batch, strict=True):
                yield i, frames[: int(np.ceil(widths[i] / frame_px)) + 1], frame_px

    def _allowed(self, alphabet: frozenset[str] | None) -> NDArray[np.bool_] | None:
        if alphabet is None:
            return None
        if alphabet not in self._masks:
            mask = np.array([character in alphabet for character in self._characters])
            mask[0] = True
            self._masks[alphabet] = mask
        return self._masks[alphabet]


def reading_type(alphabet: frozenset[str] | None) -> str:
    """The calibration's name for readings with an alphabet: figures alone, figures with letters, letters."""
    if alphabet is None:
        return "text"
    if not any(map(str.isalpha, alphabet)):
        return "number"
    return "date" if any(map(str.isdigit, alphabet)) else ANY


def _session(pack: ModelPack) -> Any:
    """The ONNX Runtime session inside paddleocr's recogniser: it alone gives raw probabilities."""
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(Path(tempfile.gettempdir()) / "tangthu-paddlex"))
    logging.getLogger("paddlex").setLevel(logging.ERROR)
    from paddleocr import TextRecognition  # noqa: PLC0415 - 4 s and 140 MB, paid by the processes that read

    recogniser = TextRecognition(
        model_name=REGISTERED_NAME,
        model_dir=str(pack.folder),
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": 1, "inter_op_num_threads": 1},
    )
    session = recogniser.paddlex_predictor.runner.session
    classes = session.get_outputs()[0].shape[-1]
    if isinstance(classes, int) and classes != len(pack.characters) + 2:
        raise PackRefused(f"{pack.name}: {classes} classes for {len(pack.characters)} characters")
    return session


def _batches(widths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of lines in batches of at most BATCH, from narrow to wide, of nearly one width."""
    batch: list[int] = []
    for index in sorted(range(len(widths)), key=lambda i: widths[i]):
        if batch and (len(batch) == BATCH or widths[index] > PADDED * widths[batch[0]] + WIDTH_STEP_PX):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _cut(crop: Grey, left: int, limit: int) -> int:
    """Where the part from `left` ends: the lightest column in the last quarter of `limit`."""
    if crop.shape[1] - left <= limit:
        return int(crop.shape[1])
    search = left + 3 * limit // 4
    lightness = crop[:, search : left + limit].min(axis=0).astype(np.float32)
    smooth = np.convolve(lightness, np.ones(9) / 9, mode="same")
    return max(left + 1, search + int(smooth.argmax()))


def _doubtful(reading: Reading) -> bool:
    return 0 < reading.least_probability < DOUBTED


def _spaced(reading: Reading, wide: float) -> Reading:
    """With a space where neighbouring letters stand more than `wide` pixels of the crop apart."""
    glyphs: list[Glyph] = []
    for glyph in reading.glyphs:
        if glyphs and " " not in {glyph.character, glyphs[-1].character} and glyph.x - glyphs[-1].x > wide:
            sure = min(glyph.probability, glyphs[-1].probability)
            glyphs.append(Glyph(" ", sure, (glyph.x + glyphs[-1].x) / 2))
        glyphs.append(glyph)
    return Reading(tuple(glyphs))


def _join(parts: list[tuple[float, Reading]]) -> Reading:
    """Readings of consecutive parts as one; parts are cut at white gaps, hence the space."""
    if len(parts) == 1:
        return parts[0][1]
    glyphs: list[Glyph] = []
    for offset, reading in parts:
        if glyphs and reading.glyphs:
            glyphs.append(Glyph(" ", 1.0, offset))
        glyphs.extend(replace(glyph, x=glyph.x + offset) for glyph in reading.glyphs)
    return Reading(tuple(glyphs))
