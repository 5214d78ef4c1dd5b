"""Settled fields as training samples: crops with the text people agreed on, as far as their owner consents.

A folder holds `samples.jsonl`, one object a line: `image` (a file in the folder), `text`, `writer` (a group's
name, no person's), `consent` (true where the data's owner lets it be learned from).
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.ageing import READ_HEIGHT, WIDEST
from training.charset import clean
from training.drawing import Gray

LISTING = "samples.jsonl"
FROZEN_SHARE = 5
"""One sample in so many is never learned from but measured on; which, its own digest decides."""


class CorrectionsRefused(Exception):
    """The folder of settled fields cannot be used; the message says why."""


@dataclass(frozen=True)
class Correction:
    """A crop of READ_HEIGHT rows, the text on it, and who wrote it."""

    image: Gray
    text: str
    writer: str
    digest: str
    """SHA-256 of the image file and the text: what the provenance of a pack names."""

    @property
    def frozen(self) -> bool:
        """Whether it is kept for measuring."""
        return int(self.digest[:8], 16) % FROZEN_SHARE == 0


@dataclass(frozen=True)
class Corrections:
    """What may be learned from, and how much may not."""

    samples: tuple[Correction, ...]
    without_consent: int
    unreadable: int
    """Images that do not open, and texts with letters outside the charset."""


def load_corrections(folder: Path) -> Corrections:
    """The samples of a folder; raises CorrectionsRefused where the listing is missing or damaged."""
    try:
        rows = [json.loads(row) for row in (folder / LISTING).read_text("utf-8").splitlines() if row.strip()]
        consented = [row for row in rows if row.get("consent") is True]
        made = [
            _correction(folder, str(row["image"]), str(row["text"]), str(row["writer"])) for row in consented
        ]
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise CorrectionsRefused(f"{folder.name}/{LISTING}: {error!r}") from error
    kept = tuple({one.digest: one for one in made if one is not None}.values())
    return Corrections(kept, len(rows) - len(consented), sum(one is None for one in made))


def _correction(folder: Path, image: str, text: str, writer: str) -> Correction | None:
    path = folder / image
    if not path.resolve().is_relative_to(folder.resolve()):
        raise CorrectionsRefused(f"{image} lies outside the folder")
    content = path.read_bytes() if path.is_file() else b""
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE) if content else None
    if grey is None or not text or clean(text) != text:
        return None
    width = min(WIDEST, max(16, round(grey.shape[1] * READ_HEIGHT / grey.shape[0])))
    scaled = cv2.resize(grey, (width, READ_HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return Correction(scaled, text, writer, hashlib.sha256(content + text.encode()).hexdigest())
