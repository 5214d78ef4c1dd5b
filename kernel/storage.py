"""Object storage behind one small port; the adapter speaks S3 through the minio SDK, off the event loop."""

import asyncio
import hashlib
import io
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from minio import Minio
from minio.commonconfig import CopySource
from minio.error import S3Error
from typing_extensions import override
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout

from kernel.settings import StorageSettings

QUARANTINE = "quarantine"
MASTERS = "masters"
DERIVATIVES = "derivatives"
BUCKETS = (QUARANTINE, MASTERS, DERIVATIVES)

CHUNK_BYTES = 1 << 20
PART_BYTES = 8 << 20
"""Multipart part size: a 500 MB file needs 60 parts and never more memory than one."""


class ObjectMissing(Exception):
    """No object under that key."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What storage knows of an object."""

    key: str
    size_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class OpenObject:
    """An object that is being read, its first chunk already at hand."""

    stored: StoredObject
    chunks: AsyncIterator[bytes]


class ObjectStore(Protocol):
    """What Tangthu needs of object storage."""

    async def ensure_buckets(self) -> None:
        """Create the buckets that do not exist yet."""

    async def put(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        """Store `data`; writing the same key again replaces it."""

    async def put_file(self, bucket: str, key: str, path: Path, content_type: str) -> None:
        """Store a file's bytes without holding them in memory."""

    async def get(self, bucket: str, key: str) -> bytes:
        """An object's bytes; raises ObjectMissing."""

    async def get_file(self, bucket: str, key: str, path: Path) -> None:
        """Write an object's bytes to `path` without holding them in memory; raises ObjectMissing."""

    def stream(self, bucket: str, key: str) -> AsyncIterator[bytes]:
        """An object's bytes in chunks; raises ObjectMissing at the first one."""

    async def open(self, bucket: str, key: str) -> OpenObject:
        """Size, type and bytes in one request; raises ObjectMissing."""

    async def stat(self, bucket: str, key: str) -> StoredObject:
        """Size and type; raises ObjectMissing."""

    async def copy(self, source_bucket: str, key: str, target_bucket: str) -> None:
        """Copy within the server, same key; raises ObjectMissing."""

    async def delete(self, bucket: str, key: str) -> None:
        """Remove an object; no error if there is none."""

    async def ping(self) -> None:
        """Ask for a sign of life; raises what the driver raises."""


def content_key(sha256: str, suffix: str = "") -> str:
    """The key of content with this hash, fanned out so that no listing grows without bound."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}{suffix}"


def key_of(data: bytes, suffix: str = "") -> str:
    """The content key of `data`."""
    return content_key(hashlib.sha256(data).hexdigest(), suffix)


class S3Store(ObjectStore):
    """The S3 adapter. Every call runs in a thread; the pool of connections is shared."""

    def __init__(self, settings: StorageSettings) -> None:
        self._settings = settings
        http = PoolManager(
            timeout=Timeout(connect=5, read=60),
            maxsize=16,
            retries=Retry(total=4, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        )
        self._client = Minio(
            settings.s3_endpoint,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key.get_secret_value(),
            secure=settings.s3_secure,
            region=settings.s3_region,
            http_client=http,
        )
        self._ensure_lock = threading.Lock()

    @override
    async def ensure_buckets(self) -> None:
        await asyncio.to_thread(self._ensure_buckets)

    def _ensure_buckets(self) -> None:
        with self._ensure_lock:
            for name in BUCKETS:
                bucket = self._settings.bucket(name)
                if not self._client.bucket_exists(bucket):
                    with suppress_codes("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                        self._client.make_bucket(bucket)

    @override
    async def put(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        await asyncio.to_thread(
            self._client.put_object,
            self._settings.bucket(bucket),
            key,
            io.BytesIO(data),
            len(data),
            content_type=content_type,
        )

    @override
    async def put_file(self, bucket: str, key: str, path: Path, content_type: str) -> None:
        await asyncio.to_thread(
            self._client.fput_object,
            self._settings.bucket(bucket),
            key,
            str(path),
            content_type=content_type,
            part_size=PART_BYTES,
        )

    @override
    async def get(self, bucket: str, key: str) -> bytes:
        return await asyncio.to_thread(self._get, bucket, key)

    def _get(self, bucket: str, key: str) -> bytes:
        with _missing(key):
            response = self._client.get_object(self._settings.bucket(bucket), key)
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    @override
    async def get_file(self, bucket: str, key: str, path: Path) -> None:
        await asyncio.to_thread(self._get_file, bucket, key, path)

    def _get_file(self, bucket: str, key: str, path: Path) -> None:
        with _missing(key):
            response = self._client.get_object(self._settings.bucket(bucket), key)
        try:
            with path.open("wb") as target:
                for chunk in response.stream(CHUNK_BYTES):
                    target.write(chunk)
        finally:
            response.close()
            response.release_conn()

    @override
    async def stream(self, bucket: str, key: str) -> AsyncIterator[bytes]:
        with _missing(key):
            response = await asyncio.to_thread(self._client.get_object, self._settings.bucket(bucket), key)
        try:
            while chunk := await asyncio.to_thread(response.read, CHUNK_BYTES):
                yield chunk
        finally:
            response.close()
            response.release_conn()

    @override
    async def open(self, bucket: str, key: str) -> OpenObject:
        response, first = await asyncio.to_thread(self._open, bucket, key)
        headers = response.headers
        size, kind = int(headers["content-length"]), headers.get("content-type", "application/octet-stream")
        chunks = _once(first) if len(first) == size else _rest(first, response)
        return OpenObject(StoredObject(key, size, kind), chunks)

    def _open(self, bucket: str, key: str) -> tuple[BaseHTTPResponse, bytes]:
        with _missing(key):
            response = self._client.get_object(self._settings.bucket(bucket), key)
        more = False
        try:
            first = response.read(CHUNK_BYTES)
            more = len(first) < int(response.headers["content-length"])
        finally:
            if not more:
                response.close()
                response.release_conn()
        return response, first

    @override
    async def stat(self, bucket: str, key: str) -> StoredObject:
        with _missing(key):
            found = await asyncio.to_thread(self._client.stat_object, self._settings.bucket(bucket), key)
        return StoredObject(key, found.size or 0, found.content_type or "application/octet-stream")

    @override
    async def copy(self, source_bucket: str, key: str, target_bucket: str) -> None:
        with _missing(key):
            await asyncio.to_thread(
                self._client.copy_object,
                self._settings.bucket(target_bucket),
                key,
                CopySource(self._settings.bucket(source_bucket), key),
            )

    @override
    async def delete(self, bucket: str, key: str) -> None:
        await asyncio.to_thread(self._client.remove_object, self._settings.bucket(bucket), key)

    @override
    async def ping(self) -> None:
        await asyncio.to_thread(self._client.bucket_exists, self._settings.bucket(QUARANTINE))


async def _once(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk


async def _rest(first: bytes, response: BaseHTTPResponse) -> AsyncIterator[bytes]:
    try:
        yield first
        while chunk := await asyncio.to_thread(response.read, CHUNK_BYTES):
            yield chunk
    finally:
        response.close()
        response.release_conn()


class suppress_codes(suppress):  # noqa: N801 - reads like contextlib.suppress, which it narrows
    """Swallow S3 errors with the given codes, and no others."""

    def __init__(self, *codes: str) -> None:
        super().__init__(S3Error)
        self._codes = codes

    def __exit__(self, exc_type: object, exc: BaseException | None, trace: object) -> bool:
        return isinstance(exc, S3Error) and exc.code in self._codes


class _missing:  # noqa: N801 - a context manager named for what it reports
    """Turns S3's several ways of saying 'no such object' into ObjectMissing."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, exc: BaseException | None, _trace: object) -> None:
        if isinstance(exc, S3Error) and exc.code in {
            "NoSuchKey",
            "NoSuchObject",
            "NoSuchBucket",
            "ResourceNotFound",
        }:
            raise ObjectMissing(self._key) from exc
