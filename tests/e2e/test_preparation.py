"""Papers are prepared by keys alone, and what is printed for them can be read by a scanner."""

import base64
import io
import json
import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
import zxingcpp

from tests.e2e.office import Office

UNIT = "31561"
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.units(UNIT)]
SHOTS = os.environ.get("SCREENSHOTS", "")
TODAY = "[...document.querySelectorAll('#today li b')].map((one) => one.textContent)"


def shot(page: Any, name: str) -> None:
    """A picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"{name}.png")


def ask(page: Any, method: str, path: str, body: Any = None) -> Any:
    """A request of the signed-in officer; raises AssertionError where it is refused."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(8), "If-Match": "*"}
    options = json.dumps(
        {"method": method, "headers": headers} | ({"body": json.dumps(body)} if body else {})
    )
    status, answer = page.evaluate(
        f"fetch('{path}', {options}).then(async (one) => [one.status, await one.json()])"
    )
    assert status < 300, answer
    return answer


@pytest.fixture(scope="module")
def desk(system: Office, page: Any) -> Any:
    """The administrator's browser, over a box in which two entered households belong."""
    page.sign_in(system.base_url, system.access.username, system.access.password)
    parent = None
    for code in ("K1", "K1-G2", "K1-G2-T3", "K1-G2-T3-H4"):
        place = {"unit": UNIT, "code": code, "name": f"Kho {code}", "parent_id": parent}
        parent = ask(page, "POST", "/v1/shelves/places", place)["id"]
    for position, reference in enumerate(("HSHK 0417/2019", "HSHK 0418/2019"), start=1):
        entry = {
            "unit": UNIT,
            "kind": "residence",
            "reference": reference,
            "persons": [{"full_name": "Thạch Sa Rinh", "relation_to_head": "Chủ hộ", "birth_date": "1960"}],
            "documents": [{"type": "member_declaration", "sheet_count": 2}] if position == 1 else [],
        }
        dossier = ask(page, "POST", "/v1/dossiers", entry)["dossier_id"]
        ask(page, "PUT", f"/v1/dossiers/{dossier}/home", {"place_id": parent, "position": position})
    return page


def papers(page: Any, reference: str) -> list[tuple[Any, ...]]:
    """The dossier's papers as they are kept: type, sheets, condition, size, method."""
    found = ask(page, "POST", "/v1/preparation/dossiers:find", {"codes": [reference]})["items"][0]
    kept = ask(page, "GET", f"/v1/preparation/sheets/{found['dossier_id']}")["papers"]
    names = ("type", "sheets", "condition", "paper_size", "method")
    return [tuple(one[name] for name in names) for one in kept]


def test_two_dossiers_by_keys_alone(system: Office, desk: Any) -> None:
    """A box is scanned; each dossier is counted by Enter and digits; both stand in the day's list."""
    page = desk
    page.go(f"{system.base_url}/")
    page.press("g")
    page.press("w")
    page.until("document.activeElement?.id === 'code' && document.readyState === 'complete'")
    page.type("không có hồ sơ này")
    page.press("Enter")
    page.until("document.querySelector('#code-error').textContent.includes('Mã vạch')")
    page.complaints.clear()  # the refusal is an answer, and the browser reports its status
    page.type("K1-G2-T3-H4")
    page.press("Enter")
    page.until(
        "document.activeElement?.dataset.code && document.activeElement.textContent.includes('HSHK 0417/2019')"
    )
    shot(page, "place")
    page.press("Enter")
    # What entry listed is there to be confirmed: two sheets, which are three, and torn.
    page.until("document.activeElement?.name === 'sheets' && document.activeElement.value === '2'")
    page.type("3")
    page.press("Enter")
    page.press("2")
    page.press("Enter")
    page.press("Enter")
    page.press("Enter")
    page.until("document.activeElement?.name === 'type' && document.activeElement.value === ''")
    page.press("1")
    page.until("document.activeElement.value !== ''")
    page.press("Enter")
    page.type("0")
    page.press("Enter", control=True)
    page.until("document.querySelector('#paper-error').textContent.includes('2000')")
    shot(page, "sheet")
    assert page.violations() == []
    page.type("1")
    page.press("Enter", control=True)
    page.until(f"JSON.stringify({TODAY}) === '[\"HSHK 0417/2019\"]'")
    page.until(
        "document.activeElement?.dataset.code && document.activeElement.textContent.includes('HSHK 0418/2019')"
    )
    kept = papers(page, "HSHK 0417/2019")
    assert kept[0] == ("member_declaration", 3, "torn", "A4", "flatbed")
    assert [one[1:] for one in kept[1:]] == [(1, "intact", "A4", "feeder")]

    page.press("Enter")
    page.until("document.activeElement?.name === 'type'")
    page.press("1")
    page.press("Enter")
    page.type("12")
    for _ in range(4):
        page.press("Enter")
    page.until("document.activeElement?.name === 'type' && document.activeElement.value === ''")
    page.press("Enter")
    page.until(f'JSON.stringify({TODAY}) === \'["HSHK 0418/2019","HSHK 0417/2019"]\'')
    page.until("document.activeElement?.id === 'code'")
    assert [one[1] for one in papers(page, "HSHK 0418/2019")] == [12]
    shot(page, "today")
    assert page.violations() == []
    assert page.complaints == []


def printed(page: Any, what: str) -> list[str]:
    """What a scanner reads on the pages that the print button makes."""
    page.evaluate(
        "window.sent = 0; document.querySelector('#print').addEventListener('submit', (event) =>"
        " { window.sent += 1; window.what = event.submitter.value; event.preventDefault(); }, { once: true }); true"
    )
    page.press({"covers": "F8", "labels": "F9"}[what])
    page.until(f"window.sent === 1 && window.what === '{what}'")
    address, kind, data = page.evaluate(
        "(async () => { const form = document.querySelector('#print');"
        " const body = new URLSearchParams(new FormData(form)); body.set('what', window.what);"
        " const answer = await fetch(form.action, { method: 'POST', body });"
        " const bytes = new Uint8Array(await answer.arrayBuffer());"
        " return [form.action, answer.headers.get('content-type'),"
        " btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(''))]; })()"
    )
    assert (address.endswith("/preparation/print"), kind) == (True, "application/pdf")
    found = []
    with pypdfium2.PdfDocument(io.BytesIO(base64.b64decode(data))) as document:
        for number, sheet in enumerate(document):
            image = sheet.render(scale=300 / 72, grayscale=True)
            if SHOTS:
                image.to_pil().save(Path(SHOTS) / f"{what}-{number}.png")
            grey = np.ascontiguousarray(image.to_numpy())
            found += [
                one.text
                for one in zxingcpp.read_barcodes(grey.reshape(grey.shape[:2]))
                if one.format == zxingcpp.BarcodeFormat.QRCode
            ]
            assert "Thạch" not in sheet.get_textpage().get_text_range(), "no name on what lies about"
    return found


def test_what_is_printed_reads(system: Office, desk: Any) -> None:
    """F8 makes a cover sheet for each dossier of the day, F9 their labels; one that is unticked is left out."""
    page = desk
    page.go(f"{system.base_url}/preparation")
    page.until("document.activeElement?.id === 'code'")
    covers = printed(page, "covers")
    assert set(covers) == {f"TANGTHU1|{UNIT}|residence|HSHK 0{n}/2019" for n in (417, 418)}
    page.evaluate("document.querySelector('#today input').click()")
    (label,) = printed(page, "labels")
    assert label.startswith("TT:D:")
    # A printed code brings its dossier up again, with what was counted.
    page.evaluate("document.querySelector('#code').focus()")
    page.type(covers[0])
    page.press("Enter")
    page.until("!document.querySelector('#sheet').hidden")
    assert page.evaluate("document.querySelector('#total').textContent") in {"4", "12"}
    page.press("Escape")
    page.until("document.querySelector('#sheet').hidden && document.activeElement.id === 'code'")
    assert page.complaints == []


def test_on_a_phone(system: Office, desk: Any) -> None:
    """Nothing sticks out, everything has its name, also in English."""
    page = desk
    page.resize(390, 844, mobile=True)
    page.go(f"{system.base_url}/preparation")
    page.until("document.activeElement?.id === 'code'")
    page.type("HSHK 0417/2019")
    page.press("Enter")
    page.until("!document.querySelector('#sheet').hidden")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "phone")
    assert page.violations() == []
    page.resize(1366, 768)
    assert page.complaints == []


def test_a_dossiers_life_on_its_screen(system: Office, desk: Any) -> None:
    """The difference of each paper is named; a hold stops the steps, and its release goes into the history."""
    page = desk
    found = ask(page, "POST", "/v1/preparation/dossiers:find", {"codes": ["HSHK 0418/2019"]})["items"][0]
    page.go(f"{system.base_url}/dossiers/{found['dossier_id']}")
    page.until("window.htmx !== undefined")
    page.evaluate("document.querySelector('#life > summary').click()")
    page.until("document.querySelector('.life tr.off td b')?.textContent === '12'")
    shot(page, "life")
    assert page.violations() == []
    page.evaluate("document.querySelector('.life form[data-path$=holds]').closest('details').open = true")
    page.evaluate("document.querySelector('.life form[data-path$=holds] [name=note]').focus()")
    page.type("chờ CV 172")
    page.evaluate("document.querySelector('.life form[data-path$=holds]').requestSubmit()")
    page.until("document.querySelector('.life form[data-path$=release]') !== null")
    page.evaluate("document.querySelector('.life form[data-path$=release] [name=resolution]').focus()")
    page.type("BB 12/2026")
    shot(page, "life-held")
    page.evaluate("document.querySelector('.life form[data-path$=release]').requestSubmit()")
    page.until("document.querySelector('.life form[data-path$=release]') === null")
    kept = ask(page, "GET", f"/v1/dossiers/{found['dossier_id']}/life")
    assert kept["holds"][-1]["resolution"] == "BB 12/2026"
    assert page.complaints == []
