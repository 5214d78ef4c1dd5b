"""Messages that any service gave up on: one list over all services, replay and discarding."""

import asyncio
import uuid
from datetime import datetime
from typing import Annotated

import httpx
from fastapi import APIRouter, Request
from pydantic import BaseModel, StringConstraints

from gateway.audit import service as audit
from gateway.caller import CurrentCaller
from gateway.proxy.upstreams import GLANCE_S, UpstreamDown, Upstreams
from kernel.database import Database
from kernel.errors import NotFound
from kernel.identity import Identity, Role

routes = APIRouter(prefix="/v1/dead-letters", tags=["administration"])

DISCARDED = "/v1/dead-letters/{service}/{letter_id}:discard"
"""Route under which the audit log keeps discarding, from the screen too."""


class DeadLetter(BaseModel):
    """A message given up, with its reason."""

    service: str
    id: uuid.UUID
    consumer: str
    event_id: uuid.UUID | None
    subject: str
    payload: str
    reason: str
    deliveries: int
    failed_at: datetime
    replayed_at: datetime | None


class DeadLetters(BaseModel):
    """Dead letters of all services, newest first."""

    items: list[DeadLetter]
    unreachable: list[str]
    """Services that did not answer."""


async def collect(upstreams: Upstreams, identity: Identity) -> DeadLetters:
    """The newest 200 of every service that answers."""
    found = await asyncio.gather(*(_of(upstreams, name, identity) for name in upstreams.services))
    items = [letter for letters in found if letters is not None for letter in letters]
    return DeadLetters(
        items=sorted(items, key=lambda letter: letter.failed_at, reverse=True),
        unreachable=[
            name for name, letters in zip(upstreams.services, found, strict=True) if letters is None
        ],
    )


async def _of(upstreams: Upstreams, service: str, identity: Identity) -> list[DeadLetter] | None:
    try:
        response = await upstreams.open(
            service, "GET", b"/internal/dead-letters", identity, patience_s=GLANCE_S
        )
        try:
            await response.aread()
            response.raise_for_status()
        finally:
            await response.aclose()
    except (UpstreamDown, httpx.HTTPError):
        return None
    return [DeadLetter(service=service, **letter) for letter in response.json()]


Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=200)]


class Discarding(BaseModel):
    """Why a message is given up for good."""

    why: Reason


async def replay(upstreams: Upstreams, service: str, letter_id: uuid.UUID, identity: Identity) -> DeadLetter:
    """Send a message again; raises NotFound, UpstreamDown."""
    response = await _asked(upstreams, service, "POST", f"{letter_id}:replay", identity)
    return DeadLetter(service=service, **response.json())


async def discard(
    upstreams: Upstreams, database: Database, service: str, letter_id: uuid.UUID, identity: Identity, why: str
) -> None:
    """Forget a message; the audit log keeps who did and why. Raises NotFound, UpstreamDown."""
    await _asked(upstreams, service, "DELETE", str(letter_id), identity)
    objects = [service, str(letter_id)]
    await audit.write(database, identity, "POST", DISCARDED, objects, 204, purpose=" ".join(why.split()))


async def _asked(
    upstreams: Upstreams, service: str, method: str, target: str, identity: Identity
) -> httpx.Response:
    if service not in upstreams.services:
        raise NotFound
    path = f"/internal/dead-letters/{target}".encode()
    response = await upstreams.open(service, method, path, identity, body=b"")
    try:
        await response.aread()
    finally:
        await response.aclose()
    if response.status_code == 404:
        raise NotFound
    if response.is_error:
        raise UpstreamDown(service)
    return response


@routes.get("", summary="Thông điệp lỗi của mọi dịch vụ · Dead letters of every service")
async def list_dead_letters(request: Request, caller: CurrentCaller) -> DeadLetters:
    """Messages that a consumer gave up on, with the reason."""
    caller.identity.require_role(Role.ADMINISTRATOR)
    return await collect(request.app.state.upstreams, caller.identity)


@routes.post("/{service}/{letter_id}:replay", summary="Gửi lại thông điệp lỗi · Replay a dead letter")
async def replay_dead_letter(
    service: str, letter_id: uuid.UUID, request: Request, caller: CurrentCaller
) -> DeadLetter:
    """Publish the message again; consumers that handled it already drop it. Needs no Idempotency-Key."""
    caller.identity.require_role(Role.ADMINISTRATOR)
    replayed = await replay(request.app.state.upstreams, service, letter_id, caller.identity)
    route: str = request.scope["route"].path
    database = request.app.state.runtime.database
    await audit.write(database, caller.identity, "POST", route, [service, str(letter_id)], 200)
    return replayed


@routes.post(
    "/{service}/{letter_id}:discard", summary="Bỏ thông điệp lỗi · Discard a dead letter", status_code=204
)
async def discard_dead_letter(
    service: str, letter_id: uuid.UUID, discarding: Discarding, request: Request, caller: CurrentCaller
) -> None:
    """Forget a message for good; the audit log keeps the reason. Needs no Idempotency-Key."""
    caller.identity.require_role(Role.ADMINISTRATOR)
    state = request.app.state
    await discard(
        state.upstreams, state.runtime.database, service, letter_id, caller.identity, discarding.why
    )
