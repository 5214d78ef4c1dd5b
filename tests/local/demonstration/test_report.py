"""What the demonstration prints: every figure, in the language asked for, and its command line."""

import uuid
from pathlib import Path

import pytest

from local.demonstration.accounting import Account, Fault, Score
from local.demonstration.api import Batch, Counts, Milestone, Reached, UnitProgress
from local.demonstration.looking_up import Search
from local.demonstration.plan import UNIT_NAMES, Plan, PlannedFile, PlannedPage, Shipment
from local.demonstration.report import (
    print_account,
    print_entrance,
    print_pages,
    print_progress,
    print_scores,
    print_searches,
)
from local.demonstration.sending import command_for
from local.demonstration.system import RunningSystem
from local.demonstration.watching import Watched
from local.speech import Language, Speech

SYSTEM = RunningSystem(
    base_url="http://127.0.0.1:8080",
    agent_keys={"941": "ttk_secret"},
    admin_username="quantri",
    admin_password="mat-khau",
    data_folder=Path("data"),
    started_at=100.0,
    language="vi",
)
SHIPMENT = Shipment(
    "941-can-cuoc", "941", "identity", "fixed-pages:2", (PlannedFile("1.jpg", (PlannedPage("text", "1"),)),)
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.VI, ("SỐ TRANG", "ĐỐI CHIẾU", "chữ in", "TIẾN ĐỘ", "Trang thất lạc", "đăng nhập", "Mốc")),
        (Language.EN, ("PAGES", "COMPARED", "print", "PROGRESS", "Unaccounted", "log in", "Goal")),
    ],
)
def test_report_in_both_languages(
    language: Language, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each section appears in the language asked for, with its figures."""
    say = Speech(language)
    batch = Batch(
        id=uuid.UUID(int=1),
        unit="941",
        kind="identity",
        state="processed",
        files=1,
        counts=Counts(filed=1),
        reached=Reached(enhanced=1, recognised=1, filed=1),
    )
    print_pages(Plan(1, (SHIPMENT,)), Watched((batch,), 4.0, 120.0, finished=True), 100.0, say)
    account = Account(pages=1, filed=1, dossiers=1, dossiers_planned=1)
    account.scores["full_name", "print"] = Score(drawn=4, read=4, exact=3)
    account.unaccounted.append(Fault("941-can-cuoc: 1.jpg, 1", "có 0 dòng", "has 0 rows"))
    print_account(account, say)
    print_scores(account, say)
    print_searches([Search("nguyen thi dep", 12.0, ("Nguyễn Thị Đẹp",), found=True)], say)
    milestone = Milestone(
        code="scan", title="Mốc", title_en="Goal", deadline="2027-06-30", target=30, done=6, share=0.2
    )
    progress = UnitProgress(unit="941", kind="identity", dossiers=6, milestones=(milestone,))
    print_progress([progress], UNIT_NAMES, say)
    print_entrance(SYSTEM, say)
    printed = capsys.readouterr().out
    for word in (*words, "3/4 = 75 %", "Nguyễn Thị Đẹp", "20 %", "6/30", SYSTEM.base_url, "mat-khau"):
        assert word in printed
    assert "4.00" in printed
    assert "20 giây" in printed or "20 seconds" in printed


def test_key_is_not_on_the_command_line() -> None:
    """The district's command is called with unit, kind and grouping; the key stays out of process lists."""
    command = command_for(SYSTEM, SHIPMENT, Path("scans"))
    assert command[command.index("--unit") + 1] == "941"
    assert command[command.index("--grouping") + 1] == "fixed-pages:2"
    assert "send" in command
    assert not any("ttk_" in part for part in command)
