"""The keying desk in a real browser: by keyboard alone, with what input methods and clipboards bring."""

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.office import Office
from tests.e2e.papers import declaration, filled, marked
from tests.e2e.sending import agent_of, open_batch, send, sign_in

UNIT, SEED, SLOW_S = "31573", 16, 300.0
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.units(UNIT)]
PASSWORD = "một mật khẩu dài để thử"
SHOTS = os.environ.get("SCREENSHOTS", "")
"""A folder to put pictures of the screens into, for whoever wants to look at them."""


def test_a_form_is_keyed_by_keyboard_alone(system: Office, page: Any) -> None:
    """Typed blind and sent with Enter; with the line cut nothing is lost, and what agrees is settled."""
    sign_in(page, system)
    with agent_of(system, UNIT) as agent:
        batch = open_batch(agent, UNIT, "keyed")
        send(agent, batch, list(declaration(SEED)))
    page.go(f"{system.base_url}/keying")
    page.until("document.querySelectorAll('.key-row').length === 6", SLOW_S)
    keyed = page.evaluate("document.querySelector('#keying').dataset.form")
    assert page.evaluate("[...document.querySelectorAll('.key-row input')].every((box) => box.value === '')")
    page.until("document.querySelector('.key-row img').naturalHeight === 96")
    page.until("document.querySelector('.key-row.here') !== null")
    page.type("ngo")
    page.until("document.querySelector('.offers li.next').textContent === 'Ngô'")
    if SHOTS:
        page.screenshot(Path(SHOTS) / "keying.png")
    page.press("F1")
    assert page.evaluate("document.querySelector('#shortcuts').open")
    page.press("F1")
    assert not page.evaluate("document.querySelector('#shortcuts').open")
    page.evaluate("document.querySelector('[name=full_name]').focus()")
    page.press("Tab")
    assert page.evaluate("document.activeElement.value") == "Ngô "
    page.evaluate("document.activeElement.select()")
    values = {name: value.text for name, value in filled(SEED).values.items()}

    _type_form(page, values | {"birth_date": "31021960"})
    page.until("document.querySelector('.key-row.wrong .key-error').textContent.includes('01011960')")
    page.evaluate("document.querySelector('[name=birth_date]').focus()")
    page.evaluate("document.querySelector('[name=birth_date]').select()")
    page.type(values["birth_date"])
    page.offline(True)
    page.press("Enter", control=True)
    page.until("document.querySelector('#line').textContent.includes('1')")
    page.offline(False)
    page.until("document.querySelector('#line').className === 'mark good'")

    with httpx.Client(
        base_url=system.base_url, headers=_officer(system), timeout=60, trust_env=False
    ) as http:
        seen = http.get(f"/v1/pages/{keyed}").json()
        settled = {field["name"] for field in seen["fields"] if field["status"] == "settled"}
        assert len(settled) >= 4, "print is read well: most of what was typed agrees"
    assert [one for one in page.complaints if "ERR_INTERNET_DISCONNECTED" not in one] == []
    page.complaints.clear()


def test_what_input_methods_and_clipboards_bring(system: Office, page: Any) -> None:
    """Bursts of false Backspaces, line breaks, markup, marks of direction, 10,000 characters: none does harm."""
    sign_in(page, system)
    with agent_of(system, UNIT) as agent:
        front, back = declaration(SEED)
        send(agent, open_batch(agent, UNIT, "pasted"), [marked(front, b"pasted"), marked(back, b"pasted")])
    page.go(f"{system.base_url}/keying")
    page.until("document.querySelectorAll('.key-row').length === 6", SLOW_S)
    keyed = page.evaluate("document.querySelector('#keying').dataset.form")
    values = {name: value.text for name, value in filled(SEED).values.items()}
    name, box = values["full_name"], "document.querySelector('[name=full_name]')"
    page.evaluate(f"{box}.focus()")

    for place, letter in enumerate(name):
        # UniKey: what was typed so far of the word is deleted and written anew, mark and all.
        word = name[:place].rpartition(" ")[2]
        for _ in word:
            page.press("Backspace")
        page.type(word + letter)
    assert page.evaluate(f"{box}.value") == name

    nasty = "<script>window.harmed = true</script>"
    for pasted, kept in (
        (f"{name[:6]}\r\n{name[6:]}\t", name[:6] + " " + name[6:].strip() + " "),
        (unicodedata.normalize("NFD", name), name),
        ("\u202e" + name + "\u200f", name),
        (nasty, nasty),
        ("x" * 10_000, "x" * 10_000),
    ):
        page.evaluate(f"{box}.select()")
        _paste(page, box, pasted)
        assert page.evaluate(f"{box}.value") == kept
    page.press("Enter", control=True)
    page.until(f"{box}.closest('.key-row').querySelector('.key-error').textContent.includes('300')")
    assert page.evaluate("window.harmed === undefined")
    page.evaluate(f"{box}.select()")
    _paste(page, box, "\u202e" + unicodedata.normalize("NFD", name) + "\r\n")
    page.evaluate("document.querySelectorAll('.key-row input')[0].focus()")
    for place in range(6):
        asked = page.evaluate(f"document.querySelectorAll('.key-row input')[{place}].name")
        page.until(f"document.activeElement.name === {json.dumps(asked)}")
        if asked != "full_name":
            page.type({"Nam": "1", "Nữ": "2"}.get(values[asked], values[asked]))
        page.press("Enter")
    page.until("document.querySelector('#line').className === 'mark good'")
    page.until(f"document.querySelector('#keying').dataset.form !== {json.dumps(keyed)} || true")
    officer = httpx.Client(base_url=system.base_url, headers=_officer(system), timeout=60, trust_env=False)
    with officer as http:
        fields = {one["name"]: one for one in http.get(f"/v1/pages/{keyed}").json()["fields"]}
    assert fields["full_name"]["text"].casefold() == name.casefold()
    assert page.complaints == []


def test_the_session_ends_in_the_middle_of_a_lease(system: Office, page: Any) -> None:
    """What is sent without a session is kept sealed; after signing in it goes out, and the keyer sees their day."""
    sign_in(page, system)
    with agent_of(system, UNIT) as agent:
        pages = [marked(content, b"session") for content in declaration(SEED)]
        send(agent, open_batch(agent, UNIT, "session"), pages)
    page.go(f"{system.base_url}/keying")
    page.until("document.querySelectorAll('.key-row').length === 6", SLOW_S)
    page.until("document.querySelector('.key-row.here') !== null")
    keyed = page.evaluate("document.querySelector('#keying').dataset.form")
    page.press("F2", shift=True)
    page.until("document.querySelector('#full-view canvas') !== null", SLOW_S)
    page.until("document.activeElement.closest('#full-view') !== null")
    assert page.violations() == []
    if SHOTS:
        page.screenshot(Path(SHOTS) / "keying-full.png")
    page.press("Escape")
    page.until("document.activeElement.matches('.key-row.here input')")
    page.complaints.clear()

    values = {name: value.text for name, value in filled(SEED).values.items()}
    page.call("Network.enable")
    page.call("Network.clearBrowserCookies")
    _type_form(page, values)
    page.until("document.querySelector('#line').textContent.includes('Phiên làm việc đã hết')")
    assert page.evaluate("document.querySelector('#login-again').checkVisibility()")
    if SHOTS:
        page.screenshot(Path(SHOTS) / "keying-signed-out.png")
    page.go(f"{system.base_url}/keying")
    page.until("location.pathname === '/login' && document.readyState === 'complete'")
    sign_in(page, system)
    page.go(f"{system.base_url}/keying")
    page.until("document.querySelector('#line').className === 'mark good'", SLOW_S)
    page.until("document.querySelector('#own').textContent.includes('trường đã đối chiếu')")
    with httpx.Client(
        base_url=system.base_url, headers=_officer(system), timeout=60, trust_env=False
    ) as http:
        fields = http.get(f"/v1/pages/{keyed}").json()["fields"]
    assert sum(field["status"] == "settled" for field in fields) >= 4
    assert [one for one in page.complaints if "401" not in one] == []
    page.complaints.clear()


def test_function_keys_and_two_browsers(system: Office, page: Any, chromium: Any) -> None:
    """Two people at two browsers hold different forms; F2, F8, F9 and F4 do what the sheet says."""
    sign_in(page, system)
    officer = {"username": "nhap.ban.canh", "password": PASSWORD}
    with httpx.Client(
        base_url=system.base_url, headers=_officer(system), timeout=60, trust_env=False
    ) as http:
        body = officer | {"display_name": "Người bàn cạnh", "roles": ["keyer"], "units": [UNIT]}
        made = http.post("/v1/officers", json=body, headers={"Idempotency-Key": "nhap.ban.canh"})
        assert made.status_code == 201, made.text
    with agent_of(system, UNIT) as agent:
        pages = [marked(each, b"keys%d" % place) for place in range(3) for each in declaration(SEED)]
        send(agent, open_batch(agent, UNIT, "keys"), pages)
    page.go(f"{system.base_url}/keying")
    page.until("document.querySelectorAll('.key-row').length === 6", SLOW_S)
    held = (
        "fetch('/v1/keying/leases', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })"
        ".then((one) => one.json()).then((one) => one.forms.map((form) => form.id))"
    )
    page.until(f"{held}.then((forms) => forms.length >= 3)", SLOW_S)
    with chromium.page() as beside:
        beside.sign_in(system.base_url, officer["username"], PASSWORD)
        beside.go(f"{system.base_url}/keying")
        assert not {*beside.evaluate(held)} & {*page.evaluate(held)}

    desk, first = "document.querySelector('#keying')", "document.querySelectorAll('.key-row input')[0]"
    page.evaluate(f"{first}.focus()")
    page.press("F2")
    page.until(f"{desk}.classList.contains('zoomed')")
    page.press("F2")
    page.until(f"!{desk}.classList.contains('zoomed')")
    page.press("F8")
    page.until("document.activeElement === document.querySelectorAll('.key-row input')[1]")
    assert page.evaluate(f"{first}.closest('.key-row').classList.contains('illegible')")
    page.press("Enter", shift=True)
    page.until(f"document.activeElement === {first}")
    page.press("F8")
    assert not page.evaluate(f"{first}.closest('.key-row').classList.contains('illegible')")
    postponed = page.evaluate(f"{desk}.dataset.form")
    page.press("F9")
    page.until(f"{desk}.dataset.form !== {json.dumps(postponed)} && {first}.value === ''")
    keyed = page.evaluate(f"{desk}.dataset.form")
    values = {name: value.text for name, value in filled(SEED).values.items()}
    _type_form(page, values)
    page.until(f"{desk}.dataset.form !== {json.dumps(keyed)} && document.activeElement === {first}", SLOW_S)
    name = page.evaluate(f"{first}.name")
    page.press("F4")
    assert page.evaluate(f"{first}.value") == {"Nam": "1", "Nữ": "2"}.get(values[name], values[name])
    page.go(f"{system.base_url}/")
    assert page.complaints == []


def _paste(page: Any, box: str, text: str) -> None:
    """Paste text, as a browser tells a page of it."""
    page.evaluate(
        "(() => { const clipboardData = new DataTransfer();"
        f" clipboardData.setData('text', {json.dumps(text)});"
        f" {box}.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData, bubbles: true, cancelable: true }}));"
        " })()"
    )


def _type_form(page: Any, values: dict[str, str]) -> None:
    """Type every box and press Enter after it, as a keyer would."""
    for place in range(6):
        name = page.evaluate(f"document.querySelectorAll('.key-row input')[{place}].name")
        page.until(f"document.activeElement.name === {json.dumps(name)}")
        page.type({"Nam": "1", "Nữ": "2"}.get(values[name], values[name]))
        page.press("Enter")


def _officer(system: Office) -> dict[str, str]:
    body = {"username": system.access.username, "password": system.access.password}
    answer = httpx.post(f"{system.base_url}/v1/sessions", json=body, timeout=60, trust_env=False)
    assert answer.status_code in {200, 201}, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}
