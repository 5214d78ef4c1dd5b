"""Files to import: households of drawn people, as offices send them."""

import io
import zipfile
from collections.abc import Iterable, Sequence

from openpyxl import Workbook

HEADINGS = (
    *("Mã đơn vị", "Hồ sơ hộ khẩu số", "Quan hệ với chủ hộ", "Họ và tên", "Ngày sinh", "Giới tính"),
    *("Số CMND/CCCD", "Họ tên cha", "Họ tên mẹ", "Ngày đăng ký thường trú", "Ngày đi", "Sổ hộ khẩu số"),
)


def csv_of(rows: Iterable[Sequence[str]], *, delimiter: str = ",", end: str = "\r\n") -> str:
    """Rows under HEADINGS as CSV."""
    return end.join(delimiter.join(row) for row in (HEADINGS, *rows)) + end


def xlsx_of(sheets: dict[str, Iterable[Sequence[object]]]) -> bytes:
    """A workbook of these sheets."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def patched(workbook: bytes, part: str, content: bytes) -> bytes:
    """The workbook with another content for one of its parts."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as to,
    ):
        for name in source.namelist():
            to.writestr(name, content if name == part else source.read(name))
    return target.getvalue()


def member(unit: str, reference: str, name: str, **given: str) -> tuple[str, ...]:
    """A row of a household."""
    fields = ("relation", "born", "sex", "number", "father", "mother", "registered", "departed", "book")
    values = [given.get(field, "") for field in fields]
    return (unit, reference, values[0], name, *values[1:])
