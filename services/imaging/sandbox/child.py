"""What runs in the child: open one file, enhance its pages, write derivatives and a report."""

import io
import os
import time
from pathlib import Path
from typing import TextIO

import cv2
import numpy as np
from PIL import Image

from contracts.vocabulary import RefusalReason
from services.imaging.domain import Correction, PageOutcome, Recipe, Refused, worst
from services.imaging.profiles import defect_sentences, load_profile, paper_sizes, profile_names
from services.imaging.sandbox.limits import PAUSE_AFTER_S, allow_cpu_for_a_page
from services.imaging.sandbox.protocol import RESULTS, Order, Report
from services.imaging.steps.clock import Clock
from services.imaging.steps.correct import correct, turned_size
from services.imaging.steps.derive import Derivatives, derive
from services.imaging.steps.examine import examine
from services.imaging.steps.measure import resolution
from services.imaging.steps.own_image import own_image
from services.imaging.steps.sheet import Sheet, turn
from services.imaging.steps.sniff import sniff
from services.imaging.steps.split import Pages, split

_HEAD_BYTES = 16


def work(order: Order, source: int) -> None:
    """Work through the open file `source` from `order.first_page`; every page leaves one line in the report.

    Derivatives and report go to the current folder.
    """
    started = time.monotonic()
    folder = Path()
    with (folder / RESULTS).open("a", encoding="utf-8") as report:
        allow_cpu_for_a_page()
        try:
            pages = _open(source, order.claim)
        except Refused as refused:
            _tell(report, Report(pages=1))
            _tell(report, Report(page=PageOutcome.refusal(refused)))
            _tell(report, Report(ended=True))
            return
        _tell(report, Report(pages=pages.count))
        alone = order.own_image or order.recipe is not None
        last = min(order.first_page, pages.count) if alone else pages.count
        for page_no in range(order.first_page, last + 1):
            if page_no > order.first_page and time.monotonic() - started > PAUSE_AFTER_S:
                _tell(report, Report(ended=False))
                return
            allow_cpu_for_a_page()
            _tell(report, Report(page=_page(pages, page_no, order, folder)))
        _tell(report, Report(ended=True))


def _open(source: int, claim: str) -> Pages:
    with os.fdopen(source, "rb") as opened:
        data = opened.read()
    return split(data, sniff(data[:_HEAD_BYTES], claim))


def _page(pages: Pages, page_no: int, order: Order, folder: Path) -> PageOutcome:
    try:
        if order.own_image:
            return _extracted(pages, page_no, folder)
        if order.recipe is not None:
            return _followed(pages, page_no, order.recipe, order.correction, folder)
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
    outcome = _outcome(pages, page_no, sheet, examination.recipe, made, folder, clock)
    return outcome.model_copy(
        update={
            "cover_reference": examination.cover_reference,
            "verdict": worst(examination.defects),
            "defects": examination.defects,
            "measures": examination.measures,
            "fingerprint": examination.fingerprint,
        }
    )


def _followed(
    pages: Pages, page_no: int, recipe: Recipe, correction: Correction | None, folder: Path
) -> PageOutcome:
    """The derivatives of a recipe that was made before, corrected if asked: nothing is examined or judged."""
    clock = Clock()
    with clock.step("decode"):
        sheet = pages.decode(page_no)
    if correction is not None:
        recipe = correct(recipe, turned_size(sheet.size, recipe.rotation), correction)[0]
    made = derive(turn(sheet, recipe.rotation, mirrored=recipe.mirrored), recipe, clock)
    return _outcome(pages, page_no, sheet, recipe, made, folder, clock)


def _extracted(pages: Pages, page_no: int, folder: Path) -> PageOutcome:
    """The page's own image alone."""
    own = own_image(pages, page_no)
    name = _write(folder / f"{page_no:06d}_own{own.suffix}", own.data)
    return PageOutcome(page_no=page_no, page_count=pages.count, own=name, own_untouched=own.untouched)


def _outcome(
    pages: Pages, page_no: int, sheet: Sheet, recipe: Recipe, made: Derivatives, folder: Path, clock: Clock
) -> PageOutcome:
    """Write the derivatives and say where they lie."""
    images = (
        ("access.jpg", made.access),
        ("thumbnail.jpg", made.thumbnail),
        ("reading.jpg", made.reading),
        ("bitonal.tif", made.bitonal),
    )
    with clock.step("write"):
        access, thumbnail, reading, bitonal = (
            _write(folder / f"{page_no:06d}_{name}", data) if data else None for name, data in images
        )
    dpi = resolution(sheet)
    return PageOutcome(
        page_no=page_no,
        page_count=pages.count,
        content=recipe.content,
        recipe=recipe,
        source_width=sheet.size[0],
        source_height=sheet.size[1],
        width=made.width,
        height=made.height,
        dpi=round(dpi * recipe.access_scale, 1) if dpi else None,
        access=access,
        thumbnail=thumbnail,
        reading=reading,
        bitonal=bitonal,
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
    for name in profile_names():
        load_profile(name)
    defect_sentences()
    paper_sizes()
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
