"""What runs in the child: open one file, enhance its pages, write derivatives and a report."""

import io
import time
from pathlib import Path
from typing import TextIO

import cv2
import numpy as np
from PIL import Image

from contracts.vocabulary import RefusalReason
from services.imaging.domain import PageOutcome, Refused, worst
from services.imaging.profiles import load_profile
from services.imaging.sandbox.limits import PAUSE_AFTER_S, allow_cpu_for_a_page
from services.imaging.sandbox.protocol import RESULTS, Order, Report
from services.imaging.steps.clock import Clock
from services.imaging.steps.derive import derive
from services.imaging.steps.examine import examine
from services.imaging.steps.sniff import sniff
from services.imaging.steps.split import Pages, split

_HEAD_BYTES = 16


def work(order: Order) -> None:
    """Work through the file from `order.first_page`; every page leaves one line in the report."""
    started = time.monotonic()
    folder = Path(order.folder)
    with (folder / RESULTS).open("a", encoding="utf-8") as report:
        allow_cpu_for_a_page()
        try:
            pages = _open(Path(order.source), order.claim)
        except Refused as refused:
            _tell(report, Report(pages=1))
            _tell(report, Report(page=PageOutcome.refusal(refused)))
            _tell(report, Report(ended=True))
            return
        _tell(report, Report(pages=pages.count))
        for page_no in range(order.first_page, pages.count + 1):
            if page_no > order.first_page and time.monotonic() - started > PAUSE_AFTER_S:
                _tell(report, Report(ended=False))
                return
            allow_cpu_for_a_page()
            _tell(report, Report(page=_page(pages, page_no, order, folder)))
        _tell(report, Report(ended=True))


def _open(source: Path, claim: str) -> Pages:
    data = source.read_bytes()
    return split(data, sniff(data[:_HEAD_BYTES], claim))


def _page(pages: Pages, page_no: int, order: Order, folder: Path) -> PageOutcome:
    try:
        return _enhanced(pages, page_no, order, folder)
    except Refused as refused:
        return PageOutcome.refusal(refused, page_no, pages.count)
    except (MemoryError, cv2.error) as error:
        crash = Refused(RefusalReason.PARSER_CRASH, type(error).__name__)
        return PageOutcome.refusal(crash, page_no, pages.count)


def _enhanced(pages: Pages, page_no: int, order: Order, folder: Path) -> PageOutcome:
    clock = Clock()
    with clock.step("decode"):
        sheet = pages.decode(page_no)
    examination, upright = examine(sheet, load_profile(order.profile), clock, order.papers)
    made = derive(upright, examination.recipe, clock)
    with clock.step("write"):
        access = _write(folder / f"{page_no:06d}_access.jpg", made.access)
        thumbnail = _write(folder / f"{page_no:06d}_thumbnail.jpg", made.thumbnail)
        reading = _write(folder / f"{page_no:06d}_reading.jpg", made.reading) if made.reading else None
        bitonal = _write(folder / f"{page_no:06d}_bitonal.tif", made.bitonal) if made.bitonal else None
    dpi, recipe = examination.measures.dpi, examination.recipe
    return PageOutcome(
        page_no=page_no,
        page_count=pages.count,
        content=examination.content,
        cover_reference=examination.cover_reference,
        verdict=worst(examination.defects),
        defects=examination.defects,
        recipe=recipe,
        measures=examination.measures,
        source_width=sheet.size[0],
        source_height=sheet.size[1],
        width=made.width,
        height=made.height,
        dpi=round(dpi * recipe.access_scale, 1) if dpi else None,
        access=access,
        thumbnail=thumbnail,
        reading=reading,
        bitonal=bitonal,
        fingerprint=examination.fingerprint,
        milliseconds=clock.milliseconds,
    )


def _write(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return path.name


def _tell(report: TextIO, line: Report) -> None:
    report.write(line.model_dump_json(exclude_none=True) + "\n")
    report.flush()


def warm_up() -> None:
    """Load what every page needs, so that children share it: profile, codecs, network."""
    cv2.setNumThreads(1)
    page = np.full((1754, 1240, 3), 240, np.uint8)
    for row in range(100, 1600, 40):
        page[row : row + 12, 100:1100:7] = 30
    for form, claim in (("JPEG", "image/jpeg"), ("PNG", "image/png"), ("TIFF", "image/tiff")):
        # Pillow imports a format's module when it first meets it: 15 ms that no child should spend.
        buffer = io.BytesIO()
        Image.fromarray(page).save(buffer, form, dpi=(150, 150))
        data = buffer.getvalue()
        sheet = split(data, sniff(data[:_HEAD_BYTES], claim)).decode(1)
        examination, upright = examine(sheet, load_profile(), Clock())
        derive(upright, examination.recipe, Clock())
