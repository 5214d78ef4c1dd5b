"""Faults that only a batch shows, found by the running service in whatever order its files come."""

import dataclasses
import uuid
from typing import Any

import numpy as np
from sqlalchemy import select

from contracts.events import PageEnhanced, ScanBatchClosed
from contracts.vocabulary import DossierKind, GroupingMethod, PageContent, PaperSize, Verdict
from services.imaging.batches import repository
from services.imaging.models import EnhancementRow
from services.imaging.profiles import paper_sizes
from services.imaging.steps.judge_batch import Trace, last_of_odd
from synthetic import files
from synthetic.scans import Faults, scan
from tests.imaging.scans import scanned, sheet
from tests.imaging.serving import UNIT, ServedImaging

DPI = 200


def form(seed: int) -> bytes:
    """Somebody's form."""
    return files.jpeg(scanned("form", Faults(skew_degrees=0.7), seed, DPI))


def form_again(seed: int) -> bytes:
    """The same sheet, laid on the glass a second time."""
    faults = Faults(skew_degrees=-0.9, noise=3.0, quality=70)
    return files.jpeg(scan(sheet("form", seed, DPI), np.random.default_rng(99), faults))


def faults_of(imaging: ServedImaging, page: PageEnhanced) -> set[str]:
    """What the newest announcement of a page says."""
    told = [one for one in imaging.heard if isinstance(one, PageEnhanced) and one.page_id == page.page_id]
    return set(max(told, key=lambda one: one.id).defects)


async def close(imaging: ServedImaging, batch_id: uuid.UUID, count: int, **more: Any) -> ScanBatchClosed:
    """Announce that a batch holds so many files."""
    event = ScanBatchClosed(
        batch_id=batch_id, unit_code=UNIT, kind=DossierKind.RESIDENCE, grouping=GroupingMethod.REFERENCE,
        file_count=count, **more,
    )  # fmt: skip
    await imaging.runtime.bus.publish(event)
    return event


async def test_a_sheet_scanned_twice_is_found_in_any_order(served_imaging: ServedImaging) -> None:
    """The later page has the fault, though the earlier one comes last; others of the form have none."""
    imaging, batch = served_imaging, uuid.uuid4()
    other = await imaging.page(form(16), 2, batch_id=batch)
    again = await imaging.page(form_again(9), 3, batch_id=batch)
    assert "repeated_page" not in again.defects, "nothing is like it yet"

    first = await imaging.page(form(9), 1, batch_id=batch)
    told = await imaging.told(again.file_id, lambda event: "repeated_page" in event.defects)

    assert told.verdict is Verdict.WARN
    assert told.id > again.id
    assert told.model_dump(exclude={"id", "occurred_at", "defects", "verdict"}) == again.model_dump(
        exclude={"id", "occurred_at", "defects", "verdict"}
    )
    assert "repeated_page" not in faults_of(imaging, first) | faults_of(imaging, other)

    elsewhere = await imaging.page(form(9), 4, batch_id=uuid.uuid4())
    assert "repeated_page" not in elsewhere.defects, "another batch is another day's work"
    third = await imaging.page(form(9), 4, batch_id=batch)
    assert "repeated_page" in third.defects


async def test_a_repeated_event_judges_nothing_twice(served_imaging: ServedImaging) -> None:
    """Delivered again, a file neither resembles itself nor counts twice."""
    imaging, batch = served_imaging, uuid.uuid4()
    event = await imaging.send(form(9), 1, batch_id=batch)
    page = await imaging.told(event.file_id)
    await imaging.runtime.bus.publish_again(event.subject, event.model_dump_json().encode())
    anew = event.model_copy(update={"id": uuid.uuid4()})
    await imaging.runtime.bus.publish(anew)
    await imaging.told(event.file_id, lambda one: one.id != page.id)

    assert faults_of(imaging, page) == set(page.defects)
    async with imaging.runtime.database.write() as session:
        row = await repository.lock_batch(session, batch, UNIT, None)
    assert row.files_known == 1


async def test_a_duplex_batch_tells_which_dossier_lacks_a_side(served_imaging: ServedImaging) -> None:
    """Of two dossiers the one with three pages lacks a side; known once the whole batch is there."""
    imaging, batch = served_imaging, uuid.uuid4()
    said: dict[str, Any] = {"batch_id": batch, "duplex": True}
    back = files.jpeg(scanned("back", seed=3, dpi=DPI))
    for place, (data, dossier) in enumerate([(form(3), "HK-1"), (back, "HK-1"), (form(5), "HK-2")], 1):
        await imaging.page(data, place, dossier_reference=dossier, **said)
    await close(imaging, batch, 5, duplex=True)
    await imaging.page(form(8), 4, dossier_reference="HK-2", **said)
    last = await imaging.page(form(11), 5, dossier_reference="HK-2", **said)

    told = await imaging.told(last.file_id, lambda event: "missing_side" in event.defects)

    flagged = {
        one.sequence
        for one in imaging.heard
        if isinstance(one, PageEnhanced) and "missing_side" in one.defects
    }
    assert flagged == {5}
    assert told.dossier_reference == "HK-2"
    async with imaging.runtime.database.read() as session:
        (defects,) = await session.scalars(
            select(EnhancementRow.defects).where(EnhancementRow.page_id == last.page_id)
        )
    assert any(one["advice"].startswith("Số trang lẻ") for one in defects)


async def test_sides_are_counted_only_where_the_sender_says_so(served_imaging: ServedImaging) -> None:
    """One page, nothing said of its back: nothing is missing. Closed late, a duplex one lacks its back."""
    imaging, batch, duplex = served_imaging, uuid.uuid4(), uuid.uuid4()
    single = await imaging.page(form(3), 1, batch_id=batch)
    await close(imaging, batch, 1)
    fronts_only = await imaging.page(form(3), 1, batch_id=duplex, duplex=True)
    await close(imaging, duplex, 1, duplex=True)

    await imaging.told(fronts_only.file_id, lambda event: "missing_side" in event.defects)

    assert "missing_side" not in faults_of(imaging, single)


async def test_paper_of_another_size_than_surveyed_is_told(served_imaging: ServedImaging) -> None:
    """A5 among papers surveyed as A4; nothing is said where A5 was surveyed too, or nothing was."""
    imaging = served_imaging
    whole = scanned("form", seed=3, dpi=DPI)
    half = dataclasses.replace(
        whole, image=whole.image.crop((0, 0, whole.image.width, whole.image.height // 2))
    )
    a4, a5 = files.jpeg(whole), files.jpeg(half)

    right = await imaging.page(a4, 1, papers=(PaperSize.A4,))
    wrong = await imaging.page(a5, 2, papers=(PaperSize.A4,))
    both = await imaging.page(a5, 3, papers=(PaperSize.A4, PaperSize.A5))
    unsaid = await imaging.page(a5, 4)

    assert "wrong_paper_size" in wrong.defects
    assert all("wrong_paper_size" not in one.defects for one in (right, both, unsaid))
    assert set(paper_sizes()) == set(PaperSize)


def test_sides_are_counted_by_dossier() -> None:
    """A cover's blank back is no side of its dossier; two dossiers that are both odd are both told."""
    text, blank, cover = PageContent.TEXT, PageContent.BLANK, PageContent.COVER_SHEET
    scans = [cover, blank, text, text, cover, blank, text, cover, text, blank, text]
    pages = [Trace(str(place), content, "") for place, content in enumerate(scans)]

    assert [page.name for page in last_of_odd(pages)] == ["6", "10"]
    assert last_of_odd(pages[:4]) == []
