"""A real gateway on real servers, in front of one small upstream that plays every service."""

import asyncio
import importlib.util
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI

from gateway.app import create_app
from gateway.bootstrap import bootstrap, parse_agent
from local.servers.ports import PortClaim

HERE = Path(__file__).parent
AGENT_UNIT = "941"


@dataclass(frozen=True)
class Gateway:
    """A running gateway and what is needed to come in."""

    url: str
    database_url: str
    admin: str
    password: str
    agent_key: str
    upstream: Any
    """The upstream's module: `seen` holds the requests that reached it."""

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """A client with a bearer token, or none."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=30)

    async def sign_in(self) -> str:
        """The token of a new session of the administrator."""
        async with self.client() as client:
            answer = await client.post(
                "/v1/sessions", json={"username": self.admin, "password": self.password}
            )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    async def audit_rows(self) -> list[asyncpg.Record]:
        """Every audit event, oldest first."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch("SELECT * FROM gateway.audit_events ORDER BY position"))
        finally:
            await connection.close()


class Serving:
    """An application served by uvicorn in a thread of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._claim = PortClaim()
        self.port = self._claim.port
        self._server = uvicorn.Server(
            uvicorn.Config(app, port=self.port, log_level="error", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self) -> str:
        """Start and answer the address."""
        self._thread.start()
        deadline = time.monotonic() + 60
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.02)
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.should_exit = True
        self._thread.join()
        self._claim.release()


def new_key() -> str:
    """A fresh Ed25519 private key, PEM."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def run_apart(work: Callable[[], Any]) -> Any:
    """Run a coroutine function to its end outside any running loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


@pytest.fixture(scope="session")
def gateway_database(servers: Any) -> str:
    """A database for the whole run of the gateway's tests."""
    name, password = f"gateway_{secrets.token_hex(6)}", secrets.token_hex(8)

    async def make() -> None:
        connection = await asyncpg.connect(servers.postgres.url)
        await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
        await connection.close()

    run_apart(make)
    return str(servers.postgres.url_of(name, name, password))


@pytest.fixture(scope="session")
def gateway(servers: Any, gateway_database: str, upstream: Any) -> Iterator[Gateway]:
    """The gateway, with an administrator and one agent, in front of `upstream`."""
    private_key = new_key()
    own = f"g{secrets.token_hex(5)}"
    nobody_listens = PortClaim()
    with Serving(upstream.create_app()) as upstream_url, ExitStack() as running:
        environment = {
            "DATABASE_URL": gateway_database,
            "NATS_URL": servers.nats.url,
            "STREAM_PREFIX": f"{own}.",
            "S3_ENDPOINT": servers.s3.endpoint,
            "S3_ACCESS_KEY": servers.s3.access_key,
            "S3_SECRET_KEY": servers.s3_secret,
            "S3_REGION": servers.s3.region,
            "BUCKET_PREFIX": f"{own}-",
            "IDENTITY_PRIVATE_KEY": private_key,
            "COOKIE_SECURE": "false",
            "OCR_URL": f"http://127.0.0.1:{nobody_listens.port}",
            **{f"{name}_URL": upstream_url for name in ("INTAKE", "IMAGING", "RECORDS", "REPORTING")},
        }
        # Only while the gateway starts: processes that later tests start must not inherit its keys.
        with pytest.MonkeyPatch.context() as patch:
            for key, value in environment.items():
                patch.setenv(f"TANGTHU_{key}", value)
            made = run_apart(lambda: bootstrap("admin", [parse_agent(f"district={AGENT_UNIT}")]))
            url = running.enter_context(Serving(create_app()))
        yield Gateway(
            url,
            gateway_database,
            made["admin"]["username"],
            made["admin"]["password"],
            made["agents"]["district"],
            upstream,
        )


@pytest.fixture(scope="session")
def upstream() -> Any:
    """The module of the upstream application."""
    module = load(HERE / "upstream.py")
    module.data = load(HERE / "screens_data.py")
    return module


def load(file: Path) -> Any:
    """A module beside this file; tests are no packages."""
    spec = importlib.util.spec_from_file_location(f"gateway_tests_{file.stem}", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def admin(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A client signed in as the administrator."""
    async with gateway.client(await gateway.sign_in()) as client:
        yield client


@pytest.fixture
async def agent(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the district's key."""
    async with gateway.client(gateway.agent_key) as client:
        yield client
