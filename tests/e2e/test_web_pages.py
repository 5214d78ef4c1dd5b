"""The operators' pages in a real browser, over the whole running system, while a batch comes in."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from synthetic import files
from tests.e2e.office import Office
from tests.e2e.papers import declaration, marked
from tests.e2e.sending import agent_of, open_batch, send, sign_in

UNIT, SEED = "31570", 7
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.units(UNIT)]
SHOTS = os.environ.get("SCREENSHOTS", "")
"""A folder to put pictures of the screens into, for whoever wants to look at them."""
SIZES = ((1366, 768, False), (390, 844, True))
SLOW_S = 300.0
"""A page is read within seconds on an idle machine; a busy one may take minutes."""


def test_an_officer_watches_a_batch_and_reads_its_dossier(system: Office, page: Any) -> None:
    """Counts, lamp, refusal and thumbnails appear without loading the page again; then keys and boxes work."""
    sign_in(page, system)
    with agent_of(system, UNIT) as agent:
        batch = open_batch(agent, UNIT, "web-pages")
        page.go(f"{system.base_url}/batches/{batch}")
        assert page.evaluate("document.querySelector('.lamp').className") == "lamp off"
        page.evaluate("window.untouched = true")
        front, back = declaration(SEED)
        send(agent, batch, [front, back, files.truncated(front)])
    page.until("document.querySelector('.lamp.on') !== null", SLOW_S)
    page.until("document.querySelector('.refusals')?.textContent.includes('Tệp số 3')", SLOW_S)
    page.until("document.querySelectorAll('.thumb a').length === 2", SLOW_S)
    page.until("document.querySelector('.lamp .chip.good') !== null", SLOW_S)
    assert page.evaluate("window.untouched") is True

    page.go(system.base_url + page.evaluate("document.querySelector('.thumb a').getAttribute('href')"))
    page.until("document.querySelectorAll('.box').length > 0", SLOW_S)
    tiles = "performance.getEntriesByType('resource').filter((one) => one.name.includes('/v1/iiif/'))"
    page.until(f"{tiles}.some((one) => one.name.includes('/0/default.jpg?v='))")
    page.press("n")
    page.until("document.querySelector('.box.chosen') !== null")
    page.press("j")
    page.until("document.querySelector('#position').textContent === '2 / 2'")
    page.press("k")
    page.press("t")
    page.until("document.querySelectorAll('.full-text p').length > 5")
    page.press("F1")
    page.until("document.querySelector('#shortcuts').open")
    page.evaluate("document.querySelector('#shortcuts').close()")
    assert page.complaints == []


def test_a_page_is_corrected_and_its_document_made(system: Office, page: Any) -> None:
    """Turned by a key, brought back by another, marked blank; then the document becomes a PDF/A to fetch."""
    sign_in(page, system)
    with agent_of(system, UNIT) as agent:
        batch = open_batch(agent, UNIT, "corrected")
        send(agent, batch, list(declaration(SEED)))
    page.go(f"{system.base_url}/batches/{batch}")
    page.until("document.querySelectorAll('.thumb a').length === 2", SLOW_S)
    page.until("document.querySelector('.lamp .chip.good') !== null", SLOW_S)
    page.go(system.base_url + page.evaluate("document.querySelector('.thumb a').getAttribute('href')"))
    page.until("document.querySelectorAll('.box').length > 0", SLOW_S)
    # The batch's screen may hear of a page a moment before its image can be fetched.
    page.complaints.clear()
    shown = "document.querySelector('.leaf[aria-current] img')"
    page.until(f"{shown}.naturalHeight > {shown}.naturalWidth")

    page.press("r")
    page.until(f"{shown}.naturalWidth > {shown}.naturalHeight", SLOW_S)
    if SHOTS:
        page.screenshot(Path(SHOTS) / "corrected.png")
    page.until("document.querySelector('#reading [role=status]') === null", SLOW_S)
    page.press("z")
    page.until(f"{shown}.naturalHeight > {shown}.naturalWidth", SLOW_S)
    page.until("document.querySelectorAll('.box').length > 0", SLOW_S)

    page.until("document.querySelector('.pdf button') !== null")
    page.evaluate("document.querySelector('.pdf button').click()")
    page.until("document.querySelector('.pdf a[download]') !== null", SLOW_S)
    if SHOTS:
        page.screenshot(Path(SHOTS) / "made.png")
    fetched = "fetch(document.querySelector('.pdf a').href).then((one) => one.blob()).then((one) => one.type)"
    assert page.evaluate(fetched) == "application/pdf"
    page.go(page.evaluate("location.href"))
    page.until("document.querySelector('.pdf a[download]') !== null", SLOW_S)
    assert page.complaints == []


def test_a_failed_page_is_scanned_again_in_its_place(system: Office, page: Any) -> None:
    """Marked by a digit, undone, marked again; its scanner sees why and sends another; that one is inspected."""
    sign_in(page, system)
    with agent_of(system, UNIT) as agent:
        batch = open_batch(agent, UNIT, "inspected")
        front, back = declaration(SEED)
        send(agent, batch, [front, back, marked(front, b"another dossier"), marked(back, b"2")])
        _until_inspected(system, page, batch)
        page.press("ArrowRight")
        page.press("2")
        page.until("document.querySelectorAll('.tile-page.failed').length === 1")
        page.press("z", control=True)
        page.until("document.querySelectorAll('.tile-page.failed').length === 0")
        page.press("Home")
        page.press("8")
        if SHOTS:
            page.screenshot(Path(SHOTS) / "inspection.png")
        page.press("z")
        page.until(
            "document.querySelector('#zoom').open && document.querySelector('#zoom-image').naturalWidth > 800"
        )
        page.press("z")
        page.press("Enter")
        page.until("document.querySelector('#line').className === 'mark good'")
        _rescans_wanted(agent, batch, 1)
        page.press("z", control=True)
        page.until("document.querySelectorAll('.tile-page.failed').length === 1")
        _rescans_wanted(agent, batch, 0)
        page.press("Enter")
        page.until("document.querySelector('#counts').textContent.includes('1 trang trả lại')")
        (wanted,) = _rescans_wanted(agent, batch, 1)

        page.go(f"{system.base_url}/batches/{batch}")
        page.until("document.querySelector('.rescans')?.textContent.includes('Lau kính và con lăn')", SLOW_S)
        if SHOTS:
            page.screenshot(Path(SHOTS) / "rescans.png")
        before = page.evaluate(f"fetch('/v1/pages/{wanted['page_id']}').then((one) => one.json())")
        again = marked(front, b"scanned again")
        path = f"/v1/scan-batches/{batch}/rescans/{wanted['rescan_id']}/{hashlib.sha256(again).hexdigest()}"
        assert agent.put(path, content=again).status_code == 201
        page.go(f"{system.base_url}/batches/{batch}")
        page.until("document.querySelector('.rescans') === null", SLOW_S)
    page.go(f"{system.base_url}/inspection")
    page.until("document.querySelector('#about').textContent.includes('bản quét lại')", SLOW_S)
    page.press("Enter")
    page.until("document.querySelector('#line').className === 'mark good'")
    after = page.evaluate(f"fetch('/v1/pages/{wanted['page_id']}').then((one) => one.json())")
    assert (after["ordinal"], after["dossier_id"]) == (before["ordinal"], before["dossier_id"])
    # The mark was good before Enter too: the answer is sent behind the inspector's back.
    page.until(
        f"fetch('/v1/inspection/pages/{wanted['page_id']}').then((one) => one.json())"
        ".then((one) => one.checks.filter((check) => !check.undone_at).length === 2)"
    )
    seen = page.evaluate(f"fetch('/v1/inspection/pages/{wanted['page_id']}').then((one) => one.json())")
    assert [one["defect"] for one in seen["checks"] if not one["undone_at"]] == ["streaked", None]
    assert page.complaints == []


def test_the_pages_of_a_batch_are_worked_on_by_keyboard(system: Office, page: Any) -> None:
    """What is to come is told; then walked, enlarged, taken out, sent back to the scanner, all of it undone."""
    sign_in(page, system)
    shown, said = "document.activeElement.dataset", "document.querySelector('#status').textContent"
    sheets = list(declaration(SEED))
    hashes = [hashlib.sha256(sheet).hexdigest() for sheet in sheets]
    with agent_of(system, UNIT) as agent:
        batch = open_batch(agent, UNIT, "by-keyboard")

        def put(number: int) -> None:
            path = f"/v1/scan-batches/{batch}/pages/{hashes[number - 1]}"
            headers = {"Content-Type": "image/jpeg", "Spool-Depth": str(2 - number)}
            answer = agent.put(path, params={"sequence": number}, content=sheets[number - 1], headers=headers)
            assert answer.status_code == 201, answer.text

        put(1)
        page.go(f"{system.base_url}/batches/{batch}")
        page.until("document.querySelector('.arrival').textContent.includes('Đã đến 1 trên 2 tệp')")
        page.until("document.documentElement.dataset.ready === 'true'")
        page.press("r")
        page.until(f"{said}.includes('chưa vào hồ sơ')")
        page.until("document.querySelector('.thumb-page img')?.naturalWidth > 0", SLOW_S)
        if SHOTS:
            page.screenshot(Path(SHOTS) / "batch-live.png")
        assert page.violations() == []
        put(2)
        closed = agent.post(
            f"/v1/scan-batches/{batch}:close",
            json={"files": hashes},
            headers={"Idempotency-Key": f"close-{batch}"},
        )
        assert closed.status_code == 200, closed.text
    page.until("document.querySelectorAll('a.thumb-page').length === 2", SLOW_S)
    page.until("document.querySelector('.lamp .chip.good') !== null", SLOW_S)
    page.complaints.clear()
    for number in ("1", "2"):
        page.press("ArrowRight")
        page.until(f"{shown}.name?.startsWith('Tệp số {number}')")
    page.press(" ")
    page.until("document.querySelector('#zoom-image').naturalWidth > 800")
    page.press("ArrowLeft")
    page.until("document.querySelector('#zoom-text').textContent.startsWith('Tệp số 1')")
    page.until("document.querySelector('#zoom-image').src.endsWith('/access')")
    if SHOTS:
        page.screenshot(Path(SHOTS) / "batch-zoom.png")
    assert page.violations() == []
    page.press(" ")
    page.until(f"{shown}.name?.startsWith('Tệp số 1')")

    # Services that are slow to hear of it: what the page asks for in the first seconds comes to nothing.
    page.evaluate("window.deaf = Date.now() + 11000")
    page.evaluate(
        "document.addEventListener('htmx:beforeRequest', (event) => Date.now() < window.deaf && event.preventDefault())"
    )
    page.press("Delete")
    page.until(f"{shown}.content === 'blank'", SLOW_S)
    if SHOTS:
        page.screenshot(Path(SHOTS) / "batch-removed.png")
    page.press("z", control=True)
    page.until(f"{shown}.content === 'text'", SLOW_S)
    page.press("r")
    page.until("document.querySelector('#rescan').open")
    page.press("2")
    page.press("Enter")
    page.until(f"{shown}.wanted === 'wanted'", SLOW_S)
    if SHOTS:
        page.screenshot(Path(SHOTS) / "batch-rescan.png")
    assert page.violations() == []
    page.press("z", control=True)
    page.until(f"{shown}.wanted === ''", SLOW_S)
    page.resize(390, 844, mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if SHOTS:
        page.screenshot(Path(SHOTS) / "batch-phone.png")
    page.resize(1366, 768)
    assert page.complaints == []


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/login",
            "/",
            "/batches",
            "/dossiers",
            "/imports",
            "/search",
            "/progress",
            "/keying",
            "/keying?arbitrate=true",
        ),
        *("/inspection", "/supervision", "/dead-letters", "batch", "dossier"),
    ],
)
def test_axe_finds_nothing(system: Office, page: Any, path: str) -> None:
    """WCAG 2.2 AA as far as a program can tell, on every screen, with what earlier tests have put there."""
    sign_in(page, system)
    if path in {"batch", "dossier"}:
        page.go(f"{system.base_url}/{'batches' if path == 'batch' else 'dossiers'}")
        row = "document.querySelector('a.row')"
        if not page.evaluate(f"{row} !== null"):
            pytest.skip("no batch was sent: run the whole file")
        path = page.evaluate(f"{row}.getAttribute('href')")
    page.go(system.base_url + path)
    page.until("document.querySelectorAll('[aria-busy=true]').length === 0")
    assert page.violations() == []
    assert page.complaints == []


def test_axe_would_find_something(system: Office, page: Any) -> None:
    """A box without a label and a picture without a text, put into a good screen, are found."""
    page.go(f"{system.base_url}/login")
    page.evaluate(
        "(() => { for (const name of ['input', 'img']) document.querySelector('main')"
        ".append(document.createElement(name)); })()"
    )
    assert {one.split(":")[0] for one in page.violations()} >= {"label", "image-alt"}


def test_a_search_from_the_keyboard(system: Office, page: Any) -> None:
    """`/` goes to the box; the answer comes into the page, and the address keeps nothing of the query."""
    sign_in(page, system)
    page.press("/")
    page.until("location.pathname === '/search' && document.activeElement.name === 'q'")
    page.until("document.readyState === 'complete' && window.htmx !== undefined")
    page.evaluate("document.querySelector('[name=q]').value = 'nobody of this name'")
    page.evaluate("document.querySelector('[name=purpose]').value = 'kiểm thử'")
    page.evaluate("document.querySelector('form.search').requestSubmit()")
    page.until("document.querySelector('#results')?.textContent.includes('Không tìm thấy ai')")
    page.until("document.querySelector('#results')?.textContent.includes('Không có giấy tờ đã đọc')")
    assert page.evaluate("location.pathname + location.search") == "/search"
    assert page.complaints == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/batches",
        "/dossiers",
        "/imports",
        "/search",
        "/progress",
        "/keying",
        "/inspection",
        "/supervision",
        "/dead-letters",
    ],
)
def test_screens_fit(system: Office, page: Any, path: str) -> None:
    """No screen is wider than the window, and none makes the browser complain."""
    sign_in(page, system)
    for width, height, mobile in SIZES:
        page.resize(width, height, mobile=mobile)
        page.go(system.base_url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.resize(1366, 768)
    assert page.complaints == []


def _rescans_wanted(agent: httpx.Client, batch: str, count: int) -> list[dict[str, Any]]:
    """The batch's pages to scan again, once there are so many: orders and withdrawals take their time."""
    until = time.monotonic() + SLOW_S
    while True:
        found: list[dict[str, Any]] = agent.get(f"/v1/scan-batches/{batch}").json()["rescans"]
        if len(found) == count:
            return found
        assert time.monotonic() < until, found
        time.sleep(0.2)


def _until_inspected(system: Office, page: Any, batch: str) -> None:
    """Pass what waits from other batches, until a grid of this one stands on the screen."""
    page.go(f"{system.base_url}/batches/{batch}")
    page.until("document.querySelector('.lamp .chip.good') !== null", SLOW_S)
    page.complaints.clear()
    page.go(f"{system.base_url}/inspection")
    page.until("document.querySelectorAll('.tile-page').length > 0", SLOW_S)
    while page.evaluate("document.querySelectorAll('.tile-page').length") != 4:
        shown = page.evaluate("document.querySelector('#inspection').dataset.set")
        page.press("Enter")
        page.until(f"document.querySelector('#inspection').dataset.set !== {json.dumps(shown)}", SLOW_S)


def test_a_list_is_checked_and_written(system: Office, page: Any) -> None:
    """Sent from the browser in an old encoding, shown with what is wrong, written but for the refused row."""
    sign_in(page, system)
    page.go(f"{system.base_url}/imports")
    rows = (
        ("Hå s¬ sè", "Quan hÖ", "Hä vµ tªn", "Ngµy sinh", "Giíi tÝnh"),
        ("HK-1", "Chñ hé", "Th¹ch Sa Rinh", "01/01/1960", "Nam"),
        ("HK-1", "Vî", "S¬n ThÞ Mü", "31/02/1962", "N÷"),
        ("HK-2", "Chñ hé", "L©m V¨n BÐ", "1955", "Nam"),
    )
    text = "\r\n".join(";".join(row) for row in rows)
    page.evaluate(
        "(() => { const sent = new DataTransfer(); const bytes = Uint8Array.from("
        f"{json.dumps(list(text.encode('latin-1')))}); sent.items.add(new File([bytes], 'danh-sach.csv'));"
        "document.querySelector('[name=file]').files = sent.files;"
        f"document.querySelector('[name=unit]').value = '{UNIT}'; }})()"
    )
    if SHOTS:
        page.screenshot(Path(SHOTS) / "imports.png")
    page.evaluate("document.querySelector('#upload').requestSubmit()")
    page.until("location.pathname.startsWith('/imports/') && document.readyState === 'complete'")
    page.until("document.querySelector('[data-verb=commit]') !== null", SLOW_S)
    shown = page.evaluate("document.querySelector('#import').innerText")
    assert "TCVN3" in shown
    assert "Thạch Sa Rinh" in shown
    assert page.evaluate("document.querySelector('td.wrong').innerText").startswith("31/02/1962")
    assert "Ghi 2 dòng đúng, bỏ qua 1 dòng lỗi" in shown
    if SHOTS:
        page.screenshot(Path(SHOTS) / "import.png")
    for width, height, mobile in SIZES:
        page.resize(width, height, mobile=mobile)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.resize(1366, 768)
    page.evaluate("document.querySelector('[data-verb=commit]').click()")
    page.until("document.querySelector('#import')?.innerText.includes('Đã ghi xong')", SLOW_S)
    if SHOTS:
        page.screenshot(Path(SHOTS) / "import-done.png")
    page.go(f"{system.base_url}/imports")
    assert "danh-sach.csv" in page.evaluate("document.querySelector('.rows').innerText")
    assert page.complaints == []
