"""What a dossier's documents are, said by keys; its manifest followed; figures opened; nothing typed is lost."""

import json
import os
import secrets
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.office import Office
from tests.e2e.papers import declaration
from tests.e2e.sending import agent_of, open_batch, send, sign_in

SHOTS = os.environ.get("SCREENSHOTS", "")
UNIT, SEEDS, SLOW_S = "31585", (31, 32), 300.0
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.units(UNIT)]
DAMAGED = b"\xff\xd8\xff\xe0 no picture follows"
SAID = "document.getElementById('status').textContent"
TITLE = "document.querySelector('.leaves section h2').textContent"


def shoot(page: Any, name: str) -> None:
    """A screenshot where SCREENSHOTS names a folder."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"{name}.png")


@pytest.fixture(scope="module")
def dossier(system: Office) -> str:
    """The first of two identity dossiers of two read pages each; a fifth file of their batch was damaged."""
    who = {"username": system.access.username, "password": system.access.password}
    with agent_of(system, UNIT) as agent, httpx.Client(base_url=system.base_url, trust_env=False) as http:
        batch = open_batch(agent, UNIT, secrets.token_hex(6))
        send(agent, batch, [*(page for seed in SEEDS for page in declaration(seed)), DAMAGED])
        http.headers["Authorization"] = f"Bearer {http.post('/v1/sessions', json=who).json()['token']}"
        deadline = time.monotonic() + SLOW_S
        while time.monotonic() < deadline:
            found = http.get("/v1/dossiers", params={"batch": batch}).json()["items"]
            if http.get(f"/v1/scan-batches/{batch}").json()["state"] == "processed" and len(found) == 2:
                return str(min(one["id"] for one in found))
            time.sleep(0.3)
    raise TimeoutError("the batch is not processed")


def test_a_document_is_called_what_it_is(page: Any, system: Office, dossier: str) -> None:
    """D and one key; the title, the history and the dossier say so at once; Z takes it back."""
    sign_in(page, system)
    page.go(f"{system.base_url}/dossiers/{dossier}")
    page.until("document.querySelector('#position').textContent === '1 / 2'")
    before = page.evaluate(TITLE)
    page.press("d")
    page.until("document.activeElement.matches('#typing select')")
    assert page.evaluate("document.querySelector('#typing option:checked').textContent").endswith("(CC01)")
    assert page.violations() == []
    shoot(page, "dossier-type")
    page.press("Escape")
    page.until("!document.querySelector('dialog[open]')")
    assert page.evaluate(TITLE) == before
    page.press("d")
    page.until("document.activeElement.matches('#typing select')")
    page.press("4")
    assert "Chỉ bản" in page.evaluate("document.querySelector('#typing option:checked').textContent")
    page.press("Enter")
    page.until(f"{TITLE}.includes('Chỉ bản')")
    page.until(f"{SAID}.includes('Chỉ bản')")
    assert page.evaluate("document.querySelector('#history').textContent").count("Định loại giấy tờ") == 1
    assert page.evaluate("document.querySelector('#position').textContent") == "1 / 2"
    assert page.violations() == []
    shoot(page, "dossier-typed")
    if SHOTS:
        page.resize(390, 844, mobile=True)
        shoot(page, "dossier-phone")
        page.resize(1366, 768)
    page.press("z")
    page.until(f"{TITLE} === {json.dumps(before)}")
    assert page.complaints == []


def test_a_manifest_leads_to_the_images(page: Any, system: Office, dossier: str) -> None:
    """M copies its address; what is found there names image services that answer, of the sizes that it says."""
    # A browser without a window lets nobody read what was copied.
    page.evaluate(
        "{ const copy = navigator.clipboard.writeText.bind(navigator.clipboard);"
        " navigator.clipboard.writeText = (text) => ((window.copied = text), copy(text)); }"
    )
    page.press("m")
    page.until(f"{SAID}.includes('IIIF')")
    address = page.evaluate("window.copied")
    assert address == f"{system.base_url}/v1/dossiers/{dossier}/manifest"
    manifest = page.evaluate(f"fetch({json.dumps(address)}).then((answer) => answer.json())")
    assert (manifest["id"], manifest["type"]) == (address, "Manifest")
    assert len(manifest["items"]) == 2
    shown = page.evaluate("[...document.querySelectorAll('.leaf')].map((leaf) => leaf.dataset.page)")
    for canvas, leaf in zip(manifest["items"], shown, strict=True):
        body = canvas["items"][0]["items"][0]["body"]
        service = body["service"][0]["id"]
        assert service.endswith(leaf)
        info = page.evaluate(f"fetch('{service}/info.json').then((answer) => answer.json())")
        assert (info["id"], info["type"]) == (service, body["service"][0]["type"])
        assert (info["width"], info["height"]) == (canvas["width"], canvas["height"])
        kind = page.evaluate(f"fetch('{body['id']}').then((answer) => answer.headers.get('Content-Type'))")
        assert kind == body["format"]
    assert page.complaints == []


def test_every_figure_opens_what_it_counts(page: Any, system: Office, dossier: str) -> None:
    """The number on the link is the number of the list: dossiers, pages received, filed and refused."""
    links = "[...document.querySelectorAll('.unit .figures a')]"
    page.go(f"{system.base_url}/progress")
    page.until(f"{links}.length === 4", SLOW_S)
    assert page.violations() == []
    shoot(page, "progress-links")
    seen = page.evaluate(f"{links}.map((link) => [link.textContent, link.getAttribute('href')])")
    rows = "[...document.querySelectorAll('.batch-row')]"
    figures = f"{rows}.map((row) => [...row.querySelectorAll('.figure b')].map((one) => +one.textContent))"
    counted = []
    for _, address in seen:
        page.go(system.base_url + address)
        if address.startswith("/dossiers"):
            counted.append(page.evaluate("document.querySelectorAll('.dossier-row').length"))
        else:
            place = len(counted) - 1
            counted.append(sum(row[place] for row in page.evaluate(figures)))
        assert page.violations() == []
    shoot(page, "batches-refused")
    numbers = [int("".join(letter for letter in text if letter.isdigit())) for text, _ in seen]
    assert counted == numbers == [2, 5, 4, 1]
    page.go(f"{system.base_url}/progress?map=2025-03-01")
    assert page.evaluate(f"{links}.length") == 0
    assert page.complaints == []
    assert dossier


def test_a_page_taken_for_blank_is_shown_so(page: Any, system: Office, dossier: str) -> None:
    """B marks the page and Z takes it back; the list of pages says so once records have heard of it."""
    sign_in(page, system)
    first = "document.querySelector('.leaf')"
    page.go(f"{system.base_url}/dossiers/{dossier}")
    page.until("document.querySelector('#position').textContent === '1 / 2'")
    page.press("b")
    page.until(
        f"{first}.dataset.content === 'blank' && {first}.querySelector('.mark').title === 'Trang trắng'",
        SLOW_S,
    )
    page.until("document.querySelector('#position').textContent === '1 / 2'")
    page.press("z")
    page.until(
        f"{first}.dataset.content === 'text' && {first}.querySelector('.mark')?.title !== 'Trang trắng'",
        SLOW_S,
    )
    assert page.complaints == []


def test_what_was_typed_outlives_the_session(page: Any, system: Office, dossier: str) -> None:
    """A form that loads a page waits for a session; after signing in again it goes, with what was typed."""
    page.go(f"{system.base_url}/audit")
    page.evaluate("document.querySelector('[name=object_id]').focus()")
    page.type(dossier)
    page.call("Network.enable")
    page.call("Network.clearBrowserCookies")
    page.press("Enter")
    page.until("!document.querySelector('#ended').hidden")
    typed = "document.querySelector('[name=object_id]').value"
    assert (page.evaluate("location.pathname"), page.evaluate(typed)) == ("/audit", dossier)
    page.until("document.activeElement.matches('#ended a')")
    shoot(page, "session-ended")
    who = {"username": system.access.username, "password": system.access.password}
    again = {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": json.dumps(who)}
    assert page.evaluate(f"fetch('/v1/sessions', {json.dumps(again)}).then((answer) => answer.status)") == 201
    page.evaluate("document.querySelector('[name=object_id]').focus()")
    page.press("Enter")
    page.until(f"location.search.includes('{dossier}') && document.querySelector('#ended')?.hidden")
    page.go(f"{system.base_url}/dossiers/{dossier}")
    page.call("Network.clearBrowserCookies")
    page.evaluate("document.querySelector('#paper').open = true")
    page.until("!document.querySelector('#ended').hidden")
    assert page.evaluate("location.pathname") == f"/dossiers/{dossier}"
