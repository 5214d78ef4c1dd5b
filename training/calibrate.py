"""`python -m training.calibrate [PACK]`: measures what a pack's confidences are worth.

Lines of every field type are drawn with half of the faces never trained on; `bench.calibration` measures what
comes out on the other half.
"""

import argparse
import json
import logging
import math
import random
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms import FieldType
from services.ocr.engine.base import Reading
from services.ocr.engine.calibration import ANY, CALIBRATION
from services.ocr.engine.evidence import SYLLABLES, load_syllables
from services.ocr.engine.figures import figures
from services.ocr.engine.paddle import PaddleEngine, reading_type
from services.ocr.engine.traits import AMOUNT
from services.ocr.fields.values import ALPHABETS
from synthetic.text import dates, numbers
from training import weighing
from training.charset import clean
from training.drawing import Faces
from training.evaluate import PACK, lines
from training.faces import SPARE, Kind, held_out_faces, spare_faces
from training.wording import Piece, value

SHARES = (0.01, 0.001)
"""Error shares for which the pack says under which confidence a field is to be keyed."""
FACTORS = (1.0, 0.8, 0.6)
SEED = 4100
KINDS: tuple[Kind, ...] = ("print", "typewriter", "hand")
SMALLEST = 60
"""Readings that a knot of a curve stands on at least."""
BELOW = 2.0
"""How far below the least of all scores nothing is held to be right."""
UNASKED = (AMOUNT,)
"""Left out where what is drawn is never as short as an ordinal in a table or a ticked word may be."""
SURENESS = 0.9
"""How sure the error share under a threshold is to hold on lines not yet seen."""
Curve = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """A reading and whether it is right."""

    reading: Reading
    right: bool


def halves() -> tuple[Faces, Faces]:
    """The faces never trained on, parted by family: to calibrate on, to measure on."""
    held_out = held_out_faces()
    own, other = (
        {kind: (*held_out[kind][i::2], *spare_faces(purpose)[kind]) for kind in KINDS}
        for i, purpose in enumerate(SPARE)
    )
    return own, other


def _text(rng: random.Random) -> str:
    while True:
        made = clean(value(rng))
        if sum(map(str.isalpha, made)) > 1:
            return made


def _number(rng: random.Random) -> str:
    year = rng.randint(1925, 2010)
    made = rng.choice(
        (
            numbers.old_identity_number(rng),
            numbers.citizen_number(rng, sex=rng.choice(("male", "female")), year=year),
        )
    )
    return numbers.grouped(rng, made)


def _date(rng: random.Random) -> str:
    return clean(dates.written(rng, dates.birth_date(rng, last=2024)).replace("…", " "))


TYPES: dict[str, tuple[Callable[[random.Random], str], frozenset[str] | None]] = {
    "text": (_text, None),
    "number": (_number, ALPHABETS[FieldType.DIGITS]),
    "date": (_date, ALPHABETS[FieldType.DATE]),
}


def judged(engine: PaddleEngine, field: str, kind: Kind, faces: Faces, count: int, seed: int) -> list[Judged]:
    """`count` lines of a type and a kind of writing, half of them in heavier damage, read and judged."""
    made, alphabet = TYPES[field]
    assert reading_type(alphabet) == field

    def wording(rng: random.Random) -> tuple[Piece, ...]:
        gap = (Piece("", "gap"),) if rng.random() < 0.4 else ()
        return (*gap, Piece(made(rng), "value"), *gap)

    found: list[Judged] = []
    for calm in (True, False):
        drawn = list(lines(kind, wording, calm=calm, count=count // 2, seed=seed + (not calm), faces=faces))
        readings = engine.recognise([image for image, _ in drawn], alphabet)
        found += [
            Judged(reading, same(field, text, reading.text))
            for (_, text), reading in zip(drawn, readings, strict=True)
            if reading.glyphs
        ]
    return found


def same(field: str, truth: str, read: str) -> bool:
    """Whether it is right: a number by its figures, a date by its groups of figures, a text to the letter."""
    if field == "number":
        return re.findall(r"\d", truth) == re.findall(r"\d", read)
    return re.findall(r"\d+", truth) == re.findall(r"\d+", read) if field == "date" else truth == read


def fitted(
    group: list[Judged],
    known: frozenset[str],
    *,
    figures_only: bool = False,
    digits_alone: bool = False,
    without: Collection[str] = (),
) -> Curve:
    """The curve of a group of readings, with the factor and the weights that tell right from wrong best."""
    right = np.array([one.right for one in group], np.float64)
    readings = [figures(one.reading) if digits_alone else one.reading for one in group]
    best: tuple[float, Curve] | None = None
    for factor in FACTORS:
        shown = weighing.rows(readings, factor, known, figures_only=figures_only)
        weights = weighing.weights(shown, right, without)
        score = weighing.scores(shown, weights)
        places, shares = isotonic(score, right)
        level = np.clip(np.interp(score, places, shares), 1e-3, 1 - 1e-3)
        loss = float(-np.mean(right * np.log(level) + (1 - right) * np.log(1 - level)))
        if best is None or loss < best[0] - 1e-4:
            below = {f"{share}": keyed_below(level, right, share) for share in SHARES}
            curve = {
                "readings": len(group),
                "right": [round(float(one), 5) for one in shares],
                "raw": [round(float(one), 6) for one in places],
                "strange_factor": factor,
                "figures_only": figures_only,
                "digits_alone": digits_alone,
                "keyed_below": below,
                "weights": weights,
            }
            best = (loss, curve)
    assert best is not None
    return best[1]


def isotonic(raw: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Knots of the rising line that fits best (pool adjacent violators), over groups of SMALLEST readings.

    A share of 0 or 1 in a group is drawn in by half a reading: none is beyond doubt.
    """
    order = np.argsort(raw, kind="stable")
    parts = np.array_split(order, max(1, len(order) // SMALLEST))
    blocks: list[list[float]] = []
    for part in parts:
        blocks.append([float(raw[part].sum()), float(right[part].sum()), float(len(part))])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1] = [mine + other for mine, other in zip(blocks[-1], last, strict=True)]
    places = [total / count for total, _, count in blocks]
    shares = [(good + 0.5) / (count + 1) for _, good, count in blocks]
    ends = {float(raw.min()) - BELOW: 0.0}, {float(raw.max()) + BELOW: shares[-1]}
    knots = sorted({**ends[0], **dict(zip(places, shares, strict=True)), **ends[1]}.items())
    levels = np.maximum.accumulate(np.array([share for _, share in knots]))
    return np.array([place for place, _ in knots]), levels


def holds(wrong: int, count: int, share: float) -> bool:
    """Whether `wrong` of `count` readings prove, by a Poisson bound, that at most `share` are wrong."""
    awaited, term, total = share * count, math.exp(-share * count), 0.0
    for errors in range(wrong + 1):
        total += term
        term *= awaited / (errors + 1)
    return total <= 1 - SURENESS


def keyed_below(level: NDArray[np.float64], right: NDArray[np.float64], share: float) -> float:
    """The lowest confidence from which on surely at most `share` of the readings are wrong; else 1."""
    order = np.argsort(-level, kind="stable")
    sorted_level, wrong = level[order], np.cumsum(1 - right[order])
    ends = np.flatnonzero(np.append(np.diff(sorted_level) < 0, True))
    fit = [end for end in ends if holds(round(float(wrong[end])), int(end) + 1, share)]
    return round(float(sorted_level[fit[-1]]), 5) if fit else 1.0


def calibrate(pack: Path, count: int, seed: int = SEED) -> dict[str, Any]:
    """Curves by type and kind of writing from `count` lines of each; `any` mixes the kinds."""
    engine, (faces, _) = PaddleEngine(pack), halves()
    known = load_syllables(pack / SYLLABLES)
    curves: dict[str, dict[str, Curve]] = {}
    every: list[Judged] = []
    for field in TYPES:
        kinds = {f"{kind}": judged(engine, field, kind, faces, count, seed) for kind in KINDS}
        mixed = [one for group in kinds.values() for one in group]
        every += mixed
        curves[field] = {
            kind: fitted(
                group,
                known,
                figures_only=field == "date",
                digits_alone=field == "number",
                without=UNASKED if field == "number" else (),
            )
            for kind, group in ({ANY: mixed} | kinds).items()
        }
    curves[ANY] = {ANY: fitted(every, known, without=UNASKED)}
    families = sorted({face.family for group in faces.values() for face in group})
    return {"format": 1, "seed": seed, "lines_each": count, "families": families, "curves": curves}


def write(pack: Path, count: int) -> None:
    """Put the calibration into the pack's folder; its manifest is whoever exports the pack's to renew."""
    content = calibrate(pack, count)
    (pack / CALIBRATION).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Calibrate and print the curves; the pack is left as it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", nargs="?", type=Path, default=PACK)
    parser.add_argument("--lines", type=int, default=400, help="lines per field type and kind of writing")
    asked = parser.parse_args()
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    print(json.dumps(calibrate(asked.pack, asked.lines), indent=1))


if __name__ == "__main__":
    main()
