"""Duplicates looked at side by side, merged by two people and undone, and a round of reconciliation: by keys alone."""

import os
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest

from kernel.identity import Role
from tests.e2e.office import Office

SHOTS = os.environ.get("SCREENSHOTS", "")
UNIT = "31567"
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.units(UNIT)]
PASSWORD = "mot mat khau du dai 2026"
PERSON = {
    "full_name": "Thạch Thị Ngọc Sương",
    "birth_date": "12031961",
    "sex": "2",
    "father_name": "Sơn Văn Bảy",
    "mother_name": "Kim Thị Sà Rinh",
}


def key() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": secrets.token_hex(8)}


@pytest.fixture(scope="module")
def admin(system: Office) -> Any:
    """The administrator over HTTP, with two officers registered."""
    with httpx.Client(base_url=system.base_url, timeout=60, trust_env=False) as http:
        who = {"username": system.access.username, "password": system.access.password}
        token = http.post("/v1/sessions", json=who).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        for name, roles in (("thu.kho", [Role.KEEPER]), ("kiem.tra", [Role.INSPECTOR])):
            body = {
                "username": name,
                "display_name": name.title(),
                "password": PASSWORD,
                "roles": roles,
                "units": [UNIT],
            }
            made = http.post("/v1/officers", json=body, headers=key())
            assert made.status_code == 201, made.text
        yield http


def enter(admin: httpx.Client, **person: str) -> str:
    """An identity dossier of one person."""
    body = {
        "unit": UNIT,
        "kind": "identity",
        "reference": secrets.token_hex(4),
        "persons": [{**PERSON, **person}],
    }
    answer = admin.post("/v1/dossiers", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["dossier_id"])


def sign_in(page: Any, system: Office, name: str) -> None:
    """As one of the officers."""
    page.call("Network.enable")
    page.call("Network.clearBrowserCookies")
    page.sign_in(system.base_url, name, PASSWORD)


def reloaded(page: Any, condition: str) -> None:
    """Wait until the page has loaded anew and shows something."""
    page.until(f"!window.before && document.readyState === 'complete' && ({condition})")
    page.evaluate("window.before = true")


def fill(page: Any, *texts: str) -> None:
    """Fill the open dialog's fields one after another, Enter moving on and sending at the end; '' leaves one."""
    page.until(
        "document.querySelector('dialog[open] form') && document.activeElement.matches('dialog input, dialog select')"
    )
    page.evaluate("window.before = true")
    for text in texts:
        if text:
            page.evaluate("document.activeElement.select?.()")
            page.type(text)
        page.press("Enter")


def shot(page: Any, name: str) -> None:
    """A picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"{name}.png")


def test_two_people_merge_and_undo(system: Office, page: Any, admin: httpx.Client) -> None:
    """One resolves and asks, the other approves; undone, both are apart again."""
    first, second = enter(admin), enter(admin, full_name="Thạch Thị Ngọc Sươngg", birth_date="12031961")
    sign_in(page, system, "thu.kho")
    page.go(f"{system.base_url}/")
    page.press("g")
    page.press("r")
    page.until("location.pathname === '/review-cases' && document.readyState === 'complete'")
    # The search for duplicates comes by every half minute.
    for _ in range(200):
        if page.evaluate("document.querySelector('#cases a') !== null"):
            break
        page.until("new Promise((done) => setTimeout(() => done(true), 500))")
        page.go(f"{system.base_url}/review-cases")
    else:
        pytest.fail("the duplicates did not become a case")
    assert page.violations() == []
    shot(page, "cases")
    page.press("j")
    page.until("document.activeElement.matches('#cases a')")
    page.press("Enter")
    page.until("location.pathname.startsWith('/review-cases/') && document.querySelector('.sides') !== null")
    case = page.evaluate("location.pathname")
    differing = "[...document.querySelectorAll('.sides tr.differs th')].map((one) => one.textContent)"
    assert page.evaluate(differing) == ["Họ và tên"]
    assert page.violations() == []
    shot(page, "case")
    page.press("r")
    page.until("document.querySelector('#resolve').open")
    assert page.violations() == []
    shot(page, "case-resolve")
    fill(page, "15/QĐ ngày 02/11/2026", "", "Cùng một người")
    reloaded(page, "document.querySelector('[data-dialog=merge]') !== null")
    page.press("m")
    page.until("document.querySelector('#merge').open")
    assert page.violations() == []
    shot(page, "case-merge")
    fill(page, "", "", "15/QĐ ngày 02/11/2026", "Cùng một người")
    reloaded(page, "document.querySelector('.notice.warn') !== null")
    assert page.evaluate("document.querySelector('[data-decide]') === null"), "who asked does not decide"
    sign_in(page, system, "kiem.tra")
    page.go(f"{system.base_url}/review-cases?state=resolved")
    page.until("document.querySelector('.deciding a') !== null")
    page.go(system.base_url + case)
    page.until("document.querySelector('[data-decide=approve]') !== null")
    assert page.violations() == []
    shot(page, "case-decide")
    page.evaluate("window.before = true")
    page.press("a")
    reloaded(page, "document.querySelector('[data-dialog=undo]') !== null")
    gone = [admin.get(f"/v1/dossiers/{one}").json()["persons"][0]["id"] for one in (first, second)]
    merged = [admin.get(f"/v1/persons/{one}").json()["merged_into"] for one in gone]
    assert set(merged) - {None} <= set(gone)
    assert merged.count(None) == 1
    shot(page, "case-done")
    page.press("u")
    fill(page, "Nhầm người")
    reloaded(page, "document.querySelector('[data-dialog=undo]') === null")
    assert [admin.get(f"/v1/persons/{one}").json()["merged_into"] for one in gone] == [None, None]
    assert page.violations() == []
    shot(page, "case-undone")
    page.resize(390, 844, mobile=True)
    page.go(system.base_url + case)
    shot(page, "case-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.resize(1366, 768)
    assert page.complaints == []


def test_a_round_of_reconciliation(system: Office, page: Any, admin: httpx.Client) -> None:
    """Started, answered dossier by dossier and closed without a mouse; the difference is a review case."""
    for number in range(3):
        enter(admin, full_name=f"Lý Văn {['Một', 'Hai', 'Ba'][number]}", birth_date=f"0{number + 1}021970")
    sign_in(page, system, "kiem.tra")
    page.go(f"{system.base_url}/")
    page.press("g")
    page.press("e")
    page.until("location.pathname === '/reconciliation' && document.readyState === 'complete'")
    assert page.violations() == []
    shot(page, "rounds-none")
    page.press("n")
    page.until("document.activeElement.matches('#start [name=unit]')")
    page.evaluate("document.querySelector('#start [name=kind]').value = 'identity'")
    for _ in range(3):
        page.press("Enter")
    page.until("document.querySelector('#round') !== null && document.readyState === 'complete'")
    path = page.evaluate("location.pathname")
    assert page.violations() == []
    shot(page, "round")
    size = admin.get(f"/v1{path.replace('reconciliation', 'reconciliations')}").json()["size"]
    page.evaluate("window.before = true")
    page.press("2")
    page.until("document.querySelector('#differs').open && document.activeElement.matches('#differs input')")
    assert page.violations() == []
    shot(page, "round-differs")
    page.press(" ")
    page.press("Enter")
    reloaded(page, "document.querySelector('#round').dataset.ordinal === '2'")
    page.press("3")
    reloaded(page, "document.querySelector('#round').dataset.ordinal === '3'")
    for ordinal in range(3, size + 1):
        page.press("1")
        following = f"document.querySelector('#round').dataset.ordinal === '{ordinal + 1}'"
        reloaded(page, following if ordinal < size else "document.querySelector('main .empty') !== null")
    page.press("c")
    reloaded(page, "document.querySelector('[data-act=close]') === null")
    assert page.violations() == []
    shot(page, "round-closed")
    told = admin.get(f"/v1{path.replace('reconciliation', 'reconciliations')}").json()
    assert told["answers"] == {"differs": 1, "paper_missing": 1, "same": size - 2}
    for kind in ("paper_differs", "paper_missing"):
        assert len(admin.get("/v1/review-cases", params={"kind": kind}).json()["items"]) == 1
    page.go(f"{system.base_url}/reconciliation")
    assert page.violations() == []
    shot(page, "rounds")
    page.resize(390, 844, mobile=True)
    page.go(system.base_url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "round-phone")
    page.resize(1366, 768)
    assert page.complaints == []
