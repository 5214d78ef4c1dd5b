"""Scan batches and holdings through a served intake."""

import json
import uuid
from typing import Any

import pytest

from kernel.identity import Role
from tests.intake.sending import close, digest, jpeg, open_batch, put, slug

COVER = {"method": "cover_sheet"}


def post(client: Any, body: dict[str, Any], key: str | None = None) -> Any:
    """Ask for a batch."""
    return client.post("/v1/scan-batches", json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def test_opening_answers_the_batch_and_its_place(intake: Any) -> None:
    """201 with Location and ETag; the batch carries its unit's name and zero counts."""
    with intake.client() as client:
        answer = post(client, {"unit": "941", "kind": "residence", "grouping": COVER, "note": "Kệ 3"})
        batch = answer.json()
        assert answer.status_code == 201
        assert answer.headers["location"] == f"/v1/scan-batches/{batch['id']}"
        assert answer.headers["etag"] == '"1"'
        assert (batch["unit_name"], batch["state"]) == ("Công an thành phố Sóc Trăng", "open")
        assert (batch["files"], batch["refused"], batch["note"]) == (0, [], "Kệ 3")
        assert sum(batch["counts"].values()) == 0
        again = client.get(answer.headers["location"])
        assert again.json() == batch
        assert again.headers["etag"] == '"1"'


def test_a_unit_that_nobody_announced_is_unknown(intake: Any) -> None:
    """422 unknown_unit, even for a caller with every unit in scope."""
    with intake.client("*") as client:
        answer = post(client, {"unit": "999", "kind": "identity", "grouping": COVER})
        assert (answer.status_code, slug(answer)) == (422, "unknown_unit")


def test_grouping_and_its_number_belong_together(intake: Any) -> None:
    """pages_per_dossier is needed for fixed_pages and refused elsewhere."""
    with intake.client() as client:
        for grouping in ({"method": "fixed_pages"}, {"method": "cover_sheet", "pages_per_dossier": 2}):
            answer = post(client, {"unit": "941", "kind": "identity", "grouping": grouping})
            assert slug(answer) == "invalid_request"
        assert open_batch(client, method="fixed_pages", pages_per_dossier=2)


def test_an_idempotency_key_opens_one_batch(intake: Any) -> None:
    """The same request repeats its answer; another body under the key is refused; no key is refused."""
    with intake.client() as client:
        request, key = {"unit": "941", "kind": "identity", "grouping": COVER}, uuid.uuid4().hex
        first, second = post(client, request, key), post(client, request, key)
        assert first.json() == second.json()
        assert second.headers["location"] == first.headers["location"]
        assert slug(post(client, request | {"kind": "residence"}, key)) == "idempotency_key_reused"
        assert slug(client.post("/v1/scan-batches", json=request)) == "idempotency_key_required"


def test_closing_names_what_is_missing_and_what_was_not_listed(intake: Any) -> None:
    """409 with both lists, nothing changed; then the right list closes, and again answers the same."""
    with intake.client() as client:
        batch, sent, unsent = open_batch(client), jpeg(), jpeg()
        put(client, batch, sent)
        answer = close(client, batch, digest(unsent))
        assert (answer.status_code, slug(answer)) == (409, "pages_missing")
        assert (answer.json()["missing"], answer.json()["unlisted"]) == ([digest(unsent)], [digest(sent)])
        assert client.get(f"/v1/scan-batches/{batch}").json()["state"] == "open"
        first, second = close(client, batch, digest(sent)), close(client, batch, digest(sent))
        assert first.status_code == second.status_code == 200
        assert first.json() == second.json()
        assert first.json()["state"] == "closed"
        assert slug(close(client, batch)) == "batch_closed"
    query = "SELECT payload->>'file_count' FROM outbox WHERE subject = $1 AND payload->>'batch_id' = $2"
    assert [row[0] for row in intake.fetch(query, "archive.batch.closed.v1", batch)] == ["1"]


def test_a_closed_batch_takes_no_page_but_still_knows_its_own(intake: Any) -> None:
    """A new page is 409 batch_closed; a page that is there already is 200 as ever."""
    with intake.client() as client:
        batch, body = open_batch(client), jpeg()
        put(client, batch, body)
        close(client, batch, digest(body))
        assert slug(put(client, batch, jpeg(), 2)) == "batch_closed"
        assert put(client, batch, body).status_code == 200


def test_a_batch_without_any_file_is_processed_when_it_closes(intake: Any) -> None:
    """Where every file was refused at the door, the batch still ends."""
    with intake.client() as client:
        assert close(client, open_batch(client)).json()["state"] == "processed"


def test_lists_come_in_pages(intake: Any) -> None:
    """Following `next_cursor` meets every batch and page once, in order; a foreign cursor is refused."""
    with intake.client() as client:
        made = [open_batch(client) for _ in range(3)]
        for sequence in range(1, 6):
            put(client, made[0], jpeg(), sequence)
        sequences = [item["sequence"] for item in walk(client, f"/v1/scan-batches/{made[0]}/pages", 2)]
        assert sequences == [1, 2, 3, 4, 5]
        listed = [item["id"] for item in walk(client, "/v1/scan-batches?unit=941&state=open", 2)]
        assert len(listed) == len(set(listed))
        assert listed[:3] == made[::-1]
        assert slug(client.get("/v1/scan-batches", params={"cursor": "nonsense"})) == "cursor_invalid"
        assert slug(client.get(f"/v1/scan-batches/{made[0]}/pages?cursor=WyJhIl0")) == "cursor_invalid"


def test_lists_are_narrowed_to_a_kind_and_to_refusals(intake: Any) -> None:
    """Only batches of the kind; only those whose counter has refused pages; an unknown kind is refused."""
    with intake.client() as client:
        made = open_batch(client)
        assert made in [one["id"] for one in walk(client, "/v1/scan-batches?unit=941&kind=identity", 50)]
        assert made not in [one["id"] for one in walk(client, "/v1/scan-batches?unit=941&kind=residence", 50)]
        refused = walk(client, "/v1/scan-batches?unit=941&refused=true", 50)
        assert made not in [one["id"] for one in refused]
        assert all(one["counts"]["refused"] for one in refused)
        assert client.get("/v1/scan-batches", params={"kind": "nothing"}).status_code == 422


def walk(client: Any, path: str, limit: int) -> list[dict[str, Any]]:
    """Every item of a list."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        parameters = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        page = client.get(client.base_url.join(path).copy_merge_params(parameters)).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_holdings_are_declared_and_corrected(intake: Any) -> None:
    """First 201, then If-Match is needed and checked; each count is an event; other units stay out."""
    path, count = "/v1/units/942/holdings/identity", {
        "dossiers": 1200, "counted_on": "2026-11-01", "source": "Biên bản kiểm đếm",
    }  # fmt: skip
    with intake.client("942", roles=(Role.UNIT_LEADER,)) as client, intake.client("941") as other:
        assert slug(client.get(path)) == "not_found"
        first = client.put(path, json=count, headers={"If-None-Match": "*"})
        assert (first.status_code, first.headers["etag"]) == (201, '"1"')
        assert slug(client.put(path, json=count)) == "precondition_required"
        assert slug(client.put(path, json=count, headers={"If-Match": '"9"'})) == "precondition_failed"
        second = client.put(path, json=count | {"dossiers": 1250}, headers={"If-Match": '"1"'})
        assert (second.status_code, second.json()["dossiers"], second.headers["etag"]) == (200, 1250, '"2"')
        assert client.get(path).json() == second.json()
        assert slug(other.get(path)) == "not_found"
        assert slug(other.put(path, json=count)) == "forbidden"
    query = "SELECT count(*) FROM outbox WHERE subject = 'archive.holdings.declared.v1'"
    assert intake.fetch(query)[0][0] == 2


async def test_how_a_batch_was_scanned_travels_with_its_pages(intake: Any) -> None:
    """Said once when the batch is opened, told to imaging with every page and at the end; unsaid it is null."""
    with intake.client() as client:
        opened = client.post(
            "/v1/scan-batches",
            json={
                "unit": "941", "kind": "residence", "grouping": {"method": "cover_sheet"},
                "duplex": True, "papers": ["A5", "A4", "A4"],
            },
            headers={"Idempotency-Key": uuid.uuid4().hex},
        ).json()  # fmt: skip
        batch, image = opened["id"], jpeg()
        put(client, batch, image)
        close(client, batch, digest(image))
        plain = client.get(f"/v1/scan-batches/{open_batch(client)}").json()
    assert (opened["duplex"], opened["papers"]) == (True, ["A4", "A5"])
    assert (plain["duplex"], plain["papers"]) == (None, [])
    query = "SELECT subject, payload FROM outbox WHERE payload ->> 'batch_id' = $1"
    told = {row["subject"]: json.loads(row["payload"]) for row in intake.fetch(query, batch)}
    received, closed = told["archive.page.received.v1"], told["archive.batch.closed.v1"]
    assert (received["duplex"], received["papers"]) == (True, ["A4", "A5"])
    assert closed["duplex"] is True


@pytest.mark.parametrize(
    "wrong", [{"papers": ["A9"]}, {"papers": ["A4"] * 9}, {"duplex": "often"}, {"papers": "A4"}]
)
def test_papers_and_sides_that_do_not_exist_are_refused(intake: Any, wrong: dict[str, Any]) -> None:
    """A typed answer, and no batch."""
    with intake.client() as client:
        answer = client.post(
            "/v1/scan-batches",
            json={"unit": "941", "kind": "identity", "grouping": {"method": "cover_sheet"}, **wrong},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )
    assert answer.status_code == 422
