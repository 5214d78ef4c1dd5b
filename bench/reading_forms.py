"""`python -m bench.reading_forms`: fields read exactly on drawn forms, and whose fault the others are.

Strata: layouts that no edition has, those that the reader was tuned on and those held out; known editions;
each in print and in handwriting-like fonts never trained on; forms left empty, on which any answer is
invented; and clean typed pages. Tesseract `vie` reads the same pages where it is installed.
"""

import argparse
import json
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.form_pages import known, typed, unseen
from bench.form_scoring import IDENTITY, Page, Score
from bench.tesseract_forms import read_text_with_tesseract, read_with_tesseract
from contracts.recognition import Box, ReadField
from forms import load_editions
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.fields.searching import codes_of, infix_costs
from services.ocr.reading import PageReader
from services.ocr.settings import DEFAULT_MODEL
from synthetic.declarations import HELD_OUT, LAYOUTS, TICKED

Read = Callable[[Page], tuple[dict[str, ReadField], str | None]]
HEAD = (
    f"{'stratum':34} {'reader':10} {'n':>4} {'fields':>7} {'all six':>8} {'missing':>8} {'misplaced':>10} "
    f"{'misread':>8} {'false':>7} {'form':>6} {'CPU s':>6}"
)


def ours(reader: PageReader) -> Read:
    """Our reader on a page."""

    def read(page: Page) -> tuple[dict[str, ReadField], str | None]:
        found = reader.read_page(page.image, page.dpi)
        return found.fields, found.form

    return read


def tesseract(page: Page) -> tuple[dict[str, ReadField], str | None]:
    """Tesseract on the same page; its boxes are not asked for."""
    fields, form = read_with_tesseract(page.image)
    nowhere = Box(x=0, y=0, width=0, height=0)
    return {
        name: ReadField(text=text, confidence=max(0.0, min(1.0, sure)), box=nowhere)
        for name, (text, sure) in fields.items()
    }, form


def measure(pages: Sequence[Page], read: Read, failures: list[str]) -> Score:
    """Read pages; wrong fields are added to `failures`."""
    score = Score()
    for page in pages:
        before = _cpu()
        fields, form = read(page)
        spent = _cpu() - before
        identity = {name: one for name, one in fields.items() if name in IDENTITY}
        failures += [f"{page.name}: {line}" for line in score.add(page, identity, form, spent)]
    return score


def report(name: str, who: str, score: Score) -> str:
    """One line of the table."""
    filled = score.fields > 0
    share = f"{'–':>7} {'–':>8}"
    if filled:
        share = f"{score.exact / score.fields:7.1%} {score.whole / score.pages:8.1%}"
    faults = (
        f"{score.missing:8d} {score.misplaced:10d} {score.misread:8d}"
        if who == "tangthu" and filled
        else f"{'–':>8} {'–':>10} {'–':>8}"
    )
    false = f"{score.invented / score.empty:7.1%}" if score.empty else f"{'–':>7}"
    return (
        f"{name:34} {who:10} {score.pages:4d} {share} {faults} {false} {score.forms:3d}/{score.known:<2d} "
        f"{score.cpu_s / max(1, score.pages):6.2f}"
    )


def typed_pages(reader: PageReader, count: int, seed: int, *, peer: bool) -> dict[str, dict[str, float]]:
    """Character error and CPU seconds on clean typed pages, for us and for tesseract."""
    pages = list(typed(count, seed))
    readers: dict[str, Callable[[Page], str]] = {
        "tangthu": lambda page: reader.read_page(page.image, page.dpi).text
    }
    if peer:
        readers["tesseract"] = lambda page: read_text_with_tesseract(page.image)
    found = {}
    for who, read in readers.items():
        before, edits, characters = _cpu(), 0, 0
        for page in pages:
            wanted = " ".join(page.truth["text"].split())
            # Heading and signature stand around the text; whatever surrounds it costs nothing.
            edits += int(infix_costs(wanted, codes_of(" ".join(read(page).split()))).min())
            characters += len(wanted)
        found[who] = {"cer": edits / characters, "cpu_s": (_cpu() - before) / len(pages)}
        figures = f"CER {found[who]['cer']:6.2%}, {found[who]['cpu_s']:5.2f} CPU s a page"
        print(f"{'clean typed page':34} {who:10} {len(pages):4d} {figures}", flush=True)
    return found


def main() -> None:
    """Measure every stratum and print the table, and with --json the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20, help="pages per stratum")
    parser.add_argument("--seed", type=int, default=40_000)
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--failures", action="store_true", help="print every wrong field")
    parser.add_argument("--only", default="", help="only strata whose name holds this")
    parser.add_argument("--json", type=Path, help="write the counts here")
    asked = parser.parse_args()
    reader = PageReader(PaddleEngine(asked.model), load_editions())
    peer = has_tesseract()
    n, seed, tuned, held = asked.pages, asked.seed, list(LAYOUTS), list(HELD_OUT)
    strata: dict[str, Callable[[], Sequence[Page]]] = {
        "unseen layout, print": lambda: list(unseen(tuned, "print", n, seed)),
        "held-out layout, print": lambda: list(unseen(held, "print", n, seed + 1000)),
        "unseen layout, handwriting": lambda: list(unseen(tuned, "handwriting", n, seed + 2000)),
        "held-out layout, handwriting": lambda: list(unseen(held, "handwriting", n, seed + 3000)),
        "known edition, print": lambda: list(known("print", n, seed + 4000)),
        "known edition, handwriting": lambda: list(known("handwriting", n, seed + 5000)),
        "tick boxes, print": lambda: list(unseen(list(TICKED), "print", n, seed + 9000)),
        "tick boxes, handwriting": lambda: list(unseen(list(TICKED), "handwriting", n, seed + 9500)),
        "empty, unseen layout": lambda: list(unseen(tuned + held, "print", n, seed + 6000, filled=False)),
        "empty, known edition": lambda: list(known("print", n, seed + 7000, filled=False)),
    }
    print(HEAD)
    counts: dict[str, object] = {}
    for name, pages in strata.items():
        if asked.only not in name:
            continue
        drawn = pages()
        for who, read in (("tangthu", ours(reader)), *([("tesseract", tesseract)] if peer else [])):
            failures: list[str] = []
            score = measure(drawn, read, failures)
            counts[f"{name} · {who}"] = asdict(score)
            print(report(name, who, score), flush=True)
            if asked.failures and who == "tangthu":
                print("\n".join(f"    {line}" for line in failures))
    if asked.only in "clean typed page":
        counts["clean typed page"] = typed_pages(reader, max(2, n // 4), seed + 8000, peer=peer)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"most memory taken, drawing included: {peak:.0f} MiB"
        + ("" if peer else "; tesseract with `vie` is not installed")
    )
    if asked.json:
        asked.json.write_text(json.dumps(counts, ensure_ascii=False, indent=1), "utf-8")


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def has_tesseract() -> bool:
    """Whether tesseract and its Vietnamese model are installed."""
    if shutil.which("tesseract") is None:
        return False
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False)
    return "vie" in listed.stdout.split()


if __name__ == "__main__":
    main()
