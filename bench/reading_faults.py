"""`python -m bench.reading_faults`: why identity fields on drawn declarations are read wrongly.

Each wrong field is put down to the first step that failed: its label was not found, nothing was cut behind
it, another place was cut, the value was cut short or with its neighbours, or the cut was right and the
reading was not. Of misread ones it is told whether the right text was among the field's alternatives, and
with `--to` its crop is kept for looking at. For finding what to mend: never measure success on these seeds.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2

from bench.form_pages import unseen
from bench.form_scoring import Page, encloses, same
from contracts.recognition import Box, ReadField, Recognition
from forms import load_editions
from services.ocr.engine.paddle import PaddleEngine
from services.ocr.fields.editions import recognise_layout
from services.ocr.reading import PageReader
from services.ocr.settings import DEFAULT_MODEL
from synthetic.canvas import Box as DrawnBox
from synthetic.declarations import HELD_OUT, LAYOUTS
from synthetic.writing import Mode

MARGIN_PX = 24
"""Around a kept crop, so that what was cut off can be seen."""


@dataclass(frozen=True)
class Fault:
    """A wrong field: where, what stood there, what was read, and the step that failed."""

    page: str
    field: str
    truth: str
    read: str
    confidence: float
    cause: str


def faults(reader: PageReader, page: Page, found: Recognition) -> Iterator[Fault]:
    """The wrong fields of a page that has been read."""
    labelled = _labelled(reader, page)
    for name, truth in page.truth.items():
        read = found.fields.get(name)
        if read is not None and same(name, truth, read.text):
            continue
        cause = _cause(name, truth, read, page.boxes, labelled)
        text, sure = ("", 0.0) if read is None else (read.text, read.confidence)
        yield Fault(page.name, name, truth, text, round(sure, 3), cause)


def _labelled(reader: PageReader, page: Page) -> frozenset[str]:
    """The fields whose labels are found."""
    rows, spans = reader.labels_of(page.image, page.dpi)
    layout = recognise_layout(
        [row.text for row in rows],
        [row.row.uprights for row in rows],
        spans,
        reader.catalogue,
    )
    return frozenset(one.id for one in layout.fields)


def _cause(
    name: str,
    truth: str,
    read: ReadField | None,
    boxes: Mapping[str, DrawnBox],
    labelled: frozenset[str],
) -> str:
    if read is None:
        return "nothing cut or read" if name in labelled else "label not found"
    drawn = boxes[name]
    if encloses(read.box, drawn):
        others = any(same(name, truth, one.text) for one in read.alternatives)
        return "misread, truth among alternatives" if others else "misread"
    if not _meet(read.box, drawn):
        return "cut elsewhere"
    wide = read.box.width > 1.3 * drawn.width and len(read.text) > len(truth)
    return "cut with neighbours" if wide else "cut short"


def _meet(one: Box, other: DrawnBox) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def keep_crop(folder: Path, page: Page, fault: Fault, read: ReadField | None) -> None:
    """Write the place of a wrong value, as drawn and as cut together."""
    drawn = page.boxes[fault.field]
    left, top = drawn.x, drawn.y
    right, bottom = drawn.x + drawn.width, drawn.y + drawn.height
    if read is not None and _meet(read.box, drawn):
        left, top = min(left, read.box.x), min(top, read.box.y)
        right = max(right, read.box.x + read.box.width)
        bottom = max(bottom, read.box.y + read.box.height)
    area = page.image[
        max(0, top - MARGIN_PX) : bottom + MARGIN_PX, max(0, left - MARGIN_PX) : right + MARGIN_PX
    ]
    if area.size:
        cv2.imwrite(str(folder / f"{page.name}-{fault.field}.png"), area)


def main() -> None:
    """Read the seeds' pages and print every fault and the table of causes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[70_000, 71_000, 72_000, 74_000])
    parser.add_argument("--pages", type=int, default=14, help="pages per seed and kind of writing")
    parser.add_argument(
        "--writing", choices=("print", "handwriting"), nargs="+", default=["print", "handwriting"]
    )
    parser.add_argument("--held-out", action="store_true", help="the layouts that the reader is not tuned on")
    parser.add_argument("--to", type=Path, help="keep the crops and a faults.json in this folder")
    asked = parser.parse_args()
    reader = PageReader(PaddleEngine(DEFAULT_MODEL), load_editions())
    layouts = list(HELD_OUT if asked.held_out else LAYOUTS)
    everything: list[Fault] = []
    if asked.to:
        asked.to.mkdir(parents=True, exist_ok=True)
    for mode in asked.writing:
        writing: Mode = mode
        total, causes = 0, Counter[str]()
        for seed in asked.seeds:
            for page in unseen(layouts, writing, asked.pages, seed):
                found = reader.read_page(page.image, page.dpi)
                total += len(page.truth)
                for fault in faults(reader, page, found):
                    causes[fault.cause] += 1
                    everything.append(fault)
                    print(f"  {fault.page} {fault.field}: {fault.truth!r} → {fault.read!r} "
                          f"({fault.confidence:.2f}) {fault.cause}", flush=True)  # fmt: skip
                    if asked.to:
                        keep_crop(asked.to, page, fault, found.fields.get(fault.field))
        wrong = sum(causes.values())
        print(f"{writing}: {total - wrong} of {total} fields exact, {1 - wrong / max(1, total):.1%}")
        for cause, count in causes.most_common():
            print(f"  {count:4d} {count / max(1, total):6.1%}  {cause}")
    if asked.to:
        told = json.dumps([asdict(one) for one in everything], ensure_ascii=False, indent=1)
        (asked.to / "faults.json").write_text(told, "utf-8")


if __name__ == "__main__":
    main()
