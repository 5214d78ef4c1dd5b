"""`python -m training.evaluate [PACK]`: errors of a model pack by stratum, on faces never trained on."""

import argparse
import json
import logging
import random
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

from services.ocr.engine.paddle import PaddleEngine
from synthetic.text import dates, names, numbers, places, prose
from training.ageing import Fault, age
from training.charset import clean, decode
from training.drawing import Faces, Gray, draw
from training.faces import Kind, held_out_faces
from training.scoring import Score
from training.wording import Piece, line, truth

PACK = Path(__file__).resolve().parent.parent / "models" / "tangthu-vi-1"
SEED = 2027
Wording = Callable[[random.Random], tuple[Piece, ...]]


def product(pack: Path) -> Callable[[Gray], str]:
    """Reads lines as the product does: unsure stretches searched, wide gaps as spaces."""
    engine = PaddleEngine(pack)
    return lambda image: engine.recognise([image])[0].text


class PackReader:
    """A pack's network, read line by line with greedy decoding; for checks only."""

    def __init__(self, pack: Path, threads: int = 1) -> None:
        """Load the ONNX graph."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = ort.InferenceSession(str(pack / "inference.onnx"), options, ["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def read(self, image: Gray) -> str:
        """Text of a grey line crop of any height."""
        height, width = image.shape
        if height != 32:
            image = cv2.resize(
                image, (max(8, round(width * 32 / height)), 32), interpolation=cv2.INTER_AREA
            ).astype(np.uint8)
        fed = (image.astype(np.float32) / 127.5 - 1.0)[None, None].repeat(3, 1)
        classes = self._session.run(None, {self._input: fed})[0][0].argmax(1).tolist()
        return decode(classes)


@dataclass(frozen=True)
class Stratum:
    """Lines of one sort: with which faces, what is written, how damaged."""

    kind: Kind
    wording: Wording
    calm: bool = True
    fault: Fault | None = None


def strata() -> dict[str, Stratum]:
    """What is measured apart."""
    return {
        "print": Stratum("print", _value),
        "typewriter": Stratum("typewriter", _value),
        "handwriting": Stratum("hand", _value),
        "print form lines": Stratum("print", line, calm=False),
        "handwriting form lines": Stratum("hand", line, calm=False),
        "prose": Stratum("print", _prose),
        "dotted": Stratum("hand", _dotted),
        "dotted printed": Stratum("print", _dotted),
        "faded": Stratum("hand", _value, fault="faded"),
        "faded printed": Stratum("print", _value, fault="faded"),
        "stamped": Stratum("hand", _value, fault="stamped"),
        "stamped printed": Stratum("print", _value, fault="stamped"),
        "digits": Stratum("hand", _digits),
        "digits printed": Stratum("print", _digits),
        "dates": Stratum("hand", _dates),
        "dates printed": Stratum("print", _dates),
        "capitals": Stratum("hand", _capitals),
        "capitals printed": Stratum("print", _capitals),
        "empty": Stratum("hand", _empty, calm=False),
    }


def lines(
    kind: Kind,
    wording: Wording,
    *,
    calm: bool,
    count: int,
    seed: int = SEED,
    fault: Fault | None = None,
    faces: Faces | None = None,
) -> Iterator[tuple[Gray, str]]:
    """Lines drawn with `faces` (held-out ones unless given) of one kind."""
    faces = faces or held_out_faces()
    if kind == "typewriter":
        faces = faces | {"print": faces["typewriter"]}
    for number in range(count):
        rng = random.Random(f"{seed}/{kind}/{number}")
        pieces = wording(rng)
        on_paper = draw(rng, pieces, faces, filled_in=kind)
        yield age(rng, on_paper, calm=calm, fault=fault), truth(pieces)


def drawn(stratum: Stratum, count: int, seed: int = SEED) -> Iterator[tuple[Gray, str]]:
    """Lines of a stratum."""
    return lines(
        stratum.kind, stratum.wording, calm=stratum.calm, count=count, seed=seed, fault=stratum.fault
    )


def evaluate(
    read: Callable[[Gray], str], count: int, seed: int = SEED, only: Collection[str] = ()
) -> dict[str, Score]:
    """Score of a reader per stratum, of those named `only`."""
    scores: dict[str, Score] = {}
    for name, stratum in strata().items():
        if only and name not in only:
            continue
        scores[name] = Score()
        for image, text in drawn(stratum, count, seed):
            scores[name].add(text, clean(read(image)))
    return scores


def _value(rng: random.Random) -> tuple[Piece, ...]:
    made = rng.choice(
        (_name, places.origin, places.address, lambda drawn: dates.written(drawn, dates.birth_date(drawn)))
    )
    return (Piece(clean(made(rng).replace("…", " ")), "value"),)


def _name(rng: random.Random) -> str:
    full = names.name(rng).full
    return full.upper() if rng.random() < 0.4 else full


def _prose(rng: random.Random) -> tuple[Piece, ...]:
    words = clean(prose.paragraph(rng, 2)).split()
    return (Piece(" ".join(words[: rng.randint(4, 14)]), "label"),)


def _dotted(rng: random.Random) -> tuple[Piece, ...]:
    return Piece("", "gap"), Piece(_name(rng), "value"), Piece("", "gap")


def _empty(rng: random.Random) -> tuple[Piece, ...]:
    return (Piece("", "gap"),) * rng.choice((1, 2, 3))


def _digits(rng: random.Random) -> tuple[Piece, ...]:
    sex, year = names.sex_of(rng), rng.randint(1930, 2008)
    made = rng.choice((numbers.old_identity_number(rng), numbers.citizen_number(rng, sex=sex, year=year)))
    return (Piece(made, "value"),)


def _dates(rng: random.Random) -> tuple[Piece, ...]:
    return (Piece(clean(dates.written(rng, dates.birth_date(rng)).replace("…", " ")), "value"),)


def _capitals(rng: random.Random) -> tuple[Piece, ...]:
    return (Piece(names.name(rng).full.upper(), "value"),)


def report(scores: dict[str, Score]) -> str:
    """The scores as a table; `whole` of the empty lines is the share on which nothing was invented."""
    rows = [f"{'stratum':24}{'lines':>6}{'CER %':>8}{'bare %':>8}{'WER %':>8}{'whole %':>9}"]
    for name, measured in metrics(scores).items():
        shares = [measured.get(key) for key in ("cer", "cer_without_marks", "wer", "whole")]
        shown = "".join(f"{'–' if share is None else f'{100 * share:.2f}':>8}" for share in shares)
        rows.append(f"{name:24}{measured['lines']:6}{shown}")
    return "\n".join(rows)


def metrics(scores: dict[str, Score]) -> dict[str, dict[str, float]]:
    """The scores as the manifest keeps them; error rates only where there is something to read."""
    found: dict[str, dict[str, float]] = {}
    for name, score in scores.items():
        found[name] = {"lines": score.lines, "whole": round(score.whole, 4)}
        if score.letters:
            found[name] |= {
                "cer": round(score.characters, 4),
                "cer_without_marks": round(score.characters_bare, 4),
                "wer": round(score.word_errors, 4),
            }
    return found


def main() -> None:
    """Measure the pack and print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", nargs="?", type=Path, default=PACK)
    parser.add_argument("--lines", type=int, default=200, help="lines per stratum")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", action="append", default=[], help="a stratum; several may be named")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    read = product(asked.pack)
    began = time.process_time()
    scores = evaluate(read, asked.lines, asked.seed, asked.only)
    spent = time.process_time() - began
    print(
        json.dumps(metrics(scores), indent=2)
        if asked.json
        else f"{report(scores)}\n{spent:.0f} CPU-s with drawing"
    )


if __name__ == "__main__":
    main()
