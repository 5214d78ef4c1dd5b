"""A clerk enters dossiers by keyboard alone: a whole household, a mistake mended, the next one, a later change."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.office import Office

SHOTS = os.environ.get("SCREENSHOTS", "")
UNIT = "31507"
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.units(UNIT)]


class Keyboard:
    """Types as a person does, and counts."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.strokes = 0

    def type(self, text: str) -> None:
        """A word or a number, as many keys as letters: an input method adds those of its marks."""
        self.page.type(text)
        self.strokes += len(text)

    def press(self, *keys: str, control: bool = False) -> None:
        """Keys one after another."""
        for key in keys:
            self.page.press(key, control=control)
            self.strokes += 1

    def boxes(self, *texts: str) -> None:
        """Texts into one box after another; an empty one is passed over."""
        for text in texts:
            if text:
                self.type(text)
            self.press("Enter")


@pytest.fixture(scope="module")
def desk(system: Office, page: Any) -> Any:
    """A browser in which an officer enters dossiers."""
    page.sign_in(system.base_url, system.access.username, system.access.password)
    return page


def opened(system: Office, page: Any, path: str = "/dossiers/new") -> Keyboard:
    """The form, ready to be typed into."""
    page.go(f"{system.base_url}{path}")
    page.until("document.getElementById('entry').dataset.ready === 'true'")
    return Keyboard(page)


def said(page: Any, part: str) -> None:
    """Wait until the line at the bottom says it."""
    page.until(f"document.getElementById('status').textContent.includes({json.dumps(part)})")


def here(page: Any) -> str:
    """The box that has the focus, with its row."""
    found: str = page.evaluate(
        "document.activeElement.dataset.field + "
        "(document.activeElement.closest('[data-row]')?.querySelector('.place').textContent ?? '')"
    )
    return found


def entered(page: Any, dossier: str) -> dict[str, Any]:
    """What the registry holds of a dossier, asked in the officer's session."""
    found: dict[str, Any] = page.evaluate(f"fetch('/v1/dossiers/{dossier}/entry').then((one) => one.json())")
    return found


def shot(page: Any, name: str) -> None:
    """Keep a picture where one is wanted."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"{name}.png")


def test_a_household_and_the_next_one(system: Office, desk: Any) -> None:
    """Three members, a paper and an impossible date mended; the next form goes on counting."""
    keys = opened(system, desk)
    assert here(desk) == "reference"
    keys.boxes("HK 12", "", UNIT)
    keys.press("F7")
    keys.boxes("012345", "Ấp Hòa Bình, xã Đại Tâm")
    keys.press("F7")
    assert here(desk) == "full_name1"
    keys.boxes("Nguyễn Văn An", "32011960", "1", "360000001", "", "", "Nguyễn Văn Ba", "Trần Thị Tư")
    keys.type("01/1985")
    keys.press("F6")
    keys.boxes("Trần Thị Bé", "00/00/1962", "2", "", "")
    keys.type("2")
    keys.press("F6")
    keys.type("Nguyễn V")
    desk.until("document.activeElement.closest('.entry-box').querySelector('.offers .next') !== null")
    shot(desk, "entry-new")
    keys.press("Tab")
    keys.boxes("Con", "1990", "1", "", "", "4", "Nguyễn Văn An")
    keys.type("Trần Thị Bé")
    keys.press("F6", "Enter")
    assert here(desk) == "type1"
    keys.press("3", "Enter")
    keys.type("2")
    keys.press("Enter", control=True)
    desk.until("document.activeElement.getAttribute('aria-invalid') === 'true'")
    assert here(desk) == "birth_date1"
    assert "Ngày không có thật" in desk.evaluate("document.activeElement.closest('.entry-box').innerText")
    shot(desk, "entry-refused")
    assert desk.violations() == []
    keys.type("01011960")
    keys.press("Enter", control=True)
    said(desk, "HK 12")
    first = desk.evaluate("document.getElementById('entry').dataset.last")
    desk.until("document.activeElement.dataset.field === 'reference'")
    assert desk.evaluate("document.activeElement.value") == "HK 13"
    print(f"keystrokes for a household of three: {keys.strokes}")

    held = entered(desk, first)
    told = [(one["full_name"], one["birth_date"], one["relation_to_head"]) for one in held["persons"]]
    assert told == [
        ("Nguyễn Văn An", "1960-01-01", "Chủ hộ"),
        ("Trần Thị Bé", "1962", "Vợ"),
        ("Nguyễn Văn Con", "1990", "Con"),
    ]
    assert held["persons"][0]["permanent_registered_on"] == "1985-01"
    assert [(one["type"], one["sheet_count"]) for one in held["documents"]] == [
        ("household_change_report", 2)
    ]
    assert held["household"]["permanent_residence"] == "Ấp Hòa Bình, xã Đại Tâm"

    keys.press("F7")
    keys.press("F7")
    keys.type("Lâm Thị Mỹ")
    keys.press("Enter", control=True)
    said(desk, "HK 13")
    desk.until("document.activeElement.value === 'HK 14'")
    assert [one["full_name"] for one in entered(desk, last(desk))["persons"]] == ["Lâm Thị Mỹ"]
    # Number again: the refusal stands beside it and leads to the dossier there is.
    desk.evaluate("document.activeElement.select()")
    keys.type("HK 12")
    keys.press("Enter", control=True)
    desk.until("document.activeElement.getAttribute('aria-invalid') === 'true'")
    link = desk.evaluate(
        "document.activeElement.closest('.entry-box').querySelector('a').getAttribute('href')"
    )
    assert link == f"/dossiers/{first}/entry"


def last(page: Any) -> str:
    """The dossier that was registered last."""
    found: str = page.evaluate("document.getElementById('entry').dataset.last")
    return found


def test_nothing_is_lost_over_a_cut(system: Office, desk: Any) -> None:
    """What was being typed is there after the tab was closed; what was saved offline goes out afterwards."""
    keys = opened(system, desk)
    desk.evaluate("document.activeElement.select()")
    keys.boxes("HK 900", "", UNIT)
    keys.press("F7", "F7")
    keys.type("Danh Thị Pha")
    desk.evaluate("new Promise((done) => setTimeout(done, 700))")
    keys = opened(system, desk)
    assert desk.evaluate("document.querySelector('[data-field=full_name]').value") == "Danh Thị Pha"
    desk.offline(cut=True)
    keys.press("Enter", control=True)
    said(desk, "HK 900")
    assert desk.evaluate("document.getElementById('line').className") == "mark bad"
    desk.offline(cut=False)
    desk.until("document.getElementById('line').className === 'mark good'")
    found = desk.evaluate(
        "fetch('/v1/dossiers?limit=5').then((one) => one.json()).then((page) => page.items.map((one) => one.reference))"
    )
    assert "HK 900" in found
    desk.complaints.clear()  # what the browser says of the cut line


def test_a_change_with_its_reason_and_a_conflict(system: Office, desk: Any) -> None:
    """A change needs its reason; two officers at once: both versions are shown, nothing is overwritten unseen."""
    keys = opened(system, desk)
    desk.evaluate("document.activeElement.select()")
    keys.boxes("HK 700", "", UNIT)
    keys.press("F7", "F7")
    keys.boxes("Thạch Sa Rươl", "1955")
    keys.press("Enter", control=True)
    said(desk, "HK 700")
    dossier = last(desk)
    keys = opened(system, desk, f"/dossiers/{dossier}/entry")
    assert here(desk) == "why"
    keys.press("Enter", control=True)
    desk.until("document.activeElement.getAttribute('aria-invalid') === 'true'")
    assert here(desk) == "why"
    keys.type("Ghi sai năm sinh")
    held = entered(desk, dossier)
    other = {
        "household": {"permanent_residence": "Ấp Đại Ân"},
        "persons": [{"id": held["persons"][0]["id"], "full_name": "Thạch Sa Rươl", "birth_date": "1956"}],
        "why": "Theo sổ hộ khẩu",
    }
    at_once = (
        f"fetch('/v1/dossiers/{dossier}/entry', {{method: 'PUT', body: {json.dumps(json.dumps(other))}, headers: "
        f"{{'Content-Type': 'application/json', 'If-Match': '\"{held['version']}\"'}}}}).then((one) => one.status)"
    )
    assert desk.evaluate(at_once) == httpx.codes.OK
    keys.press("F7", "F7", "Enter")
    assert here(desk) == "birth_date1"
    desk.evaluate("document.activeElement.select()")
    keys.type("1954")
    keys.press("Enter", control=True)
    desk.until("document.getElementById('conflict').open")
    rows = desk.evaluate("[...document.querySelectorAll('#conflict-rows tr')].map((one) => one.innerText)")
    assert any("1954" in row and "1956" in row for row in rows)
    assert any("Ấp Đại Ân" in row for row in rows)
    assert entered(desk, dossier)["persons"][0]["birth_date"] == "1956"
    shot(desk, "entry-conflict")
    assert desk.violations() == []
    keys.press("t")
    desk.until(f"location.pathname === '/dossiers/{dossier}' && document.readyState === 'complete'")
    assert entered(desk, dossier)["persons"][0]["birth_date"] == "1954"
    history = desk.evaluate(
        f"fetch('/v1/dossiers/{dossier}').then((one) => one.json()).then((one) => JSON.stringify(one.history))"
    )
    assert "Ghi sai năm sinh" in history


def test_the_paper_goes_to_its_box(system: Office, desk: Any) -> None:
    """A box's code on the form: the paper lies in it, in the place where it belongs from now on."""
    keys = opened(system, desk)
    parent = None
    for code in ("K1", "K1.G1", "K1.G1.T1", "K1.G1.T1.H1"):
        body = json.dumps({"unit": UNIT, "code": code, "name": code, "parent_id": parent})
        parent = desk.evaluate(
            f"fetch('/v1/shelves/places', {{method: 'POST', body: {json.dumps(body)}, headers: "
            f"{{'Content-Type': 'application/json', 'Idempotency-Key': '{code}'}}}})"
            ".then((one) => one.json()).then((place) => place.id)"
        )
    desk.evaluate("document.activeElement.select()")
    keys.boxes("HK 500", "", UNIT)
    keys.type("K1.G1.T1.H1")
    keys.press("F7", "F7")
    keys.type("Lâm Văn Ba")
    keys.press("Enter", control=True)
    desk.until("document.querySelector('[data-field=reference]').value === 'HK 501'")
    paper = desk.evaluate(f"fetch('/v1/dossiers/{last(desk)}/paper').then((one) => one.json())")
    assert (paper["place"]["code"], paper["home"]["code"]) == ("K1.G1.T1.H1", "K1.G1.T1.H1")
    assert paper["position"] == paper["home_position"]
    assert desk.evaluate("document.querySelector('[data-field=shelf]').value") == "K1.G1.T1.H1"


def test_a_button_leads_there(system: Office, desk: Any) -> None:
    """The list of dossiers has the way to a new one."""
    desk.go(f"{system.base_url}/dossiers")
    assert (
        desk.evaluate("document.querySelector('a[href=\"/dossiers/new\"]').innerText.trim()") == "Hồ sơ mới"
    )


def test_a_leader_decides_how_a_field_is_keyed(system: Office, desk: Any) -> None:
    """By keys to the first row; what it would do is told, its reason is needed, the list shows the decision."""
    desk.go(f"{system.base_url}/policies")
    desk.until(
        "document.readyState === 'complete' && document.querySelectorAll('button[data-field]').length > 5"
    )
    # Scripts may come after the document: the key is pressed until one hears it.
    while not desk.evaluate("document.activeElement.matches('button[data-field]')"):
        desk.press("j")
    desk.evaluate("document.activeElement.click()")
    desk.until("document.getElementById('effect-text').textContent !== ''")
    desk.evaluate("document.querySelector('.decide [name=policy]').value = 'double'")
    for _ in range(3):
        desk.press("Enter")
    desk.press("Enter", control=True)
    desk.until("document.getElementById('decide-wrong').textContent !== ''")
    assert desk.violations() == []
    desk.type("Thử hai tháng")
    shot(desk, "policies-decide")
    desk.press("Enter", control=True)
    desk.until("!document.getElementById('decide').open && document.body.innerText.includes('Thử hai tháng')")
    assert desk.violations() == []
    shot(desk, "policies")
