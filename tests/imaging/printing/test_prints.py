"""What is printed is read again: by imaging's own steps after printing and scanning, by a scanner from a label."""

import io
from dataclasses import replace
from typing import Any

import cv2
import httpx
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from kernel.identity import Role
from services.imaging.printing.domain import Cover, Label, PackedItem, PackingList, label_sheets, placed
from services.imaging.printing.packing import packing_pages
from services.imaging.printing.service import cover_sheets, label_pages
from services.imaging.settings import ImagingSettings
from services.imaging.steps.find_cover import find_cover
from services.imaging.steps.shrink import shrink
from tests.imaging.serving import ServedImaging

PACKAGES = ImagingSettings.model_fields["font_packages"].default
COVER = Cover("93", "Công an tỉnh Hậu Giang", "residence", "HSHK 0417/2019 Châu Thành A", "K1-R2/7", 12)


def rendered(pdf: bytes, dpi: int, page: int = 0) -> Any:
    """A page as a printer prints it and a scanner sees it: grey, without faults."""
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[page].render(scale=dpi / 72, grayscale=True).to_numpy()
        return np.ascontiguousarray(image.reshape(image.shape[:2]))


def worn(page: Any, dpi: int, degrees: float, rng: np.random.Generator) -> Any:
    """The page printed with little toner, stamped, punched, stained, crooked, blurred and noisy."""
    height, width = page.shape
    grey: Any = 70 + (page.astype(np.float32) / 255) * 165
    streaks = rng.uniform(0.75, 1.25, width // 8 + 1).repeat(8)[:width]
    grey = 255 - (255 - grey) * streaks
    millimetre = dpi / 25.4
    centre = (int(80 * millimetre), int(80 * millimetre))
    cv2.circle(grey, centre, int(9 * millimetre), (40,), int(1.2 * millimetre))
    cv2.circle(grey, (int(12 * millimetre), height // 2), int(3 * millimetre), (0,), -1)
    cv2.line(grey, (0, int(120 * millimetre)), (width, int(124 * millimetre)), (255,), int(0.8 * millimetre))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    grey = cv2.warpAffine(grey, turn, (width, height), borderValue=(235,))
    grey = cv2.GaussianBlur(grey, (0, 0), dpi / 220)
    grey += rng.normal(0, 9, grey.shape)
    return np.asarray(np.clip(grey, 0, 255), np.uint8)


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("degrees", [0.0, 2.5, 180.0])
def test_worn_covers_are_recognised(dpi: int, degrees: float) -> None:
    """As the pipeline looks at a page: shrunk first, at both resolutions, the right way up and upside down."""
    rng = np.random.default_rng(int(dpi + degrees))
    page = worn(rendered(cover_sheets([COVER], PACKAGES), dpi), dpi, degrees, rng)
    small, _ = shrink(page, dpi)
    found = find_cover(small)
    assert found is not None
    assert (found.unit, found.kind, found.reference) == ("93", "residence", COVER.reference)
    assert found.rotation == (180 if degrees == 180 else 0)


def test_one_code_may_be_lost() -> None:
    """With a half of the large code torn away or inked over the small one still opens the dossier."""
    for top, bottom in ((0.2, 0.42), (0.7, 0.9)):
        page = rendered(cover_sheets([COVER], PACKAGES), 200)
        page[int(top * len(page)) : int(bottom * len(page))] = 0
        found = find_cover(shrink(page, 200)[0])
        assert found is not None
        assert found.reference == COVER.reference


def test_covers_say_what_they_are_for() -> None:
    """One page a dossier, in order; Vietnamese words can be copied out of the file, so the font holds them."""
    pdf = cover_sheets([COVER, Cover("93", "Công an", "identity", "CC 1")], PACKAGES)
    with pypdfium2.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    assert len(texts) == 2
    for words in (
        "TỜ BÌA HỒ SƠ",
        "HSHK 0417/2019 Châu Thành A",
        "CÔNG AN TỈNH HẬU GIANG",
        "K1-R2/7",
        "12 tờ",
    ):
        assert words in texts[0]
    assert "CC 1" in texts[1]


@pytest.mark.parametrize("code", sorted(label_sheets()))
def test_every_label_is_read_in_its_place(code: str) -> None:
    """All labels of a used sheet and the next: square code and, where the title is plain, line code."""
    sheet = label_sheets()[code]
    labels = [
        Label(f"TT:P:019a0000-0000-7000-8000-{n:012d}", f"K1-R2-{n}", "Ngăn trên")
        for n in range(sheet.places)
    ]
    pdf = label_pages(labels, sheet, 3, PACKAGES)
    assert [page for page, _ in placed(sheet, len(labels), 3)].count(1) == 2
    read: dict[str, set[str]] = {"QRCode": set(), "Code128": set()}
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 2
    millimetre = 300 / 25.4
    pages = [rendered(pdf, 300, page) for page in range(2)]
    for label, (page, place) in zip(labels, placed(sheet, len(labels), 3), strict=True):
        left, top = (int(one * millimetre) for one in sheet.corner(place))
        cut = pages[page][
            top : top + int(sheet.height * millimetre), left : left + int(sheet.width * millimetre)
        ]
        for found in zxingcpp.read_barcodes(np.ascontiguousarray(cut)):
            wanted = label.barcode if found.format == zxingcpp.BarcodeFormat.QRCode else label.title
            assert found.text == wanted
            read["QRCode" if wanted == label.barcode else "Code128"].add(found.text)
    assert read["QRCode"] == {one.barcode for one in labels}
    if sheet.width >= 60:
        assert read["Code128"] == {one.title for one in labels}


async def test_over_http(served_imaging: ServedImaging) -> None:
    """PDFs for those who prepare papers, in their own units; what cannot be printed gets its reason."""
    cover = {"unit": "93", "unit_name": "Công an", "kind": "residence", "reference": "HS 1"}
    async with served_imaging.client("93", role=Role.SCAN_OPERATOR) as http:
        made = await http.post("/v1/prints/cover-sheets", json={"covers": [cover, cover]})
        assert (made.status_code, made.headers["content-type"]) == (200, "application/pdf")
        assert len(pypdfium2.PdfDocument(io.BytesIO(made.content))) == 2
        label = {"barcode": "TT:D:1", "title": "HS 1"}
        sheets = (await http.get("/v1/prints/label-sheets")).json()["items"]
        assert {one["code"] for one in sheets} == set(label_sheets())
        made = await http.post(
            "/v1/prints/labels", json={"sheet": "a4-2x7", "first": 14, "labels": [label] * 2}
        )
        assert len(pypdfium2.PdfDocument(io.BytesIO(made.content))) == 2

        async def refused(path: str, body: object) -> tuple[int, str]:
            answer: httpx.Response = await http.post(f"/v1/prints/{path}", json=body)
            return answer.status_code, str(answer.json()["type"]).rpartition("/")[2]

        assert await refused("labels", {"sheet": "a0", "labels": [label]}) == (422, "label_sheet_unknown")
        past = {"sheet": "a4-2x7", "first": 15, "labels": [label]}
        assert await refused("labels", past) == (422, "label_sheet_unknown")
        foreign = {"covers": [{**cover, "unit": "94"}]}
        assert (await refused("cover-sheets", foreign))[0] in {403, 404}
        broken = {"covers": [{**cover, "reference": "a|b"}]}
        assert (await refused("cover-sheets", broken))[0] == 422
        assert (await refused("cover-sheets", {"covers": []}))[0] == 422
    async with served_imaging.client("93", role=Role.KEYER) as keyer:
        assert (await keyer.post("/v1/prints/cover-sheets", json={"covers": [cover]})).status_code == 403


def test_a_packing_list_is_scanned_back() -> None:
    """The list's own code and one of each dossier over all pages; after the check it names what is missing."""
    items = tuple(PackedItem(f"TT:D:{number:036}", f"CMND {number:04}", "identity") for number in range(61))
    packed = PackingList(
        "TT:C:1", "Công an huyện Kế Sách", "PC06", "08:00 26/11/2026", "Thùng 4", "Lê A", items
    )
    pdf = packing_pages(packed, PACKAGES)
    read: set[str] = set()
    with pypdfium2.PdfDocument(pdf) as document:
        pages = len(document)
        texts = "".join(page.get_textpage().get_text_range() for page in document)
    for page in range(pages):
        read |= {one.text for one in zxingcpp.read_barcodes(rendered(pdf, 200, page))}
    assert read == {"TT:C:1", *(one.barcode for one in items)}
    assert "BẢNG KÊ LÔ HỒ SƠ" in texts
    assert "BÊN NHẬN" in texts
    found = tuple(replace(one, found="missing" if one is items[0] else "arrived") for one in items)
    checked = replace(packed, items=found, checked="10:00", checked_by="Trần B", surplus=("HK 7",))
    with pypdfium2.PdfDocument(packing_pages(checked, PACKAGES)) as document:
        told = "".join(page.get_textpage().get_text_range() for page in document)
    for words in ("BIÊN BẢN GIAO NHẬN HỒ SƠ", "đã đến 60, không nhận 0, thiếu 1, thừa 1", "HK 7", "Trần B"):
        assert words in told
