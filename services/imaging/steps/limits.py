"""Caps that every decoder keeps to, checked from headers before any pixel is decoded."""

from contracts.vocabulary import RefusalReason
from services.imaging.domain import Refused

MAX_PIXELS = 100_000_000
"""A3 at 600 dpi is 70 megapixels; beyond this the scan is not a sheet of an archive."""
MAX_SIDE = 20_000
MAX_PAGES = 500


def check_size(width: int, height: int) -> None:
    """Raise Refused where a page is larger than any sheet that is scanned here."""
    if width < 1 or height < 1:
        raise Refused(RefusalReason.DAMAGED, f"{width} × {height} pixels")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused(RefusalReason.TOO_MANY_PIXELS, f"{width} × {height} pixels")


def check_pages(count: int) -> None:
    """Raise Refused where a file holds too many pages."""
    if count > MAX_PAGES:
        raise Refused(RefusalReason.TOO_MANY_PAGES, f"more than {MAX_PAGES} pages")
    if count < 1:
        raise Refused(RefusalReason.DAMAGED, "no pages")
