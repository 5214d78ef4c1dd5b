"""The web face of a running service: probes, problems, idempotency, dead letters, on the real servers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from contracts.envelope import Event
from contracts.events import PageReceived
from contracts.subjects import IMAGING
from kernel import web
from kernel.concurrency import IfMatch, check_version
from kernel.database import WriteSession
from kernel.errors import PermanentError, Problem
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import HEADER, CurrentIdentity, Identity, IdentitySigner, Role
from kernel.outbox import record
from kernel.pages import decode_cursor
from kernel.runtime import Runtime, running_service
from kernel.settings import ServiceSettings


class Made(BaseModel):
    """What the probe's POST answers."""

    count: int


class Teapot(Problem):
    """A problem with everything set."""

    status_code = 418
    slug = "teapot"
    title = "Ấm trà"
    title_en = "Teapot"


@pytest.fixture
def keys() -> tuple[str, str]:
    """A private and a public key, PEM."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


@pytest.fixture
async def app(
    service_settings: ServiceSettings, keys: tuple[str, str], migrations: Path
) -> AsyncIterator[FastAPI]:
    """A small service, started."""
    settings = service_settings.model_copy(update={"identity_public_key": keys[1]})
    made = 0

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running_service(app, "probe", settings, migrations):
            yield

    app = web.create_app("probe", title="Probe", lifespan=lifespan)

    @app.post("/things")
    async def make(request: Request, identity: CurrentIdentity, key: IdempotencyKey = None) -> Response:
        async def act(_session: WriteSession) -> tuple[int, Made, dict[str, str]]:
            nonlocal made
            made += 1
            return 201, Made(count=made), {"Location": f"/things/{made}"}

        return await answer_once(request.app.state.runtime.database, request, identity, key, act)

    @app.put("/versioned")
    async def change(if_match: IfMatch = None) -> None:
        check_version(if_match, 3)

    @app.get("/teapot")
    async def teapot() -> None:
        raise Teapot("short and stout", extensions={"handle": True})

    @app.get("/page")
    async def page(cursor: str) -> None:
        decode_cursor(cursor, 2)

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: FastAPI, keys: tuple[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an administrator's identity."""
    token = IdentitySigner(keys[0]).sign(
        Identity(subject="officer:1", roles=frozenset({Role.ADMINISTRATOR}), units=frozenset({"*"}))
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://probe", headers={HEADER: token}
    ) as opened:
        yield opened


async def test_probes_tell_the_truth(client: httpx.AsyncClient) -> None:
    """A started service with its three servers is live, started and ready, and shows its metrics."""
    assert (await client.get("/livez")).status_code == 200
    assert (await client.get("/startupz")).status_code == 200
    ready = (await client.get("/readyz")).json()
    assert ready == {"ready": True, "checks": {"database": "ok", "storage": "ok", "broker": "ok"}}
    assert "tangthu_http_requests_total" in (await client.get("/metrics")).text


async def test_lost_broker_means_not_ready(app: FastAPI, client: httpx.AsyncClient) -> None:
    """Readiness follows the connection and names what is missing."""
    await app.state.runtime.bus.close()
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["broker"] == "ConnectionError"


async def test_problems_are_rfc_9457(client: httpx.AsyncClient) -> None:
    """An expected failure carries type, both titles, its extensions and a trace id."""
    answer = await client.get("/teapot")
    assert answer.status_code == 418
    assert answer.headers["content-type"] == web.PROBLEM_JSON
    body = answer.json()
    assert body["type"].endswith("/problems/teapot")
    assert (body["title"], body["title_en"], body["handle"]) == ("Ấm trà", "Teapot", True)
    assert len(body["trace_id"]) == 32


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/nowhere", 404, "not_found"),
        ("/page", 422, "invalid_request"),
        ("/page?cursor=%21", 400, "cursor_invalid"),
        ("/broken", 500, "internal_error"),
    ],
)
async def test_every_failure_is_typed(client: httpx.AsyncClient, path: str, status: int, slug: str) -> None:
    """Unknown paths, bad parameters and our own faults are problems too, without inner detail."""
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.json()["type"].endswith(f"/{slug}")
    assert "ZeroDivision" not in answer.text


@pytest.mark.parametrize(("sent", "status"), [(None, 428), ('"2"', 412), ('"3"', 200)])
async def test_change_needs_the_version_seen(
    client: httpx.AsyncClient, sent: str | None, status: int
) -> None:
    """Without If-Match 428, with an old version 412, with the current one it goes through."""
    headers = {"If-Match": sent} if sent else {}
    assert (await client.put("/versioned", headers=headers)).status_code == status


async def test_repeated_post_changes_nothing(client: httpx.AsyncClient) -> None:
    """Same key, same body: the first answer again, also when sent at once; no key is a problem."""
    posts = (client.post("/things", json={"a": 1}, headers={"Idempotency-Key": "k1"}) for _ in range(5))
    answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["count"] for answer in answers} == {1}
    assert {answer.headers["location"] for answer in answers} == {"/things/1"}
    other = await client.post("/things", json={"a": 2}, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["type"].rsplit("/", 1)[1]) == (422, "idempotency_key_reused")
    assert (await client.post("/things", json={})).status_code == 400


@pytest.mark.parametrize("token", ["", "x" * 9000, "a.b.c"])
async def test_only_the_gateways_identity_counts(client: httpx.AsyncClient, token: str) -> None:
    """No token, an absurd one and a malformed one are all 401."""
    answer = await client.post("/things", json={}, headers={HEADER: token, "Idempotency-Key": "k"})
    assert answer.status_code == 401


async def test_identity_of_another_key_is_refused(client: httpx.AsyncClient) -> None:
    """A well-formed identity that somebody else signed opens nothing."""
    stranger = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    token = IdentitySigner(stranger.decode()).sign(Identity(subject="officer:1", units=frozenset({"*"})))
    answer = await client.post("/things", json={}, headers={HEADER: token, "Idempotency-Key": "k"})
    assert answer.status_code == 401


async def test_dead_letter_is_listed_and_replayed(
    app: FastAPI, client: httpx.AsyncClient, event: PageReceived
) -> None:
    """A message that failed for good waits in the list; once the cause is mended its replay succeeds."""
    runtime: Runtime = app.state.runtime
    mended = False
    handled: list[Event] = []

    async def handle(arrived: Event) -> None:
        if not mended:
            raise PermanentError("cannot be")
        handled.append(arrived)

    runtime.consume(IMAGING, handle, slots=1)
    async with runtime.database.write() as session:
        await record(session, event)
    letters = await wait_for_letters(client, bool)
    assert letters[0]["reason"] == "PermanentError('cannot be')"
    mended = True
    replayed = await client.post(f"/internal/dead-letters/{letters[0]['id']}:replay")
    assert replayed.json()["replayed_at"]
    while not handled:
        await asyncio.sleep(0.02)
    assert handled == [event]


async def wait_for_letters(
    client: httpx.AsyncClient, enough: Callable[[list[dict[str, str]]], bool]
) -> list[dict[str, str]]:
    """Ask for the dead letters until there are enough."""
    while True:
        letters: list[dict[str, str]] = (await client.get("/internal/dead-letters")).json()
        if enough(letters):
            return letters
        await asyncio.sleep(0.05)
