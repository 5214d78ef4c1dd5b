"""Batches sent to the running system, as an agent at a scanner sends them."""

import hashlib
from typing import Any

import httpx

from tests.e2e.office import Office


def sign_in(page: Any, system: Office) -> None:
    """As the administrator."""
    page.sign_in(system.base_url, system.access.username, system.access.password)


def agent_of(system: Office, unit: str) -> httpx.Client:
    """The connection of a unit's agent."""
    key = {"Authorization": f"Bearer {system.access.agent_keys[unit]}"}
    return httpx.Client(base_url=system.base_url, headers=key, timeout=120, trust_env=False)


def open_batch(agent: httpx.Client, unit: str, key: str, pages_per_dossier: int = 2) -> str:
    """A batch of identity dossiers of so many pages each; returns its id."""
    grouping = {"method": "fixed_pages", "pages_per_dossier": pages_per_dossier}
    body = {"unit": unit, "kind": "identity", "grouping": grouping}
    answer = agent.post("/v1/scan-batches", json=body, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def send(agent: httpx.Client, batch: str, pages: list[bytes]) -> None:
    """Pages as JPEG, in their order; then the batch is closed."""
    hashes = [hashlib.sha256(content).hexdigest() for content in pages]
    for sequence, (digest, content) in enumerate(zip(hashes, pages, strict=True), 1):
        path = f"/v1/scan-batches/{batch}/pages/{digest}"
        answer = agent.put(
            path, params={"sequence": sequence}, content=content, headers={"Content-Type": "image/jpeg"}
        )
        assert answer.status_code == 201, answer.text
    closed = agent.post(
        f"/v1/scan-batches/{batch}:close",
        json={"files": hashes},
        headers={"Idempotency-Key": f"close-{batch}"},
    )
    assert closed.status_code == 200, closed.text
