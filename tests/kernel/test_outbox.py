"""Outbox and inbox: promises are kept exactly, whatever happens in between."""

import asyncio
import random
import uuid

import pytest
from sqlalchemy import func, select

from contracts.envelope import Event
from contracts.events import PageReceived
from contracts.subjects import IMAGING
from kernel.bus import Bus
from kernel.database import Database
from kernel.inbox import first_time
from kernel.outbox import OutboxRelay, pending, record
from kernel.tables import InboxRow, StreamRow


async def publish_all(relay: OutboxRelay) -> int:
    """Relay until nothing is left; returns how many events went out."""
    count = 0
    while published := await relay.publish_pending():
        count += published
    return count


async def test_rolled_back_transaction_publishes_nothing(
    database: Database, bus: Bus, event: PageReceived
) -> None:
    """The event shares the fate of the state change."""

    async def fail() -> None:
        async with database.write() as session:
            await record(session, event)
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        await fail()
    assert await publish_all(OutboxRelay(database, bus)) == 0


async def test_no_event_is_skipped_by_late_commits(database: Database, bus: Bus, event: PageReceived) -> None:
    """Transactions that commit out of order while the relay runs lose nothing and double nothing."""
    dice = random.Random(7)
    kept: set[uuid.UUID] = set()

    async def writer() -> None:
        for _ in range(15):
            one = event.model_copy(update={"id": uuid.uuid4()})
            try:
                async with database.write() as session:
                    await record(session, one)
                    await asyncio.sleep(dice.random() * 0.05)
                    if dice.random() < 0.1:
                        raise InterruptedError
            except InterruptedError:
                continue
            kept.add(one.id)

    seen: list[uuid.UUID] = []

    async def handle(arrived: Event) -> None:
        seen.append(arrived.id)

    relay = asyncio.create_task(OutboxRelay(database, bus, interval_s=0.01).run())
    consumer = asyncio.create_task(bus.consume(IMAGING, handle))
    await asyncio.gather(*(writer() for _ in range(8)))
    while len(set(seen)) < len(kept):
        await asyncio.sleep(0.02)
    relay.cancel()
    consumer.cancel()
    await asyncio.gather(relay, consumer, return_exceptions=True)
    assert sorted(seen) == sorted(kept)


async def test_two_relays_share_the_work(database: Database, bus: Bus, event: PageReceived) -> None:
    """Replicas of a service relay side by side; each event is marked once."""
    async with database.write() as session:
        await record(session, *(event.model_copy(update={"id": uuid.uuid4()}) for _ in range(150)))
    first, second = OutboxRelay(database, bus), OutboxRelay(database, bus)
    counts = await asyncio.gather(publish_all(first), publish_all(second))
    assert sum(counts) == 150
    async with database.write() as session:
        assert await pending(session) == 0


async def test_new_stream_gets_the_past_again(database: Database, bus: Bus, event: PageReceived) -> None:
    """When the broker comes back empty, events already published are published again."""
    relay = OutboxRelay(database, bus)
    assert await relay.republish_to_new_stream() == 0
    async with database.write() as session:
        await record(session, event)
    assert await publish_all(relay) == 1
    assert await relay.republish_to_new_stream() == 0

    async with database.write() as session:
        (await session.get_one(StreamRow, bus.stream)).created = "another stream's birthday"
    assert await relay.republish_to_new_stream() == 1
    assert await publish_all(relay) == 1


async def test_effect_happens_once_for_concurrent_deliveries(database: Database, event: PageReceived) -> None:
    """Ten deliveries of one event at once: one of them has the effect."""

    async def deliver() -> bool:
        async with database.write() as session:
            return await first_time(session, "records", event.id)

    assert sum(await asyncio.gather(*(deliver() for _ in range(10)))) == 1
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(InboxRow)) == 1


async def test_failed_effect_leaves_the_event_unclaimed(database: Database, event: PageReceived) -> None:
    """An effect that fails takes its claim back with it."""

    async def fail() -> None:
        async with database.write() as session:
            assert await first_time(session, "records", event.id)
            raise RuntimeError("effect failed")

    with pytest.raises(RuntimeError, match="effect failed"):
        await fail()
    async with database.write() as session:
        assert await first_time(session, "records", event.id)
