"""Writes and lists audit events, and finds what is out of the ordinary among them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from gateway.audit import repository
from gateway.audit.domain import Finding, rules
from gateway.audit.models import AuditRow
from kernel.database import Database
from kernel.identity import Identity
from kernel.telemetry import trace_id


async def write(
    database: Database,
    identity: Identity,
    method: str,
    route: str,
    objects: Iterable[str],
    status: int,
    *,
    purpose: str | None = None,
) -> None:
    """Write one event, committed by itself; the answer goes out only after it.

    `purpose` stands in place of the one that the caller stated, where the act itself was given a reason.
    """
    await database.write_alone(
        insert(AuditRow).values(
            subject=identity.subject,
            method=method,
            route=route,
            objects=[value[:80] for value in objects],
            purpose=(purpose or identity.purpose)[:200],
            status=status,
            trace_id=trace_id(),
        )
    )


async def page(
    database: Database,
    *,
    before: int | None,
    subject: str | None,
    object_id: str | None,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Sequence[AuditRow]:
    """Events newest first, before a position; at most `limit`."""
    async with database.read() as session:
        return await repository.events(
            session,
            before=before,
            subject=subject,
            object_id=object_id,
            since=since,
            until=until,
            limit=limit,
        )


async def anomalies(database: Database, days: int) -> list[Finding]:
    """What the rules notice in the last days, rule by rule, the worst of each first."""
    since = datetime.now(UTC) - timedelta(days=days)
    async with database.read() as session:
        found = [await repository.findings(session, rule, since) for rule in rules()]
    return [one for findings in found for one in findings]
