"""`tangthu send` and `tangthu search` as a district runs them, against gateway, intake and records."""

import os
import shutil
import signal
import subprocess
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contracts.vocabulary import PageContent
from tests.intake.sending import JPEG, PDF, jpeg, wait_until
from tests.intake.test_following import enhanced, filed, refused

IDENTITY = ("--unit", "941", "--kind", "identity")


def scans(folder: Path, *names: str) -> Path:
    """A folder of pages that occur nowhere else."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF + uuid.uuid4().bytes if name.endswith(".pdf") else jpeg())
    return folder


def files_of(district: Any, batch: str) -> list[Any]:
    """Rows of the batch's files in order."""
    query = "SELECT * FROM received_files WHERE batch_id = $1 ORDER BY sequence"
    return list(district.intake.fetch(query, uuid.UUID(batch)))


def journal_lines(state: Path) -> int:
    """Lines of all journals."""
    return sum(len(path.read_text().splitlines()) for path in state.glob("*.jsonl"))


def test_every_file_is_accounted_for(district: Any, tangthu: Any, tmp_path: Path) -> None:
    """Good files received in order, bad ones refused with their reason, system files named; exit code 3."""
    folder = scans(tmp_path / "scans", "10.jpg", "9.jpg", "11.pdf")
    (folder / "12.jpg").touch()
    (folder / "13.txt").write_text("no scan")
    (folder / "14.png").write_bytes(JPEG + b"x")
    (folder / "Thumbs.db").touch()
    ran = tangthu("send", folder, *IDENTITY, "--json")
    assert ran.code == 3, ran.err
    assert ran.err == ""
    summary = ran.json
    assert summary["files"] == {"found": 6, "received": 3, "already_there": 0, "refused": 3, "skipped": 1}
    reasons = {page["file"]: page["reason"] for page in summary["refused"]}
    assert reasons == {"12.jpg": "empty_file", "13.txt": "unsupported_type", "14.png": "type_mismatch"}
    assert all(page["title"] and page["advice"] for page in summary["refused"])
    assert (summary["state"], summary["skipped"]) == ("closed", ["Thumbs.db"])
    rows = files_of(district, summary["batch"])
    assert [(row["sequence"], row["multi_page"]) for row in rows] == [(1, False), (2, False), (3, True)]
    assert summary["grouping"] == {"method": "fixed_pages", "pages_per_dossier": 2}


def test_a_folder_sent_again_goes_to_the_same_batch(district: Any, tangthu: Any, tmp_path: Path) -> None:
    """With the journal or without it nothing is doubled; --new makes another batch."""
    folder = scans(tmp_path / "scans", "1.jpg", "2.jpg")
    first = tangthu("send", folder, *IDENTITY, "--json")
    again = tangthu("send", folder, *IDENTITY, "--json")
    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert again.json["batch"] == first.json["batch"]
    assert (first.json["resumed"], again.json["resumed"]) == (False, True)
    shutil.rmtree(tmp_path / "state")
    forgetful = tangthu("send", folder, *IDENTITY, "--json").json
    assert forgetful["batch"] == first.json["batch"]
    assert forgetful["files"]["already_there"] == 2
    assert len(files_of(district, first.json["batch"])) == 2
    other = tangthu("send", folder, *IDENTITY, "--json", "--new").json
    assert other["batch"] != first.json["batch"]
    assert tangthu("send", folder, *IDENTITY, "--json").json["batch"] == other["batch"]


def test_a_killed_sending_goes_on_where_it_stopped(
    district: Any, command: Any, environment: dict[str, str], tangthu: Any, tmp_path: Path
) -> None:
    """Kill -9 in the middle; the same command then completes the same batch, each page once."""
    folder = scans(tmp_path / "scans", *(f"{number}.jpg" for number in range(1, 81)))
    line = command("send", folder, *IDENTITY, "--parallel", "1")
    process = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL)
    state = tmp_path / "state"
    wait_until(
        lambda: state.exists() and sum(len(path.read_text().splitlines()) for path in state.iterdir()) > 5
    )
    process.send_signal(signal.SIGKILL)
    process.wait()
    (journal,) = state.iterdir()
    sent = len(journal.read_text().splitlines()) - 1
    assert sent < 80, "the command was killed too late to show anything"
    summary = tangthu("send", folder, *IDENTITY, "--json").json
    assert summary["resumed"]
    assert summary["files"] | {"already_there": 0, "received": 0} == {
        "found": 80, "received": 0, "already_there": 0, "refused": 0, "skipped": 0,
    }  # fmt: skip
    assert [row["sequence"] for row in files_of(district, summary["batch"])] == list(range(1, 81))


def test_interrupted_by_hand_it_says_how_to_go_on(
    command: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    """Ctrl-C ends with 130 and a sentence, no traceback."""
    folder = scans(tmp_path / "scans", *(f"{number}.jpg" for number in range(1, 200)))
    # As a terminal starts it: what runs in a shell's background is told to ignore Ctrl-C.
    line = ["env", "--default-signal=INT", *command("send", folder, *IDENTITY, "--parallel", "1")]
    process = subprocess.Popen(
        line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    wait_until((tmp_path / "state").exists)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=240)
    assert process.returncode == 130
    assert "gửi tiếp" in said
    assert "Traceback" not in said


def test_subfolders_name_dossiers(district: Any, tangthu: Any, tmp_path: Path) -> None:
    """Each page carries its subfolder; a page without one is refused, and the rest still goes."""
    folder = scans(tmp_path / "scans", "HK-2/1.jpg", "HK-10/1.jpg", "lạc.jpg")
    ran = tangthu("send", folder, "--unit", "941", "--kind", "residence", "--json")
    assert ran.code == 3
    assert [page["reason"] for page in ran.json["refused"]] == ["dossier_reference_missing"]
    rows = files_of(district, ran.json["batch"])
    assert [row["dossier_reference"] for row in rows] == ["HK-2", "HK-10"]


def test_waiting_ends_when_every_page_is_done(
    district: Any, tangthu: Any, publish: Callable[..., None], tmp_path: Path
) -> None:
    """--wait follows the batch to `processed`; a page refused later is named by its file, exit code 3."""
    folder = scans(tmp_path / "scans", "1.jpg", "2.jpg")
    newest = "SELECT id FROM scan_batches WHERE state = 'closed' AND note = 'chờ' ORDER BY id DESC LIMIT 1"

    def archive() -> None:
        wait_until(lambda: district.intake.fetch(newest))
        batch = str(district.intake.fetch(newest)[0][0])
        one, two = (str(row["id"]) for row in files_of(district, batch))
        publish(
            enhanced(batch, one, 1, 1, PageContent.BLANK), filed(batch, one, 1, PageContent.BLANK),
            refused(batch, two, 1, 1, 2),
        )  # fmt: skip

    playing = threading.Thread(target=archive)
    playing.start()
    ran = tangthu("send", folder, *IDENTITY, "--wait", "--note", "chờ")
    playing.join()
    assert ran.code == 3, ran.err
    assert "đã xử lý xong" in ran.out
    assert "2.jpg" in ran.out
    assert "Tệp ảnh bị hỏng" in ran.out


def test_what_cannot_be_done_ends_with_a_sentence(district: Any, tangthu: Any, tmp_path: Path) -> None:
    """Wrong key, foreign unit, no server, missing settings, empty folder: exit code 2, no traceback."""
    folder, empty = scans(tmp_path / "scans", "1.jpg"), tmp_path / "empty"
    empty.mkdir()
    runs = {
        "401": tangthu("send", folder, *IDENTITY, TANGTHU_AGENT_KEY="ttk_wrong"),
        "403": tangthu("send", folder, "--unit", "942", "--kind", "identity"),
        "Không kết nối": tangthu(
            "send", folder, *IDENTITY, "--server", "http://127.0.0.1:9", "--patience", "1"
        ),
        "--server": tangthu("send", folder, *IDENTITY, TANGTHU_SERVER=""),
        "--key": tangthu("send", folder, *IDENTITY, TANGTHU_AGENT_KEY=""),
        "Không có tệp": tangthu("send", empty, *IDENTITY),
        "--grouping": tangthu("send", folder, *IDENTITY, "--grouping", "pile"),
    }
    for expected, ran in runs.items():
        assert ran.code == 2, (expected, ran)
        assert expected in ran.err
        assert "Traceback" not in ran.err
        assert ran.out == ""


def test_search_asks_records_and_says_when_nobody_is_found(tangthu: Any) -> None:
    """One JSON object, or a sentence; a wrong key is exit code 2."""
    found = tangthu("search", "Nguyễn Thị Không Có", "--json", "--purpose", "kiểm tra")
    assert found.code == 0, found.err
    assert found.json["items"] == []
    assert "Không tìm thấy" in tangthu("search", "khong co ai").out
    assert tangthu("search", "x", TANGTHU_AGENT_KEY="ttk_wrong").code == 2


def test_the_overview_loads_commands_and_survives_missing_packages(
    command: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    """Commands come from entry points; one whose packages are missing is listed, and says what to install."""
    dist = tmp_path / "site" / "other-1.0.dist-info"
    dist.mkdir(parents=True)
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (dist / "entry_points.txt").write_text("[tangthu.commands]\nmeasure = services.ocr.absent_module:x\n")
    path = os.pathsep.join([str(tmp_path / "site"), str(Path.cwd())])
    own = {**environment, "PYTHONPATH": path}
    overview = subprocess.run(
        command("--help"), env=own, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert overview.returncode == 0, overview.stderr
    assert "Gửi một thư mục" in overview.stdout
    assert "measure" in overview.stdout
    alone = subprocess.run(
        command("measure", "x"), env=own, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert alone.returncode == 2
    assert "requirements/ocr.txt" in alone.stderr
    assert "Traceback" not in alone.stderr


def test_the_sender_says_how_it_scanned(district: Any, tangthu: Any, tmp_path: Path) -> None:
    """Sides and surveyed papers reach the batch; unsaid they stay unsaid; a paper that is none is refused."""
    folder = scans(tmp_path / "scans", "1.jpg", "2.jpg")
    said = ("--duplex", "--paper", "A4", "--paper", "A5")
    told = tangthu("send", folder, *IDENTITY, *said, "--json").json["batch"]
    unsaid = tangthu("send", folder, *IDENTITY, "--json").json["batch"]
    query = "SELECT duplex, papers FROM scan_batches WHERE id = $1"
    assert tuple(district.intake.fetch(query, uuid.UUID(told))[0]) == (True, ["A4", "A5"])
    assert tuple(district.intake.fetch(query, uuid.UUID(unsaid))[0]) == (None, [])
    assert tangthu("send", folder, *IDENTITY, "--paper", "A9").code == 2


def test_the_centre_hears_what_is_left_to_send(district: Any, tangthu: Any, tmp_path: Path) -> None:
    """Each file says how many come after it: after the last one, none."""
    folder = scans(tmp_path / "scans", "1.jpg", "2.jpg", "3.jpg")
    ran = tangthu("send", folder, *IDENTITY, "--parallel", "1", "--json")
    assert ran.code == 0, ran.err
    query = "SELECT spool_files, spool_at IS NOT NULL FROM scan_batches WHERE id = $1"
    assert [tuple(row) for row in district.intake.fetch(query, uuid.UUID(ran.json["batch"]))] == [(0, True)]
