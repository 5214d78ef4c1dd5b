"""Rows out of a file, one after another in bounded memory: CSV in any delimiter and encoding, XLSX."""

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from contracts.vocabulary import DossierKind
from services.records.imports.domain import HEADER_WITHIN, MOST_COLUMNS, FileRefused, is_filled, recognised
from services.records.imports.legacy import CONVERTERS, Encoding, detect

Rows = Iterator[tuple[int, list[str]]]
"""Filled rows with their numbers as a spreadsheet counts them."""

SAMPLE_BYTES = 256 << 10
LONGEST_CELL = 1 << 17
"""Characters; a cell beyond that is an unclosed quotation."""
DELIMITERS = ",;\t|"
MOST_PHYSICAL_ROWS = 1_100_000
"""A sheet has at most 1,048,576 rows, filled or not."""
MOST_UNPACKED = 600 << 20
MOST_STRINGS = 150 << 20
"""Of `sharedStrings.xml`, which is held in memory."""
MOST_RATIO = 250
"""Unpacked to packed bytes of a large part; sheets of the archive reach 10 to 40."""
LARGE_PART = 10 << 20


@dataclass(frozen=True, slots=True)
class Opened:
    """A file ready to be read."""

    format: str
    rows: Rows
    encoding: Encoding | None = None
    """None where nothing needed converting."""
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()


def open_file(
    path: Path, kind: DossierKind, *, sheet: str | None = None, encoding: str | None = None
) -> Opened:
    """Look at a file's first bytes and open it; raises FileRefused."""
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise FileRefused("empty")
    wanted = _encoding(encoding)
    if start.startswith(b"PK\x03\x04"):
        return _open_xlsx(path, kind, sheet, wanted)
    if start.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"PK")):
        raise FileRefused("unsupported_type")
    return _open_csv(path, kind, wanted)


def _encoding(name: str | None) -> Encoding | None:
    try:
        return Encoding(name) if name else None
    except ValueError as error:
        raise FileRefused("encoding_unknown") from error


def _open_csv(path: Path, kind: DossierKind, wanted: Encoding | None) -> Opened:
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    codec = _codec_of(sample, wanted)
    text = sample.decode(codec, errors="replace")
    if "\x00" in text:
        raise FileRefused("unsupported_type")
    converted = wanted if wanted in CONVERTERS else None
    if wanted is None:
        # In a UTF-8 file only VIQR hides; bytes that are no UTF-8 are one of the three others.
        candidates = (
            [Encoding.TCVN3, Encoding.VNI, Encoding.WINDOWS_1258]
            if codec == "latin-1"
            else [Encoding.VIQR, Encoding.VNI, Encoding.TCVN3]
        )
        converted = detect([text], candidates)
    convert = CONVERTERS[converted] if converted else _unchanged
    delimiter = _delimiter_of(convert(text), kind)
    if not text.strip():
        raise FileRefused("empty")
    named = converted or (Encoding.UTF_16 if codec == "utf-16" else Encoding.UTF_8)
    return Opened("csv", _csv_rows(path, codec, delimiter, convert), named, delimiter)


def _codec_of(sample: bytes, wanted: Encoding | None) -> str:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or wanted is Encoding.UTF_16:
        return "utf-16"
    if wanted in {Encoding.TCVN3, Encoding.VNI, Encoding.WINDOWS_1258} and not _is_utf8(sample):
        return "latin-1"
    return "utf-8-sig" if wanted is Encoding.UTF_8 or _is_utf8(sample) else "latin-1"


def _is_utf8(sample: bytes) -> bool:
    """The end of a sample may cut a letter in two."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_of(text: str, kind: DossierKind) -> str:
    """The delimiter that makes the most known headings, then the most columns."""

    def yields(delimiter: str) -> tuple[int, int]:
        lines = csv.reader(io.StringIO(text[: 64 << 10], newline=""), delimiter=delimiter)
        with_limit = []
        try:
            with_limit = [cells for cells in islice(lines, HEADER_WITHIN) if is_filled(cells)]
        except csv.Error:
            return (0, 0)
        return (
            max((len(recognised(cells, kind)) for cells in with_limit), default=0),
            max((len(cells) for cells in with_limit), default=0),
        )

    return max(DELIMITERS, key=yields)


def _csv_rows(path: Path, codec: str, delimiter: str, convert: Callable[[str], str]) -> Rows:
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=codec, errors="replace", newline="") as file:
        lines = csv.reader(file, delimiter=delimiter)
        try:
            for row_no, cells in enumerate(lines, start=1):
                if is_filled(cells):
                    yield row_no, _within(cells, convert)
        except csv.Error as error:
            raise FileRefused("cell_too_long" if "limit" in str(error) else "damaged") from error


def _within(cells: Sequence[str], convert: Callable[[str], str]) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise FileRefused("too_many_columns")
    # Postgres keeps no NUL; a row that has one is refused like one with any other unreadable sign.
    return [convert(cell.replace("\0", "\ufffd")) for cell in cells]


def _unchanged(text: str) -> str:
    return text


def _open_xlsx(path: Path, kind: DossierKind, sheet: str | None, wanted: Encoding | None) -> Opened:
    _refuse_bombs(path)
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second, for files that need it alone

    try:
        # By its content, not by a name: openpyxl refuses a path that does not end in .xlsx.
        book = load_workbook(path.open("rb"), read_only=True, data_only=True, keep_links=False)
        names = tuple(book.sheetnames)
        if sheet is not None and sheet not in names:
            raise FileRefused("sheet_missing")
        first = {
            name: list(islice(_sheet_rows(book[name]), HEADER_WITHIN))
            for name in ([sheet] if sheet else names[:20])
        }
        converted = wanted if wanted in CONVERTERS else None
        if wanted is None:
            texts = [cell for rows in first.values() for _, cells in rows for cell in cells]
            converted = detect(texts, [Encoding.TCVN3, Encoding.VNI, Encoding.VIQR])
        convert = CONVERTERS[converted] if converted else _unchanged
        # The sheet with the best header, the first of equals: lists come with notes beside them.
        chosen = max(
            first,
            key=lambda name: max(
                (len(recognised([convert(cell) for cell in cells], kind)) for _, cells in first[name]),
                default=0,
            ),
        )
        rows = ((number, _within(cells, convert)) for number, cells in _sheet_rows(book[chosen]))
        return Opened("xlsx", _guarded(rows), converted, None, chosen, names)
    except _DAMAGE as error:
        raise FileRefused("damaged") from error


_DAMAGE = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    SyntaxError,
)
"""What openpyxl raises on files that are not what they say; its XML parsers raise kinds of SyntaxError."""


def _guarded(rows: Rows) -> Rows:
    try:
        yield from rows
    except _DAMAGE as error:
        raise FileRefused("damaged") from error


def _refuse_bombs(path: Path) -> None:
    """By the archive's own directory; the child's limits stop what lies about its size."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise FileRefused("damaged") from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise FileRefused("unsupported_type")
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("unsupported_type")
    strings = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    inflated = any(
        part.file_size > LARGE_PART and part.file_size > MOST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if sum(part.file_size for part in parts) > MOST_UNPACKED or strings > MOST_STRINGS or inflated:
        raise FileRefused("too_large_inside")


def _sheet_rows(sheet: object) -> Rows:
    # A file may claim any size for its sheet; without the claim the rows that are there are read.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    for row_no, values in enumerate(sheet.iter_rows(values_only=True), start=1):  # type: ignore[attr-defined]
        if row_no > MOST_PHYSICAL_ROWS:
            raise FileRefused("too_many_rows")
        cells = [_text(value) for value in values]
        if is_filled(cells):
            while not cells[-1]:
                cells.pop()
            yield row_no, cells


def _text(value: object) -> str:
    """A cell as somebody sees it; leading zeros that a spreadsheet took off its numbers are not put back."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
