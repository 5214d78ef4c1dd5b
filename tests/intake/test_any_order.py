"""Whatever the order and however often events come, a batch ends the same."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from contracts.envelope import Event
from contracts.subjects import INTAKE
from contracts.vocabulary import BatchState, PageContent, PageState, RefusalReason, Verdict
from kernel.database import Database
from kernel.identity import Identity
from kernel.inbox import first_time
from kernel.migration import upgrade
from services.intake.app import MIGRATIONS
from services.intake.consumers import apply
from services.intake.domain import PageFacts, batch_state, page_number, tally_change, tally_of
from services.intake.models import ReceivedPageRow, ScanBatchRow
from services.intake.service.close_batch import close_batch
from services.intake.service.receive_file import Content, Place, receive_file
from tests.intake.test_following import enhanced, filed, recognised, refused

STEPS: dict[str, Callable[[PageFacts], PageFacts]] = {
    "enhanced": lambda facts: facts.with_enhancement(PageContent.TEXT, Verdict.WARN, ("skew",)),
    "recognised": PageFacts.with_recognition,
    "filed": lambda facts: facts.with_filing(uuid.UUID(int=1), PageContent.TEXT),
    "refused": lambda facts: facts.with_refusal(RefusalReason.DAMAGED),
}


TWO_ORDERS = st.lists(st.sampled_from(sorted(STEPS)), max_size=8).flatmap(
    lambda steps: st.tuples(st.just(steps), st.permutations(steps))
)


@given(TWO_ORDERS)
def test_facts_do_not_depend_on_their_order(orders: tuple[list[str], list[str]]) -> None:
    """Two orders of the same steps give equal facts; every step only moves the state forward."""
    ends = []
    for steps in orders:
        facts, tally, ranks = PageFacts(), tally_of(PageFacts()), [0]
        for step in steps:
            after = STEPS[step](facts)
            tally.update(tally_change(facts, after))
            facts = after
            ranks.append(list(PageState).index(facts.state))
        assert ranks == sorted(ranks)
        assert +tally == tally_of(facts), "counters kept by differences equal a recount"
        ends.append(facts)
    assert ends[0] == ends[1]


def test_a_text_page_is_done_only_when_filed_and_read() -> None:
    """Filing alone ends blank pages and cover sheets; text waits for its reading."""
    dossier = uuid.uuid4()
    assert PageFacts().with_filing(dossier, PageContent.BLANK).done
    assert not PageFacts().with_filing(dossier, PageContent.TEXT).done
    assert PageFacts().with_recognition().with_filing(dossier, PageContent.TEXT).done


def test_a_batch_is_processed_only_when_closed_counted_and_done() -> None:
    """An open batch stays open; a file that is not split yet or a page in work keeps it closed."""
    done = {"files": 2, "files_counted": 2, "pages_known": 3, "pages_done": 3}
    assert batch_state(closed=False, **done) is BatchState.OPEN
    assert batch_state(closed=True, **done | {"files_counted": 1}) is BatchState.CLOSED
    assert batch_state(closed=True, **done | {"pages_done": 2}) is BatchState.CLOSED
    assert batch_state(closed=True, **done) is BatchState.PROCESSED


def test_a_page_of_another_file_has_no_number() -> None:
    """A page identifier that the file cannot have made is not found."""
    assert page_number(uuid.uuid4(), uuid.uuid4()) is None


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Intake's schema, empty."""
    database = Database(database_url, "intake", pool_size=4)
    await upgrade(database, MIGRATIONS)
    yield database
    await database.close()


IDENTITY = Identity(subject="agent:test", units=frozenset({"941"}))


def story(batch: str, one: str, three: str) -> list[Event]:
    """Everything that happens to a text page and a file of text, blank and damaged pages."""
    return [
        enhanced(batch, one, 1, 1, PageContent.TEXT, 1), recognised(batch, one, 1),
        filed(batch, one, 1, PageContent.TEXT),
        enhanced(batch, three, 1, 3, PageContent.TEXT, 2), recognised(batch, three, 1),
        filed(batch, three, 1, PageContent.TEXT),
        enhanced(batch, three, 2, 3, PageContent.BLANK, 2), filed(batch, three, 2, PageContent.BLANK),
        refused(batch, three, 3, 3, 2),
    ]  # fmt: skip


CLOSING = 9
"""Stands for the sender's closing among the positions of the story."""


async def play(database: Database, order: Sequence[int], repeats: Sequence[int]) -> tuple[Any, ...]:
    """Receive two files, then let the story happen in an order with repeats; returns where it ends."""
    batch = await open_row(database)
    files = [await receive(database, batch, sequence) for sequence in (1, 2)]
    events = story(str(batch), *(str(file) for file in files))
    for position in [*order, *repeats]:
        if position == CLOSING:
            async with database.write(["941"]) as session:
                await close_batch(session, IDENTITY, batch, ["1" * 64, "2" * 64])
            continue
        async with database.write() as session:
            if await first_time(session, INTAKE.name, events[position].id):
                await apply(session, events[position])
    return await ending(database, batch)


async def open_row(database: Database) -> uuid.UUID:
    """An open batch."""
    row = ScanBatchRow(
        id=uuid.uuid4(), unit_code="941", unit_name="x", kind="identity", grouping_method="cover_sheet",
        state=BatchState.OPEN, opened_by="agent:test", opened_at=datetime.now(UTC),
    )  # fmt: skip
    async with database.write(["941"]) as session:
        session.add(row)
    return row.id


async def receive(database: Database, batch: uuid.UUID, sequence: int) -> uuid.UUID:
    """A file registered at a position."""
    place = Place(batch, sequence, str(sequence) * 64, None, multi_page=True)
    async with database.write(["941"]) as session:
        row, _ = await receive_file(session, IDENTITY, place, Content(10, "application/pdf"))
    return row.id


async def ending(database: Database, batch: uuid.UUID) -> tuple[Any, ...]:
    """The batch's state and counters, its pages' states, and the counters as a recount finds them."""
    async with database.read() as session:
        row = await session.get_one(ScanBatchRow, batch)
        pages = (
            await session.scalars(select(ReceivedPageRow).where(ReceivedPageRow.batch_id == batch))
        ).all()
    states = sorted((page.sequence, page.page_no, page.state) for page in pages)
    recount = Counter(page.state for page in pages)
    counted = {state.value: getattr(row, f"in_{state}") for state in PageState}
    assert {name: amount for name, amount in counted.items() if amount} == dict(recount)
    return row.state, row.files_counted, row.pages_known, row.pages_done, tuple(states)


async def test_any_order_of_events_ends_the_same(database: Database) -> None:
    """Permutations of nine events and the closing, some repeated: always processed, always balanced."""
    loop = asyncio.get_running_loop()

    @settings(max_examples=25, deadline=None)
    @given(
        order=st.permutations(range(CLOSING + 1)),
        repeats=st.lists(st.integers(0, CLOSING), max_size=4),
    )
    def check(order: list[int], repeats: list[int]) -> None:
        expected = ((1, 1, "filed"), (2, 1, "filed"), (2, 2, "filed"), (2, 3, "refused"))
        ended = asyncio.run_coroutine_threadsafe(play(database, order, repeats), loop).result(60)
        assert ended == ("processed", 2, 4, 4, expected)

    await asyncio.to_thread(check)


async def test_events_at_once_neither_deadlock_nor_miscount(database: Database) -> None:
    """All events of a batch handled at the same time, twice over, while it is closed."""
    batch = await open_row(database)
    files = [await receive(database, batch, sequence) for sequence in (1, 2)]
    events = story(str(batch), *(str(file) for file in files))

    async def handle(event: Event) -> None:
        async with database.write() as session:
            if await first_time(session, INTAKE.name, event.id):
                await apply(session, event)

    async def shut() -> None:
        async with database.write(["941"]) as session:
            await close_batch(session, IDENTITY, batch, ["1" * 64, "2" * 64])

    await asyncio.gather(*(handle(event) for event in events * 2), shut())
    assert (await ending(database, batch))[:4] == ("processed", 2, 4, 4)
