"""The object store on a real S3 server."""

import hashlib
from pathlib import Path

import pytest

from kernel.settings import ServiceSettings
from kernel.storage import DERIVATIVES, MASTERS, QUARANTINE, ObjectMissing, S3Store, content_key, key_of


@pytest.fixture
async def store(service_settings: ServiceSettings) -> S3Store:
    """Buckets of the test's own."""
    opened = S3Store(service_settings)
    await opened.ensure_buckets()
    await opened.ensure_buckets()
    return opened


async def test_bytes_come_back_unchanged(store: S3Store) -> None:
    """What was put is what is got, whole, streamed and as a file."""
    data = bytes(range(256)) * 20_000
    key = key_of(data, ".bin")
    await store.put(DERIVATIVES, key, data, "image/jpeg")
    assert await store.get(DERIVATIVES, key) == data
    assert b"".join([chunk async for chunk in store.stream(DERIVATIVES, key)]) == data
    found = await store.stat(DERIVATIVES, key)
    assert (found.size_bytes, found.content_type) == (len(data), "image/jpeg")


async def test_large_file_goes_in_parts(store: S3Store, tmp_path: Path) -> None:
    """A file above the part size (multipart upload) keeps its bytes."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(hashlib.shake_256(b"tangthu").digest(20 << 20))
    await store.put_file(QUARANTINE, "large", source, "application/pdf")
    await store.get_file(QUARANTINE, "large", target)
    assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(source.read_bytes()).digest()


async def test_copy_and_delete(store: S3Store) -> None:
    """A copy within the server outlives its source; deleting twice is no error."""
    await store.put(QUARANTINE, "page", b"bytes", "image/png")
    await store.copy(QUARANTINE, "page", MASTERS)
    await store.delete(QUARANTINE, "page")
    await store.delete(QUARANTINE, "page")
    assert await store.get(MASTERS, "page") == b"bytes"


async def test_missing_object_has_one_name(store: S3Store, tmp_path: Path) -> None:
    """Every way of asking for what is not there raises ObjectMissing."""
    with pytest.raises(ObjectMissing):
        await store.get(MASTERS, "none")
    with pytest.raises(ObjectMissing):
        await store.stat(MASTERS, "none")
    with pytest.raises(ObjectMissing):
        await store.copy(QUARANTINE, "none", MASTERS)
    with pytest.raises(ObjectMissing):
        await store.get_file(MASTERS, "none", tmp_path / "x")
    with pytest.raises(ObjectMissing):
        await anext(store.stream(MASTERS, "none"))


def test_content_key_fans_out() -> None:
    """Keys spread over 65,536 prefixes and name their content."""
    assert content_key("abcdef", ".jpg") == "sha256/ab/cd/abcdef.jpg"
