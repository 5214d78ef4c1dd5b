"""`python -m bench.reading_speed`: lines per CPU-second of the whole way of a line, and where the time goes.

Lines are those of forms, drawn with faces never trained on: a third print, a third typewriter, a third hands,
half of them damaged. The engine gets them together, as a page's lines come; tesseract `vie` reads the same
ones where it is installed. What the network alone does not take is scaling, decoding and what the language
says. Lines of 480 pixels are what earlier packs were compared on.
"""

import argparse
import logging
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.reading import tesseract_available, tesseract_lines
from services.ocr.engine.paddle import PaddleEngine
from training.drawing import Gray
from training.evaluate import PACK, lines
from training.faces import Kind
from training.wording import line

KINDS: tuple[Kind, ...] = ("print", "typewriter", "hand")
SEED = 8300
WIDTH_PX = 480


def crops(count: int) -> list[Gray]:
    """Lines of forms, a third of each kind of writing, half of them calm."""
    each = max(1, count // (2 * len(KINDS)))
    return [
        image
        for kind in KINDS
        for calm in (True, False)
        for image, _ in lines(kind, line, calm=calm, count=each, seed=SEED + calm)
    ]


def rate(work: Callable[[], object], count: int, rounds: int) -> float:
    """Things done in a CPU-second of this process, the best of some rounds: others share the caches."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return count / best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pack", type=Path, default=PACK)
    asked = parser.parse_args()
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    engine, drawn = PaddleEngine(asked.pack), crops(asked.lines)
    own = rate(lambda: engine.recognise(drawn), len(drawn), asked.rounds)
    single = rate(lambda: [engine.recognise([one]) for one in drawn], len(drawn), asked.rounds)
    network = rate(lambda: list(engine.probabilities(drawn)), len(drawn), asked.rounds)
    width = np.mean([one.shape[1] for one in drawn])
    print(f"{len(drawn)} lines of forms, {width:.0f} px wide on average, lines per CPU-second:")
    print(f"  tangthu, a page's lines together  {own:6.0f}")
    print(f"  tangthu, line by line             {single:6.0f}")
    print(f"  the network alone                 {network:6.0f}")
    if tesseract_available():
        _, seconds = tesseract_lines(drawn)
        peer = len(drawn) / seconds
        print(f"  tesseract vie                     {peer:6.0f}   ratio {own / peer:.2f}")
    else:
        print("  tesseract with `vie` is not installed: only the pack was measured")
    noise = np.random.default_rng(1).integers(150, 256, (64, 32, WIDTH_PX)).astype(np.uint8)
    alike = rate(lambda: list(engine.probabilities(list(noise))), len(noise), asked.rounds)
    print(f"lines of {WIDTH_PX} px, the network alone: {alike:.0f}")


if __name__ == "__main__":
    main()
