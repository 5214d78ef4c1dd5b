"""The one-stop clerk in a real browser: says why, finds a person, sees marked papers, prints the slip."""

import hashlib
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from forms import edition
from synthetic import files
from synthetic.forms import draw_form, fill
from synthetic.people import person
from synthetic.scans import Faults, scan
from tests.e2e.office import Office
from tests.e2e.papers import DISTRICT

UNIT = "31531"
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.units(UNIT)]
SHOTS = os.environ.get("SCREENSHOTS", "")
SLOW_S = 300.0
PASSWORD = "Mot-cua-2026-thu"


def shot(page: Any, name: str) -> None:
    """A picture, for whoever wants to look at it."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"{name}.png")


@pytest.fixture(scope="module")
def officer(system: Office) -> Any:
    """An HTTP client of the administrator."""
    with httpx.Client(base_url=system.base_url, timeout=120, trust_env=False) as http:
        body = {"username": system.access.username, "password": system.access.password}
        told = http.post("/v1/sessions", json=body)
        http.headers["Authorization"] = f"Bearer {told.json()['token']}"
        yield http


@pytest.fixture(scope="module")
def dossier(system: Office, officer: httpx.Client) -> str:
    """A person's identity dossier with one scanned page, in UNIT."""
    entry = {
        "unit": UNIT,
        "kind": "identity",
        "reference": "CC-943-1",
        "persons": [{"full_name": "Thạch Thị Sô Phia", "birth_date": "1972", "sex": "Nữ"}],
    }
    made = officer.post("/v1/dossiers", json=entry, headers={"Idempotency-Key": "lookup"})
    assert made.status_code == 201, made.text
    key = {"Authorization": f"Bearer {system.access.agent_keys[UNIT]}"}
    rng = random.Random(9)
    noise = np.random.default_rng(9)
    form = edition("CC01", "2019")
    drawn = draw_form(form, fill(form, person(rng, district=DISTRICT), rng), noise, mode="print", dpi=150)[0]
    data = files.jpeg(scan(drawn, noise, Faults()))
    digest = hashlib.sha256(data).hexdigest()
    with httpx.Client(base_url=system.base_url, headers=key, timeout=120, trust_env=False) as agent:
        grouping = {"method": "reference"}
        batch = agent.post(
            "/v1/scan-batches",
            json={"unit": UNIT, "kind": "identity", "grouping": grouping},
            headers={"Idempotency-Key": "lookup"},
        ).json()["id"]
        put = agent.put(
            f"/v1/scan-batches/{batch}/pages/{digest}",
            params={"sequence": 1, "dossier": "CC-943-1"},
            content=data,
            headers={"Content-Type": "image/jpeg"},
        )
        assert put.status_code == 201, put.text
        agent.post(
            f"/v1/scan-batches/{batch}:close", json={"files": [digest]}, headers={"Idempotency-Key": "c"}
        )
    until = time.monotonic() + SLOW_S
    path = f"/v1/dossiers/{made.json()['dossier_id']}"
    while not officer.get(path).json()["documents"]:
        assert time.monotonic() < until
        time.sleep(0.3)
    return str(made.json()["dossier_id"])


@pytest.fixture(scope="module")
def clerk(system: Office, officer: httpx.Client, page: Any) -> Any:
    """A browser in which a clerk of the unit works."""
    body = {
        "username": "mot.cua",
        "display_name": "Trần Thị Một Cửa",
        "password": PASSWORD,
        "roles": ["clerk"],
        "units": [UNIT],
    }
    made = officer.post("/v1/officers", json=body, headers={"Idempotency-Key": "clerk"})
    assert made.status_code == 201, made.text
    page.sign_in(system.base_url, "mot.cua", PASSWORD)
    return page


def test_a_citizens_papers(system: Office, officer: httpx.Client, dossier: str, clerk: Any) -> None:
    """From the purpose to the printed slip without a mouse; the page's pixels carry the mark."""
    page = clerk
    page.press("g")
    page.press("c")
    page.until("location.pathname === '/lookup' && document.readyState === 'complete'")
    assert page.evaluate("document.querySelector('#q')") is None
    assert page.violations() == []
    shot(page, "lookup-purpose")
    page.evaluate("document.querySelector('[name=other]').focus()")
    page.type("x")
    page.evaluate("document.querySelector('form.purposes').requestSubmit()")
    page.until("document.querySelector('[role=alert]') !== null")
    page.evaluate("document.querySelector('[name=other]').value = 'Cấp bản sao giấy tờ cho công dân'")
    page.evaluate("document.querySelector('form.purposes').requestSubmit()")
    page.until("document.querySelector('#q') !== null && document.readyState === 'complete'")
    page.until("window.htmx !== undefined && document.activeElement.id === 'q'")
    page.type("thach thi so phia")
    page.evaluate("document.querySelector('form.lookup').requestSubmit()")
    page.until("document.querySelector('#results .answer') !== null")
    card = page.evaluate("document.querySelector('#results .answer').innerText")
    assert "Thạch Thị Sô Phia" in card
    assert "Đã số hóa, 1 trang" in card
    assert "khớp họ tên" in card
    assert page.evaluate("location.pathname + location.search") == "/lookup"
    assert page.violations() == []
    shot(page, "lookup")
    page.until("document.activeElement.matches('.answer')")
    page.press("Enter")
    page.until(f"location.pathname === '/lookup/dossiers/{dossier}' && document.readyState === 'complete'")
    page.until(
        "document.querySelector('img.marked')?.complete && document.querySelector('img.marked').naturalWidth > 500",
        SLOW_S,
    )
    assert page.violations() == []
    shot(page, "lookup-papers")
    page_id = page.evaluate("document.querySelector('.sheet').id.slice(2)")
    assert _share_changed(page, officer, page_id) > 0.01
    refused = page.evaluate(f"fetch('/v1/pages/{page_id}/images/access').then((one) => one.status)")
    assert refused == 403
    page.complaints.clear()
    page.press("s")
    page.until("document.activeElement.id === 'make-slip'")
    page.evaluate("document.querySelector('form.slip-form').requestSubmit()")
    page.until("document.querySelector('article.slip') !== null && document.readyState === 'complete'")
    slip = page.evaluate("document.querySelector('article.slip').innerText")
    for told in (
        "CC-943-1",
        "Cấp bản sao giấy tờ cho công dân",
        "Trần Thị Một Cửa",
        "Độc lập - Tự do - Hạnh phúc",
    ):
        assert told in slip
    assert page.violations() == []
    shot(page, "lookup-slip")
    assert page.complaints == []
    looks = officer.get("/v1/audit-events", params={"limit": 100}).json()["items"]
    audited = {(one["route"], one["purpose"]) for one in looks}
    for route in ("/v1/lookups", "/v1/dossiers/{dossier_id}", "/v1/dossiers/{dossier_id}/slips"):
        assert (route, "Cấp bản sao giấy tờ cho công dân") in audited


def test_a_phone_and_nothing_found(system: Office, clerk: Any) -> None:
    """The screens fit; whoever is not there is said so."""
    page = clerk
    page.resize(390, 844, mobile=True)
    page.go(f"{system.base_url}/lookup")
    page.until("window.htmx !== undefined && document.querySelector('#q') !== null")
    page.evaluate("document.querySelector('#q').value = 'khong co ai ten nay'")
    page.evaluate("document.querySelector('form.lookup').requestSubmit()")
    page.until("document.querySelector('#results .empty') !== null")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.resize(1366, 768)
    assert page.complaints == []


def test_a_dossier_goes_out(system: Office, officer: httpx.Client, dossier: str, clerk: Any) -> None:
    """The line is down, somebody presses "again", a difference becomes a ticket, which is resolved."""
    down = [True]
    answers = [(200, {"differences": [{"field": "birth_date", "ours": "1972", "theirs": "1973"}]})]
    with _desk(answers, down) as url:
        body = {"name": "Cơ sở dữ liệu quốc gia", "adapter": "http", "settings": {"url": url}}
        assert officer.put("/v1/export-destinations/national", json=body).status_code == 200
        page = clerk
        page.evaluate("document.querySelector('form[action=\"/logout\"]').submit()")
        page.until("location.pathname === '/login' && document.readyState === 'complete'")
        page.sign_in(system.base_url, system.access.username, system.access.password)
        page.press("g")
        page.press("x")
        page.until("location.pathname === '/exports' && document.readyState === 'complete'")
        page.evaluate("document.querySelector('details.send').open = true")
        page.evaluate("document.querySelector('[name=dossiers]').value = 'KHONG-CO'")
        page.evaluate("document.querySelector('[name=purpose]').value = 'gửi cơ sở dữ liệu quốc gia'")
        page.evaluate("document.querySelector('details.send form').requestSubmit()")
        page.until("document.querySelector('[role=alert]')?.innerText.includes('KHONG-CO')")
        page.complaints.clear()
        page.evaluate("document.querySelector('[name=dossiers]').value = 'CC-943-1'")
        page.evaluate("document.querySelector('details.send form').requestSubmit()")
        page.until("document.querySelector('.export-row')?.innerText.includes('mất đường truyền')", SLOW_S)
        assert page.violations() == []
        shot(page, "exports-down")
        down.clear()
        # A try of its own may have come first, or the list have been replaced under the finger: pressed again.
        for _ in range(30):
            page.evaluate("document.querySelector('.export-row button')?.click()")
            with suppress(TimeoutError):
                page.until("document.querySelector('.ticket') !== null", 10)
                break
        assert page.evaluate("document.querySelector('.ticket') !== null")
        assert "1973" in page.evaluate("document.querySelector('.differences').innerText")
        page.go(f"{system.base_url}/exports")
        assert page.violations() == []
        shot(page, "exports-ticket")
        page.resize(390, 844, mobile=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        shot(page, "exports-phone")
        page.resize(1366, 768)
        page.evaluate("document.querySelector('[name=note]').focus()")
        page.type("đã sửa năm sinh")
        page.press("Enter")
        page.until("document.querySelector('.ticket') === null", SLOW_S)
        page.until("document.querySelector('.export-row')?.innerText.includes('Đã nhận, khớp')", SLOW_S)
        shot(page, "exports")
        assert page.complaints == []


@contextmanager
def _desk(answers: list[tuple[int, dict[str, Any]]], down: list[bool]) -> Iterator[str]:
    """A destination that is down while `down` holds anything, answers so, and then takes everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            taken = (200, {"receipt": "r-1"})
            status, told = (503, {}) if down else answers.pop(0) if answers else taken
            data = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/in"
    finally:
        server.shutdown()
        server.server_close()


def _share_changed(page: Any, officer: httpx.Client, page_id: str) -> float:
    """How much of the image that the clerk is shown differs from the unmarked one, as the pixels say."""
    import io

    from PIL import Image

    plain = officer.get(f"/v1/iiif/{page_id}/full/!1240,1754/0/default.jpg")
    shown = page.evaluate(
        "fetch(document.querySelector('img.marked').src).then((one) => one.arrayBuffer())"
        ".then((bytes) => Array.from(new Uint8Array(bytes)))"
    )
    one, other = (
        np.asarray(Image.open(io.BytesIO(data)).convert("L"), np.int32)
        for data in (plain.content, bytes(shown))
    )
    assert one.shape == other.shape
    return float((np.abs(one - other) > 24).mean())
