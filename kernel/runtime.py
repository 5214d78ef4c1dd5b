"""The running parts of a service: connections opened in the lifespan, background loops, their shutdown."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from fastapi import FastAPI
from nats.errors import Error as NatsError
from prometheus_client import Gauge
from sqlalchemy.dialects.postgresql import insert

from contracts.envelope import Event
from contracts.subjects import Consumer
from kernel.bus import Bus, Handler, being_cancelled
from kernel.database import Database, WriteSession
from kernel.dead_letters import dead_letter_routes
from kernel.identity import IdentityVerifier
from kernel.ids import new_id
from kernel.inbox import first_time
from kernel.migration import upgrade
from kernel.outbox import OutboxRelay
from kernel.settings import ServiceSettings
from kernel.storage import ObjectStore, S3Store
from kernel.tables import DeadLetterRow
from kernel.telemetry import configure_telemetry
from kernel.web import add_readiness

log = structlog.get_logger()

RESTART_DELAY_S = 2.0
LAG_INTERVAL_S = 10.0

LAG = Gauge("tangthu_consumer_lag_messages", "Messages waiting or being handled", ["consumer"])


@dataclass
class Runtime:
    """What a running service has at hand. Built once per process by `running_service`, never a global."""

    settings: ServiceSettings
    database: Database
    bus: Bus
    store: ObjectStore
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Run a background loop until shutdown; one that fails is started again."""
        self._tasks.append(asyncio.create_task(_forever(name, loop), name=name))

    def consume(self, consumer: Consumer, handler: Handler, *, slots: int | None = None) -> None:
        """Take `consumer`'s events; a message given up becomes a row in `dead_letters`."""
        self.start(f"lag {consumer.name}", lambda: self._watch_lag(consumer))
        self.start(
            f"consume {consumer.name}",
            lambda: self.bus.consume(
                consumer, handler, slots=slots or self.settings.slots, on_dead_letter=self._keep_dead_letter
            ),
        )

    def in_transaction(
        self, consumer: Consumer, apply: Callable[[WriteSession, Event], Awaitable[None]]
    ) -> Handler:
        """A handler for short effects: inbox and effect in one transaction, once per event."""

        async def handle(event: Event) -> None:
            async with self.database.write() as session:
                if await first_time(session, consumer.name, event.id):
                    await apply(session, event)

        return handle

    async def _watch_lag(self, consumer: Consumer) -> None:
        while not being_cancelled():
            with suppress(NatsError, TimeoutError, OSError):
                LAG.labels(consumer.name).set(await self.bus.lag(consumer))
            await asyncio.sleep(LAG_INTERVAL_S)

    async def stop(self) -> None:
        """Cancel the loops and close the connections."""
        running = set(self._tasks)
        while running:
            for task in running:
                task.cancel()
            # A swallowed cancellation (see being_cancelled) would leave a loop sleeping out its pause.
            _, running = await asyncio.wait(running, timeout=0.5)
        await self.bus.close()
        await self.database.close()

    async def _keep_dead_letter(
        self,
        consumer: Consumer,
        event: Event | None,
        subject: str,
        payload: bytes,
        reason: str,
        deliveries: int,
    ) -> None:
        async with self.database.write() as session:
            await session.execute(
                insert(DeadLetterRow)
                .values(
                    id=new_id(),
                    consumer=consumer.name,
                    event_id=event.id if event else None,
                    subject=subject,
                    payload=payload.decode(errors="replace"),
                    reason=reason,
                    deliveries=deliveries,
                )
                .on_conflict_do_update(
                    index_elements=[DeadLetterRow.consumer, DeadLetterRow.event_id],
                    set_={"reason": reason, "deliveries": deliveries, "replayed_at": None},
                )
            )


@asynccontextmanager
async def running_service(
    app: FastAPI, service: str, settings: ServiceSettings, migrations: Path
) -> AsyncIterator[Runtime]:
    """Open what a service needs, migrate its schema, relay its outbox; close everything afterwards.

    Sets `app.state.runtime` and `app.state.identity_verifier`; `/readyz` depends on all three servers.
    """
    configure_telemetry(service, settings.log_level)
    database = Database(
        settings.database_url.get_secret_value(), service, pool_size=settings.database_pool_size
    )
    bus = Bus(settings, service)
    runtime = Runtime(settings, database, bus, S3Store(settings))
    app.state.runtime = runtime
    app.state.identity_verifier = IdentityVerifier(settings.identity_public_key)
    add_readiness(app, "database", database.ping)
    add_readiness(app, "storage", runtime.store.ping)
    add_readiness(app, "broker", lambda: _require_connection(bus))
    app.include_router(dead_letter_routes)
    try:
        await _patiently("database", lambda: upgrade(database, migrations))
        await _patiently("storage", runtime.store.ensure_buckets)
        await _patiently("broker", bus.connect)
        relay = OutboxRelay(database, bus, interval_s=settings.relay_interval_s)
        runtime.start("outbox relay", relay.run)
        yield runtime
    finally:
        await runtime.stop()


async def _require_connection(bus: Bus) -> None:
    if not bus.connected:
        raise ConnectionError("broker")


async def _patiently(what: str, act: Callable[[], Awaitable[None]], tries: int = 60) -> None:
    """Servers start in any order: try every second for a minute before giving up."""
    for attempt in range(1, tries + 1):
        try:
            await act()
        except Exception as error:
            if attempt == tries:
                raise
            log.info("waiting", what=what, error=repr(error))
            await asyncio.sleep(1)
        else:
            return


async def _forever(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    with suppress(asyncio.CancelledError):
        while not being_cancelled():
            try:
                await loop()
            except Exception as error:
                log.error("background loop failed; it starts again", loop=name, exc_info=error)
            await asyncio.sleep(RESTART_DELAY_S)
