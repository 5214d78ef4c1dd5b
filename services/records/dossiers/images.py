"""A page's images out of object storage, as streams."""

from contextlib import suppress
from enum import StrEnum
from pathlib import PurePosixPath

from kernel.errors import Forbidden, NotFound
from kernel.storage import (
    DERIVATIVES,
    MASTERS,
    QUARANTINE,
    ObjectMissing,
    ObjectStore,
    OpenObject,
    StoredObject,
)
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


def etag_of(key: str) -> str:
    """The content's hash, out of its key: images never change under a key."""
    return f'"{PurePosixPath(key).name.split(".")[0]}"'


def key_of(page: PageRow, variant: Variant) -> str:
    """The key of a page's image; raises NotFound where the page has none."""
    keys = {
        Variant.ACCESS: page.access_key,
        Variant.THUMBNAIL: page.thumbnail_key,
        Variant.MASTER: page.master_key,
    }
    if key := keys[variant]:
        return key
    raise NotFound(f"{variant} image of page {page.id}")


async def open_image(store: ObjectStore, key: str, variant: Variant) -> OpenObject:
    """The image under a key; a lost object fails before the answer begins. Raises NotFound.

    Masters are looked for in quarantine too: imaging announces a page just before it moves the file.
    """
    for bucket in [MASTERS, QUARANTINE] if variant is Variant.MASTER else [DERIVATIVES]:
        with suppress(ObjectMissing):
            return await store.open(bucket, key)
    raise NotFound(f"no {variant} image")


def disposition(page: PageRow, stored: StoredObject, *, download: bool) -> str:
    """Content-Disposition: inline only for what a browser shows as a picture."""
    kind = stored.content_type.split(";")[0]
    how = "inline" if kind in SHOWN_INLINE and not download else "attachment"
    return f'{how}; filename="{page.id}{EXTENSIONS.get(kind, ".bin")}"'
