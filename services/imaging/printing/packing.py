"""Draws a consignment's packing list: codes to scan on arrival, what became of each, and who signs."""

from collections.abc import Iterator
from pathlib import Path

from services.imaging.fonts import TextFont, text_font
from services.imaging.printing.canvas import Canvas
from services.imaging.printing.domain import PackedItem, PackingList
from services.imaging.printing.service import pdf_file

KINDS = {"residence": "Hồ sơ cư trú", "identity": "Hồ sơ căn cước"}
FOUND = {"arrived": "đã đến", "refused": "không nhận", "missing": "thiếu"}
LEFT, RIGHT = 18.0, 196.0
_ROW_MM, _CODE_MM = 15.0, 12.5
_COLUMNS = 2
_HEAD_MM, _TOP_MM, _BOTTOM_MM = 74.0, 26.0, 280.0
_END_MM = 62.0
"""Height of the signatures and what stands above them."""


def packing_pages(packed: PackingList, packages: Path) -> bytes:
    """A PDF of A4 pages, two columns of dossiers; after the check the same list says what arrived."""
    font = text_font(packages)
    pages: list[Canvas] = []
    for number, (ordinal, items, top) in enumerate(_portions(packed), start=1):
        canvas = Canvas(font)
        if number == 1:
            _head(canvas, packed)
        else:
            canvas.text(LEFT, 18, f"{_title(packed)} (tiếp theo)", 12, bold=True)
        canvas.text(RIGHT - 12, 290, f"Trang {number}", 10)
        for place, item in enumerate(items):
            row, column = divmod(place, _COLUMNS)
            _item(canvas, item, ordinal + place, LEFT + column * 90.0, top + row * _ROW_MM)
        pages.append(canvas)
    top = _after(packed)
    if top + _END_MM > _BOTTOM_MM:
        pages.append(Canvas(font))
        top = _TOP_MM
    _end(pages[-1], packed, top, font)
    return pdf_file(pages, font)


def _portions(packed: PackingList) -> Iterator[tuple[int, tuple[PackedItem, ...], float]]:
    """First number, dossiers and upper edge of each page."""
    start, top = 0, _HEAD_MM
    while start < len(packed.items):
        room = int((_BOTTOM_MM - top) // _ROW_MM) * _COLUMNS
        yield start + 1, packed.items[start : start + room], top
        start, top = start + room, _TOP_MM


def _after(packed: PackingList) -> float:
    """Where the last page's dossiers end."""
    *_, (_, items, top) = _portions(packed)
    return top + -(-len(items) // _COLUMNS) * _ROW_MM


def _title(packed: PackingList) -> str:
    return "BIÊN BẢN GIAO NHẬN HỒ SƠ" if packed.checked else "BẢNG KÊ LÔ HỒ SƠ"


def _head(canvas: Canvas, packed: PackingList) -> None:
    canvas.text(LEFT, 24, _title(packed), 20, bold=True)
    lines = (
        f"Bên giao: {packed.sender}",
        f"Bên nhận: {packed.receiver}",
        f"Gửi lúc: {packed.sent}",
        f"Nội dung: {packed.note or '……………'}",
        f"Số hồ sơ trong bảng kê: {len(packed.items)}",
    )
    for place, line in enumerate(lines):
        words, size = canvas.fitting(line, 12, 136, 7)
        canvas.text(LEFT, 34 + 7 * place, words, size)
    canvas.qr(packed.barcode, RIGHT - 34, 16, 34)
    canvas.text(RIGHT - 17, 55, "Quét để mở bảng kê", 9, centred=True)
    canvas.frame(LEFT, 68, RIGHT - LEFT, 0.01, 0.3)


def _item(canvas: Canvas, item: PackedItem, ordinal: int, left: float, top: float) -> None:
    canvas.qr(item.barcode, left, top, _CODE_MM)
    canvas.text(left + _CODE_MM + 3, top + 5, f"{ordinal}.", 9)
    reference, size = canvas.fitting(item.reference, 12, 52, 7)
    canvas.text(left + _CODE_MM + 10, top + 5, reference, size, bold=True)
    words = " · ".join(one for one in (KINDS.get(item.kind, item.kind), FOUND.get(item.found, "")) if one)
    canvas.text(left + _CODE_MM + 10, top + 10.5, words, 9, bold=item.found in {"missing", "refused"})
    if not item.found:
        canvas.frame(left + 80, top + 2, 5, 5)
    elif item.found == "arrived":
        canvas.box(left + 80, top + 2, 5, 5)


def _end(canvas: Canvas, packed: PackingList, top: float, font: TextFont) -> None:
    counts = {found: sum(one.found == found for one in packed.items) for found in FOUND}
    if packed.checked:
        canvas.text(
            LEFT,
            top + 6,
            f"Kiểm lúc {packed.checked}: đã đến {counts['arrived']}, không nhận {counts['refused']}, "
            f"thiếu {counts['missing']}, thừa {len(packed.surplus)}.",
            11,
            bold=True,
        )
        if packed.surplus:
            words, size = canvas.fitting("Thừa: " + ", ".join(packed.surplus), 10, RIGHT - LEFT, 7)
            canvas.text(LEFT, top + 12, words, size)
    else:
        canvas.text(LEFT, top + 6, "Quét từng mã khi hồ sơ đến; không có máy quét thì đánh dấu ô vuông.", 10)
    for middle, party, name in (
        (LEFT + 40, "BÊN GIAO", packed.sent_by),
        (RIGHT - 40, "BÊN NHẬN", packed.checked_by),
    ):
        canvas.text(middle, top + 22, party, 12, bold=True, centred=True)
        canvas.text(middle, top + 28, "(Ký, ghi rõ họ tên)", 10, centred=True)
        if name:
            words, size = canvas.fitting(name, 12, 76, 8)
            canvas.text(middle, top + 56, words, size, centred=True)
