"""Where an upload waits until its hash is known: in memory if small, else in a nameless temporary file."""

import asyncio
import hashlib
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from kernel.storage import ObjectStore
from services.intake.media import HEAD_BYTES
from services.intake.problems import TooLarge

FLUSH_BYTES = 1 << 20
"""Bytes hashed and written per trip to a thread: a trip costs about 0.1 ms, hashing them about 0.6 ms."""


class Spool:
    """Takes one body, hashes it, then hands it to object storage. Raises TooLarge past `limit` bytes.

    The file has no name on disk, so a crash at any point leaves nothing to clean up.
    """

    def __init__(self, folder: Path, *, memory_bytes: int, limit: int) -> None:
        self._folder = folder
        self._memory_bytes = memory_bytes
        self._limit = limit
        self._hash = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._held: list[bytes] = []
        self._file: IO[bytes] | None = None
        self.size_bytes = 0
        self.head = b""
        """The first HEAD_BYTES bytes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget the bytes."""
        self._held.clear()
        if self._file is not None:
            self._file.close()

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        self.size_bytes += len(chunk)
        if self.size_bytes > self._limit:
            raise TooLarge(f"the limit is {self._limit} bytes", extensions={"limit_bytes": self._limit})
        if len(self.head) < HEAD_BYTES:
            self.head = (self.head + chunk)[:HEAD_BYTES]
        self._waiting.append(chunk)
        self._waiting_bytes += len(chunk)
        if self._waiting_bytes >= FLUSH_BYTES:
            await asyncio.to_thread(self._flush)

    async def finish(self) -> str:
        """The SHA-256 of everything taken, in hexadecimal."""
        await asyncio.to_thread(self._flush)
        return self._hash.hexdigest()

    async def store(self, store: ObjectStore, bucket: str, key: str, media_type: str) -> None:
        """Put the bytes into object storage; call after `finish`."""
        if self._file is None:
            await store.put(bucket, key, b"".join(self._held), media_type)
        else:
            # A descriptor's path opens the nameless file again, at its start.
            await store.put_file(bucket, key, Path(f"/dev/fd/{self._file.fileno()}"), media_type)

    def _flush(self) -> None:
        for chunk in self._waiting:
            self._hash.update(chunk)
        if self._file is None and self.size_bytes <= self._memory_bytes:
            self._held += self._waiting
        else:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
                self._write(self._held)
                self._held.clear()
            self._write(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0

    def _write(self, chunks: list[bytes]) -> None:
        if self._file is not None and chunks:
            view = memoryview(b"".join(chunks))
            # An unbuffered file may take less than it was given.
            while view:
                view = view[self._file.write(view) :]
