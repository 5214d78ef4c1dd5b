"""`python -m bench.reading_forms`: fields read exactly on unseen layouts and fonts, CPU seconds per page.

Strata: unseen layouts and known editions, in print and in handwriting-like fonts kept out of training, and
empty forms, on which any answer is invented. Tesseract reads the same pages where it is installed.
"""

import argparse
import json
import random
import resource
import shutil
import subprocess
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from bench.drawn_forms import draw_declaration
from bench.tesseract_forms import read_with_tesseract
from forms import edition, load_editions
from services.ocr.domain import partial_date, sex_of
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.fields.catalogue import IDENTITY_FIELDS
from services.ocr.layout.scale import Grey
from services.ocr.reading import PageReader
from services.ocr.settings import DEFAULT_MODEL
from synthetic.fonts import HANDWRITING, SANS, SERIF, font
from synthetic.forms import Filled, draw_form, fill
from synthetic.people import household
from synthetic.scans import scan
from synthetic.writing import Mode

KNOWN = (("CC01", "2019"), ("CMND-9", "provisional"), ("HK01", "2014"), ("CT01", "2023"))


@dataclass
class Page:
    """A drawn page and what is written in its identity fields."""

    image: Grey
    truth: dict[str, str]
    form: str | None = None


@dataclass
class Score:
    """Counts of one stratum."""

    pages: int = 0
    fields: int = 0
    exact: int = 0
    whole: int = 0
    """Pages whose every field is exact."""
    invented: int = 0
    """Fields answered where nothing is written."""
    forms: int = 0
    """Known editions named rightly."""
    cpu_s: float = 0.0
    per_field: dict[str, list[int]] = field(default_factory=dict)
    confidences: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, page: Page, read: dict[str, tuple[str, float]], form: str | None, cpu_s: float) -> None:
        """Count one page."""
        self.pages += 1
        self.cpu_s += cpu_s
        self.forms += page.form is not None and form == page.form
        right = 0
        for name, wanted in page.truth.items():
            text, confidence = read.get(name, ("", 0.0))
            hit = same(name, wanted, text)
            right += hit
            counts = self.per_field.setdefault(name, [0, 0])
            counts[0] += hit
            counts[1] += 1
            if text:
                self.confidences.append((confidence, hit))
        self.fields += len(page.truth)
        self.exact += right
        self.whole += right == len(page.truth)
        self.invented += sum(name not in page.truth for name in read)


def same(name: str, wanted: str, text: str) -> bool:
    """Whether a field was read exactly: text for names, value for dates, sex and numbers."""
    if name == "birth_date":
        return partial_date(text) is not None and partial_date(text) == partial_date(wanted)
    if name == "sex":
        return sex_of(text) is not None and sex_of(text) == sex_of(wanted)
    if name == "number":
        return "".join(filter(str.isdigit, text)) == wanted
    return unicodedata.normalize("NFC", text) == unicodedata.normalize("NFC", wanted)


def unseen(mode: Mode, count: int, seed: int, *, filled: bool = True) -> Iterator[Page]:
    """Declarations in layouts of no edition."""
    printed = [font(family) for family in (*SERIF, *SANS)]
    written = printed if mode == "print" else [font(family) for family in HANDWRITING]
    for number in range(count):
        drawn = draw_declaration(seed + number, printed, written, filled=filled)
        yield Page(drawn.image, drawn.truth)


def known(mode: Mode, count: int, seed: int, *, filled: bool = True) -> Iterator[Page]:
    """Scanned pages of known editions."""
    for number in range(count):
        form, year = KNOWN[number % len(KNOWN)]
        one = edition(form, year)
        rng, words = np.random.default_rng(seed + number), random.Random(seed + number)
        home = household(words, "941")
        values = fill(one, home.head, words, home) if filled else Filled()
        sheet = draw_form(one, values, rng, mode=mode)[0]
        image = np.asarray(scan(sheet, rng).image.convert("L"), np.uint8)
        truth = {item.id: item.text for item in sheet.truth.fields if item.id in IDENTITY_FIELDS}
        yield Page(image, truth, form)


def measure(pages: Sequence[Page], reader: PageReader | None) -> Score:
    """Read pages with our reader, or with tesseract where none is given."""
    score = Score()
    for page in pages:
        before = _cpu()
        if reader is not None:
            found = reader.read_page(page.image, 200)
            fields = {name: (one.text, one.confidence) for name, one in found.fields.items()}
            form = found.form
        else:
            fields, form = read_with_tesseract(page.image)
        identity = {name: fields[name] for name in IDENTITY_FIELDS if name in fields}
        score.add(page, identity, form, _cpu() - before)
    return score


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def report(name: str, who: str, score: Score) -> str:
    """One line of the table."""
    share = score.exact / score.fields if score.fields else 0.0
    whole = score.whole / score.pages if score.fields else 0.0
    sure = [hit for confidence, hit in score.confidences if confidence >= 0.9]
    kept = (
        f"{len(sure) / max(1, len(score.confidences)):4.0%} at {1 - sum(sure) / len(sure):4.1%}"
        if sure
        else "–"
    )
    return (
        f"{name:28} {who:10} {score.pages:4d} {share:7.1%} {whole:7.1%} {score.invented:6d} "
        f"{kept:>14} {score.cpu_s / max(1, score.pages):7.2f}"
    )


def main() -> None:
    """Measure every stratum and print the table, and with --json the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=12, help="pages per stratum")
    parser.add_argument("--seed", type=int, default=40_000)
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--json", type=Path, help="write the counts here")
    asked = parser.parse_args()
    reader = PageReader(PaddleEngine(asked.model), load_editions())
    peers = ["tesseract"] if _has_tesseract() else []
    strata = {
        "unseen layout, print": list(unseen("print", asked.pages, asked.seed)),
        "unseen layout, handwriting": list(unseen("handwriting", asked.pages, asked.seed + 1000)),
        "known edition, print": list(known("print", asked.pages, asked.seed + 2000)),
        "known edition, handwriting": list(known("handwriting", asked.pages, asked.seed + 3000)),
        "empty, unseen layout": list(unseen("print", asked.pages, asked.seed + 4000, filled=False)),
        "empty, known edition": list(known("print", asked.pages, asked.seed + 5000, filled=False)),
    }
    heads = f"{'n':>4} {'fields':>7} {'all 6':>7} {'false':>6} {'sure, wrong':>14} {'CPU s':>7}"
    print(f"{'stratum':28} {'reader':10} {heads}")
    counts = {}
    for name, pages in strata.items():
        for who in ("tangthu", *peers):
            score = measure(pages, reader if who == "tangthu" else None)
            counts[f"{name} · {who}"] = asdict(score)
            print(report(name, who, score), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(counts, ensure_ascii=False, indent=1), "utf-8")


def _has_tesseract() -> bool:
    if shutil.which("tesseract") is None:
        return False
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False)
    return "vie" in listed.stdout.split()


if __name__ == "__main__":
    main()
