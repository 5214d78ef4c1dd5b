"""Saved views are each officer's own, kept once under a name, and hold nothing but filters."""

import secrets
from typing import Any

import httpx
import pytest

from gateway.saved_views import service

SCREEN = "/dossiers"


async def views(client: httpx.AsyncClient, screen: str = SCREEN) -> dict[str, str]:
    """Name → query of the caller's views."""
    items = (await client.get("/v1/saved-views", params={"screen": screen})).json()["items"]
    return {one["name"]: one["query"] for one in items}


async def test_a_view_is_kept_once_and_dropped(admin: httpx.AsyncClient) -> None:
    """Saved again under its name it says the new thing; on another screen it is another view."""
    for query in ("kind=identity", "kind=residence&unit=943"):
        body = {"screen": SCREEN, "name": " Xã tôi ", "query": query}
        kept = await admin.put("/v1/saved-views", json=body)
        assert kept.status_code == 200, kept.text
    assert await views(admin) == {"Xã tôi": "kind=residence&unit=943"}
    assert await views(admin, "/batches") == {}
    assert (await admin.delete(f"/v1/saved-views/{kept.json()['id']}")).status_code == 204
    assert (await admin.delete(f"/v1/saved-views/{kept.json()['id']}")).status_code == 404
    assert await views(admin) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "},
        {"name": "x" * 61},
        {"screen": "//evil.example"[1:] + ":1"},
        {"screen": "javascript:alert(1)"},
        {"query": "q=<script>"},
        {"query": "a=1\r\nSet-Cookie: x"},
    ],
)
async def test_what_is_no_view_is_refused(admin: httpx.AsyncClient, wrong: dict[str, str]) -> None:
    """Names of blanks, foreign addresses, markup and line breaks."""
    body = {"screen": SCREEN, "name": "n", "query": "kind=identity"} | wrong
    assert (await admin.put("/v1/saved-views", json=body)).status_code == 422


async def test_nobody_sees_anothers_views(
    gateway: Any, admin: httpx.AsyncClient, agent: httpx.AsyncClient
) -> None:
    """Another officer has none of them and cannot drop them; agents have no screens."""
    kept = await admin.put("/v1/saved-views", json={"screen": SCREEN, "name": "riêng", "query": ""})
    officer = {
        "username": f"ai.{secrets.token_hex(3)}",
        "display_name": "Ai đó",
        "password": "mật khẩu dài để thử",
    }
    made = await admin.post(
        "/v1/officers",
        json=officer | {"roles": ["keyer"], "units": ["943"]},
        headers={"Idempotency-Key": secrets.token_hex(8)},
    )
    assert made.status_code == 201, made.text
    who = {name: officer[name] for name in ("username", "password")}
    async with gateway.client() as other:
        token = (await other.post("/v1/sessions", json=who)).json()["token"]
        other.headers["Authorization"] = f"Bearer {token}"
        assert await views(other) == {}
        assert (await other.delete(f"/v1/saved-views/{kept.json()['id']}")).status_code == 404
    assert "riêng" in await views(admin)
    assert (await agent.get("/v1/saved-views", params={"screen": SCREEN})).status_code == 403


async def test_there_is_an_end_to_views(admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """One too many is refused with a sentence, and nothing of it is kept."""
    monkeypatch.setattr(service, "MOST", 0)
    body = {"screen": "/batches", "name": "quá nhiều", "query": ""}
    refused = await admin.put("/v1/saved-views", json=body)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "too_many_views")
    monkeypatch.undo()
    assert await views(admin, "/batches") == {}
