"""Messages that a consumer gave up on: list them, send them again, discard them, on every service alike."""

import uuid
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import delete, select

from kernel.errors import NotFound
from kernel.identity import CurrentIdentity, Role
from kernel.tables import DeadLetterRow

dead_letter_routes = APIRouter(prefix="/internal/dead-letters", include_in_schema=False)


class DeadLetter(BaseModel):
    """A message given up, with its reason."""

    id: uuid.UUID
    consumer: str
    event_id: uuid.UUID | None
    subject: str
    payload: str
    """The event as it came: identifiers and storage keys, never personal data."""
    reason: str
    deliveries: int
    failed_at: datetime
    replayed_at: datetime | None


@dead_letter_routes.get("")
async def list_dead_letters(request: Request, identity: CurrentIdentity) -> list[DeadLetter]:
    """The newest 200 dead letters of this service."""
    identity.require_role(Role.ADMINISTRATOR)
    async with request.app.state.runtime.database.read() as session:
        rows = await session.scalars(
            select(DeadLetterRow).order_by(DeadLetterRow.failed_at.desc()).limit(200)
        )
        return [DeadLetter.model_validate(row, from_attributes=True) for row in rows]


@dead_letter_routes.post("/{letter_id}:replay")
async def replay_dead_letter(letter_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> DeadLetter:
    """Publish the message again; consumers that handled it already drop it by their inbox."""
    identity.require_role(Role.ADMINISTRATOR)
    runtime = request.app.state.runtime
    async with runtime.database.write() as session:
        row = await session.get(DeadLetterRow, letter_id)
        if row is None:
            raise NotFound
        await runtime.bus.publish_again(row.subject, row.payload.encode())
        row.replayed_at = datetime.now(UTC)
        return DeadLetter.model_validate(row, from_attributes=True)


@dead_letter_routes.delete("/{letter_id}", status_code=204)
async def discard_dead_letter(letter_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> None:
    """Forget a message; why, and by whom, stands in the gateway's audit log."""
    identity.require_role(Role.ADMINISTRATOR)
    async with request.app.state.runtime.database.write() as session:
        gone = await session.execute(
            delete(DeadLetterRow).where(DeadLetterRow.id == letter_id).returning(DeadLetterRow.id)
        )
        if gone.scalar() is None:
            raise NotFound
