"""Tells a file's type by its first bytes, and whether that is what it claims to be."""

from enum import StrEnum
from pathlib import PurePath

from contracts.vocabulary import RefusalReason
from services.imaging.domain import Refused


class FileKind(StrEnum):
    """The file types that imaging opens; everything else is refused unopened."""

    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    PDF = "pdf"


_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"II*\0", FileKind.TIFF),
    (b"MM\0*", FileKind.TIFF),
    (b"II+\0", FileKind.TIFF),
    (b"MM\0+", FileKind.TIFF),
    (b"%PDF-", FileKind.PDF),
)

CLAIMS: dict[str, FileKind] = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", "image/jpeg", "image/jpg"), FileKind.JPEG),
    **dict.fromkeys((".png", "image/png"), FileKind.PNG),
    **dict.fromkeys((".tif", ".tiff", "image/tiff"), FileKind.TIFF),
    **dict.fromkeys((".pdf", "application/pdf"), FileKind.PDF),
}
"""What a file name's suffix or a media type claims."""


def sniff(head: bytes, claim: str = "") -> FileKind:
    """The kind of a file that begins with `head` and claims to be `claim` (media type or file name).

    Raises Refused: empty; unsupported_type (neither bytes nor claim are ours); type_mismatch (they differ).
    """
    if not head:
        raise Refused(RefusalReason.EMPTY)
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    claimed = CLAIMS.get(claim.lower()) or CLAIMS.get(PurePath(claim).suffix.lower())
    if found is None and claimed is None:
        raise Refused(RefusalReason.UNSUPPORTED_TYPE, "not a JPEG, PNG, TIFF or PDF")
    if found is None or (claimed is not None and claimed is not found):
        raise Refused(RefusalReason.TYPE_MISMATCH, f"claims {claimed}, bytes say {found or 'otherwise'}")
    return found
