"""A keeper and a barcode scanner: put away, wrong shelf, undo, loan, a cut line, and a phone."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.office import Office

UNIT = "31569"
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.units(UNIT)]
SHOTS = os.environ.get("SCREENSHOTS", "")


class Store:
    """Two boxes, a desk, and dossiers without papers scanned yet."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        above = None
        for level in ("K1", "K1.G1", "K1.G1.T1"):
            above = self.post("/v1/shelves/places", unit=UNIT, code=level, name=level, parent_id=above)["id"]
        self.box, self.other = (
            self.post("/v1/shelves/places", unit=UNIT, code=code, name=code, parent_id=above)
            for code in ("K1.G1.T1.H1", "K1.G1.T1.H2")
        )
        self.desk = self.post("/v1/shelves/places", unit=UNIT, kind="desk", code="BAN-1", name="Bàn 1")
        self.dossiers = [
            self.post("/v1/dossiers", unit=UNIT, kind="residence", reference=f"HK-{number:03}")
            for number in range(1, 5)
        ]

    def post(self, path: str, **body: Any) -> Any:
        """A thing made over HTTP."""
        key = json.dumps([path, body])
        answer = self.http.post(path, json=body, headers={"Idempotency-Key": str(abs(hash(key)))})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def paper(self, number: int) -> Any:
        """Where a dossier's paper is."""
        return self.http.get(f"/v1/dossiers/{self.dossiers[number]['dossier_id']}/paper").json()

    def code(self, number: int) -> str:
        """What is printed on a dossier's label."""
        return f"TT:D:{self.dossiers[number]['dossier_id']}"


@pytest.fixture(scope="module")
def store(system: Office) -> Iterator[Store]:
    """The archive of one unit."""
    body = {"username": system.access.username, "password": system.access.password}
    with httpx.Client(base_url=system.base_url, timeout=60, trust_env=False) as http:
        token = http.post("/v1/sessions", json=body).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield Store(http)


@pytest.fixture(scope="module")
def desk(system: Office, page: Any, store: Store) -> Any:
    """The screen, reached by letters."""
    page.sign_in(system.base_url, system.access.username, system.access.password)
    page.press("g")
    page.press("s")
    page.until("location.pathname === '/shelves' && document.activeElement.id === 'code'")
    page.until("document.querySelectorAll('#alarms h2').length === 2")
    return page


def scan(page: Any, code: str) -> None:
    """As a scanner does: characters, then Enter, wherever the focus is."""
    page.type(code)
    page.press("Enter")


def told(page: Any, tone: str, text: str) -> None:
    """Wait for the large answer."""
    page.until(f"document.querySelector('.answer.{tone}')?.textContent.includes({json.dumps(text)})")


def shot(page: Any, name: str) -> None:
    """A picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"shelves-{name}.png")


def test_put_away_ask_and_undo(desk: Any, store: Store) -> None:
    """A box, then dossiers; a dossier alone says where it is; a wrong shelf must be acknowledged and is undone."""
    scan(desk, store.box["barcode"])
    told(desk, "work", "K1.G1.T1.H1")
    for number in (0, 1):
        scan(desk, store.code(number))
        told(desk, "good", f"HK-{number + 1:03}")
    desk.press("Escape")
    scan(desk, "HK-002")
    told(desk, "work", "K1.G1.T1.H1 / 2")
    scan(desk, store.other["code"])
    desk.until("document.querySelector('#alarm').open")
    assert "K1.G1.T1.H1/2" in desk.evaluate("document.querySelector('#alarm-text').textContent")
    shot(desk, "alarm")
    scan(desk, store.code(2))
    assert desk.evaluate("document.querySelector('#alarm').open"), "the next scan does not acknowledge it"
    desk.press("Escape")
    desk.until("!document.querySelector('#alarm').open && document.activeElement.id === 'code'")
    assert store.paper(1)["misplaced"]
    desk.press("z", control=True)
    told(desk, "work", "HK-002")
    assert (store.paper(1)["misplaced"], store.paper(1)["place"]["code"]) == (False, "K1.G1.T1.H1")
    assert desk.evaluate("document.querySelectorAll('#moves li').length") == 4
    shot(desk, "desk")


def test_a_loan_by_keys(desk: Any, store: Store) -> None:
    """F4 asks who; Enter lends; the answer names the borrower."""
    scan(desk, store.code(0))
    told(desk, "work", "HK-001")
    desk.press("F4")
    desk.until("document.activeElement.name === 'borrower'")
    desk.type("Đội Cảnh sát QLHC")
    desk.press("Enter")
    told(desk, "good", "Đội Cảnh sát QLHC")
    assert store.paper(0)["state"] == "loan"
    scan(desk, "no such code")
    told(desk, "bad", "no such code")


def test_a_cut_line_loses_no_scan(desk: Any, store: Store) -> None:
    """Printed codes scanned meanwhile are kept in order, and done once the line is back, at the time of the scan."""
    desk.offline(True)
    scan(desk, store.code(2))
    desk.until("document.querySelector('#hand li') !== null")
    scan(desk, store.box["barcode"])
    scan(desk, store.code(3))
    scan(desk, store.desk["barcode"])
    desk.until("document.querySelector('#line').textContent.includes('2')")
    scan(desk, "HK-001")
    told(desk, "bad", "HK-001")
    assert store.paper(2)["state"] == "unplaced"
    desk.offline(False)
    desk.until("document.querySelector('#line').className === 'mark good'")
    assert (store.paper(2)["state"], store.paper(3)["state"]) == ("shelf", "desk")
    assert len(store.paper(2)["movements"]) == 1
    desk.complaints.clear()


def test_checklist_alarms_phone_and_axe(system: Office, desk: Any, store: Store) -> None:
    """What is out, with where it belongs; on a phone nothing overflows; axe finds nothing on either screen."""
    desk.go(f"{system.base_url}/shelves/return")
    rows = desk.evaluate("[...document.querySelectorAll('tbody tr')].map((one) => one.textContent)")
    assert any("HK-001" in row and "K1.G1.T1.H1 / 1" in row for row in rows)
    assert any("HK-004" in row for row in rows)
    assert desk.violations() == []
    shot(desk, "return")
    desk.go(f"{system.base_url}/shelves")
    desk.until("document.querySelectorAll('#alarms h2').length === 2")
    assert desk.violations() == []
    desk.resize(390, 844, mobile=True)
    scan(desk, store.code(2))
    told(desk, "work", "HK-003")
    assert desk.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(desk, "phone")
    desk.resize(1366, 768)
    assert desk.complaints == []
