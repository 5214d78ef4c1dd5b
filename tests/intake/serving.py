"""Serves intake, or any other service, as a process for tests."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from contracts.events import PoliceUnitRegistered
from kernel.bus import Bus
from kernel.identity import HEADER, Identity, IdentitySigner, Role
from kernel.settings import ServiceSettings
from tests.intake.sending import wait_until

UNITS = {"941": "Công an thành phố Sóc Trăng", "942": "Công an huyện Châu Thành"}


@dataclass(frozen=True)
class RunningIntake:
    """A served intake and what a test needs to speak to it and look behind it."""

    url: str
    pid: int
    settings: ServiceSettings
    signer: IdentitySigner

    def client(
        self, *units: str, roles: tuple[Role, ...] = (Role.AGENT,), subject: str = "agent:test"
    ) -> httpx.Client:
        """An HTTP client with the identity of an agent of `units`."""
        identity = Identity(subject=subject, roles=frozenset(roles), units=frozenset(units or ("941",)))
        return httpx.Client(
            base_url=self.url,
            headers={HEADER: self.signer.sign(identity)},
            timeout=120,
            trust_env=False,
            verify=False,
        )

    def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows of intake's schema, of every unit."""

        async def run() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.settings.database_url.get_secret_value())
            try:
                await connection.execute("SET search_path = intake; SET tangthu.units = '*'")
                return list(await connection.fetch(query, *arguments))
            finally:
                await connection.close()

        found: list[asyncpg.Record] = in_thread(run)
        return found


def in_thread(work: Callable[[], Any]) -> Any:
    """Run a coroutine function to its end, whether or not a loop runs here already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def new_key_pair() -> tuple[str, str]:
    """A gateway's private and public key, PEM."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def own_world(servers: Any, public_key: str) -> ServiceSettings:
    """Settings with own streams, buckets, and a database owned by a role that row-level security binds."""
    own, password = f"i{secrets.token_hex(5)}", secrets.token_hex(8)

    async def create() -> None:
        connection = await asyncpg.connect(servers.postgres.url)
        await connection.execute(f"CREATE ROLE {own} LOGIN PASSWORD '{password}'")
        await connection.execute(f"CREATE DATABASE {own} OWNER {own}")
        await connection.close()

    in_thread(create)
    return ServiceSettings(
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
        identity_public_key=public_key,
    )


@contextmanager
def serve(
    factory: str, settings: ServiceSettings, log: Path, *command: str, **extra: str
) -> Iterator[tuple[str, int]]:
    """Serve an application factory in a process until the block ends; yields its address and process id.

    `command` goes before the interpreter, `extra` into the environment.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, **environment_of(settings), **extra}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, sys.executable, "-m", "kernel.serve", factory, "--port", str(port)],
            env=environment, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: process.poll() is not None or _answers(url + "/readyz"))
        assert process.poll() is None, log.read_text()
        yield url, process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def serve_intake(
    settings: ServiceSettings, private_key: str, log: Path, *command: str, **extra: str
) -> Iterator[RunningIntake]:
    """Serve intake until the block ends."""
    with serve("services.intake.app:create_app", settings, log, *command, **extra) as (url, pid):
        yield RunningIntake(url, pid, settings, IdentitySigner(private_key))


def environment_of(settings: ServiceSettings) -> dict[str, str]:
    """Settings as environment variables."""
    secret = ("database_url", "nats_url", "s3_secret_key")
    plain = settings.model_dump(mode="json", exclude=set(secret), exclude_none=True)
    values = {key: str(value) for key, value in plain.items()}
    values |= {key: getattr(settings, key).get_secret_value() for key in secret}
    return {f"TANGTHU_{key.upper()}": value for key, value in values.items()}


def announce_units(running: RunningIntake) -> None:
    """Announce UNITS and wait until intake knows them."""

    async def announce() -> None:
        bus = Bus(running.settings, "test")
        await bus.connect()
        for code, name in UNITS.items():
            await bus.publish(
                PoliceUnitRegistered(code=code, name=name, kind="district", valid_from=date(2022, 1, 1))
            )
        await bus.close()

    in_thread(announce)
    wait_until(lambda: running.fetch("SELECT count(*) FROM police_units")[0][0] >= len(UNITS))


def _answers(url: str) -> bool:
    # httpx loads every certificate authority for each client, which is too dear for a poll.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=20) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
