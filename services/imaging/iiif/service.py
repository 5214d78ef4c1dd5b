"""Serves parts of page images: decoded once, kept while they are looked at, made off the event loop."""

import asyncio
import hashlib
import uuid
import weakref
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from prometheus_client import Counter, Histogram

from kernel.database import Database
from kernel.errors import NotFound
from kernel.storage import DERIVATIVES, ObjectMissing, ObjectStore
from services.imaging.iiif import repository
from services.imaging.iiif.buffers import Buffers
from services.imaging.iiif.cache import BytesCache
from services.imaging.iiif.domain import Rendering
from services.imaging.iiif.marking import burn
from services.imaging.iiif.render import VERSION, DecodedPage, decode, render
from services.imaging.iiif.repository import PageImage
from services.imaging.steps.sheet import Plane

TILES = Counter("tangthu_imaging_tiles_total", "Parts of images served", ["from"])
DECODE_SECONDS = Histogram(
    "tangthu_imaging_page_open_seconds", "Time to fetch and decode a page that is looked at"
)


@dataclass(slots=True)
class ImageServer:
    """Everything that image requests share. Memory: the two caches, and two pages per thread beside them."""

    database: Database
    store: ObjectStore
    threads: ThreadPoolExecutor
    pages: BytesCache[DecodedPage]
    tiles: BytesCache[bytes]
    opening: dict[str, asyncio.Task[DecodedPage]] = field(default_factory=dict)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Pages that are fetched and decoded at the same time."""
    buffers: Buffers = field(default_factory=lambda: Buffers(2))
    fonts: Path = Path("node_modules")
    """Packages that hold the mark's font."""
    _preparing: asyncio.Future[None] | None = None

    @classmethod
    def with_limits(
        cls, database: Database, store: ObjectStore, *, cache_bytes: int, threads: int, fonts: Path
    ) -> Self:
        """A server that keeps `cache_bytes`, a fifth of it as finished tiles, and works in `threads`."""
        return cls(
            database,
            store,
            ThreadPoolExecutor(threads, thread_name_prefix="iiif"),
            BytesCache(cache_bytes * 4 // 5),
            BytesCache(cache_bytes // 5),
            room=asyncio.Semaphore(threads),
            buffers=Buffers(threads),
            fonts=fonts,
        )

    async def image(self, page_id: uuid.UUID, units: Iterable[str]) -> PageImage:
        """A page's image, if it is one of `units`; raises NotFound, for another unit's too."""
        scope = list(units)
        async with self.database.read(scope) as session:
            found = await repository.find_image(session, page_id, scope)
        if found is None:
            raise NotFound(f"page {page_id}")
        return found

    async def rendered(self, image: PageImage, asked: Rendering) -> bytes:
        """The bytes of a request, from memory where they are; raises NotFound where the image is lost."""
        key = (image.key, asked.canonical)
        if (ready := self.tiles.get(key)) is not None:
            TILES.labels("memory").inc()
            return ready
        page = await self.opened(image)
        made = await asyncio.get_running_loop().run_in_executor(self.threads, render, page, asked)
        self.tiles.put(key, made, len(made))
        TILES.labels("pixels").inc()
        return made

    async def thumbnail(self, image: PageImage) -> bytes:
        """The page's small picture; raises NotFound where there is none, or it is lost."""
        try:
            return await self.store.get(DERIVATIVES, image.thumbnail_key)
        except ObjectMissing as error:
            raise NotFound("the thumbnail is not in storage") from error

    async def marked(self, image: PageImage, asked: Rendering, text: str) -> bytes:
        """The bytes of a request with a mark burnt in; never kept, for no two looks are alike."""
        page = await self.opened(image)

        def paint(part: Plane) -> Plane:
            return burn(part, text, self.fonts)

        made = await asyncio.get_running_loop().run_in_executor(self.threads, render, page, asked, paint)
        TILES.labels("marked").inc()
        return made

    def expect(self, image: PageImage) -> None:
        """Begin to open a page whose tiles will be asked for next."""
        if self.pages.get(image.key) is None:
            self._opening(image)

    async def opened(self, image: PageImage) -> DecodedPage:
        """The decoded page; several requests for one page decode it once."""
        if (ready := self.pages.get(image.key)) is not None:
            return ready
        # Shielded: one reader who leaves must not take the page away from the others.
        return await asyncio.shield(self._opening(image))

    def _opening(self, image: PageImage) -> asyncio.Task[DecodedPage]:
        task = self.opening.get(image.key)
        if task is None:
            task = asyncio.create_task(self._open(image))
            self.opening[image.key] = task
            task.add_done_callback(lambda done: self._settle(image.key, done))
        return task

    def _settle(self, key: str, done: asyncio.Task[DecodedPage]) -> None:
        self.opening.pop(key, None)
        if not done.cancelled():
            # Looked at here, so that a page which nobody came for does not fail unheard.
            done.exception()

    async def _open(self, image: PageImage) -> DecodedPage:
        async with self.room:
            with DECODE_SECONDS.time():
                try:
                    data = await self.store.get(DERIVATIVES, image.key)
                except ObjectMissing as error:
                    raise NotFound("the image is not in storage") from error
                page = await asyncio.get_running_loop().run_in_executor(
                    self.threads, decoded_into, self.buffers, data
                )
        self.pages.put(image.key, page, page.size_bytes)
        self.prepare()
        return page

    def prepare(self) -> None:
        """Make memory ready for the pages that will be opened next, beside the event loop."""
        if self.buffers.wanting and (self._preparing is None or self._preparing.done()):
            self._preparing = asyncio.get_running_loop().run_in_executor(None, self.buffers.prepare)

    def close(self) -> None:
        """Stop the threads and let go of the pages held."""
        self.buffers.close()
        self.pages.clear()
        self.tiles.clear()
        for task in list(self.opening.values()):
            task.cancel()
        self.threads.shutdown(wait=False, cancel_futures=True)


def decoded_into(buffers: Buffers, data: bytes) -> DecodedPage:
    """The decoded page in a buffer that is free again once nobody holds the page; raises NoPicture."""
    taken: list[Plane] = []

    def take(size: int) -> Plane:
        taken.append(buffers.take(size))
        return taken[0]

    page = decode(data, take)
    for buffer in taken:
        weakref.finalize(page, buffers.give, buffer)
    return page


def etag_of(image: PageImage, asked: Rendering) -> str:
    """A strong ETag: access images never change under a key, and rendering is one version's."""
    told = f"{image.key} {asked.canonical} {VERSION}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
