"""Transactional outbox: events written with the state change, published afterwards by a relay."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from contracts.envelope import Event
from contracts.subjects import EVENT_BY_SUBJECT
from kernel.bus import Bus, being_cancelled
from kernel.database import Database, WriteSession
from kernel.tables import OutboxRow, StreamRow
from kernel.telemetry import trace_headers

log = structlog.get_logger()

BATCH = 100
REPUBLISH_WINDOW = timedelta(days=14)
"""Age of the oldest event that is published again when the stream was lost: the stream's own max_age."""

PUBLISHED = Counter("tangthu_outbox_published_total", "Events published from the outbox", ["subject"])


async def record(session: WriteSession, *events: Event) -> None:
    """Promise to publish `events` when the session's transaction commits."""
    if not events:
        return
    headers = trace_headers()
    await session.execute(
        insert(OutboxRow),
        [
            {
                "event_id": event.id,
                "subject": event.subject,
                "payload": event.model_dump(mode="json"),
                "headers": headers,
            }
            for event in events
        ],
    )


class OutboxRelay:
    """Publishes what the outbox promises, oldest first, at least once.

    Rows carry a `published_at` mark instead of a high-water position: positions are taken before commit, so
    a late transaction would be skipped for ever (event-driven.io/en/ordering_in_postgres_outbox).
    """

    def __init__(self, database: Database, bus: Bus, *, interval_s: float = 0.2) -> None:
        self._database = database
        self._bus = bus
        self._interval_s = interval_s

    async def run(self) -> None:
        """Relay until cancelled; a lost broker or database is waited for."""
        known_stream = False
        while not being_cancelled():
            try:
                if not known_stream or self._bus.reconnected.is_set():
                    self._bus.reconnected.clear()
                    await self.republish_to_new_stream()
                    known_stream = True
                published = await self.publish_pending()
            except Exception as error:  # noqa: BLE001 - whatever is down comes back; the promise stays in the table
                log.warning("outbox relay waits", error=repr(error))
                published = 0
                await asyncio.sleep(1)
            if published < BATCH:
                await asyncio.sleep(self._interval_s)

    async def publish_pending(self) -> int:
        """Publish one batch of unpublished events; returns how many."""
        async with self._database.write() as session:
            rows = (
                await session.scalars(
                    select(OutboxRow)
                    .where(OutboxRow.published_at.is_(None))
                    .order_by(OutboxRow.position)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            # Sent in their order, their acknowledgements awaited together: each is an fsync of the server.
            outcomes = await asyncio.gather(*map(self._publish, rows), return_exceptions=True)
            for row, outcome in zip(rows, outcomes, strict=True):
                if isinstance(outcome, BaseException):
                    raise outcome
                PUBLISHED.labels(row.subject).inc()
            if rows:
                await session.execute(
                    update(OutboxRow)
                    .where(OutboxRow.position.in_([row.position for row in rows]))
                    .values(published_at=datetime.now(UTC))
                    .execution_options(synchronize_session=False)
                )
            return len(rows)

    async def _publish(self, row: OutboxRow) -> None:
        event = EVENT_BY_SUBJECT[row.subject].model_validate(row.payload)
        await self._bus.publish(event, headers={str(k): str(v) for k, v in row.headers.items()})

    async def republish_to_new_stream(self) -> int:
        """Publish the recent past again if the stream is not the one last published to; returns how many.

        Postgres is the truth: after the broker lost its disk, consumers meet every event of the window
        again and their inboxes drop those already handled.
        """
        stream, created = await self._bus.stream_incarnation()
        async with self._database.write() as session:
            known = await session.get(StreamRow, stream)
            if known is not None and known.created == created:
                return 0
            await session.execute(
                insert(StreamRow)
                .values(stream=stream, created=created)
                .on_conflict_do_update(index_elements=[StreamRow.stream], set_={"created": created})
            )
            if known is None:
                return 0
            again = await session.execute(
                update(OutboxRow)
                .where(
                    OutboxRow.published_at.is_not(None),
                    OutboxRow.created_at > datetime.now(UTC) - REPUBLISH_WINDOW,
                )
                .values(published_at=None)
                .returning(OutboxRow.position)
            )
            count = len(again.all())
        log.warning("the stream is new; recent events are published again", stream=stream, events=count)
        return count


async def pending(session: WriteSession) -> int:
    """How many events still wait to be published."""
    return (
        await session.scalar(
            select(func.count()).select_from(OutboxRow).where(OutboxRow.published_at.is_(None))
        )
    ) or 0
