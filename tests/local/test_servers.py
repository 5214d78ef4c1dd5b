"""The three real servers: they work, they come back after `kill -9`, and they keep what they acknowledged."""

import io
import secrets
from pathlib import Path

import asyncpg
import nats
import pytest
from minio import Minio
from minio.commonconfig import CopySource
from minio.error import S3Error
from nats.js.api import StreamConfig

from kernel.settings import ServiceSettings
from kernel.storage import QUARANTINE, S3Store, content_key
from local.servers.nats import Nats
from local.servers.postgres import Postgres, memory_settings
from local.servers.s3 import S3

PAGE = b"\xff\xd8" + bytes(range(256)) * 1000


async def test_a_fresh_database_binds_its_role_to_row_level_security(database_url: str) -> None:
    """The role of a test is no superuser: policies hold for it as they do in production."""
    connection = await asyncpg.connect(database_url)
    row = await connection.fetchrow(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert row is not None
    assert tuple(row) == (False, False)
    await connection.close()


async def test_the_kernel_stores_and_reads_objects(service_settings: ServiceSettings) -> None:
    """The kernel's S3 adapter works on this server: buckets, put, stat, get."""
    store = S3Store(service_settings)
    await store.ensure_buckets()
    key = content_key("ab" * 32)
    await store.put(QUARANTINE, key, PAGE, "image/jpeg")
    assert (await store.stat(QUARANTINE, key)).size_bytes == len(PAGE)
    assert await store.get(QUARANTINE, key) == PAGE


async def test_postgres_keeps_committed_rows_over_a_kill(tmp_path: Path) -> None:
    """A row committed just before `kill -9` is there after a start on the same folder."""
    password = secrets.token_hex(8)
    first = Postgres(tmp_path, password=password)
    first.start()
    first.wait_ready()
    connection = await asyncpg.connect(first.url)
    await connection.execute("CREATE TABLE kept (name text)")
    await connection.execute("INSERT INTO kept VALUES ('Nguyễn Văn Ấm')")
    first.child.kill()
    connection.terminate()

    second = Postgres(tmp_path, password=password)
    second.start()
    second.wait_ready()
    try:
        connection = await asyncpg.connect(second.url)
        assert await connection.fetchval("SELECT lower(name) FROM kept") == "nguyễn văn ấm"
        await connection.close()
    finally:
        second.stop()


@pytest.mark.parametrize(
    ("memory_gib", "shared", "cached"),
    [(0.5, "128MB", "256MB"), (16, "2048MB", "8192MB"), (64, "4096MB", "32768MB")],
)
def test_postgres_takes_its_share_of_the_machine(memory_gib: float, shared: str, cached: str) -> None:
    """A small machine keeps room for the services; a large one does not give everything to one server."""
    settings = memory_settings(int(memory_gib * 2**30))
    assert settings == {"shared_buffers": shared, "effective_cache_size": cached}


async def test_an_orphaned_postgres_is_replaced(tmp_path: Path) -> None:
    """A start ends the server that a killed supervisor left running on the same folder."""
    password = secrets.token_hex(8)
    orphan = Postgres(tmp_path, password=password)
    orphan.start()
    orphan.wait_ready()
    second = Postgres(tmp_path, password=password)
    second.start()
    try:
        second.wait_ready()
        assert not orphan.child.running
        connection = await asyncpg.connect(second.url)
        await connection.close()
    finally:
        second.stop()


async def test_an_interrupted_creation_starts_over(tmp_path: Path) -> None:
    """What a killed initdb left behind is not taken for a database."""
    (tmp_path / "cluster.new").mkdir()
    (tmp_path / "cluster.new" / "PG_VERSION").write_text("18\n")
    server = Postgres(tmp_path, password="x" * 12)
    server.start()
    try:
        server.wait_ready()
    finally:
        server.stop()


async def test_nats_keeps_acknowledged_messages_over_a_kill(tmp_path: Path) -> None:
    """Messages acknowledged just before `kill -9` are there after a start on the same folder."""
    server = Nats(tmp_path, password="secret-enough")
    server.start()
    server.wait_ready()
    client = await nats.connect(server.url, allow_reconnect=False)
    stream = client.jetstream()
    await stream.add_stream(StreamConfig(name="KEPT", subjects=["kept.>"]))
    for number in range(50):
        await stream.publish("kept.one", str(number).encode())
    server.child.kill()
    await client.close()

    server = Nats(tmp_path, password="secret-enough")
    server.start()
    server.wait_ready()
    try:
        client = await nats.connect(server.url)
        info = await client.jetstream().stream_info("KEPT")
        assert info.state.messages == 50
        await client.close()
    finally:
        server.stop()


async def test_nats_refuses_strangers(nats_url: str) -> None:
    """Nobody connects without the password."""
    address = nats_url.rsplit("@", 1)[1]
    with pytest.raises(nats.errors.Error):
        await nats.connect(f"nats://{address}", allow_reconnect=False, max_reconnect_attempts=0)


def _client(server: S3, secret: str) -> Minio:
    return Minio(
        server.endpoint,
        access_key=server.access_key,
        secret_key=secret,
        secure=False,
        region=server.region,
    )


def test_s3_keeps_stored_objects_over_a_kill(tmp_path: Path) -> None:
    """Stored, copied and deleted objects are as they were after `kill -9` and a start on other ports."""
    secret = secrets.token_hex(8)
    first = S3(tmp_path, secret=secret)
    first.start()
    first.wait_ready()
    client = _client(first, secret)
    client.make_bucket("one")
    client.make_bucket("two")
    client.put_object("one", "a/b", io.BytesIO(PAGE), len(PAGE), content_type="image/jpeg")
    client.put_object("one", "gone", io.BytesIO(PAGE), len(PAGE))
    client.copy_object("two", "a/b", CopySource("one", "a/b"))
    client.remove_object("one", "gone")
    first.child.kill()

    second = S3(tmp_path, secret=secret)
    second.start()
    second.wait_ready()
    try:
        client = _client(second, secret)
        assert [item.object_name for item in client.list_objects("one", recursive=True)] == ["a/b"]
        answer = client.get_object("two", "a/b")
        assert answer.read() == PAGE
        assert answer.headers["Content-Type"] == "image/jpeg"
        answer.close()
    finally:
        second.stop()


def test_s3_answers_507_before_the_disk_is_full(tmp_path: Path) -> None:
    """With less than the reserve free, writing is refused as such; reading and deleting go on."""
    secret = secrets.token_hex(8)
    server = S3(tmp_path, secret=secret)
    server.start()
    server.wait_ready()
    client = _client(server, secret)
    client.make_bucket("one")
    client.put_object("one", "before", io.BytesIO(PAGE), len(PAGE))
    server.stop()

    full = S3(tmp_path, secret=secret, reserve_bytes=2**60)
    full.start()
    full.wait_ready()
    try:
        client = _client(full, secret)
        with pytest.raises(S3Error) as refusal:
            client.put_object("one", "after", io.BytesIO(PAGE), len(PAGE))
        assert refusal.value.response.status == 507
        assert client.stat_object("one", "before").size == len(PAGE)
        client.remove_object("one", "before")
        assert not list(client.list_objects("one"))
    finally:
        full.stop()


def test_s3_takes_a_stream_of_unknown_length(servers_store: Minio) -> None:
    """Parts of a stream become one object, as an upload without a known length needs."""
    servers_store.make_bucket("streamed")
    size = 13 * 2**20 + 7
    servers_store.put_object("streamed", "big", io.BytesIO(b"x" * size), -1, part_size=5 * 2**20)
    assert servers_store.stat_object("streamed", "big").size == size


@pytest.fixture
def servers_store(service_settings: ServiceSettings) -> Minio:
    """A plain client of the shared S3 server."""
    return Minio(
        service_settings.s3_endpoint,
        access_key=service_settings.s3_access_key,
        secret_key=service_settings.s3_secret_key.get_secret_value(),
        secure=False,
        region=service_settings.s3_region,
    )
