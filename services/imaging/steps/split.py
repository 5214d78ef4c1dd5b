"""Splits a file into its pages, each decoded only when asked for."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from contracts.vocabulary import RefusalReason
from services.imaging.domain import Refused
from services.imaging.steps.decode import damaged, decode_jpeg, decode_pillow, decode_png
from services.imaging.steps.limits import MAX_PAGES, check_pages, check_size
from services.imaging.steps.open_pdf import PdfPages
from services.imaging.steps.sheet import Sheet
from services.imaging.steps.sniff import FileKind


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one file: how many, and how to decode each (from 1); decoding raises Refused."""

    count: int
    decode: Callable[[int], Sheet]
    raw: Callable[[int], bytes | None] = lambda _page_no: None
    """The JPEG that a page consists of, undecoded; none for any other page."""


def split(data: bytes, kind: FileKind) -> Pages:
    """The pages of a file; raises Refused where the file as a whole cannot be opened."""
    if kind is FileKind.JPEG:
        return Pages(1, lambda _page_no: decode_jpeg(data), lambda _page_no: data)
    if kind is FileKind.PNG:
        return Pages(1, lambda _page_no: decode_png(data))
    if kind is FileKind.PDF:
        pdf = PdfPages(data)
        return Pages(pdf.count, pdf.decode, pdf.raw)
    return _split_tiff(data)


def _split_tiff(data: bytes) -> Pages:
    try:
        opened = Image.open(io.BytesIO(data), formats=["TIFF"])
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, UnidentifiedImageError) as error:
        raise _incomplete(error, data) from error
    count = _count_frames(opened)

    def decode(page_no: int) -> Sheet:
        try:
            opened.seek(page_no - 1)
            check_size(*opened.size)
        except (OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError) as error:
            raise damaged(error) from error
        return decode_pillow(opened)

    return Pages(count, decode)


def _count_frames(opened: Image.Image) -> int:
    """Walk the directories up to the cap; Pillow stops at a loop."""
    count = 0
    try:
        while count <= MAX_PAGES:
            opened.seek(count)
            count += 1
    except EOFError:
        pass
    except (OSError, ValueError, SyntaxError, TypeError, KeyError):
        # A directory that cannot be read is a page that is refused alone; those behind it cannot be found.
        count += 1
    check_pages(count)
    return count


def _incomplete(error: Exception, data: bytes) -> Refused:
    """A TIFF whose first directory lies beyond its end has lost its tail."""
    order = "little" if data[:2] == b"II" else "big"
    first = int.from_bytes(data[4:8], order)  # type: ignore[arg-type]
    if len(data) < 8 or first >= len(data):
        return Refused(RefusalReason.TRUNCATED, "first directory lies beyond the end")
    return damaged(error)
