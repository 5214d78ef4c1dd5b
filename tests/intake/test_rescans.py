"""Pages that an inspector sends back: seen by their scanner, answered once, replaced in their place."""

import json
import uuid
from functools import partial
from typing import Any

import httpx

from contracts.envelope import Event
from contracts.events import PageRefused, RescanOrdered, RescanWithdrawn
from contracts.identifiers import page_id_for
from contracts.vocabulary import DossierKind, PageContent, RefusalReason
from kernel.bus import Bus
from kernel.identity import Role
from tests.intake.sending import close, digest, jpeg, open_batch, put, slug, wait_until
from tests.intake.test_following import enhanced, filed, recognised, see


async def a_processed_batch(client: httpx.Client, bus: Bus) -> tuple[str, str]:
    """A batch of one page that is filed and read: batch and file."""
    batch, body = open_batch(client), jpeg()
    file = put(client, batch, body).json()["file_id"]
    close(client, batch, digest(body))
    for event in (
        enhanced(batch, file, 1, 1, PageContent.TEXT), filed(batch, file, 1, PageContent.TEXT),
        recognised(batch, file, 1),
    ):  # fmt: skip
        await bus.publish(event)
    wait_until(lambda: see(client, batch)["state"] == "processed")
    return batch, file


def order(batch: str, file: str, defect: str = "cut_off") -> RescanOrdered:
    """Records' word that a page is wanted again."""
    return RescanOrdered(
        rescan_id=uuid.uuid4(), page_id=page_id_for(uuid.UUID(file), 1), file_id=uuid.UUID(file),
        batch_id=uuid.UUID(batch), unit_code="941", kind=DossierKind.IDENTITY, page_no=1, defect=defect,
    )  # fmt: skip


def send(client: httpx.Client, wanted: RescanOrdered, body: bytes) -> httpx.Response:
    """Send an image for an order."""
    path = f"/v1/scan-batches/{wanted.batch_id}/rescans/{wanted.rescan_id}/{digest(body)}"
    return client.put(path, content=body)


def announced(intake: Any, wanted: RescanOrdered) -> list[dict[str, Any]]:
    """What intake has told of the order's images."""
    rows = intake.fetch(
        "SELECT payload::text FROM outbox WHERE subject = 'archive.page.received.v1' AND payload @> $1::text::jsonb",
        json.dumps({"rescan_id": str(wanted.rescan_id)}),
    )
    return [json.loads(row[0]) for row in rows]


def state_of(client: httpx.Client, batch: str) -> list[tuple[str, str]]:
    """Defect and state of every page that is wanted again."""
    return [(one["defect"], one["state"]) for one in see(client, batch)["rescans"]]


def _handled(intake: Any, *events: Event) -> bool:
    """Whether intake has taken all of these."""
    query = "SELECT count(*) FROM inbox WHERE event_id = ANY($1)"
    return bool(intake.fetch(query, [one.id for one in events])[0][0] == len(events))


async def test_a_failed_page_goes_back_with_its_reason_and_is_replaced(intake: Any, bus: Bus) -> None:
    """The scanner sees sentence and advice; one image is taken, the same again is once, another is too late."""
    with intake.client() as client:
        batch, file = await a_processed_batch(client, bus)
        wanted = order(batch, file)
        await bus.publish(wanted)
        wait_until(lambda: see(client, batch)["rescans"])
        (shown,) = see(client, batch)["rescans"]
        assert (shown["sequence"], shown["state"], shown["reason_title"]) == (
            1,
            "wanted",
            "Mất mép, thiếu chữ",
        )
        assert shown["advice"].startswith("Kiểm tra khổ giấy")

        body = jpeg()
        sent = send(client, wanted, body)
        assert (sent.status_code, sent.json()["file_id"]) == (201, file), sent.text
        assert send(client, wanted, body).status_code == 200
        assert (send(client, wanted, jpeg()).status_code, slug(send(client, wanted, jpeg()))) == (
            409, "rescan_answered",
        )  # fmt: skip
        (told,) = announced(intake, wanted)
        assert (told["file_id"], told["page_no"], told["sent_by"]) == (file, 1, "agent:test")
        assert told["storage_key"].endswith(digest(body))
        assert state_of(client, batch) == [("cut_off", "sent")]

        replaced = enhanced(batch, file, 1, 1, PageContent.TEXT)
        await bus.publish(replaced.model_copy(update={"rescan_id": wanted.rescan_id}))
        wait_until(lambda: not see(client, batch)["rescans"])
        assert see(client, batch)["counts"]["filed"] == 1
        assert see(client, batch)["state"] == "processed"
        assert send(client, wanted, body).status_code == 200, (
            "done, and sent again by a client that was cut off"
        )


async def test_an_image_that_cannot_be_used_leaves_its_page_and_is_asked_for_again(
    intake: Any, bus: Bus
) -> None:
    """The page stays filed; the monitor says why; another image is then taken."""
    with intake.client() as client:
        batch, file = await a_processed_batch(client, bus)
        wanted = order(batch, file)
        await bus.publish(wanted)
        wait_until(lambda: see(client, batch)["rescans"])
        send(client, wanted, jpeg())
        await bus.publish(
            PageRefused(
                page_id=wanted.page_id,
                file_id=wanted.file_id,
                batch_id=wanted.batch_id,
                unit_code="941",
                kind=DossierKind.IDENTITY,
                sequence=1,
                reason=RefusalReason.DAMAGED,
                rescan_id=wanted.rescan_id,
            )
        )
        wait_until(lambda: state_of(client, batch) == [("cut_off", "refused")])
        body = see(client, batch)
        assert body["rescans"][0]["refusal_title"] == "Tệp ảnh bị hỏng"
        assert (body["counts"]["filed"], body["counts"]["refused"], body["refused"]) == (1, 0, [])
        assert send(client, wanted, jpeg()).status_code == 201
        assert len(announced(intake, wanted)) == 2


async def test_an_order_that_was_withdrawn_takes_nothing(intake: Any, bus: Bus) -> None:
    """Also where the withdrawal overtakes the order."""
    with intake.client() as client:
        batch, file = await a_processed_batch(client, bus)
        for early in (False, True):
            wanted = order(batch, file)
            back = RescanWithdrawn(
                rescan_id=wanted.rescan_id, page_id=wanted.page_id, batch_id=wanted.batch_id,
                unit_code="941", kind=DossierKind.IDENTITY,
            )  # fmt: skip
            for event in (back, wanted) if early else (wanted, back):
                await bus.publish(event)
            wait_until(partial(_handled, intake, wanted, back))
            assert see(client, batch)["rescans"] == []
            assert slug(send(client, wanted, jpeg())) == "rescan_answered"


async def test_bad_rescans_are_refused(intake: Any, bus: Bus) -> None:
    """Unknown orders, other units, wrong types and hashes, and people who do not scan."""
    with intake.client() as client:
        batch, file = await a_processed_batch(client, bus)
        wanted = order(batch, file)
        assert slug(send(client, wanted, jpeg())) == "not_found"
        await bus.publish(wanted)
        wait_until(lambda: see(client, batch)["rescans"])
        assert slug(send(client, wanted, b"%PDF-1.7 not an image of one page")) == "unsupported_type"
        path = f"/v1/scan-batches/{batch}/rescans/{wanted.rescan_id}/{'0' * 64}"
        assert slug(client.put(path, content=jpeg())) == "checksum_mismatch"
        assert state_of(client, batch) == [("cut_off", "wanted")]
    with intake.client("942") as stranger:
        assert slug(send(stranger, wanted, jpeg())) == "not_found"
    with intake.client(roles=(Role.INSPECTOR,)) as inspector:
        assert send(inspector, wanted, jpeg()).status_code == 403


async def test_closing_says_who_sent_the_batch(intake: Any, bus: Bus) -> None:
    """Opened by one and filled by another: neither of them is to inspect it."""
    with intake.client(subject="officer:opens") as first, intake.client(subject="officer:sends") as second:
        batch, body = open_batch(first), jpeg()
        put(second, batch, body)
        close(first, batch, digest(body))
    rows = intake.fetch(
        "SELECT payload::text FROM outbox WHERE subject = 'archive.batch.closed.v1' AND payload @> $1::text::jsonb",
        json.dumps({"batch_id": batch}),
    )
    assert json.loads(rows[0][0])["senders"] == ["officer:opens", "officer:sends"]
