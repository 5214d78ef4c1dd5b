"""What tests say to a served intake."""

import hashlib
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

JPEG = b"\xff\xd8\xff\xe0"
PNG = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-1.7\n"


def jpeg(text: str = "") -> bytes:
    """Bytes that begin like a JPEG and occur nowhere else."""
    return JPEG + (text or uuid.uuid4().hex).encode()


def digest(body: bytes) -> str:
    """SHA-256 as in paths."""
    return hashlib.sha256(body).hexdigest()


def open_batch(client: httpx.Client, unit: str = "941", **grouping: Any) -> str:
    """A new batch's identifier."""
    answer = client.post(
        "/v1/scan-batches",
        json={"unit": unit, "kind": "identity", "grouping": grouping or {"method": "cover_sheet"}},
        headers={"Idempotency-Key": uuid.uuid4().hex},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def put(client: httpx.Client, batch: str, body: bytes, sequence: int = 1, **options: Any) -> httpx.Response:
    """Send one page or file."""
    endpoint, name = options.pop("endpoint", "pages"), options.pop("sha256", digest(body))
    parameters = {"sequence": sequence, **options.pop("query", {})}
    return client.put(
        f"/v1/scan-batches/{batch}/{endpoint}/{name}", params=parameters, content=body, **options
    )


def slug(answer: httpx.Response) -> str:
    """The last part of a problem's type, after checking its form."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["title_en"]
    return str(problem["type"].rsplit("/", 1)[1])


def close(client: httpx.Client, batch: str, *files: str) -> httpx.Response:
    """Close a batch with a list."""
    return client.post(
        f"/v1/scan-batches/{batch}:close",
        json={"files": files},
        headers={"Idempotency-Key": uuid.uuid4().hex},
    )


def wait_until(condition: Callable[[], object], seconds: float = 240) -> None:
    """Wait for a condition; fail the test if it does not come true, on however busy a machine."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the awaited condition did not come true"
        time.sleep(0.1)
