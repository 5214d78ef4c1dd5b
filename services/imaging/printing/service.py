"""Makes the PDFs that are printed: cover sheets and sheets of labels."""

import hashlib
import io
import zlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from contracts.covers import cover_text
from services.imaging.documents.embedding import embed
from services.imaging.documents.syntax import Name
from services.imaging.documents.writer import PdfWriter
from services.imaging.fonts import TextFont, text_font
from services.imaging.printing.canvas import FONT, POINTS_PER_MM, Canvas
from services.imaging.printing.domain import PAGE_MM, Cover, Label, LabelSheet, placed

KINDS = {"residence": "HỒ SƠ CƯ TRÚ", "identity": "HỒ SƠ CĂN CƯỚC"}
MIDDLE = PAGE_MM[0] / 2
_LARGE_MM, _SMALL_MM = 70.0, 34.0
_PADDING_MM = 3.0


def cover_sheets(covers: Sequence[Cover], packages: Path) -> bytes:
    """A PDF with one A4 cover sheet for each dossier; takes milliseconds a sheet.

    Each bears its code twice: a hole, a stamp or a torn corner takes one at most. Raises ValueError where a
    reference cannot be said in a code.
    """
    font = text_font(packages)
    return pdf_file([_cover(one, font) for one in covers], font)


def label_pages(labels: Sequence[Label], sheet: LabelSheet, first: int, packages: Path) -> bytes:
    """A PDF with labels in the places of a sheet, from the place `first` (from 1) of the first page."""
    font = text_font(packages)
    pages: dict[int, Canvas] = defaultdict(lambda: Canvas(font))
    for label, (page, place) in zip(labels, placed(sheet, len(labels), first), strict=True):
        _label(pages[page], label, sheet, sheet.corner(place))
    return pdf_file([pages[page] for page in sorted(pages)], font)


def _cover(cover: Cover, font: TextFont) -> Canvas:
    canvas = Canvas(font)
    text = cover_text(cover.unit, cover.kind, cover.reference)
    canvas.frame(16, 16, PAGE_MM[0] - 32, PAGE_MM[1] - 32, 0.4)
    name, size = canvas.fitting(cover.unit_name.upper(), 15, 160, 9)
    canvas.text(MIDDLE, 31, name, size, bold=True, centred=True)
    canvas.text(MIDDLE, 47, "TỜ BÌA HỒ SƠ", 26, bold=True, centred=True)
    canvas.text(MIDDLE, 57, KINDS.get(cover.kind, cover.kind.upper()), 15, centred=True)
    canvas.qr(text, MIDDLE - _LARGE_MM / 2, 67, _LARGE_MM)
    canvas.text(MIDDLE, 152, "Số hồ sơ", 13, centred=True)
    reference, size = canvas.fitting(cover.reference, 30, 165, 12)
    canvas.text(MIDDLE, 165, reference, size, bold=True, centred=True)
    canvas.text(MIDDLE, 178, f"Vị trí lưu trữ: {cover.home or '……………'}", 15, centred=True)
    told = f"{cover.sheets} tờ" if cover.sheets else "…… tờ"
    canvas.text(MIDDLE, 187, f"Mã đơn vị: {cover.unit}   ·   Rà soát: {told}", 12, centred=True)
    canvas.frame(26, 200, PAGE_MM[0] - 52, 0.01, 0.2)
    canvas.qr(text, 30, 214, _SMALL_MM)
    for line, words in enumerate((
        "Đặt tờ này trước các trang của hồ sơ khi quét.",
        "Không gấp, không viết, không đóng dấu lên mã vuông.",
        "Một mã hỏng, mã kia vẫn đọc được.",
        "Quét xong, trả tờ này về bàn chuẩn bị.",
    )):  # fmt: skip
        canvas.text(74, 222 + 8 * line, words, 12)
    return canvas


def _label(canvas: Canvas, label: Label, sheet: LabelSheet, corner: tuple[float, float]) -> None:
    left, top = corner[0] + _PADDING_MM, corner[1] + _PADDING_MM
    inner = sheet.height - 2 * _PADDING_MM
    side = min(inner, 24.0)
    canvas.qr(label.barcode, left, top + (inner - side) / 2, side)
    words_left = left + side + 3
    width = corner[0] + sheet.width - _PADDING_MM - words_left
    title, size = canvas.fitting(label.title, 15, width, 7)
    canvas.text(words_left, top + 7, title, size, bold=True)
    if label.subtitle:
        subtitle, size = canvas.fitting(label.subtitle, 9, width, 6)
        canvas.text(words_left, top + 12.5, subtitle, size)
    # Scanners that read lines alone get the short code that people type.
    canvas.line_code(label.title, words_left, top + 15, width, min(10.0, inner - 15))


def pdf_file(pages: Sequence[Canvas], font: TextFont) -> bytes:
    """The pages as a file; the same pages always give the same bytes."""
    target = io.BytesIO()
    writer = PdfWriter(target)
    node = writer.reserve()
    resources = {"Font": {FONT: embed(writer, font)}}
    size = [0, 0, *(round(side * POINTS_PER_MM, 3) for side in PAGE_MM)]
    kids, digest = [], hashlib.sha256()
    for page in pages:
        packed = zlib.compress(page.content(), 9)
        digest.update(packed)
        contents = writer.add_stream({"Filter": Name("FlateDecode")}, len(packed), [packed])
        kids.append(
            writer.add({
                "Type": Name("Page"), "Parent": node, "MediaBox": size, "Resources": resources,
                "Contents": contents,
            })
        )  # fmt: skip
    writer.add({"Type": Name("Pages"), "Kids": kids, "Count": len(kids)}, node)
    preferences = {"PrintScaling": Name("None")}
    """A printer that shrinks pages would miss the labels."""
    catalogue = writer.add({"Type": Name("Catalog"), "Pages": node, "ViewerPreferences": preferences})
    writer.finish(catalogue, writer.add({"Producer": "Tangthu"}), digest.digest()[:16])
    return target.getvalue()
