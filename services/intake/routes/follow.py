"""Following a batch live by server-sent events."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from contracts.vocabulary import BatchState
from kernel.database import Database
from kernel.identity import CurrentIdentity, Identity
from kernel.shutdown import stopping
from services.intake.schemas import ScanBatch
from services.intake.service.read_batches import changes_since, visible_batch, with_refusals

follow_routes = APIRouter(prefix="/v1/scan-batches", tags=["scan-batches"])

POLL_S = 0.5
"""Changes are read from Postgres, so that any replica can serve any follower, at most twice a second."""
HEARTBEAT_S = 15.0
RETRY_MS = 2000

EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`batch` and `page` events, then `end`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@follow_routes.get(
    "/{batch_id}/events",
    response_class=StreamingResponse,
    responses=EVENT_STREAM,
    summary="Theo dõi lô quét · Follow a scan batch",
)
async def follow_scan_batch(
    batch_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> StreamingResponse:
    """`event: batch` with the batch and `event: page` with each changed page, until `event: end`.

    Starts with the batch as it is; with `Last-Event-ID` also with every page changed since (`0`: all pages).
    """
    database: Database = request.app.state.runtime.database
    async with database.read(identity.units) as session:
        now = await with_refusals(session, await visible_batch(session, identity, batch_id))
    seen = int(last_event_id) if last_event_id and last_event_id.isdecimal() else None
    events = _events(database, identity, now, seen)
    return StreamingResponse(
        events,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _events(
    database: Database, identity: Identity, now: ScanBatch, seen: int | None
) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    if seen is None or seen >= now.version:
        yield _event("batch", now, now.version)
        seen = now.version
    state, spoken_at = now.state if seen == now.version else BatchState.OPEN, time.monotonic()
    while state is not BatchState.PROCESSED and not stopping():
        async for change in changes_since(database, identity, now.id, seen):
            if isinstance(change, ScanBatch):
                # Only the batch carries the id: a stream cut off among the pages repeats all of them.
                yield _event("batch", change, change.version)
                seen, state = change.version, change.state
            else:
                yield "".join(_event("page", page) for page in change)
            spoken_at = time.monotonic()
        if state is BatchState.PROCESSED:
            break
        if time.monotonic() - spoken_at >= HEARTBEAT_S:
            yield ": alive\n\n"
            spoken_at = time.monotonic()
        await asyncio.sleep(POLL_S)
    if state is BatchState.PROCESSED:
        yield "event: end\ndata: {}\n\n"


def _event(name: str, body: BaseModel, version: int | None = None) -> str:
    identifier = f"id: {version}\n" if version is not None else ""
    return f"{identifier}event: {name}\ndata: {body.model_dump_json()}\n\n"
