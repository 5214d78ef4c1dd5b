"""Imaging served in this process on real servers, asked over HTTP as the gateway asks it."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from contracts.envelope import Event
from contracts.events import DocumentAssembled, DocumentNotSealed, PageEnhanced, PageReceived, PageRefused
from contracts.subjects import Consumer
from contracts.vocabulary import DossierKind
from kernel.identity import HEADER, Identity, IdentitySigner, Role
from kernel.runtime import Runtime
from kernel.storage import QUARANTINE, content_key
from services.imaging.app import create_app, lifespan

UNIT = "941"
LISTENER = Consumer(
    "delivery-test", "test", (PageEnhanced, PageRefused, DocumentAssembled, DocumentNotSealed)
)


@dataclass
class ServedImaging:
    """A running service and what it has announced."""

    runtime: Runtime
    transport: httpx.ASGITransport
    signer: IdentitySigner
    heard: list[Event] = field(default_factory=list)

    def client(self, *units: str, role: Role = Role.KEEPER, purpose: str = "") -> httpx.AsyncClient:
        """A client with the identity of an officer of these units."""
        identity = Identity(
            subject="officer:t", roles=frozenset({role}), units=frozenset(units), purpose=purpose
        )
        return httpx.AsyncClient(
            transport=self.transport,
            base_url="http://imaging",
            headers={HEADER: self.signer.sign(identity)},
        )

    async def page(self, data: bytes, sequence: int = 1, **more: Any) -> PageEnhanced:
        """Send a file of one page and wait until it is enhanced."""
        event = await self.send(data, sequence, **more)
        return await self.told(event.file_id)

    async def send(self, data: bytes, sequence: int = 1, **more: Any) -> PageReceived:
        """Store a file as intake would and announce it."""
        sha256 = hashlib.sha256(data).hexdigest()
        defaults = {"file_id": uuid.uuid4(), "batch_id": uuid.uuid4(), "media_type": "image/jpeg"}
        values: dict[str, Any] = {**defaults, **more}
        event = PageReceived(
            unit_code=UNIT, kind=DossierKind.RESIDENCE, sequence=sequence, sha256=sha256,
            size_bytes=len(data), storage_key=content_key(sha256), **values,
        )  # fmt: skip
        await self.runtime.store.put(QUARANTINE, event.storage_key, data, event.media_type)
        await self.runtime.bus.publish(event)
        return event

    async def told(
        self, file_id: uuid.UUID, is_it: Callable[[PageEnhanced], bool] = lambda _event: True
    ) -> PageEnhanced:
        """Wait for what is announced of a file's page, and is what the test waits for."""
        async with asyncio.timeout(120):
            while True:
                for one in self.heard:
                    if isinstance(one, PageEnhanced) and one.file_id == file_id and is_it(one):
                        return one
                await asyncio.sleep(0.02)


@asynccontextmanager
async def served(
    environment: dict[str, str], patch: pytest.MonkeyPatch, folder: Path
) -> AsyncIterator[ServedImaging]:
    """Imaging on a test's own database, streams and buckets."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    own = {"TANGTHU_IMAGING_WORK_FOLDER": str(folder), "TANGTHU_IDENTITY_PUBLIC_KEY": public}
    for name, value in {**environment, **own}.items():
        patch.setenv(name, value)
    app = create_app()
    async with lifespan(app):
        running = ServedImaging(app.state.runtime, httpx.ASGITransport(app), IdentitySigner(private))

        async def listen(event: Event) -> None:
            running.heard.append(event)

        running.runtime.consume(LISTENER, listen)
        yield running
