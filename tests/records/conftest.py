"""A running registry for these tests: one process per run, with its own database, streams and buckets."""

import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from contracts.envelope import Event
from contracts.recognition import Recognition
from kernel.bus import Bus
from kernel.identity import HEADER, Identity, IdentitySigner, Role
from kernel.settings import ServiceSettings
from kernel.storage import DERIVATIVES, S3Store, key_of

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class RunningRegistry:
    """A served registry and what a test needs to speak to it and look behind it."""

    url: str
    settings: ServiceSettings
    signer: IdentitySigner

    def client(
        self,
        *units: str,
        roles: tuple[Role, ...] = (Role.KEEPER,),
        subject: str = "officer:test",
        purpose: str = "",
    ) -> httpx.Client:
        """An HTTP client with the identity of an officer of `units` (all of them by default)."""
        identity = Identity(
            subject=subject, roles=frozenset(roles), units=frozenset(units or ("*",)), purpose=purpose
        )
        return httpx.Client(
            base_url=self.url, headers={HEADER: self.signer.sign(identity)}, timeout=30, trust_env=False
        )

    def fetch(self, query: str, *arguments: Any, units: str = "*") -> list[asyncpg.Record]:
        """Rows of the registry's schema, as a transaction scoped to `units` sees them."""

        async def run() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.settings.database_url.get_secret_value())
            try:
                await connection.execute(f"SET search_path = records; SET tangthu.units = '{units}'")
                return list(await connection.fetch(query, *arguments))
            finally:
                await connection.close()

        found: list[asyncpg.Record] = in_thread(run)
        return found

    def execute(self, statement: str, *arguments: Any) -> None:
        """Change rows behind the registry's back, for what only time would bring about."""

        async def run() -> None:
            connection = await asyncpg.connect(self.settings.database_url.get_secret_value())
            try:
                await connection.execute("SET search_path = records; SET tangthu.units = '*'")
                await connection.execute(statement, *arguments)
            finally:
                await connection.close()

        in_thread(run)

    def while_changing(self, doing: Callable[[], Answer], statement: str, *arguments: Any) -> Answer:
        """What `doing` gives that begins while a transaction has changed rows, and may wait for its end."""

        async def run() -> Answer:
            connection = await asyncpg.connect(self.settings.database_url.get_secret_value())
            try:
                await connection.execute("SET search_path = records; SET tangthu.units = '*'")
                async with connection.transaction():
                    await connection.execute(statement, *arguments)
                    begun = asyncio.create_task(asyncio.to_thread(doing))
                    await asyncio.wait([begun], timeout=1)
                return await begun
            finally:
                await connection.close()

        found: Answer = in_thread(run)
        return found

    def send(self, *events: Event) -> None:
        """Publish events."""

        async def run() -> None:
            bus = Bus(self.settings, "test")
            await bus.connect()
            for event in events:
                await bus.publish(event)
            await bus.close()

        in_thread(run)

    def publish(self, *events: Event) -> None:
        """Publish events and wait until the registry has handled each."""
        self.send(*events)
        ids = [event.id for event in events]
        wait_until(
            lambda: (
                self.fetch("SELECT count(*) FROM inbox WHERE event_id = ANY($1)", ids)[0][0] == len(set(ids))
            )
        )

    def store(
        self, *objects: bytes, content_type: str = "image/jpeg", bucket: str = DERIVATIVES
    ) -> list[str]:
        """Put objects under their content keys; returns the keys."""

        async def run() -> None:
            store = S3Store(self.settings)
            for data in objects:
                await store.put(bucket, key_of(data), data, content_type)

        in_thread(run)
        return [key_of(data) for data in objects]

    def store_readings(self, *readings: Recognition) -> list[str]:
        """Put recognitions where OCR puts them; returns the keys."""
        return self.store(
            *(each.model_dump_json().encode() for each in readings), content_type="application/json"
        )


def in_thread(work: Callable[[], Any]) -> Any:
    """Run a coroutine function to its end, whether or not a loop runs here already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def wait_until(holds: Callable[[], bool], patience_s: float = 200) -> None:
    """Wait for something that other processes bring about."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def registry(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    """The run's registry; its database role is one that row-level security binds."""
    private, public = _key_pair()
    own, password = f"r{secrets.token_hex(5)}", secrets.token_hex(8)

    async def create() -> None:
        connection = await asyncpg.connect(servers.postgres.url)
        await connection.execute(f"CREATE ROLE {own} LOGIN PASSWORD '{password}'")
        await connection.execute(f"CREATE DATABASE {own} OWNER {own}")
        await connection.close()

    in_thread(create)
    settings = ServiceSettings(
        database_url=SecretStr(servers.postgres.url_of(own, own, password)),
        nats_url=SecretStr(servers.nats.url),
        stream_prefix=f"{own}.",
        retry_delays_s=(0.05, 0.05, 0.05, 0.05),
        s3_endpoint=servers.s3.endpoint,
        s3_access_key=servers.s3.access_key,
        s3_secret_key=SecretStr(servers.s3_secret),
        s3_region=servers.s3.region,
        bucket_prefix=f"{own}-",
        relay_interval_s=0.05,
        identity_public_key=public,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("records") / "records.log"
    command = [sys.executable, "-m", "kernel.serve", "services.records.app:create_app", "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environment_of(settings)}, stdout=output, stderr=output
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: process.poll() is not None or _answers(url + "/readyz"))
        assert process.poll() is None, log.read_text()
        yield RunningRegistry(url, settings, IdentitySigner(private))
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _key_pair() -> tuple[str, str]:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return private, public


def environment_of(settings: ServiceSettings) -> dict[str, str]:
    """A process's environment of the registry."""
    secret = ("database_url", "nats_url", "s3_secret_key")
    plain = settings.model_dump(mode="json", exclude={*secret, "retry_delays_s"}, exclude_none=True)
    values = {key: str(value) for key, value in plain.items()}
    values |= {key: getattr(settings, key).get_secret_value() for key in secret}
    values["retry_delays_s"] = str(list(settings.retry_delays_s or ()))
    values["duplicates_every_s"] = "86400"  # tests look for duplicates when they want them
    return {f"TANGTHU_{key.upper()}": value for key, value in values.items()}


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def events_of(registry: RunningRegistry, subject: str, **equal: str) -> Sequence[dict[str, Any]]:
    """Payloads of events that the registry has promised, with members equal to these."""
    rows = registry.fetch(
        "SELECT payload::text FROM outbox WHERE subject = $1 AND payload @> $2::text::jsonb",
        subject,
        json.dumps(equal),
    )
    return [json.loads(row[0]) for row in rows]
