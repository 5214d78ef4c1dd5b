"""Writes and lists audit events."""

from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select

from gateway.audit.models import AuditRow
from kernel.database import Database
from kernel.identity import Identity
from kernel.telemetry import trace_id


async def write(
    database: Database, identity: Identity, method: str, route: str, objects: Iterable[str], status: int
) -> None:
    """Write one event, committed by itself; the answer goes out only after it."""
    await database.write_alone(
        insert(AuditRow).values(
            subject=identity.subject,
            method=method,
            route=route,
            objects=[value[:80] for value in objects],
            purpose=identity.purpose[:200],
            status=status,
            trace_id=trace_id(),
        )
    )


async def page(
    database: Database, *, before: int | None, subject: str | None, object_id: str | None, limit: int
) -> Sequence[AuditRow]:
    """Events newest first, before a position; at most `limit`."""
    query = select(AuditRow).order_by(AuditRow.position.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.position < before)
    if subject:
        query = query.where(AuditRow.subject == subject)
    if object_id:
        query = query.where(AuditRow.objects.contains([object_id]))
    async with database.read() as session:
        return (await session.scalars(query)).all()
