"""The start page: what waits for an officer by role, walked and opened by keys alone."""

import os
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest

from kernel.identity import Role
from tests.e2e.office import Office

SHOTS = os.environ.get("SCREENSHOTS", "")
PASSWORD = "mot mat khau du dai 2026"
UNIT = "31528"
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.units(UNIT)]


@pytest.fixture(scope="module")
def admin(system: Office) -> Any:
    """The administrator over HTTP, with a keeper and a scan operator, and a dossier that contradicts itself."""
    with httpx.Client(base_url=system.base_url, timeout=60, trust_env=False) as http:
        who = {"username": system.access.username, "password": system.access.password}
        http.headers["Authorization"] = f"Bearer {http.post('/v1/sessions', json=who).json()['token']}"
        http.headers["Idempotency-Key"] = secrets.token_hex(8)
        for name, role in (("nha.kho", Role.KEEPER), ("nha.quet", Role.SCAN_OPERATOR)):
            body = {
                "username": name,
                "display_name": name.title(),
                "password": PASSWORD,
                "roles": [role],
                "units": [UNIT],
            }
            made = http.post("/v1/officers", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
            assert made.status_code == 201, made.text
        person = {"full_name": "Lý Thị Hoa", "birth_date": "12031961", "sex": "2", "number": "094061000017"}
        entry = {"unit": UNIT, "kind": "identity", "reference": "HS-1", "persons": [person]}
        entered = http.post("/v1/dossiers", json=entry)
        assert entered.status_code == 201, entered.text
        yield http


def sign_in(page: Any, system: Office, name: str) -> None:
    """As one of the officers."""
    page.call("Network.enable")
    page.call("Network.clearBrowserCookies")
    page.sign_in(system.base_url, name, PASSWORD)


def shoot(page: Any, name: str) -> None:
    """A screenshot where SCREENSHOTS names a folder."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"{name}.png")


def test_nothing_waits(page: Any, system: Office, admin: httpx.Client) -> None:
    """Whoever has no work is told so, and sees no queue of another role."""
    sign_in(page, system, "nha.quet")
    page.go(f"{system.base_url}/")
    assert page.evaluate("document.querySelectorAll('#queues a').length") == 0
    assert "Không có việc nào đang chờ bạn" in page.evaluate("document.body.innerText")
    assert page.violations() == []


def test_queue_is_opened_by_keys(page: Any, system: Office, admin: httpx.Client) -> None:
    """The review case counts for the keeper, J goes to it and Enter opens the screen; also on a phone."""
    waiting = admin.get("/v1/review-cases").json()["items"]
    assert waiting
    sign_in(page, system, "nha.kho")
    page.go(f"{system.base_url}/")
    shown = page.evaluate("document.querySelector('#queues').innerText")
    assert "Điểm chờ xem xét" in shown
    assert str(len(waiting)) in shown
    assert page.violations() == []
    page.press("j")
    focused = "document.activeElement.getAttribute('href')"
    assert page.evaluate(focused) == "/review-cases"
    shoot(page, "home")
    page.resize(390, 844)
    shoot(page, "home_phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.resize(1366, 768)
    page.press("Enter")
    page.until("location.pathname === '/review-cases'")


def test_ones_own_act_shows_at_once(page: Any, system: Office, admin: httpx.Client) -> None:
    """What the keeper has just resolved is gone from their start page when they come back to it."""
    with httpx.Client(base_url=system.base_url, timeout=60, trust_env=False) as http:
        who = {"username": "nha.kho", "password": PASSWORD}
        http.headers["Authorization"] = f"Bearer {http.post('/v1/sessions', json=who).json()['token']}"
        for case in http.get("/v1/review-cases").json()["items"]:
            path, seen = f"/v1/review-cases/{case['id']}:resolve", {"If-Match": f'"{case["version"]}"'}
            resolved = http.post(path, json={"resolution": "Đúng theo giấy khai sinh"}, headers=seen)
            assert resolved.status_code == 200, resolved.text
    sign_in(page, system, "nha.kho")
    page.go(f"{system.base_url}/")
    assert "Điểm chờ xem xét" not in page.evaluate("document.body.innerText")
