"""The keeper lays out a store, lends from a dossier, sends with a printed list, and loses no refused scan."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kernel.ids import new_id
from local.system import LocalSystem
from tests.e2e.office import Office

UNIT, OTHER = "31552", "92"
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.units(UNIT, OTHER)]
SHOTS = os.environ.get("SCREENSHOTS", "")


def shot(page: Any, name: str) -> None:
    """A picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"places-{name}.png")


@pytest.fixture(scope="module")
def http(system: Office) -> Iterator[httpx.Client]:
    """The API, as the same officer."""
    body = {"username": system.access.username, "password": system.access.password}
    with httpx.Client(base_url=system.base_url, timeout=60, trust_env=False) as client:
        token = client.post("/v1/sessions", json=body).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        client.headers["X-Purpose"] = "Kiem tra"
        yield client


@pytest.fixture(scope="module")
def dossiers(http: httpx.Client) -> list[str]:
    """Three dossiers without pages."""
    found = []
    for number in range(1, 4):
        body = {"unit": UNIT, "kind": "residence", "reference": f"HKP-{number:03}"}
        answer = http.post("/v1/dossiers", json=body, headers={"Idempotency-Key": str(new_id())})
        assert answer.status_code == 201, answer.text
        found.append(str(answer.json()["dossier_id"]))
    return found


@pytest.fixture(scope="module")
def screen(system: Office, page: Any) -> Any:
    """Signed in."""
    page.sign_in(system.base_url, system.access.username, system.access.password)
    return page


def opened(screen: Any, url: str) -> None:
    """Go there and wait for the page's own script."""
    screen.go(url)
    screen.until("document.documentElement.dataset.ready === 'true'")


def tree(http: httpx.Client, parent: str = "") -> dict[str, Any]:
    """Places under a parent by code."""
    query: dict[str, str] = {"unit": UNIT, "limit": "200"} | ({"parent": parent} if parent else {})
    return {one["code"]: one for one in http.get("/v1/shelves/tree", params=query).json()["items"]}


def test_a_store_is_laid_out_by_keys(system: Office, screen: Any, http: httpx.Client) -> None:
    """N, a range, its codes and count before anything is made, Enter; rows open, are renamed and closed."""
    opened(screen, f"{system.base_url}/shelves/places?unit={UNIT}")
    shot(screen, "empty")
    screen.press("n")
    screen.until("document.activeElement.name === 'steps'")
    screen.type("K1, G1..G6, T1..T5, H1..H10")
    screen.until("document.querySelector('#preview p')?.textContent.includes('337')")
    assert "K1-G1-T1-H1" in screen.evaluate("document.querySelector('#preview').textContent")
    assert tree(http) == {}
    shot(screen, "preview")
    screen.press("Enter")
    screen.until("document.querySelector('.rows td')?.textContent.includes('K1')")
    assert tree(http)["K1"]["load"]["places"] == 336
    screen.until("document.documentElement.dataset.ready === 'true'")
    screen.press("j")
    screen.press("Enter")
    screen.until("document.querySelectorAll('.rows tbody tr').length === 6")
    screen.until("document.documentElement.dataset.ready === 'true'")
    shot(screen, "room")
    assert screen.violations() == []
    screen.press("j")
    screen.press("e")
    screen.until("document.querySelector('#edit').open")
    screen.type("Giá cạnh cửa sổ")
    screen.press("Enter")
    screen.until("document.querySelector('.rows')?.textContent.includes('Giá cạnh cửa sổ')")
    screen.until("document.documentElement.dataset.ready === 'true'")
    screen.evaluate("document.querySelector('[data-edit]').click()")
    screen.evaluate("document.querySelector('#edit button[value=close]').click()")
    screen.until("document.querySelector('#edit-refused').textContent.includes('55')")
    shot(screen, "refused")
    screen.press("Escape")
    screen.evaluate("document.querySelector('#places form[target]').target = ''")
    labels = screen.evaluate(
        "fetch('/preparation/print', {method: 'POST', body: new URLSearchParams(new FormData("
        "document.querySelector('#places form[target]')))}).then((one) => one.headers.get('content-type'))"
    )
    assert labels == "application/pdf"
    screen.press("u")
    screen.until("location.search.startsWith('?unit=')")


def test_a_repeated_scan_is_no_movement(
    system: Office, screen: Any, http: httpx.Client, dossiers: list[str]
) -> None:
    """Scanned twice into one place it has moved once: Ctrl+Z takes back that one and nothing before it."""
    rack = tree(http, tree(http)["K1"]["id"])["K1-G1"]
    tier = tree(http, rack["id"])["K1-G1-T1"]
    boxes = tree(http, tier["id"])
    screen.go(f"{system.base_url}/shelves")
    screen.until("document.activeElement.id === 'code'")
    for code in (boxes["K1-G1-T1-H1"]["barcode"], f"TT:D:{dossiers[0]}", f"TT:D:{dossiers[1]}"):
        screen.type(code)
        screen.press("Enter")
    screen.until("document.querySelectorAll('#moves li').length === 2")
    screen.type(f"TT:D:{dossiers[0]}")
    screen.press("Enter")
    screen.until("document.querySelector('.answer').textContent.includes('đã ở đây từ trước')")
    assert screen.evaluate("document.querySelectorAll('#moves li').length") == 2
    screen.press("z", control=True)
    screen.until("document.querySelectorAll('#moves li').length === 3")
    states = [http.get(f"/v1/dossiers/{one}/paper").json()["state"] for one in dossiers[:2]]
    assert states == ["shelf", "unplaced"]


def test_what_is_refused_for_good_is_put_aside(
    system: Office, screen: Any, http: httpx.Client, dossiers: list[str]
) -> None:
    """A 403 holds nothing up: what comes behind is sent; the refused scan stays, also over a reload, till discarded."""
    screen.evaluate(
        "(() => { const real = window.fetch; window.fetch = (address, asked) => "
        "String(address) === '/v1/barcodes' && asked.body.includes('borrower') && asked.body.includes('Tổ 9') "
        "? Promise.resolve(new Response(JSON.stringify({title: 'Không có quyền'}), {status: 403})) "
        ": real(address, asked); })()"
    )
    screen.press("Escape")
    screen.type(f"TT:D:{dossiers[1]}")
    screen.press("Enter")
    screen.until("document.querySelector('#hand li') !== null")
    screen.press("F4")
    screen.type("Tổ 9")
    screen.press("Enter")
    screen.until("!document.querySelector('#aside').hidden")
    screen.type(f"TT:D:{dossiers[2]}")
    screen.press("Enter")
    screen.until("document.querySelector('#hand li') !== null")
    screen.type("K1-G1-T1-H2")
    screen.press("Enter")
    screen.until("document.querySelector('#moves').textContent.includes('HKP-003')")
    assert http.get(f"/v1/dossiers/{dossiers[2]}/paper").json()["state"] == "shelf"
    screen.go(f"{system.base_url}/shelves")
    screen.until("!document.querySelector('#aside').hidden")
    assert "Không có quyền" in screen.evaluate("document.querySelector('#aside').textContent")
    assert "Tổ 9" in screen.evaluate("document.querySelector('#aside textarea').value")
    assert screen.violations() == []
    shot(screen, "aside")
    screen.evaluate("document.querySelector('#aside [data-act=discard]').click()")
    screen.until("document.querySelector('#aside').hidden")
    screen.go(f"{system.base_url}/shelves")
    screen.until("document.querySelector('#line').className === 'mark good'")
    assert screen.evaluate("document.querySelector('#aside').hidden")


def test_lent_from_its_own_screen(
    system: Office, screen: Any, http: httpx.Client, dossiers: list[str]
) -> None:
    """Who, what for, until when; the panel shows it at once, and an overdue loan as such."""
    screen.go(f"{system.base_url}/dossiers/{dossiers[0]}")
    screen.until("document.readyState === 'complete'")
    screen.evaluate("document.querySelector('#paper').open = true")
    screen.until("document.querySelector('#lend') !== null")
    screen.evaluate("document.querySelector('#paper .lend').open = true")
    screen.evaluate("document.querySelector('#lend [name=borrower]').focus()")
    screen.type("Đội Cảnh sát hình sự")
    screen.evaluate("document.querySelector('#lend [name=purpose]').focus()")
    screen.type("Xác minh vụ việc 12")
    screen.press("Enter")
    screen.until("document.querySelector('#paper').textContent.includes('Xác minh vụ việc 12')")
    paper = http.get(f"/v1/dossiers/{dossiers[0]}/paper").json()
    assert (paper["state"], paper["borrower"]) == ("loan", "Đội Cảnh sát hình sự")
    assert paper["movements"][0]["purpose"] == "Xác minh vụ việc 12"
    assert screen.violations() == []
    shot(screen, "loan")


def test_a_consignment_with_its_printed_list(
    system: Office, screen: Any, http: httpx.Client, dossiers: list[str]
) -> None:
    """The list is a PDF; its code opens it, is never surplus; after the check it is the record, with who signed."""
    body = {"to_unit": OTHER, "dossier_ids": dossiers[1:], "note": "Thùng 4"}
    sent = http.post("/v1/consignments", json=body, headers={"Idempotency-Key": str(new_id())}).json()
    opened(screen, f"{system.base_url}/transfers")
    screen.evaluate("document.querySelector('#send [name=code]').focus()")
    screen.type(sent["barcode"])
    screen.press("Enter")
    screen.until(f"location.pathname.endsWith({json.dumps(sent['id'])})")
    screen.until(
        "document.documentElement.dataset.ready === 'true' && document.querySelector('#scan') !== null"
    )
    for code, told in (
        (sent["barcode"], "Đúng bảng kê"),
        (f"TT:D:{dossiers[1]}", "Đã đến"),
        (f"TT:D:{dossiers[0]}", "Thừa"),
    ):
        screen.evaluate("document.querySelector('#scan [name=code]').focus()")
        screen.type(code)
        screen.press("Enter")
        screen.until(f"document.querySelector('#finding').textContent.includes({json.dumps(told)})")
    screen.until("document.querySelector('.came .surplus') !== null")
    checked = http.get(f"/v1/consignments/{sent['id']}").json()
    assert (checked["arrived"], len(checked["surplus"])) == (1, 1)
    screen.evaluate("document.querySelector('[data-close]').click()")
    screen.until("document.querySelector('#print').textContent.includes('biên bản')")
    kind = screen.evaluate(
        "fetch(document.querySelector('#print').href).then((one) => one.headers.get('content-type'))"
    )
    assert kind == "application/pdf"
    assert screen.violations() == []
    shot(screen, "consignment")


def test_one_box_finds_persons_dossiers_and_papers(
    system: Office, screen: Any, http: httpx.Client, dossiers: list[str]
) -> None:
    """Three groups, each explained, each by itself."""
    screen.go(f"{system.base_url}/search")
    screen.until("document.readyState === 'complete' && window.htmx !== undefined")
    screen.evaluate("document.querySelector('[name=purpose]').value = 'Kiem tra'")
    screen.type("HKP-003")
    screen.press("Enter")
    screen.until("document.querySelector('.hits')?.textContent.includes('HKP-003')")
    screen.until(
        "document.querySelectorAll('#results .group').length === 3 && !document.querySelector('.group-asks')"
    )
    assert "đúng số hồ sơ" in screen.evaluate("document.querySelector('.hits').textContent")
    assert screen.evaluate("location.pathname + location.search") == "/search"
    assert screen.violations() == []
    shot(screen, "search")
    answer = http.post("/v1/lookups", json={"q": "HKP-003", "group": "persons"})
    assert answer.json()["items"] == []
    assert http.post("/v1/lookups", json={"q": "x", "group": "all"}).status_code == 422


def test_destinations_and_consent(
    running_system: LocalSystem, system: Office, screen: Any, http: httpx.Client
) -> None:
    """The province's administrator makes a destination; a unit's consent needs its document and can be withdrawn."""
    screen.call("Network.enable")
    screen.call("Network.clearBrowserCookies")
    screen.sign_in(system.base_url, running_system.access.username, running_system.access.password)
    screen.go(f"{system.base_url}/exports")
    screen.until("document.readyState === 'complete'")
    screen.evaluate("document.querySelector('[data-destination]').click()")
    screen.until("document.querySelector('#destination').open")
    screen.type("c06")
    for name, text in (("name", "Cục C06"), ("target", "relative/path")):
        screen.evaluate(f"document.querySelector('#destination [name={name}]').focus()")
        screen.type(text)
    screen.press("Enter")
    screen.until("!document.querySelector('#destination-refused').hidden")
    screen.evaluate("document.querySelector('#destination [name=target]').value = '/tmp/c06'")
    shot(screen, "destination")
    screen.press("Enter")
    screen.until("document.querySelector('.destinations')?.textContent.includes('Cục C06')")
    made = {one["name"]: one["settings"] for one in http.get("/v1/export-destinations").json()}
    assert made["Cục C06"] == {"folder": "/tmp/c06"}
    assert screen.violations() == []
    opened(screen, f"{system.base_url}/units?code={UNIT}&on=2026-06-01")
    screen.evaluate("document.querySelector('#consent [name=document]').focus()")
    screen.type("15/QĐ-CAT")
    screen.press("Enter")
    screen.until("document.querySelector('#unit').textContent.includes('15/QĐ-CAT')")
    assert http.get(f"/v1/training-samples/consent/{UNIT}").json()["consented"] is True
    assert screen.violations() == []
    shot(screen, "consent")
    screen.until("document.documentElement.dataset.ready === 'true'")
    screen.evaluate("document.querySelector('#consent button').click()")
    screen.until("document.querySelector('#consent [name=document]:not([type=hidden])') !== null")
    assert http.get(f"/v1/training-samples/consent/{UNIT}").json()["consented"] is False


def test_on_a_phone(system: Office, screen: Any) -> None:
    """The tree and the desk fit a phone."""
    screen.resize(390, 844, mobile=True)
    for path in (f"/shelves/places?unit={UNIT}", "/shelves"):
        screen.go(f"{system.base_url}{path}")
        assert screen.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        shot(screen, "phone" + path.partition("?")[0].replace("/", "-"))
    screen.resize(1366, 768)
    refusals = ("409", "422")
    assert [one for one in screen.complaints if not any(code in one for code in refusals)] == []
