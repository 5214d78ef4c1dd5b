"""Idempotency-Key on POST: the same request again gets the same answer; another body gets a conflict."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from kernel.database import Database, WriteSession
from kernel.errors import Conflict, Problem
from kernel.identity import Identity
from kernel.tables import IdempotencyRow

KEPT = timedelta(days=3)
"""A district may be cut off for a weekend and repeat its request afterwards."""


class IdempotencyKeyMissing(Problem):
    """POST needs an Idempotency-Key, so that a repeated request changes nothing."""

    status_code = 400
    slug = "idempotency_key_required"
    title = "Thiếu Idempotency-Key"
    title_en = "Idempotency-Key is required"


class IdempotencyKeyReused(Problem):
    """The key was used before with another request."""

    status_code = 422
    slug = "idempotency_key_reused"
    title = "Idempotency-Key đã dùng cho yêu cầu khác"
    title_en = "Idempotency-Key was used for another request"


IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=200, description="Required; any unique text")
]
"""Parameter type for POST routes."""


async def answer_once(
    database: Database,
    request: Request,
    identity: Identity,
    key: str | None,
    act: Callable[[WriteSession], Awaitable[tuple[int, BaseModel, dict[str, str]]]],
) -> Response:
    """Run `act` in one transaction with its stored answer, or repeat the answer stored for `key`.

    `act` returns status code, body and headers. A second request that arrives while the first runs waits
    for it. Problems raised by `act` are not stored: nothing happened.
    """
    if not key:
        raise IdempotencyKeyMissing
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).digest()
    async with database.write(identity.units) as session:
        await session.execute(
            delete(IdempotencyRow).where(IdempotencyRow.created_at < datetime.now(UTC) - KEPT)
        )
        claimed = await session.execute(
            insert(IdempotencyRow)
            .values(
                caller=identity.subject, key=key, request_hash=digest, status_code=0, headers={}, body=b""
            )
            .on_conflict_do_nothing()
            .returning(IdempotencyRow.key)
        )
        row = await session.get_one(IdempotencyRow, (identity.subject, key))
        if claimed.first() is None:
            if row.request_hash != digest:
                raise IdempotencyKeyReused
            if row.status_code == 0:
                raise Conflict("the first request with this key is still being answered")
            return Response(row.body, row.status_code, dict(row.headers), "application/json")
        status, body, headers = await act(session)
        row.status_code, row.headers, row.body = status, headers, body.model_dump_json().encode()
        return Response(row.body, status, headers, "application/json")
