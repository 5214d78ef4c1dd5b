"""Every screen as its strictest user: accessibility, policy, language, sizes, keys; and that none is left out."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.web.app import SCREENS
from kernel.identity import Role
from synthetic import files
from tests.e2e.office import Office
from tests.e2e.papers import declaration, marked
from tests.e2e.sending import agent_of, open_batch, send, sign_in

UNIT, SEED, SLOW_S = "31582", 21, 300.0
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.units(UNIT)]
SHOTS = os.environ.get("SCREENSHOTS", "")
WIDE, PHONE = (1366, 768, False), (390, 844, True)
PASSWORD = "một mật khẩu dài để thử"
LIST = "Số hồ sơ;Quan hệ;Họ và tên;Ngày sinh;Giới tính\r\nHK-9;Chủ hộ;Thạch Sa Rinh;01/01/1960;Nam\r\n"
PEOPLE = (
    ("HK-0001", "Trần Thị Ngọc Hạnh", "14/08/1958", "2"),
    ("HK-0002", "Thạch Sà Rương", "1961", "1"),
    ("HK-0003", "Lý Kim Hoa", "02/11/1973", "2"),
    ("HK-0004", "Danh Văn Út", "00/00/1949", "1"),
)

PATHS = {
    "/login": "/login",
    "/": "/",
    "/preparation": "/preparation",
    "/batches": "/batches",
    "/batches/{batch_id}": "",
    "/inspection": "/inspection",
    "/keying": "/keying",
    "/dossiers": "/dossiers",
    "/dossiers/new": "/dossiers/new",
    "/dossiers/{dossier_id}": "",
    "/dossiers/{dossier_id}/entry": "",
    "/dossiers/{dossier_id}/pages": "",
    "/search": "/search",
    "/shelves": "/shelves",
    "/shelves/places": "/shelves/places",
    "/imports": "/imports",
    "/imports/{import_id}": "",
    "/review-cases": "/review-cases",
    "/reconciliation": "/reconciliation",
    "/lookup": "/lookup?change=true",
    "/exports": "/exports",
    "/transfers": "/transfers",
    "/progress": "/progress",
    "/units": f"/units?code={UNIT}&on=2026-06-01",
    "/supervision": "/supervision",
    "/policies": "/policies",
    "/editions": "/editions",
    "/audit": "/audit",
    "/dead-letters": "/dead-letters",
}
"""Route → the address at which it is looked at; empty where the fixture makes what it shows."""
ELSEWHERE = {
    "/review-cases/{case_id}": "test_review_cases",
    "/reconciliation/{round_id}": "test_review_cases",
    "/transfers/consignments/{consignment_id}": "test_transfers",
    "/lookup/dossiers/{dossier_id}": "test_lookup",
    "/lookup/slips/{slip_id}": "test_lookup",
}
"""Screens that take a story to reach → the file that looks at them, axe and all."""
PARTS = {
    "/audit.csv",
    "/dossiers.csv",
    "/progress.csv",
    "/supervision.csv",
    "/batches/{batch_id}/live",
    "/dossiers/{dossier_id}/reading",
    "/dossiers/{dossier_id}/life",
    "/dossiers/{dossier_id}/paper",
    "/dossiers/{dossier_id}/custody",
    "/documents/{document_id}/pdf",
    "/pages/{page_id}/text",
    "/exports/live",
    "/imports/{import_id}/live",
    "/editions/known",
    "/editions/{edition_id}/again",
    "/preparation/today",
    "/shelves/alarms",
    "/shelves/return",
    "/transfers/consignments/{consignment_id}/live",
    "/transfers/consignments/{consignment_id}/packing-list",
    "/units/reorganisations",
}
"""Parts of screens, and files."""


def test_no_screen_is_left_out() -> None:
    """A new screen is looked at here, or says where it is."""
    offered = {
        route.path
        for screen in SCREENS
        for route in screen.routes.routes
        if "GET" in getattr(route, "methods", set())
    }
    assert offered == {*PATHS, *ELSEWHERE, *PARTS}
    for file in ELSEWHERE.values():
        assert "violations() == []" in (Path(__file__).parent / f"{file}.py").read_text(encoding="utf-8")


def sized(page: Any, size: tuple[int, int, bool]) -> None:
    """A window of this size, on a desk or in a hand."""
    page.resize(size[0], size[1], mobile=size[2])


@pytest.fixture(scope="module")
def admin(system: Office) -> Iterator[httpx.Client]:
    """The administrator over HTTP."""
    with httpx.Client(base_url=system.base_url, timeout=60, trust_env=False) as http:
        who = {"username": system.access.username, "password": system.access.password}
        http.headers["Authorization"] = f"Bearer {http.post('/v1/sessions', json=who).json()['token']}"
        yield http


def posted(http: httpx.Client, path: str, body: Any) -> Any:
    """What was made."""
    answer = http.post(path, json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def paths(system: Office, page: Any, admin: httpx.Client) -> dict[str, str]:
    """Route → address, with a batch, dossiers, a list and somebody's curiosity to look at."""
    for reference, name, born, sex in PEOPLE:
        person = {"full_name": name, "birth_date": born, "sex": sex}
        entry = {"unit": UNIT, "kind": "residence", "reference": reference, "persons": [person]}
        posted(admin, "/v1/dossiers", entry)
    sent = admin.post(
        "/v1/imports",
        params={"unit": UNIT, "kind": "residence", "file_name": "danh-sach.csv"},
        content=LIST.encode(),
        headers={"Idempotency-Key": secrets.token_hex(8)},
    )
    assert sent.is_success, sent.text
    with agent_of(system, UNIT) as agent:
        batch = open_batch(agent, UNIT, "every-screen")
        front, back = declaration(SEED)
        send(agent, batch, [front, back, files.truncated(front), marked(front, b"another")])
    sign_in(page, system)
    page.go(f"{system.base_url}/batches/{batch}")
    page.until("document.querySelectorAll('.thumb a').length >= 3", SLOW_S)
    page.until("document.querySelector('.lamp .chip.good') !== null", SLOW_S)
    dossier = page.evaluate("document.querySelector('.thumb a').getAttribute('href')").split("?")[0]
    for _ in range(31):
        assert admin.get(f"/v1{dossier}").status_code == 200
    page.complaints.clear()
    return PATHS | {
        "/batches/{batch_id}": f"/batches/{batch}",
        "/dossiers/{dossier_id}": dossier,
        "/dossiers/{dossier_id}/entry": f"{dossier}/entry",
        "/dossiers/{dossier_id}/pages": f"{dossier}/pages",
        "/imports/{import_id}": f"/imports/{sent.json()['id']}",
    }


@pytest.mark.parametrize("route", PATHS)
def test_a_strict_user_finds_nothing(system: Office, page: Any, paths: dict[str, str], route: str) -> None:
    """Language, title, one heading, skip link, order of the focus, policy, axe, both sizes, no complaint."""
    sized(page, WIDE)
    page.go(system.base_url + paths[route])
    page.until("document.querySelectorAll('[aria-busy=true]').length === 0")
    assert page.evaluate("document.documentElement.lang") == "vi"
    assert page.evaluate("document.title").endswith(" · Tangthu")
    headings = "[...document.querySelectorAll('main h1')].filter((one) => one.checkVisibility()).length"
    assert page.evaluate(headings) == 1
    first = "document.querySelector('a, button, input, select, textarea')"
    assert page.evaluate(f"{first}.matches('.skip[href=\"#main\"]')")
    assert page.evaluate("[...document.querySelectorAll('[tabindex]')].every((one) => one.tabIndex <= 0)")
    policy = page.evaluate("fetch(location.href).then((one) => one.headers.get('content-security-policy'))")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.violations() == []
    for size in (WIDE, PHONE):
        sized(page, size)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        if SHOTS:
            name = route.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "home"
            page.screenshot(Path(SHOTS) / f"{name}{'-phone' if size[2] else ''}.png")
    assert page.violations() == []
    sized(page, WIDE)
    assert page.complaints == []


def test_the_skip_link_leads_to_the_content(system: Office, page: Any) -> None:
    """From the top of a page: Tab shows it, Enter goes past the side bar."""
    page.go(f"{system.base_url}/dossiers")
    page.press("Tab")
    page.until("document.activeElement.matches('.skip')")
    page.press("Enter")
    page.until("document.activeElement.id === 'main'")
    page.press("Tab")
    assert page.evaluate("document.activeElement.matches('main *')")


def test_the_shortcut_sheet_fits_and_its_letters_change_places(
    system: Office, page: Any, paths: dict[str, str]
) -> None:
    """D does what J did and J what D did, until they are put back; switched off, no letter does anything."""
    page.go(system.base_url + paths["/dossiers/{dossier_id}"])
    page.until("document.querySelectorAll('.leaf').length > 1")
    page.press("F1")
    page.until("document.querySelector('#shortcuts').open")
    assert page.evaluate("document.querySelector('#shortcuts').getBoundingClientRect().bottom") <= 768
    assert page.violations() == []
    if SHOTS:
        page.screenshot(Path(SHOTS) / "shortcuts.png")
    page.evaluate("document.querySelector('#key-tools [data-keys=change]').click()")
    letter = (
        "[...document.querySelectorAll('#shortcuts kbd[role=button]')].find((one) => one.dataset.of === 'J')"
    )
    page.evaluate(f"{letter}.focus()")
    page.press("Enter")
    assert page.violations() == []
    if SHOTS:
        page.screenshot(Path(SHOTS) / "shortcuts-changing.png")
    page.press("d")
    assert page.evaluate(
        "[...document.querySelectorAll('#shortcuts kbd')].some((one) => one.dataset.of === 'J' && one.textContent === 'D')"
    )
    page.press("F1")
    page.until("!document.querySelector('#shortcuts').open")
    position = "document.querySelector('#position').textContent"
    before = page.evaluate(position)
    page.press("j")
    assert page.evaluate(position) == before
    page.press("d")
    page.until(f"{position} !== {json.dumps(before)}")
    page.go(system.base_url + paths["/dossiers/{dossier_id}"])
    page.until(f"{position} === {json.dumps(before)}")
    page.press("d")
    page.until(f"{position} !== {json.dumps(before)}")
    page.press("F1")
    page.evaluate("document.querySelector('#key-tools [data-keys=reset]').click()")
    page.evaluate("document.querySelector('#key-tools [name=off]').click()")
    page.press("F1")
    page.press("k")
    page.press("g")
    page.press("2")
    assert page.evaluate(position) != before
    page.press("F1")
    page.evaluate("document.querySelector('#key-tools [name=off]').click()")
    page.press("F1")
    page.press("k")
    page.until(f"{position} === {json.dumps(before)}")
    assert page.complaints == []


def test_a_view_of_a_list_is_saved(system: Office, page: Any, paths: dict[str, str]) -> None:
    """Filtered, named and sent with Enter; then it leads there from anywhere, until it is dropped."""
    page.go(f"{system.base_url}/dossiers?kind=residence&unit=")
    page.evaluate("document.querySelector('#saved-views summary').focus()")
    page.press("Enter")
    page.until("document.querySelector('#saved-views .none').checkVisibility()")
    page.evaluate("document.querySelector('#saved-views [name=name]').focus()")
    page.type("Cư trú")
    page.press("Enter")
    page.until("document.querySelector('#saved-views li a')?.textContent === 'Cư trú'")
    assert page.violations() == []
    page.go(f"{system.base_url}/dossiers")
    page.evaluate("document.querySelector('#saved-views').open = true")
    page.until("document.querySelector('#saved-views li a') !== null")
    page.evaluate("document.querySelector('#saved-views li a').click()")
    page.until("location.search === '?kind=residence' && document.readyState === 'complete'")
    page.evaluate("document.querySelector('#saved-views').open = true")
    page.until("document.querySelector('#saved-views li a[aria-current]') !== null")
    page.evaluate("document.querySelector('#saved-views li button').click()")
    page.until("document.querySelector('#saved-views li') === null")
    assert page.complaints == []


def test_an_auditor_sees_what_is_odd_and_follows_it(
    system: Office, page: Any, admin: httpx.Client, paths: dict[str, str]
) -> None:
    """An auditor alone may look; 31 looks without a purpose stand out, lead to their events, and download."""
    officer = {"username": "kiem.toan", "display_name": "Kiểm Toán Viên", "password": PASSWORD}
    posted(admin, "/v1/officers", officer | {"roles": [Role.AUDITOR.value], "units": [UNIT]})
    page.call("Network.enable")
    page.call("Network.clearBrowserCookies")
    page.sign_in(system.base_url, "kiem.toan", PASSWORD)
    page.press("g")
    page.press("a")
    page.until("location.pathname === '/audit' && document.readyState === 'complete'")
    page.until("document.querySelector('.findings')?.textContent.includes('Xem mà không ghi mục đích')")
    assert page.violations() == []
    if SHOTS:
        page.screenshot(Path(SHOTS) / "audit.png")
    page.press("j")
    page.until("document.activeElement.matches('.findings a')")
    page.press("Enter")
    page.until("location.search.includes('since=') && document.readyState === 'complete'")
    page.until("document.querySelectorAll('.log tbody tr').length >= 31")
    acts = page.evaluate(
        "[...document.querySelectorAll('.log td:nth-child(3)')].map((one) => one.textContent)"
    )
    assert "Xem: Một hồ sơ" in acts
    if SHOTS:
        page.screenshot(Path(SHOTS) / "audit-filtered.png")
    page.evaluate("document.querySelector('.filters [name=name]').focus()")
    page.type("khong.co.ai")
    page.press("Enter")
    page.until("document.querySelector('.notice')?.textContent.includes('Không có cán bộ nào')")
    assert "khong.co.ai" not in page.evaluate("location.href"), "no login name in an address"
    sent = page.evaluate("fetch('/audit.csv').then((one) => one.text())")
    assert "Kiểm Toán Viên" in sent or "quantri" in sent
    sign_in(page, system)
    page.complaints.clear()
