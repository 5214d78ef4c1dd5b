"""Pages of a dossier arranged, corrected and moved away by keys alone, and undone; a form marked on one of them."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from forms import FormEdition
from tests.e2e.office import Office
from tests.e2e.papers import declaration
from tests.e2e.sending import open_batch, send

SHOTS = os.environ.get("SCREENSHOTS", "")
UNIT, SLOW_S = "31540", 300.0
pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.units(UNIT)]
READY = "document.documentElement.dataset.ready === 'true'"
HERE = "document.activeElement.querySelector('b')?.textContent"
"""The number of the page that has the focus, as it lies now."""


class Archive:
    """Two dossiers of three pages each, read; seen over HTTP."""

    def __init__(self, http: httpx.Client, agent: httpx.Client) -> None:
        self.http = http
        # People of no other file: what people in doubt name is held, and nothing held is arranged.
        scans = [image for seed in (12, 13, 14, 15) for image in declaration(seed)]
        batch = open_batch(agent, UNIT, "page-work", pages_per_dossier=3)
        send(agent, batch, [scans[0], scans[1], scans[2], scans[4], scans[5], scans[6]])
        self.first, self.second = self._dossiers(batch)
        self.pages = [page["id"] for papers in self._papers(self.first) for page in papers["pages"]]

    def _dossiers(self, batch: str) -> list[str]:
        """Both, the one of the first pages first, once all of their pages are read."""
        deadline = time.monotonic() + SLOW_S
        while time.monotonic() < deadline:
            found = self.http.get("/v1/dossiers", params={"batch": batch}).json()["items"]
            pages = [page for one in found for each in self._papers(one["id"]) for page in each["pages"]]
            if len(pages) == 6 and all(page["recognised"] or page["content"] != "text" for page in pages):
                return sorted(one["id"] for one in found)
            time.sleep(0.3)
        raise TimeoutError("the batch is not read")

    def _papers(self, dossier: str) -> list[Any]:
        documents: list[Any] = self.http.get(f"/v1/dossiers/{dossier}").json()["documents"]
        return documents

    def surveyed(self, paper: dict[str, Any]) -> bool:
        """Survey the first dossier; false where the page read again meanwhile has made another version of it."""
        seen = self.http.get(f"/v1/dossiers/{self.first}/life").json()["version"]
        answer = self.http.put(
            f"/v1/dossiers/{self.first}/survey",
            json={"documents": [paper]},
            headers={"If-Match": f'"{seen}"'},
        )
        assert answer.status_code in {200, 412}, answer.text
        return answer.status_code == 200

    def lie(self, dossier: str) -> list[list[int]]:
        """The pages of each document, as the first dossier's were numbered; others are 0."""
        known = {page: number for number, page in enumerate(self.pages, 1)}
        return [[known.get(page["id"], 0) for page in each["pages"]] for each in self._papers(dossier)]

    def image(self, number: int) -> Any:
        """The newest correction of a page, and what it holds."""
        found = self.http.get(f"/v1/pages/{self.pages[number - 1]}/corrections").json()
        return max(found["entries"], key=lambda entry: entry["number"])


@pytest.fixture(scope="module")
def archive(system: Office) -> Iterator[Archive]:
    """The dossiers, once they are read."""
    body = {"username": system.access.username, "password": system.access.password}
    given: Any = {"base_url": system.base_url, "timeout": 120, "trust_env": False}
    with httpx.Client(**given) as http, httpx.Client(**given) as agent:
        http.headers["Authorization"] = f"Bearer {http.post('/v1/sessions', json=body).json()['token']}"
        agent.headers["Authorization"] = f"Bearer {system.access.agent_keys[UNIT]}"
        yield Archive(http, agent)


def told(page: Any, text: str) -> None:
    """Wait for a sentence in the live region."""
    page.until(f"document.getElementById('status').textContent.includes({json.dumps(text)})")


def shot(page: Any, name: str) -> None:
    """A picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(Path(SHOTS) / f"page-work-{name}.png")


@pytest.fixture
def desk(system: Office, page: Any, archive: Archive) -> Any:
    """The screen of the first dossier, reached from the dossier by its key; all in one document."""
    if page.evaluate("location.protocol") != "http:":
        page.sign_in(system.base_url, system.access.username, system.access.password)
    page.go(f"{system.base_url}/dossiers/{archive.first}")
    page.until("document.querySelector('#position')?.textContent === '1 / 3'")
    page.press("s")
    page.until(f"location.pathname.endsWith('/pages') && {READY} && {HERE} === '1'")
    while len(archive.lie(archive.first)) > 1:
        page.press("End")
        page.press("u")
        told(page, "Đã ghép")
        page.evaluate("document.getElementById('status').textContent = ''")
    page.press("Home")
    page.complaints.clear()
    return page


def test_pages_are_arranged_and_moved_away(desk: Any, archive: Archive) -> None:
    """Split, moved before, chosen together, moved to another dossier by its number; each is undone."""
    first, second = archive.first, archive.second
    before = archive.lie(second)
    desk.press("ArrowRight")
    desk.until(f"{HERE} === '2'")
    desk.press("s")
    told(desk, "Đã tách")
    assert archive.lie(first) == [[1], [2, 3]]
    assert desk.violations() == []
    desk.press("ArrowLeft", alt=True)
    told(desk, "Đã chuyển 1 trang")
    assert archive.lie(first) == [[2, 1], [3]]
    desk.press("z", control=True)
    told(desk, "Đã hoàn tác")
    assert archive.lie(first) == [[1], [2, 3]]
    desk.until(f"{HERE} === '2'")
    desk.press("x")
    desk.press("ArrowRight", shift=True)
    desk.until("document.getElementById('chosen').textContent === 'Đã chọn 2 trang'")
    desk.press("m")
    desk.until("document.activeElement.name === 'code'")
    assert desk.violations() == []
    shot(desk, "move")
    desk.type(archive.http.get(f"/v1/dossiers/{second}").json()["reference"])
    desk.press("Enter")
    told(desk, "sang hồ sơ khác")
    assert (archive.lie(first), archive.lie(second)) == ([[1]], [*before, [2, 3]])
    desk.press("z", control=True)
    told(desk, "2 trang về chỗ cũ")
    assert (archive.lie(first), archive.lie(second)) == ([[1], [2, 3]], before)
    desk.until("document.querySelectorAll('#work [role=option]').length === 3")
    shot(desk, "desk")
    assert desk.complaints == []


def test_what_is_refused_or_overtaken_is_told(desk: Any, archive: Archive) -> None:
    """An unknown number and a page that opens its document; a change by somebody else loads the screen again."""
    desk.press("m")
    desk.until("document.activeElement.name === 'code'")
    desk.type("không có hồ sơ này")
    desk.press("Enter")
    told(desk, "không thuộc hồ sơ")
    desk.press("s")
    told(desk, "đã mở đầu giấy tờ")
    seen = archive.http.get(f"/v1/dossiers/{archive.first}")
    changed = archive.http.patch(
        f"/v1/dossiers/{archive.first}",
        json={"title": "Hồ sơ vừa đổi tên"},
        headers={"If-Match": seen.headers["ETag"]},
    )
    assert changed.status_code == 200
    desk.press("End")
    desk.press("s")
    told(desk, "Hồ sơ vừa thay đổi")
    assert archive.lie(archive.first) == [[1, 2, 3]]
    desk.press("s")
    told(desk, "Đã tách")
    assert archive.lie(archive.first) == [[1, 2], [3]]
    desk.press("z", control=True)
    told(desk, "Đã hoàn tác")
    desk.press("z", control=True)
    told(desk, "Nhấn Ctrl+Z lần nữa")
    assert archive.lie(archive.first) == [[1, 2, 3]]
    desk.complaints.clear()


def test_a_page_is_replaced_by_another_scan(desk: Any, archive: Archive) -> None:
    """T, the page after it offered first, Enter; the old one is gone from the papers, Ctrl+Z brings it back."""
    desk.press("t")
    desk.until("document.activeElement.name === 'replacement'")
    desk.until("[...document.querySelectorAll('#replace img')].every((image) => image.naturalWidth > 0)")
    assert desk.evaluate("document.activeElement.value") == archive.pages[1]
    assert desk.violations() == []
    shot(desk, "replace")
    desk.press("Escape")
    desk.until(f"{HERE} === '1'")
    desk.press("t")
    desk.until("document.activeElement.name === 'replacement'")
    desk.press("Enter")
    told(desk, "Đã thay trang")
    assert archive.lie(archive.first) == [[2, 3]]
    desk.until("document.querySelectorAll('#work [role=option]').length === 2")
    desk.press("z", control=True)
    told(desk, "Đã hoàn tác")
    assert archive.lie(archive.first) == [[1, 2, 3]]
    desk.until("document.querySelectorAll('#work [role=option]').length === 3")
    assert desk.complaints == []


def test_pages_are_sent_back_to_their_scanner(desk: Any, archive: Archive) -> None:
    """Q, the defect's digit, Enter; the pages say so, the order is told once; Ctrl+Z takes it back."""
    awaited = f"/v1/inspection/dossiers/{archive.first}/rescans"
    desk.press("x")
    desk.press("ArrowRight", shift=True)
    desk.press("q")
    desk.until("document.activeElement.name === 'defect'")
    desk.press("3")
    desk.until("document.activeElement.value === 'tilted'")
    desk.until("document.querySelector('#rescan p [data-advice]').textContent.includes('Đặt tờ giấy thẳng')")
    assert desk.violations() == []
    shot(desk, "rescan")
    desk.press("Enter")
    told(desk, "Đã cho quét lại 2 trang")
    ordered = archive.http.get(awaited).json()
    assert {(one["page_id"], one["defect"]) for one in ordered} == {
        (page, "tilted") for page in archive.pages[:2]
    }
    desk.until(
        "document.querySelectorAll('#work [role=option][aria-label*=\"Chờ quét lại: Nghiêng\"]').length === 2"
    )
    assert desk.violations() == []
    desk.press("Escape")
    desk.press("q")
    desk.until("document.activeElement.name === 'defect'")
    desk.press("1")
    desk.press("Enter")
    told(desk, "đã có lệnh quét lại")
    desk.press("z", control=True)
    told(desk, "Đã thu hồi lệnh quét lại 2 trang")
    assert archive.http.get(awaited).json() == []
    desk.until("document.querySelectorAll('#work [role=option][aria-label*=\"Chờ quét lại\"]').length === 0")
    desk.complaints.clear()


def test_images_are_corrected_and_exemption_asked(system: Office, desk: Any, archive: Archive) -> None:
    """Turned, cropped by typed edges, marked blank, brought back; an exemption waits for another person."""
    desk.press("r")
    told(desk, "Đã chỉnh")
    assert archive.image(1)["change"]["rotate"] == 90
    desk.press("z", control=True)
    until(lambda: archive.image(1)["change"] is None)
    desk.press("c")
    desk.until("document.activeElement.name === 'left'")
    desk.type("10")
    desk.until("document.querySelector('.crop-sheet img').naturalWidth > 0")
    shot(desk, "crop")
    assert desk.violations() == []
    for _ in range(4):
        desk.press("Enter")
    until(lambda: (archive.image(1)["change"] or {}).get("crop"))
    assert archive.image(1)["change"]["crop"]["x"] == 0.1
    desk.press("z", control=True)
    until(lambda: archive.image(1)["change"] is None)
    desk.press("b")
    until(lambda: archive.image(1)["content"] == "blank")
    desk.until("document.querySelector('#work [role=option]').ariaLabel.includes('Trang trắng')")
    desk.press("z", control=True)
    until(lambda: archive.image(1)["content"] == "text")
    desk.until("!document.querySelector('#work [role=option]').ariaLabel.includes('Trang trắng')")
    paper = {"type": "other", "sheets": 3, "paper_size": "A4", "condition": "torn"}
    until(lambda: archive.surveyed(paper))
    desk.go(f"{system.base_url}/dossiers/{archive.first}/pages")
    desk.until(f"{READY} && {HERE} === '1'")
    desk.press("e")
    desk.until("document.activeElement.name === 'ordinal'")
    for name in ("sheets", "reason", "made_on"):
        desk.press("Enter")
        assert desk.evaluate("document.activeElement.name") == name
    desk.evaluate("document.activeElement.value = '1998-05-01'")
    desk.press("Enter")
    desk.type("Rách nát")
    desk.press("Enter")
    told(desk, "Đã gửi đề nghị")
    (asked,) = archive.http.get(f"/v1/dossiers/{archive.first}/life").json()["exemptions"]
    assert (asked["sheets"], asked["state"], asked["note"]) == (1, "asked", "Rách nát")
    desk.resize(390, 844, mobile=True)
    assert desk.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(desk, "phone")
    desk.resize(1366, 768)
    assert desk.complaints == []


def test_a_new_edition_is_marked_on_a_page(system: Office, desk: Any, archive: Archive) -> None:
    """Boxes made, moved, resized and named by keys become a file that the reader's forms take; a draft is kept."""
    desk.evaluate("document.getElementById('as-sample').click()")
    desk.until(f"location.pathname === '/editions' && {READY}")
    desk.until("document.getElementById('sample-image').naturalWidth > 0")
    assert desk.violations() == []
    desk.evaluate("document.querySelector('[name=form]').focus()")
    for text in ("CC09", "2026", "", "TỜ KHAI THỬ", 'Thông tư "thử" 2026'):
        if text:
            desk.type(text)
        desk.press("Enter")
    desk.evaluate("document.activeElement.blur()")
    fields = (("Họ và tên", "full_name", "1"), ("Ngày sinh", "birth_date", "2"), ("Số CCCD", "number", ""))
    for label, name, number in fields:
        desk.press("n")
        desk.until("document.activeElement.matches('.mark-box')")
        desk.press("Enter")
        desk.type(label)
        desk.press("Enter")
        desk.type(name)
        desk.press("Enter")
        desk.press("Enter")
        if number:
            desk.type(number)
        desk.press("Escape")
    data = "document.getElementById('data').textContent"
    desk.until(f"{data}.includes('row: 3')")
    # The second box beside the first: narrower, to the right and up, in one row with it.
    desk.evaluate("document.querySelectorAll('.mark-box')[1].focus()")
    for _ in range(40):
        desk.press("ArrowLeft", shift=True)
    for _ in range(45):
        desk.press("ArrowRight")
    for _ in range(8):
        desk.press("ArrowUp")
    desk.until(f"{data}.includes('share: 2')")
    found = FormEdition.model_validate(yaml.safe_load(desk.evaluate(data)))
    assert (found.key, found.source) == ("CC09-2026", 'Thông tư "thử" 2026')
    assert [(one.id, one.row, one.number, one.type.value) for one in found.fields] == [
        ("full_name", 1, 1, "name"),
        ("birth_date", 1, 2, "date"),
        ("number", 2, None, "digits"),
    ]
    assert desk.evaluate("document.getElementById('download').download") == "CC09-2026.yaml"
    desk.until("document.getElementById('download').href.startsWith('blob:')")
    shot(desk, "edition")
    assert desk.violations() == []
    desk.press("Delete")
    desk.until(f"!{data}.includes('birth_date')")
    desk.go(f"{system.base_url}/editions")
    desk.until(f"{READY} && {data}.includes('full_name')")
    assert desk.evaluate("document.querySelectorAll('.mark-box').length") == 2
    assert desk.complaints == []


def until(true: Any) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + SLOW_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)
