"""`python -m bench.calibration`: calibration error and coverage by field type, on faces not calibrated on.

`cover 1 %` is the share of fields that may be filled in, the surest first, with at most 1 % of them wrong.
`ECE pack` is that of the confidence the product gives, `raw` of the smallest character probability behind it,
`known` with the pack's curve for that kind of writing; `chance` is what so few fields would show of a perfect
one. `sure wrong` are surer than 0.9 and wrong; `kept/wrong` are what the pack's thresholds let pass.
"""

import argparse
import logging
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.ocr.engine.calibration import ANY, Calibration, calibrated
from services.ocr.engine.pack import load_pack
from services.ocr.engine.paddle import PaddleEngine
from training.calibrate import KINDS, SHARES, TYPES, Judged, halves, judged
from training.evaluate import PACK

COLUMNS = (
    ("type", 8),
    ("writing", 12),
    ("fields", 8),
    ("right %", 9),
    ("ECE raw", 9),
    ("ECE pack", 10),
    ("ECE known", 11),
    ("chance", 8),
    ("ratio", 7),
    ("cover 1 %", 11),
    ("cover 0.1 %", 13),
    ("sure wrong", 12),
    ("kept/wrong % at 1 %", 21),
    ("at 0.1 %", 14),
)
BINS = 10
SEED = 9100
SURE = 0.9


@dataclass(frozen=True)
class Scale:
    """Confidences with whether each reading was right."""

    confidence: NDArray[np.float64]
    right: NDArray[np.float64]

    @property
    def error(self) -> float:
        """Expected calibration error over BINS equally wide bins."""
        gaps = [abs(float((self.confidence[one] - self.right[one]).sum())) for one in self._bins()]
        return sum(gaps) / len(self.right)

    @property
    def chance(self) -> float:
        """The error awaited of so many fields if every confidence were true (half-normal gaps)."""
        spreads = [
            math.sqrt(float((level * (1 - level)).sum()))
            for level in map(self.confidence.__getitem__, self._bins())
        ]
        return math.sqrt(2 / math.pi) * sum(spreads) / len(self.right)

    def _bins(self) -> list[NDArray[np.bool_]]:
        bins = np.minimum((self.confidence * BINS).astype(int), BINS - 1)
        return [bins == one for one in range(BINS)]

    @property
    def sure_wrong(self) -> int:
        """Fields at least SURE that are wrong."""
        return int(((self.confidence >= SURE) & (self.right == 0)).sum())

    def coverage(self, share: float) -> float:
        """Largest share of fields, the surest first, with at most this share of errors."""
        order = np.argsort(-self.confidence, kind="stable")
        wrong = np.cumsum(1 - self.right[order])
        fit = np.flatnonzero(wrong <= share * np.arange(1, len(order) + 1))
        return (int(fit[-1]) + 1) / len(order) if len(fit) else 0.0

    def passing(self, level: float) -> tuple[float, float]:
        """Share of fields at or above a threshold, and the share of those that are wrong."""
        kept = self.confidence >= level
        return float(kept.mean()), float(1 - self.right[kept].mean()) if kept.any() else 0.0


def scale(group: list[Judged], how: str, field: str, kind: str, pack: Path) -> Scale:
    """Confidences of a group: as the pack gives them, raw, or with the kind of writing known."""
    right = np.array([one.right for one in group], np.float64)
    if how == "raw":
        given = [min(glyph.probability for glyph in one.reading.glyphs) for one in group]
    elif how == "known":
        loaded = load_pack(pack)
        curve = (loaded.calibration or Calibration({})).curve(field, kind)
        given = [calibrated(one.reading, curve, loaded.syllables).confidence for one in group]
    else:
        given = [one.reading.confidence for one in group]
    return Scale(np.array(given, np.float64), right)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--lines", type=int, default=1200, help="lines per field type and kind of writing")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    engine, (_, faces) = PaddleEngine(asked.pack), halves()
    thresholds = load_pack(asked.pack).calibration or Calibration({})
    print("".join(f"{head:>{width}}" for head, width in COLUMNS))
    for field in TYPES:
        mixed: list[Judged] = []
        for kind in KINDS:
            group = judged(engine, field, kind, faces, asked.lines, asked.seed)
            mixed += group
            print(row(group, field, kind, asked.pack, thresholds), flush=True)
        print(row(mixed, field, ANY, asked.pack, thresholds), flush=True)


def row(group: list[Judged], field: str, kind: str, pack: Path, thresholds: Calibration) -> str:
    """The figures of one group of readings."""
    raw, given, known = (scale(group, how, field, kind, pack) for how in ("raw", "pack", "known"))
    below = thresholds.curve(field).keyed_below
    passed = [given.passing(below[f"{share}"]) for share in SHARES]
    figures = (
        f"{len(group)}",
        f"{100 * given.right.mean():.1f}",
        *(f"{one.error:.3f}" for one in (raw, given, known)),
        f"{given.chance:.3f}",
        f"{given.error / max(raw.error, 1e-6):.2f}",
        *(f"{100 * given.coverage(share):.1f}" for share in SHARES),
        f"{given.sure_wrong}",
        *(f"{100 * kept:.1f} / {100 * wrong:.2f}" for kept, wrong in passed),
    )
    widths = [width for _, width in COLUMNS]
    return "".join(f"{one:>{width}}" for one, width in zip((field, kind, *figures), widths, strict=True))


if __name__ == "__main__":
    main()
