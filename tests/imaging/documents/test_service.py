"""From an order to a sealed file over the broker and back over HTTP; what does not conform is not kept."""

import asyncio
import hashlib
import io
import json
import math
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import func, select

from contracts.assembly import DocumentOrder, OrderedPage
from contracts.events import DocumentAssembled, DocumentNotSealed, DocumentOrdered, PageEnhanced
from contracts.recognition import Recognition
from contracts.vocabulary import DossierKind
from kernel.identity import Role
from kernel.storage import DERIVATIVES, MASTERS, ObjectMissing, content_key
from kernel.tables import DeadLetterRow
from services.imaging.documents import assemble
from services.imaging.documents.checking import find_violations
from services.imaging.documents.colour import srgb_profile
from services.imaging.documents.models import DocumentPdfRow
from synthetic import files
from synthetic.scans import Faults, Scan
from tests.imaging.documents import preflight
from tests.imaging.documents.drawn import TEXT, draw
from tests.imaging.scans import scanned
from tests.imaging.serving import UNIT, ServedImaging, served

Outcome = DocumentAssembled | DocumentNotSealed


@pytest.fixture
async def imaging(
    service_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> AsyncIterator[ServedImaging]:
    """A running service; a parameter names its document profile."""
    profile = {"TANGTHU_DOCUMENT_PROFILE": getattr(request, "param", "pdf-a-1b")}
    folder = tmp_path_factory.mktemp("work")
    async with served(service_environment | profile, monkeypatch, folder) as running:
        yield running


async def order(
    imaging: ServedImaging, pages: Sequence[tuple[PageEnhanced, Recognition | None]]
) -> tuple[DocumentOrdered, Outcome]:
    """Order a document of these pages and wait for what becomes of it."""
    ordered = []
    for page, reading in pages:
        key = None
        if reading is not None:
            key = f"recognitions/{page.page_id}/test.json"
            await imaging.runtime.store.put(
                DERIVATIVES, key, reading.model_dump_json().encode(), "application/json"
            )
        ordered.append(OrderedPage(page_id=page.page_id, image_key=page.access_key, recognition_key=key))
    made = DocumentOrder(
        document_id=uuid.uuid4(),
        dossier_id=uuid.uuid4(),
        title="Bản khai nhân khẩu (HK01)",
        pages=tuple(ordered),
    )
    await imaging.runtime.store.put(
        DERIVATIVES, made.key, made.model_dump_json().encode(), "application/json"
    )
    event = DocumentOrdered(
        document_id=made.document_id, dossier_id=made.dossier_id, unit_code=UNIT, kind=DossierKind.RESIDENCE,
        order=made.digest, order_key=made.key, page_count=len(ordered),
    )  # fmt: skip
    await imaging.runtime.bus.publish(event)
    return event, (await outcomes(imaging, event))[0]


async def outcomes(imaging: ServedImaging, event: DocumentOrdered, count: int = 1) -> list[Outcome]:
    """What was announced of an order, once it is so much."""
    async with asyncio.timeout(120):
        while True:
            found = [
                one
                for one in imaging.heard
                if isinstance(one, DocumentAssembled | DocumentNotSealed) and one.order == event.order
            ]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)


def reading_of(page: PageEnhanced) -> Recognition:
    """Text for a page, wherever it stands."""
    words = draw(lines=TEXT[:2]).reading
    return words.model_copy(update={"page_id": page.page_id})


def drawn_page(
    data: bytes, tmp_path: Path, number: int = 0
) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """A page of a PDF as PDFium shows it, grey, 100 dots an inch."""
    file = tmp_path / "shown.pdf"
    file.write_bytes(data)
    with pypdfium2.PdfDocument(file) as opened:
        return np.asarray(opened[number].render(scale=100 / 72).to_pil().convert("L"), np.int32)


def pdftotext(file: Path) -> tuple[str, ...]:
    """Lines that poppler copies out of a file."""
    command = ["pdftotext", "-raw", str(file), "-"]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return tuple(text.strip().splitlines())


async def test_an_order_becomes_a_sealed_file(imaging: ServedImaging, tmp_path: Path) -> None:
    """Two pages with text: stored under its hash with its manifest, streamed to its unit, conforming."""
    front = await imaging.page(files.jpeg(scanned("form", Faults(skew_degrees=1), dpi=150)))
    back = await imaging.page(files.jpeg(scanned("document", dpi=150)), 2)
    event, told = await order(imaging, [(front, reading_of(front)), (back, None)])
    assert isinstance(told, DocumentAssembled)
    path = f"/v1/documents/{event.document_id}/pdf"
    async with imaging.client(UNIT) as officer, imaging.client("942") as other:
        answer = await officer.get(path)
        record = (await officer.get(f"{path}/record", params={"order": event.order})).json()
        assert (await other.get(path)).status_code == 404
        assert (await other.get(f"{path}/record")).status_code == 404
        known = await officer.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert known.status_code == 304

    file = tmp_path / "document.pdf"
    file.write_bytes(answer.content)
    assert answer.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(answer.content).hexdigest() == told.sha256 == record["sha256"]
    assert told.pdf_key == content_key(told.sha256, ".pdf")
    assert await imaging.runtime.store.get(DERIVATIVES, told.pdf_key) == answer.content
    assert find_violations(file) == ()
    pages = record["manifest"]["pages"]
    assert [page["page_id"] for page in pages] == [str(front.page_id), str(back.page_id)]
    assert [page["words"] > 0 for page in pages] == [True, False]
    assert all(page["untouched"] and not page["dpi_assumed"] for page in pages)
    assert pages[0]["width_mm"] == pytest.approx(210, abs=4)
    with pikepdf.open(file) as opened:
        assert str(opened.docinfo.Title) == "Bản khai nhân khẩu (HK01)"
        embedded = opened.pages[0].Resources.XObject.Im0.read_raw_bytes()
    assert embedded == await imaging.runtime.store.get(DERIVATIVES, front.access_key)
    if shutil.which("pdftotext"):
        assert pdftotext(file) == TEXT[:2]


async def test_sealed_files_pass_preflight(imaging: ServedImaging, tmp_path: Path) -> None:
    """What the running service seals is PDF/A-1b by Apache PDFBox Preflight."""
    if reason := preflight.missing():
        pytest.skip(reason)
    folder = tmp_path / "sealed"
    folder.mkdir()
    page = await imaging.page(files.jpeg(scanned("form", dpi=150)))
    for number, reading in enumerate((reading_of(page), None)):
        _, told = await order(imaging, [(page, reading)] * (number + 1))
        assert isinstance(told, DocumentAssembled)
        data = await imaging.runtime.store.get(DERIVATIVES, told.pdf_key)
        (folder / f"{number}.pdf").write_bytes(data)
    assert preflight.complaints(folder) == {"0.pdf": [], "1.pdf": []}


async def test_the_same_order_is_made_once(imaging: ServedImaging) -> None:
    """Ordered again, as another event and as the same one: one row, one file, told of again."""
    page = await imaging.page(files.jpeg(scanned("back", dpi=150)))
    event, first = await order(imaging, [(page, None)])
    await imaging.runtime.bus.publish(event.model_copy(update={"id": uuid.uuid4()}))
    await imaging.runtime.bus.publish_again(event.subject, event.model_dump_json().encode())
    told = await outcomes(imaging, event, 2)
    assert isinstance(first, DocumentAssembled)
    assert {one.sha256 for one in told if isinstance(one, DocumentAssembled)} == {first.sha256}
    async with imaging.runtime.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(DocumentPdfRow)) == 1


async def test_a_file_that_does_not_conform_is_not_sealed(
    imaging: ServedImaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the making is found by the check: nothing is kept, the order says why."""
    profile = bytearray(srgb_profile())
    profile[8] = 4
    monkeypatch.setattr(assemble, "srgb_profile", lambda: bytes(profile))
    page = await imaging.page(files.jpeg(scanned("back", dpi=150)))

    event, told = await order(imaging, [(page, None)])

    assert isinstance(told, DocumentNotSealed)
    assert told.findings == ("profile",)
    path = f"/v1/documents/{event.document_id}/pdf"
    async with imaging.client(UNIT) as officer:
        assert (await officer.get(path)).status_code == 404
        record = (await officer.get(f"{path}/record")).json()
    assert (record["sealed"], record["manifest"]) == (False, None)
    assert [finding["clause"] for finding in record["findings"]] == ["6.2.2"]
    async with imaging.runtime.database.read() as session:
        row = (await session.scalars(select(DocumentPdfRow))).one()
    assert (row.pdf_key, row.sha256) == (None, None)


async def test_an_order_that_cannot_be_carried_out_becomes_a_dead_letter(imaging: ServedImaging) -> None:
    """Orders of unknown pages, and orders that are not there, leave nothing half made."""
    lost = DocumentOrdered(
        document_id=uuid.uuid4(), dossier_id=uuid.uuid4(), unit_code=UNIT, kind=DossierKind.RESIDENCE,
        order="0" * 64, order_key="orders/lost.json", page_count=1,
    )  # fmt: skip
    await imaging.runtime.bus.publish(lost)
    async with asyncio.timeout(60):
        while True:
            async with imaging.runtime.database.read() as session:
                letters = (await session.scalars(select(DeadLetterRow))).all()
            if letters:
                break
            await asyncio.sleep(0.05)
    assert [(letter.consumer, letter.event_id) for letter in letters] == [("documents", lost.id)]
    with pytest.raises(ObjectMissing):
        await imaging.runtime.store.stat(DERIVATIVES, "orders/lost.json")


@pytest.mark.parametrize("imaging", ["pdf-a-1b-master"], indirect=True)
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
async def test_masters_lie_straight_on_the_page(imaging: ServedImaging, tmp_path: Path, turned: int) -> None:
    """The untouched scan, turned, straightened and cropped by the page itself, looks like the access image."""
    scan = files.jpeg(scanned("form", Faults(skew_degrees=2, turned=turned, border_mm=4), dpi=150))
    page = await imaging.page(scan)
    assert page.rotation == (360 - turned) % 360
    _, told = await order(imaging, [(page, reading_of(page))])
    assert isinstance(told, DocumentAssembled)
    data = await imaging.runtime.store.get(DERIVATIVES, told.pdf_key)
    with pikepdf.open(io.BytesIO(data)) as opened:
        assert opened.pages[0].Resources.XObject.Im0.read_raw_bytes() == scan
    assert await imaging.runtime.store.get(MASTERS, page.master_key) == scan

    shown = drawn_page(data, tmp_path)
    access = Image.open(io.BytesIO(await imaging.runtime.store.get(DERIVATIVES, page.access_key)))
    size = (shown.shape[1], shown.shape[0])
    wanted = np.asarray(access.convert("L").resize(size, Image.Resampling.BOX), np.float64)
    middle, centre = shown.shape[0] // 2, shown.shape[1] // 2
    moves = []
    for rows in (slice(0, middle), slice(middle, 2 * middle)):
        for columns in (slice(0, centre), slice(centre, 2 * centre)):
            moved, sure = cv2.phaseCorrelate(shown[rows, columns].astype(np.float64), wanted[rows, columns])
            assert sure > 0.5
            moves.append(moved)
    # PDFium shifts turned images by up to 1.5 pixels (poppler by 0.4), but all of a page alike.
    assert max(math.hypot(*move) for move in moves) < 2.5
    assert max(math.dist(moves[0], move) for move in moves) < 0.8


def _second_as_png(scans: list[Scan]) -> bytes:
    return files.png(scans[1])


def in_black_and_white(scans: list[Scan]) -> bytes:
    """A TIFF of G4 pages."""
    first, *others = [
        scan.image.convert("L").point(lambda value: 255 * (value > 128)).convert("1") for scan in scans
    ]
    out = io.BytesIO()
    first.save(out, "TIFF", save_all=True, append_images=others, compression="group4", dpi=(150, 150))
    return out.getvalue()


@pytest.mark.parametrize("imaging", ["pdf-a-1b-master"], indirect=True)
@pytest.mark.parametrize("kind", ["pdf", "tiff", "group4", "png"])
async def test_pages_of_any_master_are_its_own_images(
    imaging: ServedImaging, tmp_path: Path, kind: str
) -> None:
    """A PDF's JPEG untouched, TIFF and PNG pages at their full size; each looks like its access image."""
    scans = [scanned("document", Faults(skew_degrees=1.5), seed, 150) for seed in (1, 2)]
    makers: dict[str, Callable[[list[Scan]], bytes]] = {
        "pdf": files.pdf, "tiff": files.tiff, "group4": in_black_and_white, "png": _second_as_png,
    }  # fmt: skip
    data, media_type = (
        makers[kind](scans),
        {"pdf": "application/pdf", "png": "image/png"}.get(kind, "image/tiff"),
    )
    number = 1 if kind == "png" else 2
    event = await imaging.send(data, media_type=media_type)
    page = await imaging.told(event.file_id, lambda one: one.page_no == number)

    _, told = await order(imaging, [(page, reading_of(page))])

    assert isinstance(told, DocumentAssembled)
    manifest = json.loads(await imaging.runtime.store.get(DERIVATIVES, told.manifest_key))
    made = await imaging.runtime.store.get(DERIVATIVES, told.pdf_key)
    with pikepdf.open(io.BytesIO(made)) as opened:
        image = opened.pages[0].Resources.XObject.Im0
        size, raw = (int(image.Width), int(image.Height)), image.read_raw_bytes()
        filters = str(image.Filter)
    (told_page,) = manifest["pages"]
    assert (told_page["image"], told_page["untouched"]) == ("master", kind == "pdf")
    assert size == scans[1].image.size
    assert filters == ("/CCITTFaxDecode" if kind == "group4" else "/DCTDecode")
    if kind == "pdf":
        assert raw == files.jpeg(scans[1])
    shown = drawn_page(made, tmp_path)
    access = Image.open(io.BytesIO(await imaging.runtime.store.get(DERIVATIVES, page.access_key)))
    size = (shown.shape[1], shown.shape[0])
    wanted = np.asarray(access.convert("L").resize(size, Image.Resampling.BOX), np.float64)
    moved, sure = cv2.phaseCorrelate(shown.astype(np.float64), wanted)
    assert sure > 0.4
    assert math.hypot(*moved) < 2.5


async def test_a_corrected_page_makes_another_document(imaging: ServedImaging) -> None:
    """Turned by hand, the same page is another order, whose file shows the corrected image."""
    page = await imaging.page(files.jpeg(scanned("document", dpi=150)))
    _, before = await order(imaging, [(page, None)])
    headers = {"Idempotency-Key": "k", "If-Match": '"0"'}
    async with imaging.client(UNIT, role=Role.INSPECTOR) as http:
        path = f"/v1/pages/{page.page_id}/corrections"
        assert (await http.post(path, json={"rotate": 90}, headers=headers)).status_code == 201
    turned = await imaging.told(page.file_id, lambda one: one.id > page.id)

    _, after = await order(imaging, [(turned, None)])

    assert isinstance(before, DocumentAssembled)
    assert isinstance(after, DocumentAssembled)
    assert after.order != before.order
    with pikepdf.open(io.BytesIO(await imaging.runtime.store.get(DERIVATIVES, after.pdf_key))) as opened:
        embedded = opened.pages[0].Resources.XObject.Im0.read_raw_bytes()
    assert embedded == await imaging.runtime.store.get(DERIVATIVES, turned.access_key)
