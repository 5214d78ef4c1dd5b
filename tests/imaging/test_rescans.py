"""A page scanned again: the new image takes its place, the old one is kept, a bad one changes nothing."""

import asyncio
import uuid

from sqlalchemy import select

from contracts.events import PageEnhanced, PageRefused
from contracts.vocabulary import RefusalReason
from kernel.identity import Role
from kernel.storage import DERIVATIVES, MASTERS, QUARANTINE
from services.imaging.models import CorrectionRow, EnhancementRow, ReplacedImageRow
from synthetic import files
from synthetic.scans import Faults
from tests.imaging.scans import scanned
from tests.imaging.serving import UNIT, ServedImaging


async def row_of(imaging: ServedImaging, page_id: uuid.UUID) -> EnhancementRow:
    """What imaging knows of a page."""
    async with imaging.runtime.database.read() as session:
        row = await session.get(EnhancementRow, page_id)
    assert row is not None
    return row


async def turn(imaging: ServedImaging, page_id: uuid.UUID) -> None:
    """Turn a page by hand."""
    async with imaging.client(UNIT, role=Role.INSPECTOR) as http:
        answer = await http.post(
            f"/v1/pages/{page_id}/corrections",
            json={"rotate": 90, "reason": "nằm ngang"},
            headers={"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"0"'},
        )
        assert answer.status_code == 201, answer.text


async def test_a_rescan_takes_its_pages_place(served_imaging: ServedImaging) -> None:
    """Same page, new master and images, corrections begin anew; what stood there can be made again."""
    imaging = served_imaging
    before = await imaging.page(files.jpeg(scanned("form", Faults(skew_degrees=1.2), dpi=150)))
    await turn(imaging, before.page_id)
    old = await row_of(imaging, before.page_id)
    rescan = uuid.uuid4()
    again = files.jpeg(scanned("form", Faults(skew_degrees=-2.0), dpi=200))
    await imaging.send(
        again, file_id=before.file_id, batch_id=before.batch_id, rescan_id=rescan, sent_by="officer:s"
    )
    after = await imaging.told(before.file_id, lambda one: one.rescan_id is not None)
    assert (after.page_id, after.rescan_id, after.rescanned_by) == (before.page_id, rescan, "officer:s")
    assert after.master_key != before.master_key
    assert after.skew_degrees < 0 < before.skew_degrees
    assert await imaging.runtime.store.get(MASTERS, after.master_key) == again
    async with imaging.runtime.database.read() as session:
        kept = await session.get(ReplacedImageRow, rescan)
        corrections = (
            await session.scalars(select(CorrectionRow).where(CorrectionRow.page_id == before.page_id))
        ).all()
    assert kept is not None
    assert (kept.image["master_key"], kept.image["recipe"]) == (old.master_key, old.recipe)
    assert [one["number"] for one in kept.corrections] == [0, 1]
    assert corrections == []
    for key in (before.access_key, str(kept.image["access_key"])):
        assert await imaging.runtime.store.get(DERIVATIVES, key)
    assert await imaging.runtime.store.get(MASTERS, before.master_key)

    await turn(imaging, before.page_id)
    assert (await row_of(imaging, before.page_id)).corrections == 1


async def test_a_page_of_a_long_file_is_replaced_by_an_image_alone(served_imaging: ServedImaging) -> None:
    """Page 2 of a PDF of three: its number stays, and corrections find it as page 1 of its own master."""
    imaging = served_imaging
    pages = [scanned("form", Faults(skew_degrees=skew), dpi=100) for skew in (0.5, 1.0, 1.5)]
    sent = await imaging.send(files.pdf(pages), media_type="application/pdf", multi_page=True)
    second = await imaging.told(sent.file_id, lambda one: one.page_no == 2)
    rescan = uuid.uuid4()
    await imaging.send(
        files.jpeg(scanned("form", Faults(skew_degrees=-1.0), dpi=150)), file_id=sent.file_id,
        batch_id=sent.batch_id, rescan_id=rescan, page_no=2, page_count=3,
    )  # fmt: skip
    after = await imaging.told(sent.file_id, lambda one: one.rescan_id == rescan)
    assert (after.page_id, after.page_no, after.page_count) == (second.page_id, 2, 3)
    await turn(imaging, second.page_id)
    turned = await imaging.told(
        sent.file_id, lambda one: one.page_id == second.page_id and one.rotation != after.rotation
    )
    assert turned.master_key == after.master_key


async def test_a_bad_rescan_changes_nothing(served_imaging: ServedImaging) -> None:
    """It is refused under the order's name; the page's row, images and history stay as they were."""
    imaging = served_imaging
    refused: list[PageRefused] = []
    page = await imaging.page(files.jpeg(scanned("form", Faults(skew_degrees=1.2), dpi=100)))
    before = await row_of(imaging, page.page_id)
    rescan = uuid.uuid4()
    cut = files.truncated(files.jpeg(scanned("form", Faults(), dpi=100)))
    event = await imaging.send(cut, file_id=page.file_id, batch_id=page.batch_id, rescan_id=rescan)
    async with asyncio.timeout(120):
        while not refused:
            await asyncio.sleep(0.05)
            refused = [one for one in imaging.heard if isinstance(one, PageRefused)]
    assert (refused[0].page_id, refused[0].rescan_id) == (page.page_id, rescan)
    assert refused[0].reason is RefusalReason.TRUNCATED
    after = await row_of(imaging, page.page_id)
    assert (after.master_key, after.access_key, after.refused) == (before.master_key, before.access_key, None)
    assert await imaging.runtime.store.get(QUARANTINE, event.storage_key) == cut
    told = [one for one in imaging.heard if isinstance(one, PageEnhanced) and one.rescan_id]
    assert told == []
