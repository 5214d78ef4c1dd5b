"""Uploads through a served intake: what is stored, what is refused, and that nothing is half stored."""

import base64
import hashlib
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from minio import Minio

from kernel.identity import Role
from tests.intake.sending import JPEG, PDF, PNG, close, digest, jpeg, open_batch, put, slug


def counts(client: httpx.Client, batch: str) -> tuple[int, int]:
    """Files of the batch and the sum of its page counts."""
    body = client.get(f"/v1/scan-batches/{batch}").json()
    return body["files"], sum(body["counts"].values())


def events(intake: Any, batch: str, subject: str = "archive.page.received.v1") -> int:
    """Events of the batch in the outbox."""
    query = "SELECT count(*) FROM outbox WHERE subject = $1 AND payload->>'batch_id' = $2"
    return int(intake.fetch(query, subject, batch)[0][0])


def stored(intake: Any, sha256: str) -> bytes | None:
    """The object in quarantine, or none."""
    settings = intake.settings
    store = Minio(
        settings.s3_endpoint, settings.s3_access_key, settings.s3_secret_key.get_secret_value(),
        secure=False, region=settings.s3_region,
    )  # fmt: skip
    key = f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    try:
        return store.get_object(settings.bucket("quarantine"), key).read()
    except Exception:  # noqa: BLE001 - any failure to read means that it is not there
        return None


def test_a_page_is_stored_once_and_again_changes_nothing(intake: Any) -> None:
    """201 with the row, the event and the bytes in quarantine; 200 for the same request again."""
    with intake.client() as client:
        batch, body = open_batch(client), jpeg()
        first, second = put(client, batch, body), put(client, batch, body)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert first.json() | {"file_id": ""} == {
            "file_id": "", "sha256": digest(body), "sequence": 1, "size_bytes": len(body),
            "state": "received",
        }  # fmt: skip
        assert counts(client, batch) == (1, 1)
    assert events(intake, batch) == 1
    assert stored(intake, digest(body)) == body


def test_the_event_says_what_was_received(intake: Any) -> None:
    """PageReceived carries the reference, the type found in the bytes and the storage key."""
    with intake.client() as client:
        batch, body = open_batch(client, method="reference"), PDF + uuid.uuid4().bytes
        answer = put(client, batch, body, 7, endpoint="files", query={"dossier": " HK-0012 "})
        assert answer.status_code == 201
    payload = intake.fetch(
        "SELECT payload FROM outbox WHERE payload->>'file_id' = $1", answer.json()["file_id"]
    )
    event = payload[0][0]
    for part in (
        '"dossier_reference": "HK-0012"', '"media_type": "application/pdf"', '"multi_page": true',
        '"sequence": 7',
    ):  # fmt: skip
        assert part in event


@pytest.mark.parametrize(
    ("body", "options", "status", "expected"),
    [
        (JPEG + b"a", {"sha256": "0" * 64}, 422, "checksum_mismatch"),
        (b"", {}, 422, "empty_file"),
        (b"GIF89a....", {}, 415, "unsupported_type"),
        (PDF, {}, 415, "unsupported_type"),
        (JPEG, {"endpoint": "files"}, 415, "unsupported_type"),
        (PNG, {"headers": {"Content-Type": "image/jpeg"}}, 415, "type_mismatch"),
        (JPEG + b"b", {"headers": {"Repr-Digest": "sha-256=:AAAA:"}}, 422, "checksum_mismatch"),
        (JPEG + b"c", {"headers": {"Repr-Digest": "sha-256=:*:"}}, 422, "checksum_mismatch"),
        (JPEG + b"d", {"sequence": 0}, 422, "invalid_request"),
        (JPEG + b"e", {"sha256": "xyz"}, 422, "invalid_request"),
    ],
)
def test_bad_uploads_get_a_typed_problem_and_leave_nothing(
    intake: Any, body: bytes, options: dict[str, Any], status: int, expected: str
) -> None:
    """Each kind of bad upload has its problem type; the batch counts, outbox and quarantine stay empty."""
    with intake.client() as client:
        batch = open_batch(client)
        answer = put(client, batch, body, **options)
        assert (answer.status_code, slug(answer)) == (status, expected)
        assert counts(client, batch) == (0, 0)
    assert events(intake, batch) == 0
    assert stored(intake, digest(body)) is None


def test_repr_digest_among_other_algorithms_is_accepted(intake: Any) -> None:
    """A matching sha-256 member counts; members of other algorithms are left alone."""
    with intake.client() as client:
        body = jpeg()
        sha = base64.b64encode(hashlib.sha256(body).digest()).decode()
        header = {"Repr-Digest": f"sha-512=:AAAA:, sha-256=:{sha}:", "Content-Type": "image/jpeg"}
        assert put(client, open_batch(client), body, headers=header).status_code == 201


def test_an_empty_body_of_unknown_length_is_empty_too(intake: Any) -> None:
    """A chunked body without bytes gets the same problem as Content-Length: 0."""
    with intake.client() as client:
        batch = open_batch(client)
        answer = client.put(
            f"/v1/scan-batches/{batch}/pages/{digest(b'')}", params={"sequence": 1}, content=iter(())
        )
        assert slug(answer) == "empty_file"


def test_a_batch_grouped_by_reference_needs_one_for_every_page(intake: Any) -> None:
    """Without `dossier`, or with nothing but blanks in it, the page is refused."""
    with intake.client() as client:
        batch = open_batch(client, method="reference")
        assert slug(put(client, batch, jpeg())) == "dossier_reference_missing"
        assert slug(put(client, batch, jpeg(), query={"dossier": " \t"})) == "dossier_reference_missing"


def test_a_position_belongs_to_one_file_and_the_same_bytes_may_have_two(intake: Any) -> None:
    """Another file at a taken position is a conflict; identical blank backs keep a place each."""
    with intake.client() as client:
        batch, body = open_batch(client), jpeg()
        assert put(client, batch, body, 1).status_code == 201
        assert slug(put(client, batch, jpeg(), 1)) == "sequence_taken"
        assert put(client, batch, body, 2).status_code == 201
        assert counts(client, batch) == (2, 2)
        assert close(client, batch, digest(body)).status_code == 200


def test_the_same_page_sent_at_once_makes_one_row_and_one_event(intake: Any) -> None:
    """Eight senders race with one page: one 201, seven 200, one row, one event."""
    with intake.client() as client:
        batch, body = open_batch(client), jpeg()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: put(client, batch, body), range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert len({answer.json()["file_id"] for answer in answers}) == 1
        assert counts(client, batch) == (1, 1)
    assert events(intake, batch) == 1


def test_two_files_racing_for_a_position_leave_one(intake: Any) -> None:
    """Eight different files race for position 1: one 201, seven 409, and no event for the losers."""
    with intake.client() as client:
        batch = open_batch(client)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: put(client, batch, jpeg()), range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
        assert counts(client, batch) == (1, 1)
    assert events(intake, batch) == 1


def test_a_cut_connection_leaves_nothing_and_the_page_can_be_sent_again(intake: Any) -> None:
    """The socket closes in mid-body; no row, no event, no object; the whole page then gets 201."""
    with intake.client() as client:
        batch, body = open_batch(client), jpeg("x" * 300_000)
        address = urlsplit(intake.url)
        token = client.headers["X-Tangthu-Identity"]
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(
                f"PUT /v1/scan-batches/{batch}/pages/{digest(body)}?sequence=1 HTTP/1.1\r\nHost: t\r\n"
                f"X-Tangthu-Identity: {token}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            )
            connection.sendall(body[:200_000])
        assert counts(client, batch) == (0, 0)
        assert stored(intake, digest(body)) is None
        assert put(client, batch, body).status_code == 201
    assert events(intake, batch) == 1


def test_a_body_cut_short_but_ended_properly_is_a_checksum_mismatch(intake: Any) -> None:
    """A truncated file sent as a complete body does not match its hash."""
    body = jpeg("y" * 1000)
    with intake.client() as client:
        answer = put(client, open_batch(client), body[:500], sha256=digest(body))
        assert slug(answer) == "checksum_mismatch"
        assert answer.json()["received_bytes"] == 500


def test_other_units_and_other_roles_get_nothing(intake: Any) -> None:
    """Another unit's agent sees no batch (404) and opens none there (403); a clerk may not send (403)."""
    with intake.client("941") as own, intake.client("942") as other:
        batch, body = open_batch(own), jpeg()
        assert put(own, batch, body).status_code == 201
        for answer in (
            put(other, batch, body), close(other, batch, digest(body)),
            other.get(f"/v1/scan-batches/{batch}"),
            other.get(f"/v1/scan-batches/{batch}/pages"), other.get(f"/v1/scan-batches/{batch}/events"),
        ):  # fmt: skip
            assert (answer.status_code, slug(answer)) == (404, "not_found")
        request = {"unit": "941", "kind": "identity", "grouping": {"method": "cover_sheet"}}
        answer = other.post("/v1/scan-batches", json=request, headers={"Idempotency-Key": uuid.uuid4().hex})
        assert (answer.status_code, slug(answer)) == (403, "forbidden")
        assert not other.get("/v1/scan-batches", params={"unit": "941"}).json()["items"]
    with intake.client("941", roles=(Role.CLERK,)) as clerk:
        assert slug(put(clerk, batch, jpeg(), 2)) == "forbidden"
        assert clerk.get(f"/v1/scan-batches/{batch}").status_code == 200
    with httpx.Client(base_url=intake.url, trust_env=False) as nobody:
        assert slug(put(nobody, batch, jpeg(), 2)) == "unauthenticated"
