"""The few questions that the demonstration asks of the public API, as an officer would."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx
from pydantic import BaseModel, ConfigDict, Field

from local.demonstration.system import RunningSystem

_PAGE_LIMIT = 200
PATIENCE_S = 90.0
"""A killed part is back within half a minute on a crowded machine."""
PAUSE_S = 0.5


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Reached(_Answer):
    """Pages that have been through each stage."""

    enhanced: int = 0
    recognised: int = 0
    filed: int = 0


class Counts(_Answer):
    """Pages by their current state."""

    received: int = 0
    enhanced: int = 0
    recognised: int = 0
    filed: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        """Every known page."""
        return self.received + self.enhanced + self.recognised + self.filed + self.refused


class Batch(_Answer):
    """A scan batch with its counts."""

    id: uuid.UUID
    unit: str
    kind: str
    state: str
    files: int
    counts: Counts
    reached: Reached = Reached()


class PageRow(_Answer):
    """One page of a batch."""

    page_id: uuid.UUID | None = None
    sequence: int
    page_no: int
    state: str
    content: str | None = None
    reason: str | None = None
    dossier_id: uuid.UUID | None = None


class DossierField(_Answer):
    """A field as read from one page of a dossier."""

    page_id: uuid.UUID
    name: str
    text: str
    value: str | None = None
    confidence: float = 0.0


class Dossier(_Answer):
    """A dossier with the fields read from its pages."""

    id: uuid.UUID
    reference: str | None = None
    fields: tuple[DossierField, ...] = ()


class FoundPerson(_Answer):
    """One hit of a search."""

    id: uuid.UUID
    full_name: str


class Milestone(_Answer):
    """Where a unit stands against one milestone."""

    code: str
    title: str = ""
    title_en: str = ""
    deadline: str | None = None
    target: float | None = None
    done: float | None = None
    share: float | None = None
    status: str | None = None


class UnitProgress(_Answer):
    """One unit's progress in one kind of dossier."""

    unit: str
    unit_name: str = ""
    kind: str
    dossiers: int = 0
    pages: dict[str, int] = Field(default_factory=dict)
    milestones: tuple[Milestone, ...] = ()


class Api:
    """An officer's session at the gateway."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @classmethod
    @asynccontextmanager
    async def session(cls, system: RunningSystem) -> AsyncIterator[Self]:
        """Log in as the administrator for the length of the block; httpx.HTTPStatusError when refused."""
        async with httpx.AsyncClient(base_url=system.base_url, timeout=30) as client:
            login = {"username": system.admin_username, "password": system.admin_password}
            answer = await client.post("/v1/sessions", json=login)
            answer.raise_for_status()
            # The cookie that came along would ask for an Origin on every change.
            client.cookies.clear()
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            client.headers["X-Purpose"] = "demonstration"
            yield cls(client)

    async def batch(self, batch_id: uuid.UUID) -> Batch:
        """One scan batch."""
        return Batch.model_validate(await self._get(f"/v1/scan-batches/{batch_id}"))

    async def batches(self) -> list[Batch]:
        """Every scan batch."""
        return [Batch.model_validate(item) for item in await self._all("/v1/scan-batches", {})]

    async def pages(self, batch_id: uuid.UUID) -> list[PageRow]:
        """Every page of a batch."""
        items = await self._all(f"/v1/scan-batches/{batch_id}/pages", {})
        return [PageRow.model_validate(item) for item in items]

    async def dossier(self, dossier_id: uuid.UUID) -> Dossier:
        """One dossier with the fields read."""
        return Dossier.model_validate(await self._get(f"/v1/dossiers/{dossier_id}"))

    async def persons(self, text: str) -> list[FoundPerson]:
        """The first persons found for a name or number."""
        answer = await self._get("/v1/persons", {"q": text, "limit": 10})
        return [FoundPerson.model_validate(item) for item in answer["items"]]

    async def progress(self) -> list[UnitProgress]:
        """Every unit's progress."""
        answer = await self._get("/v1/progress")
        return [UnitProgress.model_validate(item) for item in answer["units"]]

    async def declare_holdings(self, unit: str, kind: str, dossiers: int, counted_on: str) -> None:
        """Say how many dossiers a unit's shelves hold: what its progress is measured against."""
        body = {
            "dossiers": dossiers,
            "counted_on": counted_on,
            "source": "Số liệu trình diễn",
        }
        answer = await self._client.put(f"/v1/units/{unit}/holdings/{kind}", json=body)
        answer.raise_for_status()

    async def _get(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = (await self._patiently(path, params)).json()
        return found

    async def _patiently(self, path: str, params: dict[str, Any] | None) -> httpx.Response:
        """Ask until a restarting part is back: a question may be repeated, its answer is only read."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = await self._client.get(path, params=params)
                answer.raise_for_status()
            except httpx.HTTPError as error:
                refused = isinstance(error, httpx.HTTPStatusError) and error.response.status_code < 500
                if refused or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(PAUSE_S)
            else:
                return answer

    async def _all(self, path: str, params: dict[str, Any]) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            extra = {"cursor": cursor} if cursor else {}
            answer = await self._get(path, {**params, **extra, "limit": _PAGE_LIMIT})
            items += answer["items"]
            cursor = answer.get("next_cursor")
            if not cursor:
                return items
