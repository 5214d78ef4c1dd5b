"""What a sender meets when a disk is full, a server is away or a file is very large."""

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import SecretStr

from kernel.settings import ServiceSettings
from local.servers.s3 import S3
from tests.intake.sending import JPEG, PDF, close, digest, jpeg, open_batch, put, slug, wait_until
from tests.intake.serving import RunningIntake, announce_units, serve_intake

MIB = 1 << 20
UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
LARGE_BYTES = 500 * 1000 * 1000


def large_file() -> Iterator[bytes]:
    """500 MB that begin like a PDF, a mebibyte at a time."""
    yield PDF.ljust(MIB, b"\0")
    left = LARGE_BYTES - MIB
    while left:
        yield bytes(min(left, MIB))
        left -= min(left, MIB)


def test_a_file_of_500_mb_takes_constant_memory(intake: RunningIntake) -> None:
    """Peak resident memory grows by far less than the file: at most the parts that are in flight."""
    sha = hashlib.sha256()
    for chunk in large_file():
        sha.update(chunk)
    status = Path(f"/proc/{intake.pid}")
    (status / "clear_refs").write_text("5")
    before = psutil.Process(intake.pid).memory_info().rss
    with intake.client() as client:
        client.timeout = 240
        batch = open_batch(client)
        answer = client.put(
            f"/v1/scan-batches/{batch}/files/{sha.hexdigest()}?sequence=1",
            content=large_file(),
            headers={"Content-Length": str(LARGE_BYTES)},
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["size_bytes"] == LARGE_BYTES
    peak = int((status / "status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    growth = peak - before
    print(f"peak memory growth for 500 MB: {growth / MIB:.0f} MiB")
    assert growth < 120 * MIB


@pytest.fixture
def own_settings(service_settings: ServiceSettings, key_pair: tuple[str, str]) -> ServiceSettings:
    """Settings of an intake that a test may break."""
    return service_settings.model_copy(update={"identity_public_key": key_pair[1]})


def test_files_over_the_limit_are_refused_with_and_without_a_length(
    own_settings: ServiceSettings, key_pair: tuple[str, str], tmp_path: Path
) -> None:
    """413 at once by Content-Length and while streaming without one; files have a limit of their own."""
    limits = {"TANGTHU_MAX_PAGE_BYTES": "1000", "TANGTHU_MAX_FILE_BYTES": "5000"}
    with serve_intake(own_settings, key_pair[0], tmp_path / "log", **limits) as running:
        with running.client() as client:
            request = {"unit": "941", "kind": "identity", "grouping": {"method": "cover_sheet"}}
            headers = {"Idempotency-Key": uuid.uuid4().hex}
            early = client.post("/v1/scan-batches", json=request, headers=headers)
            assert (slug(early), early.headers["retry-after"]) == ("units_not_loaded", "2")
        announce_units(running)
        with running.client() as client:
            batch, body = open_batch(client), JPEG + bytes(2000)
            stated = put(client, batch, body)
            path = f"/v1/scan-batches/{batch}/pages/{digest(body)}"
            streamed = client.put(path, params={"sequence": 1}, content=iter([body[:900], body[900:]]))
            for answer in (stated, streamed):
                assert (answer.status_code, slug(answer)) == (413, "too_large")
                assert answer.json()["limit_bytes"] == 1000
            assert put(client, batch, PDF + bytes(2000), 1, endpoint="files").status_code == 201
            assert slug(put(client, batch, PDF + bytes(6000), 2, endpoint="files")) == "too_large"


def test_a_full_spool_disk_is_said_so_and_leaves_nothing(
    own_settings: ServiceSettings, key_pair: tuple[str, str], tmp_path: Path
) -> None:
    """Where the spool cannot grow (here by a limit on file size), 507; small pages still pass."""
    own = {"TANGTHU_SPOOL_FOLDER": str(tmp_path)}
    limited = ("prlimit", f"--fsize={6 * MIB}", "--")
    with serve_intake(own_settings, key_pair[0], tmp_path / "log", *limited, **own) as running:
        announce_units(running)
        with running.client() as client:
            batch, body = open_batch(client), JPEG + bytes(8 * MIB)
            answer = put(client, batch, body)
            assert (answer.status_code, slug(answer)) == (507, "storage_full")
            assert client.get(f"/v1/scan-batches/{batch}").json()["files"] == 0
            assert put(client, batch, jpeg()).status_code == 201
        assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_while_object_storage_is_away_senders_are_told_to_come_back(
    own_settings: ServiceSettings, key_pair: tuple[str, str], tmp_path: Path
) -> None:
    """503 with Retry-After and no row; when storage is back the same request gets 201."""
    store = S3(tmp_path / "s3", secret="s" * 32)
    store.start()
    try:
        store.wait_ready()
        settings = own_settings.model_copy(
            update={"s3_endpoint": store.endpoint, "s3_secret_key": SecretStr("s" * 32)}
        )
        with serve_intake(settings, key_pair[0], tmp_path / "log") as running:
            announce_units(running)
            with running.client() as client:
                batch, body = open_batch(client), jpeg()
                store.stop()
                answer = put(client, batch, body)
                assert (answer.status_code, slug(answer)) == (503, "unavailable")
                assert int(answer.headers["retry-after"]) > 0
                assert client.get(f"/v1/scan-batches/{batch}").json()["files"] == 0
                store.start()
                store.wait_ready()
                wait_until(lambda: put(client, batch, body).status_code == 201)
                assert close(client, batch, digest(body)).status_code == 200
    finally:
        store.stop()


def test_a_killed_intake_forgets_nothing_it_acknowledged(
    own_settings: ServiceSettings, key_pair: tuple[str, str], tmp_path: Path
) -> None:
    """After kill -9 between uploads, the next process has every acknowledged page and publishes its event."""
    sent: dict[int, Any] = {}
    for life in range(2):
        with serve_intake(own_settings, key_pair[0], tmp_path / "log") as running:
            if life == 0:
                announce_units(running)
            with running.client() as client:
                batch = sent.get(0) or open_batch(client)
                sent[0] = batch
                for sequence in range(1, 6):
                    body = sent.setdefault(sequence, jpeg())
                    answer = put(client, batch, body, sequence)
                    assert answer.status_code == (201 if life == 0 else 200)
                if life == 0:
                    psutil.Process(running.pid).kill()
                    continue
                pages = [digest(body) for sequence, body in sent.items() if sequence]
                assert close(client, batch, *pages).json()["counts"]["received"] == 5
                wait_until(lambda: running.fetch(UNPUBLISHED)[0][0] == 0)


def test_followers_are_let_go_when_intake_stops(
    own_settings: ServiceSettings, key_pair: tuple[str, str], tmp_path: Path
) -> None:
    """SIGTERM ends an open stream properly, so that browsers reconnect, instead of cutting it off later."""
    with serve_intake(own_settings, key_pair[0], tmp_path / "log") as running:
        announce_units(running)
        with running.client() as client:
            batch = open_batch(client)
            with client.stream("GET", f"/v1/scan-batches/{batch}/events") as stream:
                lines = stream.iter_lines()
                assert next(lines).startswith("retry:")
                psutil.Process(running.pid).terminate()
                assert "event: end" not in list(lines)
