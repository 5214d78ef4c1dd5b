"""Dossiers sent and checked on arrival by the keyboard alone, seen by the officers of both units."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.office import Office

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(600)]

SHOTS = os.environ.get("SCREENSHOTS", "")
SENDER, RECEIVER = "31135", "PC06"
READY = "document.documentElement.dataset.ready === 'true'"


@pytest.fixture(scope="module")
def keepers(system: Office) -> dict[str, tuple[str, str, httpx.Client]]:
    """Unit → a keeper's name, password and client."""
    found = {}
    with client(system, system.access.username, system.access.password) as administrator:
        for unit in (SENDER, RECEIVER):
            password = secrets.token_urlsafe(16)
            name = f"keeper-{unit.lower()}"
            body = {"username": name, "display_name": f"Thủ kho {unit}", "password": password}
            body |= {"roles": ["keeper", "keyer"], "units": [unit]}  # type: ignore[dict-item]
            administrator.post(
                "/v1/officers", json=body, headers={"Idempotency-Key": name}
            ).raise_for_status()
            found[unit] = (name, password, client(system, name, password))
    return found


def client(system: Office, name: str, password: str) -> httpx.Client:
    """An officer's client."""
    body = {"username": name, "password": password}
    token = httpx.post(f"{system.base_url}/v1/sessions", json=body, timeout=60, trust_env=False).json()[
        "token"
    ]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=system.base_url, headers=headers, timeout=60, trust_env=False)


def held(http: httpx.Client) -> set[str]:
    """References that the caller's unit holds."""
    return {one["reference"] for one in http.get("/v1/dossiers", params={"limit": 200}).json()["items"]}


def counted(http: httpx.Client) -> int:
    """Dossiers of the caller's unit by the reports."""
    return int(http.get("/v1/progress").json()["totals"]["dossiers"])


def focus(page: Any, selector: str) -> None:
    """Put the cursor into a box."""
    page.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")


def test_three_sent_one_missing_one_refused(
    system: Office, page: Any, keepers: dict[str, tuple[str, str, httpx.Client]]
) -> None:
    """Each dossier is in exactly one unit at every moment, and the differences become cases."""
    (sender, receiver) = (keepers[SENDER], keepers[RECEIVER])
    papers = {"CM-001", "CM-002", "CM-003"}
    for reference in sorted(papers):
        body = {"unit": SENDER, "kind": "identity", "reference": reference}
        made = sender[2].post("/v1/dossiers", json=body, headers={"Idempotency-Key": reference})
        assert made.status_code == 201, made.text

    def holds(mine: set[str], theirs: set[str]) -> None:
        assert (held(sender[2]), held(receiver[2])) == (mine, theirs)
        until(lambda: (counted(sender[2]), counted(receiver[2])) == (len(mine), len(theirs)))

    holds(papers, set())
    page.sign_in(system.base_url, sender[0], sender[1])
    page.go(f"{system.base_url}/transfers")
    page.until(READY)
    assert page.violations() == []
    focus(page, "#send [name=to]")
    page.type(RECEIVER)
    page.press("Enter")
    page.type("CMND 9 số, thùng 1")
    page.press("Enter")
    for number, reference in enumerate(sorted(papers), start=1):
        page.type(reference)
        page.press("Enter")
        page.until(f"document.getElementById('count').textContent === '{number}'")
    shot(page, "transfers-send")
    page.press("Enter", control=True)
    page.until(f"location.pathname.startsWith('/transfers/consignments/') && {READY}")
    path = page.evaluate("location.pathname")
    holds(papers, set())
    assert page.violations() == []
    page.go(f"{system.base_url}/transfers")
    page.until(READY)
    shot(page, "transfers-sent")
    page.evaluate("document.querySelector('form[action=\"/logout\"]').requestSubmit()")
    page.until("location.pathname === '/login' && document.readyState === 'complete'")

    page.sign_in(system.base_url, receiver[0], receiver[1])
    page.go(f"{system.base_url}/transfers")
    page.until(READY)
    page.press("j")
    page.evaluate("document.activeElement.click()")
    page.until(f"location.pathname === '{path}' && {READY}")
    page.until("document.activeElement.name === 'code'")
    for code, tone in (("CM-001", "good"), ("CM-001", "warn"), ("CM-999", "bad")):
        page.type(code)
        page.press("Enter")
        page.until(f"document.getElementById('finding').className === '{tone}'")
    page.until("document.querySelector('.came .surplus') !== null")
    holds(papers - {"CM-001"}, {"CM-001"})
    page.evaluate("document.activeElement.blur()")
    page.press("j")
    page.press("r")
    page.until("document.activeElement.name === 'reason'")
    page.type("hồ sơ của tỉnh khác")
    page.press("Enter")
    page.until("document.querySelectorAll('.packing .chip.bad').length === 1")
    assert page.violations() == []
    shot(page, "consignment-check")
    page.evaluate("document.querySelector('[data-close]').click()")
    page.until(
        "document.querySelectorAll('.packing .chip.bad').length === 2 && !document.getElementById('scan')"
    )
    shot(page, "consignment-checked")
    holds(papers - {"CM-001"}, {"CM-001"})
    cases = sender[2].get("/v1/review-cases").json()["items"]
    assert {one["kind"] for one in cases} >= {"missing_on_arrival", "refused_on_arrival"}
    dossier = receiver[2].get("/v1/dossiers").json()["items"][0]["id"]
    page.go(f"{system.base_url}/dossiers/{dossier}/custody")
    assert page.evaluate("document.querySelectorAll('.history')[0].children.length") == 2
    assert page.complaints == []


def until(true: Any) -> None:
    """Wait until the reports have counted."""
    import time

    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def shot(page: Any, name: str) -> None:
    """Keep what is visible where somebody wants to look."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"{name}.png")


def test_units_over_time(system: Office, page: Any) -> None:
    """The tree of a day narrowed without marks, a code in its editions, a reorganisation; progress by a map."""
    page.sign_in(system.base_url, system.access.username, system.access.password)
    page.go(f"{system.base_url}/units?on=2025-02-28&code=943")
    page.until(READY)
    assert page.evaluate("document.querySelector('.tree [aria-current] span').textContent") == (
        "Công an huyện Kế Sách"
    )
    assert page.evaluate("document.getElementById('unit').textContent").count("→") >= 1
    assert page.violations() == []
    shot(page, "units")
    page.press("s")
    page.type("ke sach")
    page.until("document.querySelectorAll('.tree li:not([hidden])').length < 15")
    page.press("ArrowDown")
    page.until("document.activeElement.matches('.tree a')")
    page.evaluate("document.querySelector('#order [name=day]').value = '2025-03-01'")
    page.evaluate("document.getElementById('order').requestSubmit()")
    page.until("document.querySelector('#reorganisations .chip.good') !== null")
    page.go(f"{system.base_url}/progress?map=2025-02-28")
    page.until("document.querySelector('.notice.warn') !== null")
    assert page.violations() == []
    shot(page, "progress-map")
    assert page.complaints == []
