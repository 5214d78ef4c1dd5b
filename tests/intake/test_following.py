"""A batch followed by its events over the broker, and by people over server-sent events."""

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from contracts.envelope import Event
from contracts.events import PageEnhanced, PageFiled, PageRecognised, PageRefused
from contracts.identifiers import page_id_for
from contracts.vocabulary import DossierKind, PageContent, RefusalReason, Verdict
from kernel.bus import Bus
from tests.intake.sending import PDF, close, digest, jpeg, open_batch, put, wait_until


def enhanced(batch: str, file: str, page_no: int, of: int, content: PageContent, sequence: int = 1) -> Event:
    """Imaging's word on one page."""
    return PageEnhanced(
        **base(batch, file, page_no), sequence=sequence, page_no=page_no, page_count=of, content=content,
        master_key="m", access_key="a", thumbnail_key="t", width_px=10, height_px=10, recipe_version="1",
    )  # fmt: skip


def refused(batch: str, file: str, page_no: int, of: int, sequence: int = 1) -> Event:
    """Imaging's refusal of one page."""
    return PageRefused(
        **base(batch, file, page_no), sequence=sequence, page_no=page_no, page_count=of,
        reason=RefusalReason.DAMAGED,
    )  # fmt: skip


def recognised(batch: str, file: str, page_no: int) -> Event:
    """OCR's word on one page."""
    return PageRecognised(
        **base(batch, file, page_no), recognition_key="r", field_count=6, confidence=0.9, model="m"
    )


def filed(batch: str, file: str, page_no: int, content: PageContent) -> Event:
    """Records' word on one page."""
    return PageFiled(
        **base(batch, file, page_no), dossier_id=uuid.uuid4(), document_id=uuid.uuid4(), content=content
    )


def base(batch: str, file: str, page_no: int) -> dict[str, Any]:
    """What all page events share."""
    return {
        "page_id": page_id_for(uuid.UUID(file), page_no), "file_id": uuid.UUID(file),
        "batch_id": uuid.UUID(batch), "unit_code": "941", "kind": DossierKind.IDENTITY,
    }  # fmt: skip


async def test_a_batch_of_several_files_ends_processed(intake: Any, bus: Bus) -> None:
    """A page and a three-page file go through every state, out of order; counts always balance."""
    with intake.client() as client:
        batch, image, document = open_batch(client), jpeg(), PDF + uuid.uuid4().bytes
        one = put(client, batch, image, 1).json()["file_id"]
        three = put(client, batch, document, 2, endpoint="files").json()["file_id"]
        assert see(client, batch)["counts"]["received"] == 2
        for event in (
            filed(batch, one, 1, PageContent.TEXT), enhanced(batch, three, 2, 3, PageContent.BLANK, 2),
            refused(batch, three, 3, 3, 2), enhanced(batch, three, 1, 3, PageContent.COVER_SHEET, 2),
        ):  # fmt: skip
            await bus.publish(event)
        wait_until(lambda: see(client, batch)["counts"]["enhanced"] == 2)
        body = see(client, batch)
        assert body["counts"] == {"received": 0, "enhanced": 2, "recognised": 0, "filed": 1, "refused": 1}
        assert body["reached"] == {"enhanced": 2, "recognised": 0, "filed": 1}
        assert body["contents"] == {"text": 1, "blank": 1, "cover_sheet": 1}
        assert refusal(body) == (digest(document), 2, 3, "damaged", "Tệp ảnh bị hỏng")
        assert put(client, batch, document, 2, endpoint="files").json()["state"] == "enhanced"

        assert close(client, batch, digest(image), digest(document)).json()["state"] == "closed"
        await bus.publish(enhanced(batch, one, 1, 1, PageContent.TEXT))
        await bus.publish(filed(batch, three, 1, PageContent.COVER_SHEET))
        await bus.publish(filed(batch, three, 2, PageContent.BLANK))
        wait_until(lambda: see(client, batch)["counts"]["filed"] == 3)
        assert see(client, batch)["state"] == "closed", "page 1 holds text and is not read yet"
        await bus.publish(recognised(batch, one, 1))
        wait_until(lambda: see(client, batch)["state"] == "processed")
        pages = client.get(f"/v1/scan-batches/{batch}/pages").json()["items"]
        places = [(page["sequence"], page["page_no"], page["state"]) for page in pages]
        assert places == [(1, 1, "filed"), (2, 1, "filed"), (2, 2, "filed"), (2, 3, "refused")]
        assert pages[1]["thumbnail"] == f"/v1/pages/{pages[1]['page_id']}/thumbnail"
        assert pages[3]["thumbnail"] is None
        assert pages[0]["filed_at"]


async def test_an_event_of_a_file_never_received_is_a_dead_letter(intake: Any, bus: Bus) -> None:
    """It is kept with its reason instead of being tried for ever or dropped."""
    event = enhanced(str(uuid.uuid4()), str(uuid.uuid4()), 1, 1, PageContent.TEXT)
    await bus.publish(event)
    query = "SELECT reason FROM dead_letters WHERE event_id = $1"
    wait_until(lambda: intake.fetch(query, event.id))
    assert "never received" in intake.fetch(query, event.id)[0][0]


async def test_followers_see_every_change_and_then_the_end(intake: Any, bus: Bus) -> None:
    """The stream starts with the batch, tells each changed page, rises in ids, ends after `processed`."""
    with intake.client() as client, ThreadPoolExecutor(1) as pool:
        batch, body = open_batch(client), jpeg()
        file = put(client, batch, body).json()["file_id"]
        following = pool.submit(lambda: list(follow(client, batch)))
        close(client, batch, digest(body))
        await bus.publish(enhanced(batch, file, 1, 1, PageContent.BLANK))
        await bus.publish(filed(batch, file, 1, PageContent.BLANK))
        wait_until(lambda: finished(following))
        events = following.result()
        assert [events[0][0], events[-1][0]] == ["batch", "end"]
        versions = [identifier or 0 for name, identifier, _ in events if name == "batch"]
        assert versions == sorted(versions)
        assert events[-2][2]["state"] == "processed"
        assert [data["state"] for name, _, data in events if name == "page"][-1] == "filed"

        resumed = list(follow(client, batch, last=0))
        assert [name for name, _, _ in resumed] == ["page", "batch", "end"]
        assert [name for name, _, _ in follow(client, batch, last=versions[-1])] == ["batch", "end"]


def see(client: Any, batch: str) -> dict[str, Any]:
    """The batch as it is now."""
    body: dict[str, Any] = client.get(f"/v1/scan-batches/{batch}").json()
    assert sum(body["counts"].values()) >= body["files"]
    return body


def refusal(body: dict[str, Any]) -> tuple[Any, ...]:
    """What the batch says of its only refused page."""
    (page,) = body["refused"]
    assert page["advice"]
    return tuple(page[name] for name in ("sha256", "sequence", "page_no", "reason", "reason_title"))


def finished(following: "Future[Any]") -> bool:
    """Whether a follower has reached the end."""
    return following.done()


def follow(client: Any, batch: str, last: int | None = None) -> Iterator[tuple[str, int | None, Any]]:
    """Events of the batch's stream: name, id, data."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    with client.stream("GET", f"/v1/scan-batches/{batch}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                identifier = int(fields["id"]) if "id" in fields else None
                yield fields["event"], identifier, json.loads(fields["data"])
                fields = {}
            else:
                fields = {}


async def test_a_page_announced_again_keeps_its_newest_word(intake: Any, bus: Bus) -> None:
    """A later verdict replaces an earlier one, whichever comes last; counters follow a corrected content."""
    with intake.client() as client:
        batch, image = open_batch(client), jpeg()
        file = put(client, batch, image).json()["file_id"]
        first, second = (enhanced(batch, file, 1, 1, PageContent.TEXT) for _ in range(2))
        third = enhanced(batch, file, 1, 1, PageContent.BLANK)
        assert isinstance(second, PageEnhanced)
        later = second.model_copy(update={"defects": ("repeated_page",), "verdict": Verdict.WARN})
        await bus.publish(later)
        await bus.publish(first)
        await bus.publish(recognised(batch, file, 1))
        wait_until(lambda: see(client, batch)["counts"]["recognised"] == 1)
        (page,) = client.get(f"/v1/scan-batches/{batch}/pages").json()["items"]
        assert (page["verdict"], page["defects"]) == ("warn", ["repeated_page"])
        await bus.publish(third)
        wait_until(lambda: see(client, batch)["contents"] == {"text": 0, "blank": 1, "cover_sheet": 0})
