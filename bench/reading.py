"""`python -m bench.reading`: the pack beside tesseract `vie`, on lines drawn with faces never trained on.

Tesseract gets the same 32-row crops, enlarged: less detail than a scan would give it, and it is not made for
crops as loose and damaged as some of these. Its CPU seconds include starting it once per stratum.
"""

import argparse
import logging
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from services.ocr.engine.paddle import PaddleEngine
from training.ageing import READ_HEIGHT
from training.charset import clean
from training.drawing import Gray
from training.evaluate import PACK, SEED, drawn, metrics, strata
from training.scoring import Score

TESSERACT_HEIGHT = 64
"""Rows given to tesseract, which wants capitals of about 30 pixels; it reads the same crop, enlarged."""
TESSERACT_MARGIN = 12


@dataclass
class Reading:
    """A reader's score on a stratum, and the CPU seconds it took."""

    score: Score = field(default_factory=Score)
    seconds: float = 0.0


def tesseract_available() -> bool:
    """Whether tesseract and its Vietnamese model are installed."""
    if not shutil.which("tesseract"):
        return False
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False)
    return "vie" in listed.stdout.split()


def tesseract_lines(images: list[Gray]) -> tuple[list[str], float]:
    """Texts of line crops read by one tesseract run (`--psm 7`, one thread), and its CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "lines.txt"
        paths = [Path(folder) / f"{number}.png" for number in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            scale = TESSERACT_HEIGHT / READ_HEIGHT
            grown = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            framed = np.pad(grown, TESSERACT_MARGIN, mode="edge")
            cv2.imwrite(str(path), framed)
        listing.write_text("\n".join(map(str, paths)) + "\n", encoding="utf-8")
        command = ["tesseract", str(listing), "stdout", "-l", "vie", "--psm", "7"]
        timed = [
            "/usr/bin/env",
            "OMP_THREAD_LIMIT=1",
            "bash",
            "-c",
            'TIMEFORMAT="%U %S"; time "$@"',
            "bash",
            *command,
        ]
        ran = subprocess.run(timed, capture_output=True, text=True, check=True)
    user, system = ran.stderr.strip().splitlines()[-1].split()
    texts = [" ".join(text.split()) for text in ran.stdout.split("\f")[: len(images)]]
    return texts + [""] * (len(images) - len(texts)), float(user) + float(system)


def pack_lines(engine: PaddleEngine) -> Callable[[list[Gray]], tuple[list[str], float]]:
    """Texts of line crops as the product reads them, together on one thread, and the CPU seconds."""

    def read(images: list[Gray]) -> tuple[list[str], float]:
        began = time.process_time()
        texts = [reading.text for reading in engine.recognise(images)]
        return texts, time.process_time() - began

    return read


def compare(count: int, pack: Path, seed: int, only: Sequence[str] = ()) -> dict[str, dict[str, Reading]]:
    """Stratum to reader to reading, `count` lines each; of the strata named `only`, or of all."""
    readers: dict[str, Callable[[list[Gray]], tuple[list[str], float]]] = {
        "pack": pack_lines(PaddleEngine(pack))
    }
    if tesseract_available():
        readers["tesseract"] = tesseract_lines
    found: dict[str, dict[str, Reading]] = {}
    for name, stratum in strata().items():
        if only and name not in only:
            continue
        crops = list(drawn(stratum, count, seed))
        found[name] = {}
        for reader, read in readers.items():
            texts, seconds = read([image for image, _ in crops])
            reading = Reading(seconds=seconds)
            for (_, truth), text in zip(crops, texts, strict=True):
                reading.score.add(truth, clean(text))
            found[name][reader] = reading
    return found


def table(found: dict[str, dict[str, Reading]]) -> str:
    """Error shares side by side; the ratio says how many times fewer characters the pack gets wrong."""
    heads = f"{'stratum':24}{'reader':>11}{'CER %':>8}{'bare %':>8}{'WER %':>8}{'whole %':>9}"
    rows = [heads + f"{'lines/s':>9}{'ratio':>8}"]
    for name, readings in found.items():
        own = readings["pack"].score.characters
        for reader, reading in readings.items():
            measured = metrics({name: reading.score})[name]
            shares = [measured.get(key) for key in ("cer", "cer_without_marks", "wer", "whole")]
            shown = "".join(f"{'–' if share is None else f'{100 * share:.2f}':>8}" for share in shares)
            speed = reading.score.lines / max(reading.seconds, 1e-6)
            beside = reader != "pack" and "cer" in measured
            ratio = f"{measured['cer'] / max(own, 1e-4):8.1f}" if beside else ""
            rows.append(f"{name:24}{reader:>11}{shown} {speed:9.0f}{ratio}")
    return "\n".join(rows)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100, help="lines per stratum")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", nargs="*", default=(), help="names of strata")
    asked = parser.parse_args()
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    print(table(compare(asked.lines, asked.pack, asked.seed, asked.only)))
    if not tesseract_available():
        print("tesseract with `vie` is not installed: only the pack was measured")


if __name__ == "__main__":
    main()
