"""The pages that people see: markup, languages, safety, errors."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from fastapi import Request

from gateway.web.csv_files import csv_file


@pytest.fixture
async def officer(gateway: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has signed in by the form."""
    async with gateway.client() as client:
        client.headers["Origin"] = gateway.url
        answer = await client.post(
            "/login", data={"username": gateway.admin, "password": gateway.password, "next": "/batches"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/batches")
        yield client


class Markup(HTMLParser):
    """Collects what a strict content policy would refuse, and what labels are missing."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.addresses: list[str] = []
        self.unnamed: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inline code, addresses and images without a text."""
        given = dict(attrs)
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        if tag == "img" and "alt" not in given:
            self.unnamed.append(str(given))
        self.addresses += [str(given[name]) for name in ("src", "href", "action") if given.get(name)]


SCREENS = [
    ("/", "Việc của tôi", "My work"),
    ("/", "Phiếu chờ nhập", "Earliest deadline"),
    ("/batches", "Lô quét", "Scan batches"),
    ("/batches/{batch}", "chưa trả hồ sơ giấy", "do not return the paper yet"),
    ("/batches/{batch}/live", "12.345", "12.345"),
    (
        "/batches/{batch}/live",
        "Đã đến 12.345 trên 13.000 tệp",
        "12,5 pages a minute, the rest in about 53 min",
    ),
    ("/batches/{batch}/live", "từ tệp 7 (thiếu 2 tờ)", "from file 7 (2 sheets missing)"),
    ("/dossiers", "Hộ Trần Văn Mẫu", "Dossiers"),
    ("/dossiers/{dossier}", "Đọc rõ", "Read clearly"),
    ("/dossiers/{dossier}/pages", "Sắp xếp trang", "Arrange pages"),
    ("/dossiers/{dossier}/pages", "Chờ quét lại: Mất mép", "To be scanned again: Cut off"),
    ("/editions", "Mẫu biểu mới", "New form edition"),
    ("/editions/known", "Máy đọc không trả lời", "The reader does not answer"),
    ("/dossiers/{dossier}/reading", "Đọc rõ", "Read clearly"),
    ("/pages/{page}/text", "m-1", "Average confidence"),
    ("/search", "Mục đích tra cứu", "Purpose"),
    ("/keying", "Chưa có phiếu nào", "No form to key yet"),
    ("/batches/{batch}", "Mất mép, thiếu chữ", "Pages to scan again"),
    ("/inspection", "Chưa có ảnh nào cần kiểm tra", "No page waits to be inspected"),
    ("/keying?arbitrate=true", "Phân xử", "Settle disputes"),
    ("/supervision", "Phiếu hôm nay", "Forms today"),
    ("/imports", "Gửi và kiểm tra", "Send and check"),
    ("/imports/{page}", "Ghi 2 dòng đúng, bỏ qua 1 dòng lỗi", "Odd name"),
    ("/imports/{page}/live", "Đã chuyển từ bảng mã TCVN3", "Checked, not written"),
    ("/progress", "Chưa khai số hồ sơ", "Holdings not declared"),
    ("/progress?map=2025-02-28", "chúng được giữ dưới tên cũ", "they stay under their own names"),
    ("/dead-letters", "ocr", "Dead letters"),
    ("/audit", "Nhật ký truy cập", "Who saw whom"),
    ("/audit?days=30&who=nobody", "Không có cán bộ nào", "No officer has this login name"),
]


def address(gateway: Any, path: str) -> str:
    """The path with the identifiers of the test data."""
    data = gateway.upstream.data
    return path.format(batch=data.BATCH_ID, dossier=data.DOSSIER_ID, page=data.PAGE_ID)


@pytest.mark.parametrize(("path", "vietnamese", "english"), SCREENS)
async def test_screens(
    gateway: Any, officer: httpx.AsyncClient, path: str, vietnamese: str, english: str
) -> None:
    """Each in both languages, without inline code, foreign addresses or text that became markup."""
    for language, expected in (("vi", vietnamese), ("en", english)):
        officer.cookies.set("tangthu_language", language)
        answer = await officer.get(address(gateway, path))
        assert answer.status_code == 200, answer.text
        assert expected in answer.text
        assert gateway.upstream.data.NASTY not in answer.text
        markup = Markup(answer.text)
        assert markup.inline == []
        assert markup.unnamed == []
        assert all(found.startswith(("/", "#", "?")) for found in markup.addresses), markup.addresses
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "heading", "known"),
    [
        ("/dossiers.csv", "Reference", "KS-0001"),
        ("/progress.csv", "Milestone", "All digitised"),
        ("/supervision.csv", "Keyer", "Number"),
        ("/audit.csv", "Purpose", ",200,"),
    ],
)
async def test_tables_are_downloaded(
    gateway: Any, officer: httpx.AsyncClient, path: str, heading: str, known: str
) -> None:
    """With the mark that office programs need, in the visitor's language; no formula and no name of a person."""
    await officer.get("/dossiers")
    officer.cookies.set("tangthu_language", "en")
    answer = await officer.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    text = answer.content.decode("utf-8-sig")
    assert heading in text.splitlines()[0]
    assert known in text
    assert "Trần Văn Mẫu" not in text


def test_a_downloaded_text_runs_nothing() -> None:
    """What a spreadsheet would take for a formula stands as a text; numbers stay numbers."""
    request = Request({"type": "http", "headers": []})
    made = csv_file(request, "x", ["a"], [["=1+1", "@x", -2, None, "xã"]])
    assert bytes(made.body).decode("utf-8-sig").splitlines() == ["a", "'=1+1,'@x,-2,,xã"]


async def test_whatever_a_page_names_is_there(gateway: Any, officer: httpx.AsyncClient) -> None:
    """Every style, script, icon and font answers, ours and those of the browser packages."""
    page = await officer.get(address(gateway, "/dossiers/{dossier}"))
    named = {found for found in Markup(page.text).addresses if found.startswith("/static/")}
    style = await officer.get(next(found for found in named if "base.css" in found))
    named |= set(re.findall(r'url\("(/static/[^"]+)"\)', style.text))
    assert len(named) > 8
    icons = (await officer.get("/static/icons.svg")).text
    for found in named:
        path, _, symbol = found.partition("#")
        answer = await officer.get(path)
        assert answer.status_code == 200, found
        assert not symbol or f'id="{symbol}"' in icons, found


@pytest.mark.parametrize(
    "name", ["..%2f..%2fapp.py", "vendor/..%2fapp.py", "vendor/package.json", "none.css"]
)
async def test_nothing_else_is_served(gateway: Any, name: str) -> None:
    """Static addresses lead nowhere but to the static files."""
    async with gateway.client() as client:
        assert (await client.get(f"/static/{name}")).status_code == 404


async def test_a_search_keeps_the_query_out_of_addresses_and_needs_a_purpose(
    gateway: Any, officer: httpx.AsyncClient
) -> None:
    """The query goes in the body; the stated purpose is kept and goes along with what is opened next."""
    nothing = await officer.post("/search", data={"q": "tran van mau", "purpose": " "})
    assert "mục đích" in nothing.text
    found = await officer.post("/search", data={"q": "tran van mau", "purpose": "xác minh"})
    assert "036060000001" in found.text
    assert "khớp họ tên" in found.text
    assert gateway.upstream.data.NASTY not in found.text
    assert "<html" in found.text, "a browser that has not run its scripts yet gets the whole screen"
    part = await officer.post(
        "/search", data={"q": "tran van mau", "purpose": "xác minh"}, headers={"HX-Request": "true"}
    )
    assert "036060000001" in part.text
    assert "<html" not in part.text
    await officer.get(address(gateway, "/dossiers/{dossier}"))
    rows = (await gateway.audit_rows())[-2:]
    assert [(row["route"], row["purpose"]) for row in rows] == [
        ("/v1/persons", "xác minh"),
        ("/v1/dossiers/{dossier_id}", "xác minh"),
    ]


async def test_whoever_is_not_signed_in_goes_to_the_login_page(gateway: Any) -> None:
    """And comes back afterwards; a part of a page is refused, so that the page stays; foreign places are refused."""
    async with gateway.client() as client:
        sent = await client.get("/progress")
        assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/progress")
        part = await client.get("/batches", headers={"HX-Request": "true"})
        assert (part.status_code, part.text) == (401, "")
        form = await client.get("/login?next=//evil.example")
        assert "evil" not in form.text


async def test_a_wrong_password_says_so_and_a_foreign_form_is_refused(gateway: Any) -> None:
    """The reason is shown in words; the password never comes back."""
    attempt = {"username": "nobody-here", "password": "not-the-password"}
    async with gateway.client() as client:
        refused = await client.post("/login", data=attempt, headers={"Origin": gateway.url})
        assert refused.status_code == 401
        assert "không đúng" in refused.text
        assert "not-the-password" not in refused.text
        foreign = await client.post("/login", data=attempt, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403


async def test_errors_are_pages_for_people_and_problems_for_programs(
    gateway: Any, officer: httpx.AsyncClient
) -> None:
    """The same mistake below /v1 is a problem document."""
    for path, status in (("/nothing", 404), (f"/dossiers/{gateway.upstream.data.BATCH_ID}", 404)):
        answer = await officer.get(path)
        assert answer.status_code == status
        assert "text/html" in answer.headers["content-type"]
        assert "Không tìm thấy trang này" in answer.text
    assert (await officer.get("/dossiers/not-a-uuid")).status_code == 422
    assert "application/problem+json" in (await officer.get("/v1/nothing")).headers["content-type"]


async def test_language_and_signing_out(gateway: Any, officer: httpx.AsyncClient) -> None:
    """The choice stays on this browser; after signing out the session opens nothing."""
    chosen = await officer.post("/language", data={"to": "en", "next": "/search"})
    assert chosen.headers["location"] == "/search"
    assert "My work" in (await officer.get("/")).text
    cookies = dict(officer.cookies)
    assert (await officer.post("/logout")).headers["location"] == "/login"
    async with gateway.client() as stolen:
        stolen.cookies.update(cookies)
        assert (await stolen.get("/")).status_code == 303
