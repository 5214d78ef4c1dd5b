"""A page's images out of object storage, as streams."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from kernel.errors import Forbidden, NotFound
from kernel.storage import DERIVATIVES, MASTERS, QUARANTINE, ObjectMissing, ObjectStore, StoredObject
from services.records.dossiers.models import PageRow

SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Other masters (PDF, TIFF) are offered as a download: a browser would run a PDF's content in our origin."""

EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "application/pdf": ".pdf",
}


class MarkedOnly(Forbidden):
    """The caller sees papers only with a mark of who looks, when and why (`/v1/iiif`)."""

    slug = "marked_only"
    title = "Chỉ được xem ảnh có dấu chìm"
    title_en = "Only marked images may be seen"


class Variant(StrEnum):
    """Which image of a page."""

    ACCESS = "access"
    THUMBNAIL = "thumbnail"
    MASTER = "master"


@dataclass(frozen=True, slots=True)
class PageImage:
    """An image that is there."""

    bucket: str
    stored: StoredObject

    @property
    def etag(self) -> str:
        """The content's hash, out of its key: images never change under a key."""
        return f'"{PurePosixPath(self.stored.key).name.split(".")[0]}"'


async def find_image(store: ObjectStore, page: PageRow, variant: Variant) -> PageImage:
    """Where a page's image is; raises NotFound.

    Masters are looked for in quarantine too: imaging announces a page just before it moves the file.
    """
    key, buckets = {
        Variant.ACCESS: (page.access_key, [DERIVATIVES]),
        Variant.THUMBNAIL: (page.thumbnail_key, [DERIVATIVES]),
        Variant.MASTER: (page.master_key, [MASTERS, QUARANTINE]),
    }[variant]
    for bucket in buckets if key else []:
        with suppress(ObjectMissing):
            return PageImage(bucket, await store.stat(bucket, key or ""))
    raise NotFound(f"{variant} image of page {page.id}")


def disposition(page: PageRow, image: PageImage, *, download: bool) -> str:
    """Content-Disposition: inline only for what a browser shows as a picture."""
    kind = image.stored.content_type.split(";")[0]
    how = "inline" if kind in SHOWN_INLINE and not download else "attachment"
    return f'{how}; filename="{page.id}{EXTENSIONS.get(kind, ".bin")}"'


async def open_stream(store: ObjectStore, image: PageImage) -> AsyncIterator[bytes]:
    """The image's bytes, the first chunk already at hand: a lost object fails before the answer begins."""
    chunks = store.stream(image.bucket, image.stored.key)
    first = await anext(chunks, b"")

    async def joined() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    return joined()
