"""What reaches the services, what comes back, and what does not pass."""

import asyncio
import hashlib
import os
import socket
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway import dead_letters
from gateway.proxy.forward import end_to_end
from gateway.proxy.table import find_route, load_routes
from gateway.proxy.upstreams import Upstreams
from kernel.identity import Identity, IdentitySigner

BATCH = "/v1/scan-batches/0198c0de-0000-7000-8000-000000000001"


async def test_services_see_the_signed_caller_and_no_credential(
    gateway: Any, agent: httpx.AsyncClient
) -> None:
    """A forged identity and the key stop at the gateway; path, query and other headers arrive untouched."""
    answer = await agent.get(
        "/v1/persons?q=Nguy%E1%BB%85n%20A%2Fb&birth_year=1960",
        headers={"X-Tangthu-Identity": "forged", "X-Purpose": "tra%20c%E1%BB%A9u", "X-Kept": "yes"},
    )
    seen = answer.json()["echo"]
    claims = jwt.decode(seen["headers"]["x-tangthu-identity"], options={"verify_signature": False})
    assert claims["roles"] == ["agent"]
    assert claims["units"] == ["941"]
    assert claims["purpose"] == "tra cứu"
    assert seen["target"] == "/v1/persons?q=Nguy%E1%BB%85n%20A%2Fb&birth_year=1960"
    assert seen["headers"]["x-kept"] == "yes"
    assert {"authorization", "cookie", "x-purpose"}.isdisjoint(seen["headers"])
    assert len(seen["headers"]["traceparent"]) == 55


@pytest.mark.parametrize("token", [None, "ttk_wrong", "tts_wrong", "nonsense", "x" * 5000])
async def test_nobody_gets_in_without_a_credential(gateway: Any, token: str | None) -> None:
    """Every wrong credential is a 401 problem, and nothing reaches the service."""
    before = len(gateway.upstream.seen)
    async with gateway.client(token) as client:
        answer = await client.get("/v1/persons?q=a")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Chưa đăng nhập hoặc khóa truy cập không đúng"
    assert len(gateway.upstream.seen) == before


async def test_an_upload_streams_through_unchanged(agent: httpx.AsyncClient) -> None:
    """24 MiB arrive with their hash, both with a length and chunked, and in many pieces."""
    body = os.urandom(1 << 20) * 24

    async def pieces() -> Any:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    for content in (body, pieces()):
        answer = await agent.put(f"{BATCH}/pages/{'a' * 64}?sequence=1", content=content)
        assert answer.status_code == 201
        assert answer.json()["sha256"] == hashlib.sha256(body).hexdigest()
        assert answer.json()["chunks"] > 20


async def test_a_broken_upload_breaks_at_the_service_too(gateway: Any) -> None:
    """The service sees a lost connection, not a short body that looks complete."""
    host, port = gateway.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"PUT {BATCH}/pages/{'b' * 64} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5000000\r\n"
    writer.write(f"{head}Authorization: Bearer {gateway.agent_key}\r\n\r\n".encode() + b"x" * 1_000_000)
    await writer.drain()
    await asyncio.sleep(0.3)
    before = len(gateway.upstream.broken_uploads)
    writer.close()
    for _ in range(100):
        if len(gateway.upstream.broken_uploads) > before:
            break
        await asyncio.sleep(0.05)
    assert gateway.upstream.broken_uploads[before:] == [1_000_000]


async def test_events_arrive_as_they_happen_and_end_with_their_reader(
    gateway: Any, agent: httpx.AsyncClient
) -> None:
    """Nothing is held back, and the service's stream ends when the reader leaves."""
    arrived: list[float] = []
    async with agent.stream("GET", f"{BATCH}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                arrived.append(time.monotonic())
            if len(arrived) == 4:
                break
    assert len(set(arrived)) == 4
    for _ in range(100):
        if not gateway.upstream.live_streams:
            break
        await asyncio.sleep(0.05)
    assert not gateway.upstream.live_streams


async def test_answers_come_back_as_they_are(agent: httpx.AsyncClient) -> None:
    """Status, ETag and body pass; headers of the inner connection do not."""
    answer = await agent.get("/v1/dossiers/0198c0de-0000-7000-8000-000000000002")
    assert answer.status_code == 404
    assert answer.headers["etag"] == '"7"'
    assert answer.json()["title"] == "Không tìm thấy"
    assert "x-secret" not in answer.headers


async def test_a_cut_answer_is_seen_to_be_cut(agent: httpx.AsyncClient) -> None:
    """An answer that breaks off upstream never looks complete."""
    with pytest.raises(httpx.RemoteProtocolError):
        await agent.get("/v1/units")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/nothing",
        "/internal/outbox",
        "/v1/dossiers/..%2F..%2Finternal",
        "/v1/dossiers/%2e%2e",
        "/v1/units/.",
    ],
)
async def test_only_routes_of_the_table_pass(gateway: Any, admin: httpx.AsyncClient, path: str) -> None:
    """No path leads past the table into a service."""
    before = len(gateway.upstream.seen)
    async with httpx.AsyncClient(headers=admin.headers, trust_env=False) as client:
        request = client.build_request("GET", gateway.url, extensions={"target": path.encode()})
        answer = await client.send(request)
    assert answer.status_code == 404
    assert len(gateway.upstream.seen) == before


async def test_internal_routes_of_the_gateway_refuse_outsiders(admin: httpx.AsyncClient) -> None:
    """The gateway's own dead letters want a signed identity, which nobody outside has."""
    answer = await admin.get("/internal/dead-letters", headers={"X-Tangthu-Identity": "forged"})
    assert answer.status_code == 401


async def test_dead_letters_name_the_service_that_is_down(admin: httpx.AsyncClient) -> None:
    """The merged list tells what it could not ask (nothing listens at ocr's address here)."""
    answer = await admin.get("/v1/dead-letters")
    assert answer.json() == {"items": [], "unreachable": ["ocr"]}
    missing = await admin.post("/v1/dead-letters/ocr/0198c0de-0000-7000-8000-000000000003:replay")
    assert missing.status_code == 503
    assert missing.headers["retry-after"] == "2"
    assert missing.json()["service"] == "ocr"


async def test_a_service_that_is_stuck_counts_as_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection and never answers: what asks every service goes on without it."""
    monkeypatch.setattr(dead_letters, "GLANCE_S", 0.2)
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signer = IdentitySigner(key.decode())
    with socket.create_server(("127.0.0.1", 0)) as stuck:
        upstreams = Upstreams({"ocr": f"http://127.0.0.1:{stuck.getsockname()[1]}"}, signer)
        try:
            found = await dead_letters.collect(upstreams, Identity(subject="admin"))
        finally:
            await upstreams.close()
    assert found.model_dump() == {"items": [], "unreachable": ["ocr"]}


async def test_a_dead_letter_is_discarded_with_a_reason(gateway: Any, admin: httpx.AsyncClient) -> None:
    """The service forgets it, the audit log keeps why; a reason of blanks is none."""
    path = "/v1/dead-letters/imaging/0198c0de-0000-7000-8000-000000000003:discard"
    assert (await admin.post(path, json={"why": " " * 9})).status_code == 422
    assert (await admin.post(path, json={"why": "  tệp  thử nghiệm "})).status_code == 204
    row = (await gateway.audit_rows())[-1]
    assert (row["purpose"], row["objects"]) == (
        "tệp thử nghiệm",
        ["imaging", "0198c0de-0000-7000-8000-000000000003"],
    )
    assert gateway.upstream.seen[-1]["method"] == "DELETE"
    assert (await admin.post(path.replace("imaging", "nobody"), json={"why": "không ai"})).status_code == 404


def test_headers_of_one_connection_are_dropped() -> None:
    """Fixed hop-by-hop headers and those named by Connection."""
    headers = [(b"Connection", b"keep-alive, X-Own"), (b"X-Own", b"1"), (b"TE", b"t"), (b"Accept", b"a")]
    assert end_to_end(headers) == [(b"accept", b"a")]


def test_the_table_knows_actions_from_identifiers() -> None:
    """`…:close` is a route of its own, and parameters are found."""
    routes = load_routes()
    route, parameters = find_route(routes, "POST", f"{BATCH}:close")
    assert (route.service, dict(parameters)) == ("intake", {"batch_id": BATCH.rpartition("/")[2]})
    with pytest.raises(LookupError):
        find_route(routes, "DELETE", BATCH)


async def test_services_learn_by_which_address_they_are_reached(
    gateway: Any, agent: httpx.AsyncClient
) -> None:
    """Scheme and host of the request, never what a client claims in a forwarding header."""
    path = "/v1/iiif/0198c0de-0000-7000-8000-000000000001/info.json"
    claimed = {"Forwarded": 'host="evil.example";proto=https', "X-Forwarded-Host": "evil.example"}
    seen = (await agent.get(path, headers=claimed)).json()["headers"]
    assert seen["forwarded"] == f'host="{gateway.url.removeprefix("http://")}";proto=http'
    assert "x-forwarded-host" not in seen
    odd = (await agent.get(path, headers={"Host": 'a";proto=https'})).json()["headers"]
    assert "forwarded" not in odd
