"""Reading files: delimiters, encodings, sheets, and files that mean harm; through the limited child process."""

import json
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.records.imports.child import SHOWN_ROWS
from tests.records.imports.files import HEADINGS, csv_of, member, patched, xlsx_of
from tests.records.imports.test_legacy import as_tcvn3, as_viqr, as_vni

UNIT = "31507"
ROWS = [
    member(UNIT, "HK-1", "Thạch Sa Rinh", relation="Chủ hộ", born="01011960", sex="Nam", book="123456789"),
    member(UNIT, "HK-1", "Sơn Thị Mỹ", relation="Vợ", born="1962", sex="2", registered="05/2001"),
]
UNITS = [
    (UNIT, "2022-01-01", "2025-03-01"),
    (UNIT, "2025-07-01", None),
    ("31569", "2025-07-01", None),
    ("31513", "2022-01-01", "2025-03-01"),
    ("31600", "2099-01-01", None),
]


def read(data: bytes, folder: Path, **task: Any) -> list[dict[str, Any]]:
    """What the child says of a file."""
    path = folder / "file"
    path.write_bytes(data)
    given = {
        "path": str(path),
        "kind": "residence",
        "unit": UNIT,
        "scope": ["*"],
        "on": "2026-01-01",
        "units": UNITS,
    }
    child = subprocess.run(
        [sys.executable, "-m", "services.records.imports.child"],
        input=json.dumps({**given, **task}).encode(), capture_output=True, check=False, timeout=280,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr.decode()
    return [json.loads(line) for line in child.stdout.splitlines()]


def rows_in(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows among the lines."""
    return [line for line in lines if "row_no" in line]


def errors_in(lines: list[dict[str, Any]]) -> dict[int, dict[str, str]]:
    """Row → field → code."""
    return {row["row_no"]: row["errors"] for row in rows_in(lines) if row["errors"]}


def names_in(lines: list[dict[str, Any]]) -> list[str]:
    """Names of the rows taken."""
    return [row["given"]["person"]["full_name"] for row in rows_in(lines) if row["given"]]


EXPECTED = ["Thạch Sa Rinh", "Sơn Thị Mỹ"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    """Found from the headings."""
    lines = read(csv_of(ROWS, delimiter=delimiter, end=end).encode(), tmp_path)
    assert lines[0]["found"]["delimiter"] == delimiter
    assert names_in(lines) == EXPECTED
    assert lines[-1] == {"end": {"read": 2, "last": 3, "refusals": {}}}


def test_mixed_line_ends_and_blank_lines(tmp_path: Path) -> None:
    """Row numbers are those a spreadsheet shows."""
    text = (
        csv_of(ROWS).replace("\r\n", "\n", 1).replace("2001,,", "2001,,", 1)
        + "\r\n,,,\n\n"
        + csv_of(ROWS).split("\r\n")[1]
        + "\r"
    )
    lines = read(text.encode(), tmp_path)
    assert names_in(lines) == EXPECTED
    assert errors_in(lines) == {7: {"row": "row_twice"}}


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("utf-8", csv_of(ROWS).encode()),
        ("utf-8", csv_of(ROWS).encode("utf-8-sig")),
        ("utf-8", unicodedata.normalize("NFD", csv_of(ROWS)).encode()),
        ("utf-16", csv_of(ROWS, delimiter="\t").encode("utf-16")),
        ("tcvn3", as_tcvn3(csv_of(ROWS)).encode("latin-1")),
        ("vni", as_vni(csv_of(ROWS)).encode("latin-1")),
        ("viqr", as_viqr(csv_of(ROWS)).encode("ascii")),
        ("tcvn3", as_tcvn3(csv_of(ROWS)).encode("utf-8")),
        ("vni", as_vni(csv_of(ROWS)).encode("utf-8")),
    ],
)
def test_encodings_are_found_and_converted(tmp_path: Path, encoding: str, data: bytes) -> None:
    """Headings as well as names; what is kept is NFC."""
    lines = read(data, tmp_path)
    assert lines[0]["found"]["encoding"] == encoding
    assert names_in(lines) == EXPECTED
    assert rows_in(lines)[0]["given"]["person"]["relation_to_head"] == "Chủ hộ"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("write", [as_tcvn3, as_vni, as_viqr])
def test_a_short_list_is_enough(tmp_path: Path, write: Callable[[str], str], delimiter: str) -> None:
    """Three names tell the encoding, whatever stands between the cells."""
    lines = read(write(csv_of(ROWS[:1], delimiter=delimiter)).encode("latin-1"), tmp_path)
    assert names_in(lines) == EXPECTED[:1]


def test_windows_1258(tmp_path: Path) -> None:
    """Letters with combining tones, as Windows wrote them."""
    # What 1258 has no letter for is written as a letter with its shape, then the tone.
    data = b"".join(_as_1258(one) for one in csv_of(ROWS))
    assert names_in(read(data, tmp_path)) == EXPECTED


def _as_1258(letter: str) -> bytes:
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        base, *marks = list(unicodedata.normalize("NFD", letter))
        shape = [one for one in marks if one in "\u0302\u0306\u031b"]
        tone = [one for one in marks if one not in shape]
        return unicodedata.normalize("NFC", base + "".join(shape)).encode("cp1258") + "".join(tone).encode(
            "cp1258"
        )


def test_bytes_of_no_encoding_are_refused_row_by_row(tmp_path: Path) -> None:
    """One broken line behind the sample does not spoil the others."""
    many = [member(UNIT, f"HK-{n}", f"Người {'abcdefgh'[n % 8] * 3} Số") for n in range(8000)]
    data = csv_of(many).encode() + f"{UNIT},HK-9,,Th".encode() + b"\xff\xfe" + b"nh Xuan\r\n"
    lines = read(data, tmp_path)
    assert errors_in(lines) == {8002: {"row": "encoding_broken"}}


def test_signs_that_the_database_does_not_take(tmp_path: Path) -> None:
    """A NUL behind the sample spoils its row alone."""
    many = [member(UNIT, f"HK-{n}", f"Người {'abcdefgh'[n % 8] * 3} Số") for n in range(8000)]
    data = csv_of(many).encode() + f"{UNIT},HK-9,,Th\0ch Sa\r\n".encode()
    lines = read(data, tmp_path)
    assert errors_in(lines) == {8002: {"row": "encoding_broken"}}
    assert "\\u0000" not in json.dumps(lines)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """What is remembered of a row is its key: 30,000 rows of 180 bytes more cost a few tens of MB."""
    peaks = []
    for count in (1_000, 31_000):
        rows = [member(UNIT, f"HK-{n // 4}", f"Thạch Sa {_letters(n)}", father="Lâm Văn Sáu", mother="Kim Thị Sen",
                       registered="05/2001", born="1960") for n in range(count)]  # fmt: skip
        (tmp_path / "list").write_bytes(csv_of(rows).encode())
        task = {
            "path": str(tmp_path / "list"),
            "kind": "residence",
            "unit": UNIT,
            "scope": ["*"],
            "on": "2026-01-01",
        }
        code = (
            "import json, resource\nfrom services.records.imports.child import run\n"
            f"rows = sum('row_no' in line for line in run(json.loads({json.dumps(json.dumps({**task, 'units': UNITS}))})))\n"
            "print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
        read_rows, peak_kb = map(int, told.split())
        assert read_rows == count
        peaks.append(peak_kb / 1024)
    assert peaks[1] - peaks[0] < 40, peaks


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number)).capitalize()


def test_sheets(tmp_path: Path) -> None:
    """The sheet with the headings is found, titles above it are passed over, dates and numbers are read."""
    import datetime as dt

    rows: list[list[object]] = [
        ["DANH SÁCH NHÂN KHẨU"],
        [],
        ["Hồ sơ số", "HỌ VÀ TÊN (*)", "Ngày, tháng, năm sinh", "So CMND/CCCD"],
        ["HK-1", "Lâm Thị Bé", dt.date(1960, 1, 31), "365123456"],
        [17, "Kim Sa", 1960.0, 94060000001],
    ]
    lines = read(xlsx_of({"Ghi chú": [["x"]], "Danh sách": rows}), tmp_path)
    assert (lines[0]["found"]["sheet"], lines[0]["found"]["header_row"]) == ("Danh sách", 3)
    first, second = rows_in(lines)
    assert first["given"]["person"]["birth_date"] == "1960-01-31"
    assert first["row_no"] == 4
    assert second["errors"] == {"number": "number_11"}, (
        "the spreadsheet dropped a leading zero: nothing is guessed"
    )
    assert read(xlsx_of({"A": rows}), tmp_path, sheet="B")[-1] == {"problem": "sheet_missing"}


def test_old_fonts_in_spreadsheets(tmp_path: Path) -> None:
    """Text of a TCVN3 font lies as Latin-1 letters in the sheet's Unicode."""
    rows = [[as_tcvn3(cell) for cell in row] for row in (HEADINGS, *ROWS)]
    lines = read(xlsx_of({"S": rows}), tmp_path)
    assert lines[0]["found"]["encoding"] == "tcvn3"
    assert names_in(lines) == EXPECTED


def test_a_million_empty_rows(tmp_path: Path) -> None:
    """They cost time and no memory, and are no rows."""
    rows: Any = [HEADINGS, *ROWS]
    plain = xlsx_of({"S": rows})
    with zipfile.ZipFile(_written(tmp_path / "plain", plain)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    empty = "".join(f'<row r="{n}"/>' for n in range(4, 1_000_004))
    data = patched(
        plain, "xl/worksheets/sheet1.xml", sheet.replace("</sheetData>", empty + "</sheetData>").encode()
    )
    lines = read(data, tmp_path)
    assert lines[-1] == {"end": {"read": 2, "last": 3, "refusals": {}}}
    assert read(csv_of(ROWS).encode() + b"\n" * 1_000_000, tmp_path)[-1]["end"]["read"] == 2


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


ENTITY = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>"""


def test_harmful_files(tmp_path: Path) -> None:
    """Each gets its typed answer and nothing is read out of the machine."""
    plain = xlsx_of({"S": [HEADINGS, *ROWS]})
    sheet = "xl/worksheets/sheet1.xml"
    bomb = patched(plain, sheet, b" " * (80 << 20))
    cases = {
        "too_large_inside": [bomb],
        "damaged": [
            plain[: len(plain) // 2],
            patched(plain, sheet, ENTITY),
            patched(plain, "xl/workbook.xml", b"<x"),
        ],
        "unsupported_type": [
            b"\xd0\xcf\x11\xe0" + b"\0" * 600,
            b"%PDF-1.7\n",
            b"\x89PNG\r\n",
            b"a,b\0c\n" * 9,
            _zip(),
        ],
        "empty": [b"", b" \n\n", b"\xef\xbb\xbf"],
        "header_missing": [b"1,2,3\n4,5,6\n", xlsx_of({"S": [["gì", "đó"]]})],
        "columns_missing": ["Họ và tên,Ngày sinh\nLâm Bé,1960\n".encode()],
        "column_twice": ["Hồ sơ số,Họ và tên,Họ tên\n1,Lâm Bé,Lâm Bé\n".encode()],
        "cell_too_long": [csv_of(ROWS).encode() + b'"' + b"x" * 200_000],
        "too_many_columns": [csv_of([(*ROWS[0], *["x"] * 300)]).encode()],
    }
    found = {
        code: [read(data, tmp_path)[-1].get("problem") for data in files] for code, files in cases.items()
    }
    assert found == {code: [code] * len(files) for code, files in cases.items()}


def _zip() -> bytes:
    import io

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "x")
    return data.getvalue()


def test_headers_can_be_chosen(tmp_path: Path) -> None:
    """What is found is told with the problem, so that somebody can say which column is which."""
    data = "Hồ sơ số,Họ và tên,Họ tên\n1,Sơn Mỹ,Lâm Bé\n".encode()
    found, problem = read(data, tmp_path)
    assert problem == {"problem": "column_twice"}
    assert found["found"]["headings"] == ["Hồ sơ số", "Họ và tên", "Họ tên"]
    assert names_in(read(data, tmp_path, columns={"1": ""})) == ["Lâm Bé"]
    assert names_in(read(data, tmp_path, columns={"1": "full_name"})) == ["Sơn Mỹ"]


def test_rows_that_cannot_be(tmp_path: Path) -> None:
    """Every refusal of a row at once; cells of 10,000 characters are cut in what is shown."""
    rows = [
        member(UNIT, "HK-1", "Trần Văn Mẫu", relation="Chủ hộ", number="094060000001", book="1"),
        member(UNIT, "HK-1", "Lý Ba", relation="Chủ hộ"),
        member(UNIT, "HK-1", "Lý Tư", book="2"),
        member("no-such", "HK-2", "Lý Năm"),
        member("31513", "HK-2", "Lý Năm"),
        member("31600", "HK-2", "Lý Năm"),
        member("31569", "HK-2", "Lý Năm"),
        member(UNIT, "", "X" * 10_000, born="31/02/1960", sex="?", number="12345678"),
        member("", "HK-3", "Lý Sáu", number="3651234567"),
        member(UNIT, "HK-1", "Trần Văn Mẫu", number="094060000001"),
    ]
    lines = read(csv_of(rows).encode(), tmp_path, scope=[UNIT, "31513", "31600"])
    assert errors_in(lines) == {
        3: {"relation_to_head": "two_heads"},
        4: {"household_book_no": "household_differs"},
        5: {"unit": "unit_unknown"},
        6: {"unit": "unit_ended"},
        7: {"unit": "unit_not_yet"},
        8: {"unit": "unit_forbidden"},
        9: {
            "reference": "missing",
            "full_name": "too_long",
            "birth_date": "date_impossible",
            "sex": "sex_unclear",
            "number": "number_8",
        },
        10: {"number": "number_10"},
        11: {"row": "row_twice"},
    }
    assert len(rows_in(lines)[7]["shown"]["full_name"]) == 200
    # The code of another year, asked for by the day of its time, is taken.
    assert errors_in(read(csv_of([rows[4]]).encode(), tmp_path, on="2022-07-15")) == {}


def test_identity_files(tmp_path: Path) -> None:
    """One row, one dossier; the old number is linked to the new."""
    text = (
        "Số hồ sơ,Họ tên,Năm sinh,Số CCCD,Số CMND cũ\n1,Lâm Bé,1960,094060000001,365123456\n1,Lâm Ba,1961,,\n"
    )
    lines = read(text.encode(), tmp_path, kind="identity")
    person = rows_in(lines)[0]["given"]["person"]
    assert person["other_numbers"] == [{"number": "365123456", "replaced_by": "094060000001"}]
    assert errors_in(lines) == {3: {"reference": "dossier_twice"}}


def test_preview_keeps_few_texts(tmp_path: Path) -> None:
    """Texts of taken rows beyond the preview are not kept."""
    many = [member(UNIT, f"HK-{n}", "Lâm Văn Bé") for n in range(SHOWN_ROWS + 10)]
    shown = [row["shown"] is not None for row in rows_in(read(csv_of(many).encode(), tmp_path))]
    assert shown == [True] * SHOWN_ROWS + [False] * 10
