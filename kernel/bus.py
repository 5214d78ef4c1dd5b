"""The event bus: NATS JetStream through nats-py, one message at a time per slot, retries, dead letters."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError
from prometheus_client import Counter, Gauge, Histogram

from contracts.envelope import Event
from contracts.subjects import (
    DEAD_LETTER_PREFIX,
    DEAD_LETTER_STREAM,
    EVENT_BY_SUBJECT,
    MAX_DELIVERIES,
    RETRY_DELAYS_S,
    STREAM,
    STREAM_SUBJECTS,
    Consumer,
)
from kernel.errors import PermanentError
from kernel.settings import BrokerSettings
from kernel.telemetry import span

log = structlog.get_logger()

Handler = Callable[[Event], Awaitable[None]]
"""Handles one event; raising PermanentError gives it up at once, raising anything else tries again later."""

OnDeadLetter = Callable[[Consumer, Event | None, str, bytes, str, int], Awaitable[None]]
"""Called with consumer, event, subject, payload, reason and deliveries before a message is given up."""

DAY_S = 86_400
MAX_AGE_S = 14 * DAY_S
DUPLICATE_WINDOW_S = 600.0
ACK_WAIT_S = 30.0
HEARTBEAT_S = 10.0
FETCH_WAIT_S = 2.0

HANDLED = Counter("tangthu_messages_handled_total", "Messages handled", ["consumer", "subject", "outcome"])
DURATION = Histogram("tangthu_message_duration_seconds", "Time in the handler", ["consumer", "subject"])
IN_FLIGHT = Gauge("tangthu_messages_in_flight", "Messages being handled", ["consumer"])
DEAD_LETTERED = Counter("tangthu_messages_dead_lettered_total", "Messages given up", ["consumer", "subject"])


class Bus:
    """A connection to the broker: publishes events and runs durable consumers."""

    def __init__(self, settings: BrokerSettings, name: str) -> None:
        self._settings = settings
        self._name = name
        self._prefix = settings.stream_prefix
        self._delays = settings.retry_delays_s or RETRY_DELAYS_S
        self._client: Client | None = None
        self._js: JetStreamContext | None = None
        self.reconnected = asyncio.Event()
        """Set after every reconnection: the server may be a new one with an empty disk."""

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached now."""
        return self._client is not None and self._client.is_connected

    @property
    def stream(self) -> str:
        """The real name of the event stream."""
        return self._named(STREAM)

    async def connect(self) -> None:
        """Connect, waiting for the server as long as it takes, and declare the streams."""

        async def on_reconnect() -> None:
            self.reconnected.set()

        self._client = await nats.connect(
            self._settings.nats_url.get_secret_value(),
            name=f"tangthu-{self._name}",
            # Defaults give up after 60 tries and buffer publishes that then look sent (nats-py 2.1 notes).
            max_reconnect_attempts=-1,
            pending_size=-1,
            reconnect_time_wait=0.5,
            allow_reconnect=True,
            reconnected_cb=on_reconnect,
            error_cb=_log_error,
        )
        self._js = self._client.jetstream(timeout=10)
        await self.declare_streams()

    async def declare_streams(self) -> None:
        """Create the streams that do not exist; existing ones are left as they are."""
        await self._declare(self.stream, [self._subject(s) for s in STREAM_SUBJECTS])
        await self._declare(self._named(DEAD_LETTER_STREAM), [self._subject(f"{DEAD_LETTER_PREFIX}.>")])

    async def stream_incarnation(self) -> tuple[str, str]:
        """The stream's name and when it was created: another time means another, emptier stream."""
        await self.declare_streams()
        info = await self._jetstream.stream_info(self.stream)
        return self.stream, str(info.created)

    async def publish(self, event: Event, headers: Mapping[str, str] | None = None) -> None:
        """Publish and wait until the server has it on disk; the event's id makes repeats harmless."""
        await self._jetstream.publish(
            self._subject(event.subject),
            event.model_dump_json().encode(),
            headers={**(headers or {}), "Nats-Msg-Id": str(event.id)},
        )

    async def publish_again(self, subject: str, payload: bytes) -> None:
        """Publish a stored message under a new message id, past the duplicate window: a replay."""
        await self._jetstream.publish(
            self._subject(subject), payload, headers={"Nats-Msg-Id": str(uuid.uuid4())}
        )

    async def lag(self, consumer: Consumer) -> int:
        """Messages that wait for `consumer` or are being handled by it."""
        info = await self._jetstream.consumer_info(self.stream, self._named(consumer.name))
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    async def waiting(self, consumer: Consumer) -> int:
        """Messages that nobody handles yet."""
        info = await self._jetstream.consumer_info(self.stream, self._named(consumer.name))
        return info.num_pending or 0

    async def consume(
        self,
        consumer: Consumer,
        handler: Handler,
        *,
        slots: int = 1,
        on_dead_letter: OnDeadLetter | None = None,
    ) -> None:
        """Run `slots` loops until cancelled, each fetching and handling one message at a time."""
        async with asyncio.TaskGroup() as group:
            for _ in range(slots):
                group.create_task(self._slot(consumer, handler, on_dead_letter))

    async def close(self) -> None:
        """Leave the broker."""
        if self._client is not None:
            with suppress(NatsError, asyncio.TimeoutError, OSError):
                await self._client.close()

    async def _slot(self, consumer: Consumer, handler: Handler, on_dead_letter: OnDeadLetter | None) -> None:
        subscription: JetStreamContext.PullSubscription | None = None
        while not being_cancelled():
            try:
                if subscription is None:
                    subscription = await self._subscribe(consumer)
                # fetch(n > 1) stalls for nearly its timeout in nats-py (issue 986); fetch(1) does not.
                messages = await asyncio.wait_for(
                    subscription.fetch(1, timeout=FETCH_WAIT_S), FETCH_WAIT_S + 5
                )
            except (TimeoutError, nats.errors.TimeoutError):
                if self.reconnected.is_set() or not self.connected:
                    subscription = None
                continue
            except (NatsError, OSError) as error:
                log.warning("consumer waits for the broker", consumer=consumer.name, error=repr(error))
                subscription = None
                await asyncio.sleep(1)
                continue
            for message in messages:
                await self._handle(consumer, handler, message, on_dead_letter)

    async def _subscribe(self, consumer: Consumer) -> JetStreamContext.PullSubscription:
        await self.declare_streams()
        name = self._named(consumer.name)
        config = ConsumerConfig(
            durable_name=name,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_S,
            # One more than the tries: a message that kills its worker each time still gets its dead letter.
            max_deliver=MAX_DELIVERIES + 1,
            max_ack_pending=1000,
            filter_subjects=[self._subject(s) for s in consumer.subjects],
        )
        try:
            await self._jetstream.consumer_info(self.stream, name)
        except NotFoundError:
            await self._jetstream.add_consumer(self.stream, config)
        return await self._jetstream.pull_subscribe_bind(durable=name, stream=self.stream)

    async def _handle(
        self, consumer: Consumer, handler: Handler, message: Msg, on_dead_letter: OnDeadLetter | None
    ) -> None:
        subject = message.subject.removeprefix(self._prefix)
        deliveries = message.metadata.num_delivered
        heartbeat = asyncio.create_task(_heartbeat(message))
        event: Event | None = None
        IN_FLIGHT.labels(consumer.name).inc()
        try:
            event = _parse(subject, message.data)
            if deliveries > MAX_DELIVERIES:
                raise PermanentError("every earlier delivery killed its worker")
            with (
                span(f"{consumer.name} {subject}", message.headers),
                DURATION.labels(consumer.name, subject).time(),
            ):
                async with asyncio.timeout(consumer.timeout_s):
                    await handler(event)
            # A lost ack only means one more delivery, which the inbox drops.
            with suppress(NatsError, asyncio.TimeoutError):
                await message.ack_sync()
            HANDLED.labels(consumer.name, subject, "ok").inc()
        except Exception as error:
            gives_up = isinstance(error, PermanentError) or deliveries >= MAX_DELIVERIES
            HANDLED.labels(consumer.name, subject, "dead" if gives_up else "retry").inc()
            log.warning(
                "message failed",
                consumer=consumer.name, subject=subject, event_id=str(event.id) if event else None,
                deliveries=deliveries, gives_up=gives_up, error=type(error).__name__, exc_info=error,
            )  # fmt: skip
            await self._after_failure(
                consumer, event, message, subject, repr(error), gives_up, on_dead_letter
            )
        finally:
            IN_FLIGHT.labels(consumer.name).dec()
            heartbeat.cancel()

    async def _after_failure(
        self,
        consumer: Consumer,
        event: Event | None,
        message: Msg,
        subject: str,
        reason: str,
        gives_up: bool,
        on_dead_letter: OnDeadLetter | None,
    ) -> None:
        deliveries = message.metadata.num_delivered
        try:
            if not gives_up:
                await message.nak(delay=self._delays[min(deliveries - 1, len(self._delays) - 1)])
                return
            if on_dead_letter is not None:
                await on_dead_letter(consumer, event, subject, message.data, reason, deliveries)
            await self._jetstream.publish(
                self._subject(f"{DEAD_LETTER_PREFIX}.{consumer.name}"), message.data
            )
            DEAD_LETTERED.labels(consumer.name, subject).inc()
            await message.term()
        except Exception as error:  # noqa: BLE001 - without ack the server delivers again; nothing is lost
            log.warning("failure could not be recorded; the message comes again", error=repr(error))

    async def _declare(self, name: str, subjects: list[str]) -> None:
        try:
            await self._jetstream.stream_info(name)
        except NotFoundError:
            config = StreamConfig(
                name=name,
                subjects=subjects,
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                discard=DiscardPolicy.NEW,
                max_age=MAX_AGE_S,
                duplicate_window=DUPLICATE_WINDOW_S,
                num_replicas=self._settings.stream_replicas,
                deny_delete=True,
                deny_purge=True,
            )
            await self._jetstream.add_stream(config)

    @property
    def _jetstream(self) -> JetStreamContext:
        if self._js is None:
            raise RuntimeError("the bus is not connected")
        return self._js

    def _subject(self, subject: str) -> str:
        return f"{self._prefix}{subject}"

    def _named(self, name: str) -> str:
        return f"{self._prefix}{name}".replace(".", "-")


def _parse(subject: str, payload: bytes) -> Event:
    kind = EVENT_BY_SUBJECT.get(subject)
    if kind is None:
        raise PermanentError(f"no event is known under {subject}")
    try:
        return kind.model_validate_json(payload)
    except ValueError as error:
        raise PermanentError(f"payload is not a {kind.__name__}") from error


def being_cancelled() -> bool:
    """Whether this task is being cancelled.

    Loops ask at every turn: nats-py disguises a cancellation as a closed connection, and Python 3.11's
    wait_for can swallow one (cpython issue 86296).
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _heartbeat(message: Msg) -> None:
    """Keep the server from delivering again while the handler works; a dead process stops beating."""
    while True:
        await asyncio.sleep(HEARTBEAT_S)
        with suppress(NatsError):
            await message.in_progress()


async def _log_error(error: Any) -> None:
    log.warning("broker connection", error=repr(error))
