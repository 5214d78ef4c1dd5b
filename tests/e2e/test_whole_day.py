"""A whole day by keyboard alone: prepare, send, inspect, rescan, key with two people, arbitrate, shelve, look up.

Nobody touches a mouse: people sign in, move and answer by keys. Scans are sent with the district's command,
as it is typed. The one thing outside the browser is the system's dialog that names a file to be scanned
again, which is opened by key and answered by the test.
"""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kernel.identity import Role
from services.records.search.domain import plain_key
from tests.e2e.office import Office
from tests.e2e.papers import declaration, filled, marked

UNIT, SEED = "31579", 11
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.units(UNIT)]
REFERENCE = "CC-2026-0001"
BOX = "K1.G1.T1.H1"
SLOW_S = 300.0
SHOTS = os.environ.get("SCREENSHOTS", "")
PASSWORD = "một mật khẩu dài để thử"
OFFICERS = {
    "ngay.can.bo.quet": Role.SCAN_OPERATOR,
    "ngay.kiem.tra": Role.INSPECTOR,
    "ngay.nhap.mot": Role.KEYER,
    "ngay.nhap.hai": Role.KEYER,
    "ngay.phan.xu": Role.KEYER,
    "ngay.phan.xu.hai": Role.KEYER,
    "ngay.giu.kho": Role.KEEPER,
    "ngay.mot.cua": Role.CLERK,
}


@dataclass
class Day:
    """The system, its browser and what is known of the dossier."""

    system: Office
    page: Any
    folder: Path
    truth: dict[str, str]

    @contextmanager
    def as_officer(self, username: str) -> Iterator[Any]:
        """Sign in by keys, and out again."""
        page = self.page
        page.go(f"{self.system.base_url}/login")
        page.until("document.readyState === 'complete'")
        page.until("document.activeElement.name === 'username'")
        page.type(username)
        page.press("Tab")
        page.until("document.activeElement.name === 'password'")
        page.type(PASSWORD)
        page.press("Enter")
        page.until("location.pathname === '/' && document.readyState === 'complete'")
        yield page
        walk_to(page, "document.activeElement.matches('form[action=\"/logout\"] button')")
        page.press("Enter")
        page.until("location.pathname === '/login' && document.readyState === 'complete'")
        assert page.complaints == []

    def shot(self, name: str) -> None:
        """A picture for whoever wants to look."""
        if SHOTS:
            self.page.screenshot(Path(SHOTS) / f"day-{name}.png")


@pytest.fixture(scope="module")
def day(system: Office, page: Any, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Officers with their roles, and one declaration on paper."""
    folder = tmp_path_factory.mktemp("day")
    with administrator(system) as http:
        for username, role in OFFICERS.items():
            body = {
                "username": username,
                "display_name": username,
                "password": PASSWORD,
                "roles": [role.value],
                "units": [UNIT],
            }
            made(http, "/v1/officers", body)
        above = None
        for code in ("K1", "K1.G1", "K1.G1.T1", BOX):
            place = {"unit": UNIT, "code": code, "name": code, "parent_id": above}
            above = made(http, "/v1/shelves/places", place)["id"]
        made(http, "/v1/dossiers", {"unit": UNIT, "kind": "identity", "reference": REFERENCE})
    return Day(system, page, folder, {name: value.text for name, value in filled(SEED).values.items()})


def test_the_day(day: Day) -> None:
    """Each step by whoever's it is; in the end the paper is back in its place and its person is found."""
    prepare(day)
    send(day)
    inspect(day)
    rescan(day)
    inspect_again(day)
    key(day, "ngay.nhap.mot", wrong="full_name")
    if "second" in stages(day):
        key(day, "ngay.nhap.hai")
    assert stages(day) == {"arbitrate"}
    arbitrate(day, "ngay.phan.xu")
    shelve(day)
    look_up(day)


def prepare(day: Day) -> None:
    """The keeper types the dossier's number, says what lies in it, and saves with Enter."""
    with day.as_officer("ngay.giu.kho") as page:
        page.press("g")
        page.press("w")
        page.until("document.activeElement?.id === 'code'")
        page.type(REFERENCE)
        page.press("Enter")
        page.until("document.activeElement?.name === 'type'")
        page.press("1")
        page.press("Enter")
        page.until("document.activeElement?.name === 'sheets'")
        page.type("1")
        day.shot("preparation")
        page.press("Enter", control=True)
        page.until("document.querySelectorAll('#today li').length === 1")


def send(day: Day) -> None:
    """The district's command sends front and back."""
    pages = day.folder / "scans" / REFERENCE
    pages.mkdir(parents=True)
    for place, content in enumerate(declaration(SEED), start=1):
        (pages / f"{place:03}.jpg").write_bytes(content)
    key_file = day.folder / "key.txt"
    key_file.write_text(day.system.access.agent_keys[UNIT])
    command = [
        "send",
        str(pages.parent),
        "--unit",
        UNIT,
        "--kind",
        "identity",
        "--server",
        day.system.base_url,
    ]
    told = subprocess.run(
        [str(Path(sys.executable).with_name("tangthu")), *command, "--key-file", str(key_file), "--wait"],
        capture_output=True, text=True, timeout=SLOW_S, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr


def inspect(day: Day) -> None:
    """The inspector goes to the grid by letters, marks the back as unclear and sends the set."""
    with day.as_officer("ngay.kiem.tra") as page:
        page.press("g")
        page.press("7")
        page.until("location.pathname === '/inspection'")
        page.until("document.querySelectorAll('.tile-page').length === 2", SLOW_S)
        page.press("ArrowRight")
        page.press("8")
        page.until("document.querySelectorAll('.tile-page.failed').length === 1")
        day.shot("inspection")
        page.press("Enter")
        page.until("document.querySelector('#line').className === 'mark good'")


def rescan(day: Day) -> None:
    """Whoever scanned sees the order on the batch's screen, goes to its button by Tab and names the new file."""
    again = day.folder / "again.jpg"
    again.write_bytes(marked(declaration(SEED)[1], b"scanned again"))
    with day.as_officer("ngay.can.bo.quet") as page:
        page.press("g")
        page.press("2")
        page.until("location.pathname === '/batches' && document.readyState === 'complete'")
        walk_to(page, "document.activeElement.matches('a.row')")
        page.press("Enter")
        page.until("location.pathname.startsWith('/batches/') && document.readyState === 'complete'")
        page.until("document.querySelector('[data-rescan]') !== null", SLOW_S)
        walk_to(page, "document.activeElement.matches('[data-rescan]')")
        day.shot("rescan")
        page.choose_file("[data-rescan]", again)
        page.until("document.querySelector('[data-rescan]') === null", SLOW_S)


def inspect_again(day: Day) -> None:
    """The rescan stands in a grid of its own, and passes."""
    with day.as_officer("ngay.kiem.tra") as page:
        page.press("g")
        page.press("7")
        page.until("document.querySelector('#about')?.textContent.includes('bản quét lại')", SLOW_S)
        page.press("Enter")
        page.until("document.querySelector('#line').className === 'mark good'")


def key(day: Day, username: str, *, wrong: str = "") -> None:
    """Six fields typed blind, one of them wrongly; a second person gets those that were not read surely."""
    with day.as_officer(username) as page:
        page.press("g")
        page.press("6")
        page.until("document.querySelectorAll('.key-row').length > 0", SLOW_S)
        page.until("document.querySelector('.key-row.here') !== null")
        values = {**day.truth, wrong: "Nguyễn Văn Nhầm"} if wrong else day.truth
        for place in range(page.evaluate("document.querySelectorAll('.key-row').length")):
            name = page.evaluate(f"document.querySelectorAll('.key-row input')[{place}].name")
            page.until(f"document.activeElement.name === {json.dumps(name)}")
            page.type(typed(name, values[name]))
            page.press("Enter")
        day.shot("keying")
        page.until("document.querySelector('#counts').textContent.startsWith('1 ')")


def typed(name: str, text: str) -> str:
    """How a keyer types a value: digits for sexes, and for dates however they are written."""
    if name == "birth_date":
        return "".join(part.zfill(2) for part in re.findall(r"\d+", text))
    return {"Nam": "1", "Nữ": "2"}.get(text, text)


def stages(day: Day) -> set[str]:
    """What the forms wait for, as a supervisor sees it."""
    with administrator(day.system) as http:
        queues = http.get("/v1/keying/supervision").json()["queues"]
    return {one["stage"] for one in queues if one["forms"]}


def arbitrate(day: Day, username: str) -> None:
    """The third person sees both values, in no telling order, and takes the true one by its digit."""
    with day.as_officer(username) as page:
        page.press("g")
        page.press("6")
        page.until("location.pathname === '/keying' && document.readyState === 'complete'")
        walk_to(page, "document.activeElement.matches('a.button[href*=arbitrate]')")
        page.press("Enter")
        page.until("document.querySelectorAll('.key-row .choices li').length === 2", SLOW_S)
        shown = page.evaluate("[...document.querySelectorAll('.choices li')].map((one) => one.textContent)")
        true = next(place for place, one in enumerate(shown, 1) if "Nhầm" not in one)
        day.shot("arbitration")
        page.press(str(true))
        page.press("Enter")
        page.until("document.querySelector('#line').className === 'mark good'")


def shelve(day: Day) -> None:
    """A box, then the dossier, as a scanner types them: the paper is in its place."""
    with day.as_officer("ngay.giu.kho") as page:
        page.press("g")
        page.press("s")
        page.until("location.pathname === '/shelves' && document.activeElement.id === 'code'")
        page.until("document.querySelector('#line').className === 'mark good'")
        for code, tone in ((BOX, "work"), (REFERENCE, "good")):
            page.type(code)
            page.press("Enter")
            page.until(f"document.querySelector('.answer.{tone}')?.textContent.includes({json.dumps(code)})")
        day.shot("shelves")


def look_up(day: Day) -> None:
    """The one-stop clerk states a purpose, finds the person by a name without marks, and opens the papers."""
    with day.as_officer("ngay.mot.cua") as page:
        page.press("g")
        page.press("c")
        page.until("location.pathname === '/lookup' && document.readyState === 'complete'")
        walk_to(page, "document.activeElement.name === 'other'")
        page.type("Cấp bản sao giấy tờ cho công dân")
        page.press("Enter")
        page.until("document.activeElement?.id === 'q' && document.readyState === 'complete'")
        page.type(plain_key(day.truth["full_name"]))
        page.press("Enter")
        page.until("document.activeElement?.matches('#results .answer')")
        card = page.evaluate("document.querySelector('#results .answer').innerText")
        assert day.truth["full_name"].casefold() in card.casefold()
        assert BOX in card, "and where the paper lies"
        day.shot("lookup")
        page.press("Enter")
        page.until("document.querySelector('img.marked')?.naturalWidth > 500", SLOW_S)
        day.shot("papers")


def made(http: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    """What the administrator made over HTTP."""
    answer = http.post(path, json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def walk_to(page: Any, reached: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(200):
        if page.evaluate(reached):
            return
        page.press("Tab")
    raise AssertionError(f"not reached by Tab: {reached}")


@contextmanager
def administrator(system: Office) -> Iterator[httpx.Client]:
    """The API as the administrator."""
    body = {"username": system.access.username, "password": system.access.password}
    with httpx.Client(base_url=system.base_url, timeout=60, trust_env=False) as http:
        answer = http.post("/v1/sessions", json=body)
        assert answer.status_code == 201, answer.text
        http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield http
