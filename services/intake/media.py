"""What a file is by its first bytes: the allowlist of reliability rules for bad input."""

from typing import Final

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
TIFF: Final = "image/tiff"
PDF: Final = "application/pdf"

PAGE_TYPES: Final = (JPEG, PNG, TIFF)
FILE_TYPES: Final = (PDF, TIFF)

_SIGNATURES: Final = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    # BigTIFF: the version number is 43 instead of 42.
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"%PDF-", PDF),
)
HEAD_BYTES: Final = 8
"""The longest signature."""

_UNDECLARED: Final = ("", "application/octet-stream", "binary/octet-stream")


def media_type_of(head: bytes) -> str | None:
    """The media type shown by a file's first HEAD_BYTES bytes; none outside the allowlist."""
    return next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)


def declared_type(content_type: str | None) -> str | None:
    """The media type that the sender claims, without parameters; none if it claims nothing."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return None if kind in _UNDECLARED else {"image/jpg": JPEG, "image/tif": TIFF}.get(kind, kind)
