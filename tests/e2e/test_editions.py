"""A form proposed, opened again and changed, tried, accepted by another; earlier pages read again with it: by keys."""

import json
import os
import secrets
import time
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from forms import FormEdition, load_editions
from tests.e2e.office import Office
from tests.e2e.papers import of_edition
from tests.e2e.sending import agent_of, open_batch, send, sign_in

SHOTS = os.environ.get("SCREENSHOTS", "")
UNIT, SLOW_S = "31543", 300.0
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.units(UNIT)]
READY = "document.documentElement.dataset.ready === 'true'"


@pytest.fixture(scope="module")
def http(system: Office) -> Iterator[httpx.Client]:
    """The administrator over HTTP."""
    with httpx.Client(base_url=system.base_url, timeout=120, trust_env=False) as client:
        who = {"username": system.access.username, "password": system.access.password}
        client.headers["Authorization"] = f"Bearer {client.post('/v1/sessions', json=who).json()['token']}"
        yield client


@pytest.fixture
def desk(system: Office, page: Any) -> Any:
    """The administrator's browser."""
    sign_in(page, system)
    page.complaints.clear()
    return page


def scanned(system: Office, http: httpx.Client, scan: bytes) -> str:
    """A dossier of one page, once it is read."""
    with agent_of(system, UNIT) as agent:
        batch = open_batch(agent, UNIT, f"unknown-{secrets.token_hex(4)}", pages_per_dossier=1)
        send(agent, batch, [scan])
    found: list[Any] = []

    def read() -> bool:
        found[:] = http.get("/v1/dossiers", params={"batch": batch}).json()["items"]
        return bool(found) and papers(http, found[0]["id"])[0]["pages"][0]["recognised"]

    until(read)
    return str(found[0]["id"])


def papers(http: httpx.Client, dossier: str) -> Any:
    """A dossier's documents."""
    return http.get(f"/v1/dossiers/{dossier}").json()["documents"]


def told(page: Any, text: str) -> None:
    """Wait for a sentence in the live region."""
    page.until(f"document.getElementById('status').textContent.includes({json.dumps(text)})")


def pressed(page: Any, key: str, text: str) -> None:
    """Press a key and wait for what it makes the live region say."""
    page.evaluate("document.getElementById('status').textContent = ''")
    page.press(key)
    told(page, text)


def shot(page: Any, name: str) -> None:
    """A picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"editions-{name}.png")


def until(true: Any) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + SLOW_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_nothing_of_an_opened_edition_is_lost(system: Office, desk: Any) -> None:
    """Every form of the software laid out as marks and described again says the same, tables and headings too."""
    desk.go(f"{system.base_url}/editions")
    desk.until(READY)
    for known in load_editions():
        stored = known.model_dump(mode="json", exclude_defaults=True)
        data = (
            "import(document.querySelector('script[src*=editions]').src.replace('editions', 'edition_data'))"
        )
        opened = f"const {{edition, boxes, kept}} = marksOf({json.dumps(stored)})"
        found = desk.evaluate(
            f"{data}.then(({{marksOf, definitionOf}}) => {{ {opened}; return definitionOf(edition, boxes, kept) }})"
        )
        assert _without_rows(FormEdition.model_validate(found)) == _without_rows(known)


def _without_rows(edition: FormEdition) -> dict[str, Any]:
    """What an edition says, with rows as they follow each other and without the fields' widths."""
    said = edition.model_dump(mode="json")
    rows = sorted({one["row"] for one in said["fields"] + said["tables"]})
    for one in said["fields"] + said["tables"] + said["sections"]:
        one["row"] = bisect_left(rows, one["row"])
        one.pop("share", None)
    return said


def test_a_marked_form_is_tried_and_accepted_by_another(
    system: Office, desk: Any, http: httpx.Client, tmp_path: Path
) -> None:
    """Proposed and tried by keys; its proposer cannot accept it, another officer can, and takes it back."""
    labels = {"full_name": "Họ và tên", "birth_date": "Ngày sinh", "father_name": "Họ tên cha"}
    labels |= {"mother_name": "Họ tên mẹ", "occupation": "Nghề nghiệp"}
    types = {"birth_date": "date", "occupation": "text"}
    fields = [
        {"id": name, "label": label, "type": types.get(name, "name"), "row": row}
        for row, (name, label) in enumerate(labels.items(), 1)
    ]
    about = {"form": "TK09", "edition": "1991", "kind": "identity", "title": "TỜ KHAI LÀM LẠI THẺ"}
    described = FormEdition.model_validate(
        about | {"status": "provisional", "source": "công văn thử", "fields": fields}
    )
    sample = tmp_path / "sample.jpg"
    sample.write_bytes(of_edition(described, 5))
    boxes = [
        {**one, "number": "", "boxes": "", "lines": "", "x": 0.1, "y": 0.15 + 0.06 * place}
        | {"width": 0.8, "height": 0.03}
        for place, one in enumerate(fields)
    ]
    draft = json.dumps({"edition": about | {"source": "công văn thử"}, "boxes": boxes})

    def opened(marked: str) -> None:
        desk.go(f"{system.base_url}/editions")
        desk.until(READY)
        desk.evaluate(f"localStorage.setItem('tangthu-edition', {json.dumps(marked)})")
        desk.go(f"{system.base_url}/editions")
        desk.until(READY)
        desk.evaluate("document.getElementById('file').focus()")
        desk.choose_file("#file", sample)
        desk.until("document.getElementById('sample-image').naturalWidth > 0")
        desk.evaluate("document.activeElement.blur()")

    state = "document.querySelector('.known-row[aria-pressed=true]')?.dataset.state"
    earlier = scanned(system, http, of_edition(described, 17))
    opened(draft)
    pressed(desk, "p", "Đã đề nghị mẫu TK09")
    pressed(desk, "t", "Nhận ra đúng mẫu này")
    assert desk.evaluate("document.querySelectorAll('#trial tbody tr').length") >= 4
    assert desk.evaluate("document.querySelectorAll('.read-box').length") >= 4
    assert desk.evaluate("document.getElementById('trial-missing').hidden")
    assert desk.violations() == []
    shot(desk, "tried")
    _opened_and_changed(system, desk, http, sample)
    desk.press("a")
    desk.until("document.getElementById('accept').open")
    assert desk.violations() == []
    pressed(desk, "Enter", "không tự chấp nhận được")
    desk.resize(390, 844, mobile=True)
    assert desk.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(desk, "phone")
    desk.resize(1366, 768)
    desk.complaints.clear()

    second = {
        "username": f"duyet-{UNIT}",
        "display_name": "Đỗ Thị Duyệt",
        "password": secrets.token_urlsafe(15),
    }
    made = http.post(
        "/v1/officers",
        json=second | {"roles": ["unit_leader"], "units": [UNIT]},
        headers={"Idempotency-Key": secrets.token_hex(8)},
    )
    assert made.status_code == 201, made.text
    desk.call("Network.clearBrowserCookies")
    desk.sign_in(system.base_url, second["username"], second["password"])
    opened("{}")
    desk.press("j")
    desk.until(f"{state} === 'proposed'")
    desk.press("a")
    desk.until("document.getElementById('accept').open")
    pressed(desk, "Enter", "Máy đọc đã dùng mẫu TK09")
    desk.until(f"{state} === 'accepted'")
    shot(desk, "accepted")
    assert desk.violations() == []
    _read_again(desk, http, earlier)
    desk.press("r")
    desk.until("document.activeElement.name === 'reason'")
    desk.type("Nhãn in chưa đúng")
    pressed(desk, "Enter", "Đã rút mẫu TK09")
    desk.until(f"{state} === 'withdrawn'")
    (listed,) = [one for one in http.get("/v1/form-editions").json()["items"] if one["id"]]
    assert (listed["state"], listed["withdrawal_reason"]) == ("withdrawn", "Nhãn in chưa đúng")
    assert listed["accepted_by"] != listed["proposed_by"]
    desk.call("Network.clearBrowserCookies")
    desk.sign_in(system.base_url, system.access.username, system.access.password)
    assert desk.complaints == []


def _opened_and_changed(system: Office, desk: Any, http: httpx.Client, sample: Path) -> None:
    """The proposal with its marks as a list, changed and saved by keys; over a sample they lie on its labels."""
    desk.evaluate("localStorage.removeItem('tangthu-edition')")
    desk.go(f"{system.base_url}/editions")
    desk.until(READY)
    desk.press("j")
    pressed(desk, "e", "Đã mở mẫu TK09")
    items = "document.querySelectorAll('.mark-item')"
    desk.until(f"{items}.length === 5 && document.activeElement === {items}[0]")
    desk.until("document.getElementById('opened').textContent.includes('Đang sửa đề nghị TK09 · 1991')")
    assert desk.violations() == []
    shot(desk, "opened")
    # Somebody else has changed it meanwhile: nothing is overwritten, and it is opened anew.
    (listed,) = [one for one in http.get("/v1/form-editions").json()["items"] if one["id"]]
    address = f"/v1/form-editions/{listed['id']}"
    found = http.get(address)
    other = found.json()["definition"] | {"source": "công văn thử hai"}
    changed = http.put(address, json={"definition": other}, headers={"If-Match": found.headers["etag"]})
    assert changed.status_code == 200, changed.text
    desk.press("Enter")
    desk.type("x")
    desk.press("Escape")
    pressed(desk, "p", "Người khác vừa thay đổi mẫu này")
    desk.complaints.clear()
    desk.press("e")
    desk.until("document.getElementById('replace').open")
    assert desk.violations() == []
    pressed(desk, "Enter", "Đã mở mẫu TK09")
    desk.until(f"document.activeElement === {items}[0]")
    assert desk.evaluate("document.querySelector('[name=source]').value") == "công văn thử hai"
    # The last label was wrong, and a field was forgotten.
    for _ in range(4):
        desk.press("Tab")
    desk.press("Enter")
    desk.until("document.activeElement.name === 'label'")
    desk.evaluate("document.activeElement.select()")
    desk.type("Nghề nghiệp, nơi làm")
    desk.press("Escape")
    desk.press("n")
    desk.until(f"{items}.length === 6 && document.activeElement === {items}[5]")
    desk.press("Enter")
    for text in ("Quốc tịch", "nationality"):
        desk.type(text)
        desk.press("Enter")
    desk.press("Escape")
    pressed(desk, "p", "Đã đề nghị mẫu TK09")
    listed = http.get(address).json()
    stored = listed["definition"]
    assert [(one["id"], one["row"]) for one in stored["fields"]][3:] == [
        ("mother_name", 4),
        ("occupation", 5),
        ("nationality", 6),
    ]
    assert stored["fields"][4]["label"] == "Nghề nghiệp, nơi làm"
    assert listed["trial"]["pages"] == 0, "what was tried before counts no more"
    # Both were mistakes: taken back over the sample.
    desk.evaluate("document.getElementById('file').focus()")
    desk.evaluate("document.getElementById('status').textContent = ''")
    desk.choose_file("#file", sample)
    told(desk, "Nhận ra đúng mẫu này")
    desk.until("document.getElementById('marks').hidden")
    shot(desk, "laid")
    label = "document.querySelectorAll('.mark-box')[0]"
    read = "document.querySelectorAll('.read-box')[0]"
    assert desk.evaluate(
        f"Math.abs({label}.offsetTop - {read}.offsetTop) < 30 && {label}.offsetLeft < {read}.offsetLeft"
    )
    desk.evaluate("document.querySelectorAll('.mark-box')[5].focus()")
    desk.press("Delete")
    desk.until("document.activeElement === document.querySelectorAll('.mark-box')[4]")
    desk.press("Enter")
    desk.evaluate("document.activeElement.select()")
    desk.type("Nghề nghiệp")
    desk.press("Escape")
    pressed(desk, "p", "Đã đề nghị mẫu TK09")
    pressed(desk, "t", "Nhận ra đúng mẫu này")
    assert desk.evaluate("document.getElementById('trial-missing').hidden")


def _read_again(desk: Any, http: httpx.Client, dossier: str) -> None:
    """A page that was of an unknown form before this one was accepted is read again, by keys."""
    (paper,) = http.get(f"/v1/dossiers/{dossier}").json()["documents"]
    assert paper["form"] is None
    desk.until("document.querySelector('.again [data-do=again]') !== null")
    shot(desk, "again")
    desk.press("l")
    desk.until("document.getElementById('read-again').open")
    assert desk.evaluate("document.querySelector('#read-again [data-unknown]').textContent") == "1"
    assert desk.violations() == []
    shot(desk, "again-asked")
    pressed(desk, "Enter", "Đã xếp 1 trang chờ đọc lại")
    desk.until("document.querySelector('.again-figures').textContent.includes('1 nay nhận ra')")
    assert desk.evaluate("document.querySelector('.again progress').value") == 1
    assert desk.violations() == []
    until(lambda: http.get(f"/v1/dossiers/{dossier}").json()["documents"][0]["form"] == "TK09")
    shot(desk, "again-done")
    desk.resize(390, 844, mobile=True)
    assert desk.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    desk.evaluate("document.getElementById('again').scrollIntoView({ block: 'center' })")
    shot(desk, "again-phone")
    desk.resize(1366, 768)
