"""Reading a folder: order, dossiers, what is left out; and the journal of a sending."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.folder import Scan, list_folder, natural_key, read_scans
from client.journal import Journal, fingerprint
from client.outcome import CommandFailed
from client.send import parse_grouping


def fill(folder: Path, *names: str) -> None:
    """Make files that hold their own names."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")


def test_files_come_in_the_order_in_which_people_number_them(tmp_path: Path) -> None:
    """Numbers by value and in the subfolder's name too; upper and lower case alike."""
    fill(tmp_path, "HK-10/2.jpg", "HK-2/trang 10.jpg", "HK-2/Trang 2.jpg", "b.jpg", "A.jpg")
    listing = list_folder(tmp_path)
    assert listing.names == ("A.jpg", "b.jpg", "HK-2/Trang 2.jpg", "HK-2/trang 10.jpg", "HK-10/2.jpg")
    assert listing.has_subfolders


def test_system_files_are_left_out_by_name_and_told(tmp_path: Path) -> None:
    """Nothing else is: empty files and foreign types are for the server to judge."""
    fill(tmp_path, "1.jpg", "Thumbs.db", ".DS_Store", "sub/desktop.ini", "__MACOSX/1.jpg", "notes.txt")
    (tmp_path / "2.jpg").touch()
    listing = list_folder(tmp_path)
    assert listing.names == ("1.jpg", "2.jpg", "notes.txt")
    assert set(listing.skipped) == {"Thumbs.db", ".DS_Store", "sub/desktop.ini", "__MACOSX/"}


def test_a_scan_knows_its_dossier_and_where_it_goes(tmp_path: Path) -> None:
    """The first subfolder names the dossier; PDF and TIFF go to the endpoint for files."""
    fill(tmp_path, "Hồ sơ 7/mặt trước/a.JPG", "Hồ sơ 7/b.pdf", "c.tif", "d.xyz")
    scans = {scan.name: scan for scan in read_scans(tmp_path, list_folder(tmp_path).names)}
    assert scans["Hồ sơ 7/mặt trước/a.JPG"].dossier == "Hồ sơ 7"
    assert scans["c.tif"].dossier is None
    assert {name: (scan.endpoint, scan.media_type) for name, scan in scans.items()} == {
        "Hồ sơ 7/mặt trước/a.JPG": ("pages", "image/jpeg"),
        "Hồ sơ 7/b.pdf": ("files", "application/pdf"),
        "c.tif": ("files", "image/tiff"),
        "d.xyz": ("pages", "application/octet-stream"),
    }
    assert sorted(scan.sequence for scan in scans.values()) == [1, 2, 3, 4]


@given(st.lists(st.text(min_size=1, max_size=8), max_size=6))
def test_any_names_can_be_ordered(names: list[str]) -> None:
    """Digits of any script and mixtures of digits and letters never fail to compare."""
    assert len(sorted(names, key=natural_key)) == len(names)


@pytest.mark.parametrize(
    ("text", "kind", "subfolders", "expected"),
    [
        ("", "identity", True, {"method": "reference"}),
        ("", "residence", False, {"method": "cover_sheet"}),
        ("", "identity", False, {"method": "fixed_pages", "pages_per_dossier": 2}),
        ("cover-sheet", "identity", True, {"method": "cover_sheet"}),
        ("fixed-pages:4", "residence", True, {"method": "fixed_pages", "pages_per_dossier": 4}),
    ],
)
def test_grouping_is_read_or_guessed(
    text: str, kind: str, subfolders: bool, expected: dict[str, object]
) -> None:
    """Subfolders mean references; without them residence has cover sheets, identity two pages."""
    assert parse_grouping(text, kind, has_subfolders=subfolders) == expected


@pytest.mark.parametrize("text", ["pile", "fixed-pages", "fixed-pages:0", "fixed-pages:x", "reference:3"])
def test_other_groupings_are_refused(text: str) -> None:
    """A mistyped grouping never becomes another one."""
    with pytest.raises(CommandFailed):
        parse_grouping(text, "identity", has_subfolders=False)


def test_a_journal_survives_a_line_cut_off_by_a_power_failure(tmp_path: Path) -> None:
    """Whole lines count; the file whose line is broken is sent again."""
    journal = Journal(tmp_path, "f" * 64)
    journal.start("batch-1")
    journal.note({"sequence": 1, "answer": "received"})
    journal.note({"sequence": 2, "answer": "received"})
    (path,) = tmp_path.iterdir()
    path.write_text(path.read_text()[:-9])
    again = Journal(tmp_path, "f" * 64)
    assert (again.batch, set(again.answers)) == ("batch-1", {1})
    assert Journal(tmp_path, "e" * 64).batch is None


def test_a_sending_is_known_by_everything_that_matters() -> None:
    """Another unit, name, order or content is another sending."""
    scan = Scan(Path("a"), "a", 1, "0" * 64, 1)
    marks = {
        fingerprint({"unit": "941"}, [scan]),
        fingerprint({"unit": "942"}, [scan]),
        fingerprint({"unit": "941"}, [Scan(Path("a"), "b", 1, "0" * 64, 1)]),
        fingerprint({"unit": "941"}, [Scan(Path("a"), "a", 2, "0" * 64, 1)]),
        fingerprint({"unit": "941"}, [Scan(Path("a"), "a", 1, "1" * 64, 1)]),
    }
    assert len(marks) == 5
