"""Blank and written pages of three sets, clean, bleed-through and hard: how many are mistaken.

`python -m bench.imaging_blanks [--pages N] [--hard N]`. Bounds were chosen on seeds from 0; figures are
told for seeds from 3000 as well, which were drawn only after the bounds had been chosen.
"""

import argparse
import functools
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from bench.blank_pages import BLANKS, DPI, WRITTEN, bare, front, hard_page, short_line
from bench.imaging_figures import Figure, Teller
from services.imaging.profiles import load_profile
from services.imaging.steps.clock import Clock
from services.imaging.steps.decode import decode_jpeg
from services.imaging.steps.examine import examine
from synthetic import files
from synthetic.covers import draw_back
from synthetic.scans import Faults, Scan, scan
from synthetic.truth import PageTruth, Sheet

CORES = 2
TUNED_FROM, TOLD_FROM = 0, 3000


@dataclass(frozen=True, slots=True)
class Count:
    """Pages of one kind in one set, and how many of them were taken for the other kind."""

    set: str
    kind: str
    blank: bool
    pages: int
    wrong: int


def is_blank(made: Scan) -> bool:
    """What imaging says of a scan."""
    return examine(decode_jpeg(files.jpeg(made)), load_profile(), Clock())[0].content == "blank"


def _easy(seed: int) -> list[tuple[str, str, bool, bool]]:
    """A page of each kind of the clean and bleed-through sets: set, kind, is it blank, is it called so."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    form = front(seed)
    empty, note = (
        Sheet(Image.fromarray(pixels), DPI, PageTruth(content))
        for pixels, content in ((bare(rng), "blank"), (short_line(rng), "text"))
    )
    sets = (
        ("clean", "empty", empty), ("clean", "form", form),
        ("bleed-through", "back", draw_back(form, rng)), ("bleed-through", "short line", note),
    )  # fmt: skip
    ordinary = Faults(skew_degrees=float(rng.uniform(-2, 2)), noise=2.0)
    return [
        (name, kind, sheet.truth.content == "blank", is_blank(scan(sheet, rng, ordinary)))
        for name, kind, sheet in sets
    ]


def _hard(kind: str, seed: int) -> tuple[str, str, bool, bool]:
    cv2.setNumThreads(1)
    page = hard_page(kind, seed)
    return "hard", kind, page.blank, is_blank(page.made)


def counted(pages: int, hard: int, start: int) -> list[Count]:
    """Work through `pages` of each easy kind and `hard` of each hard kind, from seed `start` on."""
    seeds = range(start, start + pages)
    with ProcessPoolExecutor(CORES) as pool:
        rows = [row for four in pool.map(_easy, seeds) for row in four]
        for kind in (*BLANKS, *WRITTEN):
            rows += pool.map(functools.partial(_hard, kind), range(start, start + hard))
    kinds = dict.fromkeys((name, kind, blank) for name, kind, blank, _said in rows)
    return [
        Count(
            *kind,
            pages=sum(row[:3] == kind for row in rows),
            wrong=sum(row[:3] == kind and row[3] != kind[2] for row in rows),
        )
        for kind in kinds
    ]


def figures(counts: Sequence[Count]) -> list[Figure]:
    """Missed and false of every set, in percent."""
    found = []
    for name in ("clean", "bleed-through", "hard"):
        for blank, what in ((True, "missed"), (False, "false")):
            chosen = [count for count in counts if count.set == name and count.blank == blank]
            pages, wrong = sum(count.pages for count in chosen), sum(count.wrong for count in chosen)
            must = 1.0 if name == "hard" else 0.0
            share = round(100 * wrong / max(1, pages), 2)
            found.append(
                Figure(f"blank pages {what}, {name} set", share, "% of pages", must, 0.0, pages=pages)
            )
    return found


def main() -> None:
    """Draw, examine, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--pages", type=int, default=100, help="of each kind in the clean and bleed-through sets"
    )
    arguments.add_argument("--hard", type=int, default=40, help="of each of the 13 hard kinds")
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    tell = Teller(as_json=chosen.json)
    for start, said in ((TUNED_FROM, "bounds chosen on these"), (TOLD_FROM, "not looked at before")):
        counts = counted(chosen.pages, chosen.hard, start)
        tell(f"seeds from {start}", said)
        for count in counts:
            tell(f"  {count.set}: {count.kind}", f"{count.wrong} of {count.pages} wrong")
        tell.table(figures(counts))


if __name__ == "__main__":
    main()
