"""Pages of a form that was unknown are read again once it is known: once each, after new pages, and nothing is lost."""

import asyncio
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
from sqlalchemy import select, update

from contracts.events import PageRecognised
from contracts.recognition import Recognition
from contracts.vocabulary import RefusalReason
from forms import FormEdition
from kernel.bus import Bus
from kernel.identity import Role
from kernel.storage import DERIVATIVES
from kernel.tables import OutboxRow
from services.ocr.images import ImageRefused
from services.ocr.models import RecognitionRow
from services.ocr.pool import ReadingFailed, ReadingPool
from services.ocr.rereadings.models import RereadingRow
from services.ocr.rereadings.work import Rereader
from tests.ocr.editions.conftest import DEFINITION, Office
from tests.ocr.editions.test_editions import ADDRESS, Page, proposed, seen

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


async def accepted(office: Office, image: bytes) -> str:
    """The address of the form's edition, tried and accepted."""
    async with office.officer() as lan, office.officer("minh") as minh:
        made = await proposed(lan)
        here = f"{ADDRESS}/{made['id']}"
        tried = (await lan.post(f"{here}:try", content=image)).json()
        answer = await minh.post(f"{here}:accept", headers=seen(tried))
        assert answer.status_code == 200, answer.text
        return here


async def add_page(office: Office, image: bytes | None = b"page", **values: Any) -> uuid.UUID:
    """A page that was read as an unknown form, with its image unless that is gone."""
    page_id = uuid.uuid4()
    runtime = office.app.state.runtime
    if image is not None:
        await runtime.store.put(DERIVATIVES, f"test/{page_id}.png", image, "image/png")
    row = {
        "page_id": page_id, "batch_id": uuid.uuid4(), "file_id": uuid.uuid4(), "unit_code": "941",
        "kind": "identity", "verdict": "unknown_form", "field_count": 4, "line_count": 9, "confidence": 0.9,
        "cpu_seconds": 0.4, "model": "old-1", "reading_key": f"test/{page_id}.png", "recognition_key": "old.json",
        "read_at": LONG_AGO,
    }  # fmt: skip
    async with runtime.database.write() as session:
        session.add(RecognitionRow(**row | values))
    return page_id


async def order(office: Office, here: str, **wanted: Any) -> dict[str, Any]:
    """Have all be read again that may be; how far that is."""
    async with office.officer() as lan:
        now = (await lan.get(f"{here}/rereadings")).json()
        answer = await lan.post(f"{here}:read-again", json=wanted, headers=seen(now))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


async def states(office: Office) -> dict[uuid.UUID, str]:
    """Page → how far it has come."""
    async with office.app.state.runtime.database.read() as session:
        return {row.page_id: row.state for row in await session.scalars(select(RereadingRow))}


class Pages:
    """In the place of the reading processes: counts, and recognises what the test says."""

    idle = True
    editions = (FormEdition.model_validate(DEFINITION),)

    def __init__(self) -> None:
        self.read_images: list[bytes] = []
        self.hold: asyncio.Event | None = None

    async def read(self, image: bytes) -> tuple[Recognition, float]:
        """Bytes say what is to happen."""
        self.read_images.append(image)
        if self.hold is not None:
            await self.hold.wait()
        await asyncio.sleep(0.01)
        if image == b"not an image":
            raise ImageRefused(RefusalReason.DAMAGED, "no")
        if image == b"too slow":
            raise ReadingFailed("too slow")
        if image == b"unknown":
            return Recognition(model="new-1"), 0.1
        return Recognition(form="TK09", edition="1991", model="new-1", confidence=0.8), 0.1


class Follower:
    """In the place of the follower: the editions are known."""

    async def look(self) -> None:
        """Nothing to look for."""


def rereader(office: Office, pages: Pages, *, bus: Any = None) -> Rereader:
    """A replica's reading again, on the service's database, storage and broker."""
    runtime = office.app.state.runtime
    return Rereader(
        database=runtime.database,
        store=runtime.store,
        bus=cast("Bus", bus or runtime.bus),
        pool=cast("ReadingPool", pages),
        editions=cast("Any", Follower()),
        turns=asyncio.Semaphore(1),
        timeout_s=30,
        interval_s=0.02,
    )


async def test_a_page_is_read_again_by_the_running_reader(office: Office, filled: Page) -> None:
    """Counted, ordered, recognised, stored beside the earlier reading, announced; then none is left."""
    image, truth = filled
    before = await office.read(image)
    assert (before.verdict, before.edition) == ("unknown_form", None)
    await add_page(office, verdict="text")
    await add_page(office, file_id=None)
    await add_page(office, kind="residence")
    await add_page(office, unit_code="942")
    await add_page(office, edition="2019", form="CC01", verdict="known_form")
    runtime = office.app.state.runtime
    earlier = await runtime.store.get(DERIVATIVES, before.recognition_key)
    here = await accepted(office, image)
    async with office.officer() as lan:
        told = (await lan.get(f"{here}/rereadings")).json()
        assert told["possible"] == {"unknown_form": 1, "text": 1, "untold": 1}
        ordered = await order(office, here)
        assert (ordered["waiting"], ordered["possible"]) == (1, None)
        async with asyncio.timeout(60):
            while (told := (await lan.get(f"{here}/rereadings")).json())["waiting"]:
                await asyncio.sleep(0.05)
        assert (told["recognised"], told["unknown"], told["failed"]) == (1, 0, 0)
        assert told["possible"] == {"unknown_form": 0, "text": 1, "untold": 1}
        again = await lan.post(f"{here}:read-again", json={}, headers=seen(told))
        assert (again.status_code, slug(again)) == (409, "nothing_to_read_again")
        done = [one["act"] for one in (await lan.get(here)).json()["history"]]
        assert done[-2:] == ["accepted", "read_again"]
    async with runtime.database.read() as session:
        after = await session.get_one(RecognitionRow, before.page_id)
        payloads = await session.scalars(select(OutboxRow.payload).order_by(OutboxRow.position))
        announced = [PageRecognised.model_validate(one) for one in payloads]
    assert (after.form, after.edition, after.verdict) == ("TK09", "1991", "known_form")
    assert after.recognition_key != before.recognition_key
    assert await runtime.store.get(DERIVATIVES, before.recognition_key) == earlier
    read = Recognition.model_validate_json(await runtime.store.get(DERIVATIVES, after.recognition_key))
    assert read.fields["occupation"].text == truth["occupation"]
    first, last = [one for one in announced if one.page_id == before.page_id]
    assert (last.edition, last.file_id, last.batch_id) == ("1991", first.file_id, first.batch_id)
    assert last.recognition_key == after.recognition_key


async def test_replicas_share_the_pages(still: None, office: Office, filled: Page) -> None:
    """Each page is read once; what cannot be read or was read otherwise is told apart and holds up nothing."""
    here = await accepted(office, filled[0])
    gone = await add_page(office, None)
    broken = await add_page(office, b"not an image")
    slow = await add_page(office, b"too slow")
    unknown = await add_page(office, b"unknown")
    replaced = await add_page(office, b"replaced")
    plain = await add_page(office, b"text", verdict="text")
    # Rows from before verdicts were kept: fields without an edition.
    old = await add_page(office, b"old", verdict=None)
    known = [await add_page(office, f"page {number}".encode()) for number in range(8)]
    assert (await order(office, here))["waiting"] == 14
    runtime = office.app.state.runtime
    async with runtime.database.write() as session:
        await session.execute(
            update(RecognitionRow)
            .where(RecognitionRow.page_id == replaced)
            .values(read_at=datetime.now(UTC) + timedelta(hours=1))
        )
    pages = Pages()
    replicas = [asyncio.create_task(rereader(office, pages).run()) for _ in range(3)]
    async with asyncio.timeout(30):
        while len([one for one in (await states(office)).values() if one == "waiting"]) > 1:
            await asyncio.sleep(0.02)
    for one in replicas:
        one.cancel()
        with suppress(asyncio.CancelledError):
            await one
    found = await states(office)
    assert {found[one] for one in (*known, old)} == {"recognised"}
    assert (found[gone], found[broken], found[unknown]) == ("failed", "failed", "unknown")
    assert (found[replaced], found[slow]) == ("left_out", "waiting")
    assert plain not in found
    assert len(pages.read_images) == len(set(pages.read_images)), "no page twice"
    async with runtime.database.read() as session:
        still_unknown = await session.get_one(RecognitionRow, unknown)
        assert (still_unknown.recognition_key, still_unknown.model) == ("old.json", "old-1")
        waiting = await session.get_one(RereadingRow, (uuid.UUID(here.rpartition("/")[2]), slow))
        assert (waiting.tries, waiting.leased_by) == (1, None)
    async with office.officer() as lan:
        told = (await lan.get(f"{here}/rereadings")).json()
        assert (told["waiting"], told["recognised"], told["failed"], told["left_out"]) == (1, 9, 2, 1)
        stopped = await lan.post(f"{here}:stop-reading-again", headers=seen(told))
    # What failed or was stopped may be ordered again; what is still unknown may not.
    assert stopped.json()["possible"] == {"unknown_form": 3, "text": 1, "untold": 0}
    assert (await order(office, here, text_too=True))["waiting"] == 4


async def test_a_crash_loses_nothing_and_new_pages_come_first(
    still: None, office: Office, filled: Page
) -> None:
    """A page that a dead replica was reading is read when its lease is over; a stopped one is not kept."""
    here = await accepted(office, filled[0])
    page = await add_page(office)
    await order(office, here)
    runtime = office.app.state.runtime
    dying = Pages()
    dying.hold = asyncio.Event()
    killed = asyncio.create_task(rereader(office, dying).read_next())
    async with asyncio.timeout(20):
        while not dying.read_images:
            await asyncio.sleep(0.01)
    killed.cancel()
    with suppress(asyncio.CancelledError):
        await killed
    pages = Pages()
    other = rereader(office, pages)
    assert not await other.read_next(), "it is lent for a while"
    async with runtime.database.write() as session:
        await session.execute(update(RereadingRow).values(leased_until=datetime.now(UTC) - timedelta(1)))

    class Busy:
        """A broker with a new page that nobody reads yet."""

        async def waiting(self, _consumer: object) -> int:
            """One."""
            return 1

    assert not await rereader(office, pages, bus=Busy()).read_next()
    pages.idle = False
    assert not await other.read_next()
    pages.idle = True
    assert pages.read_images == []
    assert await other.read_next()
    assert await states(office) == {page: "recognised"}
    assert not await other.read_next()

    late = await add_page(office)
    await order(office, here)
    pages.hold = asyncio.Event()
    reading = asyncio.create_task(other.read_next())
    async with asyncio.timeout(20):
        while len(pages.read_images) < 2:
            await asyncio.sleep(0.01)
    async with office.officer(roles=frozenset({Role.PROVINCE_LEADER})) as lan:
        now = (await lan.get(here)).json()
        gone = await lan.post(f"{here}:withdraw", json={"reason": "nhãn sai"}, headers=seen(now))
        assert gone.status_code == 200, gone.text
    pages.hold.set()
    await reading
    assert (await states(office))[late] == "stopped"
    async with runtime.database.read() as session:
        assert (await session.get_one(RecognitionRow, late)).edition is None


async def test_what_may_not_be(still: None, office: Office, filled: Page) -> None:
    """Keyers order nothing, nobody without having seen the edition, and none that is not accepted."""
    await add_page(office)
    keyer = office.officer("keyer", roles=frozenset({Role.KEYER}))
    async with office.officer() as lan, keyer:
        made = await proposed(lan)
        here = f"{ADDRESS}/{made['id']}"
        assert (await lan.get(f"{here}/rereadings")).json()["possible"]["unknown_form"] == 0
        for refused, status, what in (
            (await keyer.get(f"{here}/rereadings"), 403, "forbidden"),
            (await keyer.post(f"{here}:read-again", json={}, headers=seen(made)), 403, "forbidden"),
            (await lan.post(f"{here}:read-again", json={}), 428, "precondition_required"),
            (
                await lan.post(f"{here}:read-again", json={}, headers={"If-Match": '"9"'}),
                412,
                "precondition_failed",
            ),
            (await lan.post(f"{here}:read-again", json={}, headers=seen(made)), 409, "edition_state"),
            (await lan.post(f"{here}:stop-reading-again", headers=seen(made)), 409, "edition_state"),
            (await lan.get(f"{ADDRESS}/{uuid.uuid4()}/rereadings"), 404, "not_found"),
        ):
            assert (refused.status_code, slug(refused)) == (status, what), refused.text
        wrong = await lan.post(f"{here}:read-again", json={"text_too": "maybe"}, headers=seen(made))
        assert wrong.status_code == 422
    assert await states(office) == {}


def slug(answer: httpx.Response) -> str:
    """The kind of a problem."""
    told: str = answer.json()["type"].rpartition("/")[2]
    return told
