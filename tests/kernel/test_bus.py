"""The bus on a real broker: delivery, retries, dead letters, long work."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from contracts.envelope import Event
from contracts.events import PageReceived
from contracts.subjects import IMAGING, MAX_DELIVERIES, OCR, Consumer
from kernel import bus as bus_module
from kernel.bus import Bus, Handler, OnDeadLetter
from kernel.errors import PermanentError


@asynccontextmanager
async def consuming(
    bus: Bus,
    handler: Handler,
    consumer: Consumer = IMAGING,
    on_dead_letter: OnDeadLetter | None = None,
    slots: int = 1,
) -> AsyncIterator[None]:
    """Consume during the block."""
    task = asyncio.create_task(bus.consume(consumer, handler, slots=slots, on_dead_letter=on_dead_letter))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition; pytest's own timeout bounds it."""
    while True:
        result = condition()
        if result if isinstance(result, bool) else await result:
            return
        await asyncio.sleep(0.02)


async def test_published_event_arrives_whole(bus: Bus, event: PageReceived) -> None:
    """A consumer gets the event that was published, equal in every member, and nothing is left waiting."""
    seen: list[Event] = []

    async def handle(arrived: Event) -> None:
        seen.append(arrived)

    async with consuming(bus, handle):
        await bus.publish(event)
        await until(lambda: bool(seen))

        async def drained() -> bool:
            return await bus.lag(IMAGING) == 0

        await until(drained)
    assert seen == [event]


async def test_same_event_twice_is_stored_once(bus: Bus, event: PageReceived) -> None:
    """The event's id makes a repeated publication harmless."""
    seen: list[Event] = []

    async def handle(arrived: Event) -> None:
        seen.append(arrived)

    other = event.model_copy(update={"id": uuid.uuid4()})
    async with consuming(bus, handle):
        await bus.publish(event)
        await bus.publish(event)
        await bus.publish(other)
        await until(lambda: other in seen)
    assert seen == [event, other]


async def test_failing_handler_is_tried_again(bus: Bus, event: PageReceived) -> None:
    """An ordinary failure costs a delay, not the message."""
    tries = 0
    done = asyncio.Event()

    async def handle(_arrived: Event) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RuntimeError("not yet")
        done.set()

    async with consuming(bus, handle):
        await bus.publish(event)
        await done.wait()
    assert tries == 3


@pytest.mark.parametrize(
    ("error", "expected_tries"), [(RuntimeError("always"), MAX_DELIVERIES), (PermanentError("no"), 1)]
)
async def test_hopeless_message_becomes_a_dead_letter(
    bus: Bus, event: PageReceived, error: Exception, expected_tries: int
) -> None:
    """After the last try, or at once for a permanent error, the message is kept aside with its reason."""
    tries = 0
    dead: list[tuple[Event | None, str, int]] = []

    async def handle(_arrived: Event) -> None:
        nonlocal tries
        tries += 1
        raise error

    async def keep(
        _consumer: Consumer,
        arrived: Event | None,
        _subject: str,
        _payload: bytes,
        reason: str,
        deliveries: int,
    ) -> None:
        dead.append((arrived, reason, deliveries))

    async with consuming(bus, handle, on_dead_letter=keep):
        await bus.publish(event)
        await until(lambda: bool(dead))
    assert tries == expected_tries
    assert dead == [(event, repr(error), expected_tries)]


async def test_poison_does_not_hold_up_the_rest(bus: Bus, event: PageReceived) -> None:
    """Messages behind a failing one are handled while it waits for its next try."""
    good = [event.model_copy(update={"id": uuid.uuid4()}) for _ in range(5)]
    seen: list[uuid.UUID] = []

    async def handle(arrived: Event) -> None:
        if arrived.id == event.id:
            raise RuntimeError("poison")
        seen.append(arrived.id)

    async with consuming(bus, handle):
        await bus.publish(event)
        for one in good:
            await bus.publish(one)
        await until(lambda: len(seen) == len(good))
    assert seen == [one.id for one in good]


async def test_long_work_is_not_delivered_twice(
    bus: Bus, event: PageReceived, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a handler works, heartbeats keep the server from giving its message to another slot."""
    monkeypatch.setattr(bus_module, "ACK_WAIT_S", 1.0)
    monkeypatch.setattr(bus_module, "HEARTBEAT_S", 0.3)
    starts = 0
    done = asyncio.Event()

    async def handle(_arrived: Event) -> None:
        nonlocal starts
        starts += 1
        await asyncio.sleep(3)
        done.set()

    async with consuming(bus, handle, consumer=OCR_LIKE, slots=2):
        await bus.publish(event)
        await done.wait()
        await asyncio.sleep(0.5)
    assert starts == 1


OCR_LIKE = Consumer("long-work", "ocr", (PageReceived,), timeout_s=OCR.timeout_s)


async def test_hung_handler_is_cut_off(bus: Bus, event: PageReceived) -> None:
    """A handler that never ends is stopped at its consumer's limit and tried again."""
    starts = 0

    async def handle(_arrived: Event) -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            await asyncio.sleep(3600)

    hasty = Consumer("hasty", "ocr", (PageReceived,), timeout_s=0.3)
    async with consuming(bus, handle, consumer=hasty):
        await bus.publish(event)
        await until(lambda: starts == 2)


async def test_unreadable_payload_is_a_dead_letter_at_once(bus: Bus) -> None:
    """A payload that is no event cannot become one by trying again."""
    dead: list[bytes] = []

    async def handle(_arrived: Event) -> None:
        raise AssertionError("never called")

    async def keep(
        _consumer: Consumer,
        _event: Event | None,
        _subject: str,
        payload: bytes,
        _reason: str,
        _deliveries: int,
    ) -> None:
        dead.append(payload)

    async with consuming(bus, handle, on_dead_letter=keep):
        await bus.publish_again(PageReceived.subject, b"{not json")
        await until(lambda: bool(dead))
    assert dead == [b"{not json"]
