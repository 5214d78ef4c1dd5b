"""`python -m bench.reading_empty`: text invented on empty line crops, and short values lost for it.

Empty places are leaders, dashes and rules with nothing on them: as the layout frames them, calm and damaged
(stamps, folds, specks, noise), and loosely, with the feet and heads of neighbouring lines. Short values are a
figure, a letter or a word in faces never trained on, half of them damaged: what is done against inventing
must not silence them.
"""

import argparse
import logging
import random
from collections.abc import Iterator
from pathlib import Path

import cv2

from services.ocr.engine.paddle import PaddleEngine
from services.ocr.fields.values import readable
from services.ocr.layout.scale import Grey
from training import drawing
from training.ageing import age
from training.calibrate import KINDS
from training.evaluate import PACK, lines
from training.faces import held_out_faces
from training.wording import Piece

MUST = 0.01
WAYS = (("calm", True, False), ("damaged", False, False), ("loose", False, True))
SHORT = (*"0123456789", "Y", "Ý", "Ú", "Ư", "Lê", "An", "Nữ", "Nam", "Có", "10")


def empty_places(count: int, *, calm: bool, loose: bool, seed: int) -> Iterator[Grey]:
    """Leaders, dashes and rules with nothing on them, framed as the layout frames lines, or loosely."""
    neighbours = drawing._neighbours  # noqa: SLF001 - a tight crop shows none of them
    if not loose:
        drawing._neighbours = lambda *_: None  # noqa: SLF001
    try:
        for number in range(count):
            rng = random.Random(f"empty/{seed}/{number}")
            gaps = (Piece("", "gap"),) * rng.choice((1, 2))
            yield age(rng, drawing.draw(rng, gaps, held_out_faces(), filled_in="hand"), calm=calm)
    finally:
        drawing._neighbours = neighbours  # noqa: SLF001


def short_values(count: int, seed: int) -> Iterator[tuple[Grey, str]]:
    """Figures, letters and words, a third of each kind of writing, half of them damaged."""

    def wording(rng: random.Random) -> tuple[Piece, ...]:
        gap = (Piece("", "gap"),) if rng.random() < 0.3 else ()
        return (Piece(rng.choice(SHORT), "value"), *gap)

    for kind in KINDS:
        for calm in (True, False):
            yield from lines(kind, wording, calm=calm, count=count // 6, seed=seed + calm)


def main() -> None:
    """Measure and print; with --to keep the crops on which text was invented."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crops", type=int, default=600, help="crops of each sort")
    parser.add_argument("--seed", type=int, default=8700)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--to", type=Path)
    asked = parser.parse_args()
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    engine = PaddleEngine(asked.pack)
    for name, calm, loose in WAYS:
        crops = list(empty_places(asked.crops, calm=calm, loose=loose, seed=asked.seed))
        readings = engine.recognise(crops)
        false = [i for i, one in enumerate(readings) if readable(one)]
        sure = sum(readings[i].confidence >= 0.5 for i in false)
        print(
            f"empty, {name:8} {len(false) / len(crops):6.2%} of {len(crops)} (must {MUST:.0%}); "
            f"surer than a half {sure}"
        )
        for i in false if asked.to else ():
            asked.to.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(asked.to / f"{name}-{i}.png"), crops[i])
    drawn = list(short_values(asked.crops, asked.seed))
    readings = engine.recognise([image for image, _ in drawn])
    said = sum(map(readable, readings))
    right = sum(one.text == text for one, (_, text) in zip(readings, drawn, strict=True))
    print(f"short values  answered {said / len(drawn):6.2%}, right {right / len(drawn):6.2%} of {len(drawn)}")


if __name__ == "__main__":
    main()
