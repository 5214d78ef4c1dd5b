"""Who may come in, how long, and what is locked."""

import asyncio
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pyotp
import pytest

from gateway.accounts.domain import LOCK, SESSION_IDLE, after_failure, session_alive, token_hash
from gateway.bootstrap import bootstrap, parse_agent

PASSWORD = "mật khẩu đủ dài"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def key() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": secrets.token_hex(8)}


async def new_officer(admin: httpx.AsyncClient, *roles: str) -> str:
    """Registers an officer and answers the user name."""
    username = f"u{secrets.token_hex(4)}"
    body = {
        "username": username,
        "display_name": "Trần Thị Mẫu",
        "password": PASSWORD,
        "roles": list(roles) or ["clerk"],
        "units": ["941"],
    }
    answer = await admin.post("/v1/officers", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return username


async def sign_in(gateway: Any, username: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """One login."""
    async with gateway.client() as client:
        answer: httpx.Response = await client.post(
            "/v1/sessions", json={"username": username, "password": password, **more}
        )
    return answer


async def execute(gateway: Any, sql: str, *values: object) -> None:
    """Runs one statement in the gateway's database."""
    connection = await asyncpg.connect(gateway.database_url)
    try:
        await connection.execute(sql, *values)
    finally:
        await connection.close()


async def test_an_officer_signs_in_and_out(gateway: Any, admin: httpx.AsyncClient) -> None:
    """The token works until the session ends; the cookie is closed to scripts and other sites."""
    username = await new_officer(admin, "clerk")
    answer = await sign_in(gateway, f" {username.upper()} ")
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    async with gateway.client(answer.json()["token"]) as client:
        current = await client.get("/v1/sessions/current")
        assert current.json()["officer"]["roles"] == ["clerk"]
        assert "token" not in current.json()
        assert (await client.delete("/v1/sessions/current")).status_code == 204
        assert (await client.get("/v1/sessions/current")).status_code == 401


async def test_tokens_and_keys_are_stored_as_hashes_only(gateway: Any) -> None:
    """Neither token nor key is anywhere in the database, not even among repeated answers."""
    token = await gateway.sign_in()
    connection = await asyncpg.connect(gateway.database_url)
    try:
        stored = await connection.fetchval(
            "SELECT count(*) FROM gateway.sessions WHERE token_hash = $1", token_hash(token)
        )
        for table in ("sessions", "agents", "idempotency_keys", "audit_events"):
            rows = await connection.fetch(f"SELECT t::text FROM gateway.{table} t")
            for secret in (token, gateway.agent_key, gateway.password):
                assert not any(secret in row[0] or secret.encode().hex() in row[0] for row in rows)
    finally:
        await connection.close()
    assert stored == 1


async def test_five_failures_lock_the_name_whether_it_exists_or_not(
    gateway: Any, admin: httpx.AsyncClient
) -> None:
    """The sixth try is refused even with the right password; an unknown name behaves the same."""
    known = await new_officer(admin)
    for username in (known, f"nobody{secrets.token_hex(4)}"):
        statuses = [(await sign_in(gateway, username, "wrong")).status_code for _ in range(5)]
        assert statuses == [401] * 5
        refused = await sign_in(gateway, username)
        assert refused.status_code == 429
        assert refused.json()["type"].endswith("account_locked")
        assert 0 < int(refused.headers["retry-after"]) <= LOCK.total_seconds() + 1


async def test_guesses_made_at_once_count_too(gateway: Any, admin: httpx.AsyncClient) -> None:
    """Twenty guesses at the same moment: at most five are looked at."""
    username = await new_officer(admin)
    answers = await asyncio.gather(*(sign_in(gateway, username, "wrong") for _ in range(20)))
    assert sum(answer.status_code == 401 for answer in answers) <= 5


@pytest.mark.parametrize(
    ("column", "back"), [("last_seen_at", timedelta(minutes=16)), ("expires_at", timedelta(hours=9))]
)
async def test_sessions_end(gateway: Any, column: str, back: timedelta) -> None:
    """Idle for a quarter of an hour, or past its end, a session is over."""
    token = await gateway.sign_in()
    await execute(
        gateway,
        f"UPDATE gateway.sessions SET {column} = {column} - $1::interval WHERE token_hash = $2",
        back,
        token_hash(token),
    )
    async with gateway.client(token) as client:
        assert (await client.get("/v1/sessions/current")).status_code == 401


async def test_a_second_factor(gateway: Any, admin: httpx.AsyncClient) -> None:
    """In force once confirmed; a code opens one session only; an administrator can remove it."""
    username = await new_officer(admin)
    opened = (await sign_in(gateway, username)).json()
    async with gateway.client(opened["token"]) as client:
        wrong = await client.put("/v1/officers/current/totp/secret", json={"password": "wrong"})
        assert wrong.status_code == 401
        made = await client.put("/v1/officers/current/totp/secret", json={"password": PASSWORD})
        totp = pyotp.TOTP(made.json()["secret"])
        assert (await sign_in(gateway, username)).status_code == 201
        step = int(time.time()) // 30
        confirmed = await client.put("/v1/officers/current/totp", json={"code": totp.generate_otp(step)})
        assert confirmed.status_code == 204
    missing = await sign_in(gateway, username)
    assert (missing.status_code, missing.json()["type"].rpartition("/")[2]) == (401, "totp_required")
    assert (await sign_in(gateway, username, totp=totp.generate_otp(step))).status_code == 401
    following = totp.generate_otp(step + 1)
    assert (await sign_in(gateway, username, totp=following)).status_code == 201
    assert (await sign_in(gateway, username, totp=following)).status_code == 401
    assert (await admin.delete(f"/v1/officers/{opened['officer']['id']}/totp")).status_code == 204
    assert (await sign_in(gateway, username)).status_code == 201


async def test_an_agents_key_is_shown_once_and_can_be_revoked(gateway: Any, admin: httpx.AsyncClient) -> None:
    """A repeated request finds the same agent without the key; a revoked key opens nothing."""
    body, again = {"name": f"a{secrets.token_hex(4)}", "units": ["942"]}, key()
    made = (await admin.post("/v1/agents", json=body, headers=again)).json()
    assert made["key"].startswith("ttk_")
    repeated = await admin.post("/v1/agents", json=body, headers=again)
    assert repeated.json() == made | {"key": None}
    async with gateway.client(made["key"]) as client:
        assert (await client.get("/v1/persons?q=a")).status_code == 200
        assert (await admin.delete(f"/v1/agents/{made['id']}")).status_code == 204
        assert (await client.get("/v1/persons?q=a")).status_code == 401
    assert (await admin.delete(f"/v1/agents/{made['id']}")).status_code == 404
    assert (await admin.post("/v1/agents", json=body, headers=key())).status_code == 201


async def test_names_are_unique_and_lists_have_pages(admin: httpx.AsyncClient) -> None:
    """A taken name is a conflict; a list goes on where its cursor says."""
    username = await new_officer(admin)
    body = {
        "username": username, "display_name": "x", "password": PASSWORD, "roles": ["clerk"], "units": ["*"],
    }  # fmt: skip
    assert (await admin.post("/v1/officers", json=body, headers=key())).status_code == 409
    await new_officer(admin)
    first = (await admin.get("/v1/officers?limit=1")).json()
    second = (await admin.get("/v1/officers", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert first["items"][0]["username"] < second["items"][0]["username"]


@pytest.mark.parametrize("path", ["/v1/officers", "/v1/agents", "/v1/dead-letters", "/v1/audit-events"])
async def test_administration_is_for_administrators(agent: httpx.AsyncClient, path: str) -> None:
    """An agent may not look at accounts, dead letters or the audit log."""
    assert (await agent.get(path)).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"password": "short"}, {"roles": ["agent"]}, {"roles": []}, {"units": ["941,942"]}, {"username": "a b"}],
)
async def test_bad_officers_are_refused(admin: httpx.AsyncClient, change: dict[str, Any]) -> None:
    """Short passwords, impossible roles, units that would widen the scope."""
    body = {"display_name": "x", "password": PASSWORD, "roles": ["clerk"], "units": ["941"]}
    answer = await admin.post("/v1/officers", json={"username": "someone", **body, **change}, headers=key())
    assert answer.status_code == 422
    assert PASSWORD not in answer.text


async def test_a_cookie_changes_things_only_from_our_own_pages(gateway: Any) -> None:
    """With the cookie a foreign or missing Origin is refused on changes, and reading still works."""
    token = await gateway.sign_in()
    async with gateway.client() as client:
        client.cookies.set("tangthu", token)
        assert (await client.get("/v1/sessions/current")).status_code == 200
        for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            refused = await client.post("/v1/scan-batches", json={}, headers=headers)
            assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (
                403,
                "cross_site_request",
            )
        same = await client.post("/v1/scan-batches", json={}, headers={"Origin": gateway.url})
        assert same.status_code == 201


async def test_bootstrap_changes_nothing_the_second_time(
    gateway: Any, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Existing accounts keep their secrets, unless they are rotated."""
    monkeypatch.setenv("TANGTHU_DATABASE_URL", gateway.database_url)
    agents = [parse_agent("rotated=941,942")]
    first = await bootstrap(None, agents)
    second = await bootstrap("admin", agents)
    assert second == {"admin": {"username": "admin", "password": None}, "agents": {"rotated": None}}
    third = await bootstrap(None, agents, rotate=True)
    async with gateway.client(first["agents"]["rotated"]) as client:
        assert (await client.get("/v1/persons?q=a")).status_code == 401
    async with gateway.client(third["agents"]["rotated"]) as client:
        assert (await client.get("/v1/persons?q=a")).status_code == 200


def test_old_failures_are_forgotten() -> None:
    """Failures count together within an hour only, and the fifth locks."""
    assert after_failure(4, NOW - timedelta(hours=2), NOW) == (1, None)
    assert after_failure(4, NOW - timedelta(minutes=1), NOW) == (5, NOW + LOCK)
    assert after_failure(0, None, NOW) == (1, None)


def test_a_session_lives_between_its_limits() -> None:
    """Both limits hold, each alone."""
    later = NOW + timedelta(hours=1)
    assert session_alive(NOW - SESSION_IDLE + timedelta(seconds=1), later, NOW)
    assert not session_alive(NOW - SESSION_IDLE, later, NOW)
    assert not session_alive(NOW, NOW, NOW)
