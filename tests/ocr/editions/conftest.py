"""A running OCR service with one reading process, officers who speak to it, and a form that nobody described."""

import io
import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from fastapi import FastAPI

from contracts.events import PageEnhanced
from contracts.vocabulary import DossierKind, PageContent
from forms import FormEdition
from kernel.identity import HEADER, Identity, IdentitySigner, Role
from kernel.storage import DERIVATIVES, key_of
from services.ocr.app import create_app
from services.ocr.models import RecognitionRow
from synthetic.forms import draw_form, fill
from synthetic.people import household

DEFINITION: dict[str, Any] = {
    "form": "TK09",
    "edition": "1991",
    "kind": "identity",
    "title": "TỜ KHAI LÀM LẠI THẺ",
    "status": "provisional",
    "source": "công văn thử 1991",
    "fields": [
        {"id": "full_name", "number": 1, "label": "Họ và tên", "type": "name", "row": 1},
        {"id": "birth_date", "number": 2, "label": "Ngày, tháng, năm sinh", "type": "date", "row": 2},
        {"id": "old_card", "number": 3, "label": "Số thẻ đã mất", "type": "digits", "row": 3},
        {"id": "father_name", "number": 4, "label": "Họ và tên cha", "type": "name", "row": 4},
        {"id": "mother_name", "number": 5, "label": "Họ và tên mẹ", "type": "name", "row": 5},
        {"id": "occupation", "number": 6, "label": "Nghề nghiệp", "type": "text", "row": 6},
    ],
}
"""A form whose printed labels are partly those of any form, partly its own."""


@dataclass
class Office:
    """The service, and what a test needs to speak to it."""

    app: FastAPI
    signer: IdentitySigner

    def officer(
        self, name: str = "lan", *, roles: frozenset[Role] = frozenset({Role.UNIT_LEADER})
    ) -> httpx.AsyncClient:
        """An officer's connection."""
        identity = Identity(subject=f"officer:{name}", roles=roles, units=frozenset({"941"}))
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url="http://ocr",
            headers={HEADER: self.signer.sign(identity)},
        )

    async def read(self, image: bytes) -> RecognitionRow:
        """Have the running reader read a page, as an event asks for it."""
        key = key_of(image, ".png")
        runtime = self.app.state.runtime
        await runtime.store.put(DERIVATIVES, key, image, "image/png")
        event = PageEnhanced(
            page_id=uuid.uuid4(),
            file_id=uuid.uuid4(),
            batch_id=uuid.uuid4(),
            unit_code="941",
            kind=DossierKind.IDENTITY,
            sequence=1,
            page_no=1,
            page_count=1,
            content=PageContent.TEXT,
            master_key="m",
            access_key="a",
            thumbnail_key="t",
            reading_key=key,
            width_px=1654,
            height_px=2339,
            recipe_version="1",
        )
        await self.app.state.recogniser.recognise(event)
        async with runtime.database.read() as session:
            row: RecognitionRow = await session.get_one(RecognitionRow, event.page_id)
            return row


@pytest.fixture
async def office(
    service_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    """The service with the shipped model and one reading process."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for name, value in service_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TANGTHU_OCR_PROCESSES", "1")
    monkeypatch.setenv("TANGTHU_IDENTITY_PUBLIC_KEY", public)
    app = create_app()
    async with app.router.lifespan_context(app):
        yield Office(app, IdentitySigner(private))


@pytest.fixture(scope="session")
def filled() -> tuple[bytes, dict[str, str]]:
    """A page of the form, filled in, as a PNG of 200 dpi; what is written in it, by field."""
    edition = FormEdition.model_validate(DEFINITION)
    words = random.Random(5)
    home = household(words, "941")
    # Values are made for a time that a known edition was in use.
    values = fill(edition.model_copy(update={"form": "CC01", "edition": "2019"}), home.head, words, home)
    sheet = draw_form(edition, values, np.random.default_rng(5), mode="print")[0]
    buffer = io.BytesIO()
    sheet.image.convert("L").save(buffer, "PNG", dpi=(200, 200))
    return buffer.getvalue(), {one.id: one.text for one in sheet.truth.fields}
