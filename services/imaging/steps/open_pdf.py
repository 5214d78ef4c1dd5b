"""Opens a PDF: takes a page's single full-page image untouched, else renders the page to pixels."""

import io
from contextlib import suppress
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from contracts.vocabulary import RefusalReason
from services.imaging.domain import Refused
from services.imaging.steps.decode import decode_jpeg, grey_plane
from services.imaging.steps.limits import check_pages, check_size
from services.imaging.steps.refuse_active import refuse_active_content
from services.imaging.steps.sheet import Plane, Sheet, sheet_from_bgr

RENDER_DPI = 300
FULL_PAGE_SHARE = 0.95
"""An image that covers this much of the page is the page's scan."""
_POINTS_PER_INCH = 72


class PdfPages:
    """An open PDF. Raises Refused when made: encrypted, active_content, truncated or damaged."""

    def __init__(self, data: bytes) -> None:
        refuse_active_content(data)
        try:
            self._document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise _refusal(error, data) from error
        if pdfium_c.FPDF_GetFormType(self._document.raw) != pdfium_c.FORMTYPE_NONE:
            raise Refused(RefusalReason.ACTIVE_CONTENT, "interactive form")
        if pdfium_c.FPDFDoc_GetAttachmentCount(self._document.raw) > 0:
            raise Refused(RefusalReason.ACTIVE_CONTENT, "attached files")
        self.count = len(self._document)
        check_pages(self.count)

    def decode(self, page_no: int) -> Sheet:
        """The planes of page `page_no` (from 1); raises Refused."""
        try:
            page = self._document[page_no - 1]
            scan = self._scan_of(page)
            return scan if scan is not None else _render(page)
        except (pdfium.PdfiumError, ValueError, OSError) as error:
            raise Refused(RefusalReason.DAMAGED, type(error).__name__) from error

    def raw(self, page_no: int) -> bytes | None:
        """The JPEG of a page that is one scan, as it stands in the file; raises Refused."""
        try:
            image = self._image_of(self._document[page_no - 1])
            if image is None or list(image.get_filters()) != ["DCTDecode"]:
                return None
            return bytes(image.get_data(decode_simple=False))
        except (pdfium.PdfiumError, ValueError, OSError) as error:
            raise Refused(RefusalReason.DAMAGED, type(error).__name__) from error

    def _scan_of(self, page: Any) -> Sheet | None:
        """The planes of a page that is one scan."""
        image = self._image_of(page)
        if image is None:
            return None
        width_px, height_px = image.get_px_size()
        check_size(width_px, height_px)
        sheet = _image_pixels(image)
        dpi = round(width_px * _POINTS_PER_INCH / image.get_matrix().a, 1)
        return replace(sheet, dpi=dpi, mirrored=False, rotation=page.get_rotation())

    def _image_of(self, page: Any) -> Any:
        """The page's only image where it fills the page upright; none where there is more to see."""
        seen = [item for item in page.get_objects(max_depth=2) if not _invisible(item)]
        if len(seen) != 1 or seen[0].type != pdfium_c.FPDF_PAGEOBJ_IMAGE:
            return None
        image = seen[0]
        left, bottom, right, top = page.get_mediabox()
        width_pt, height_pt = right - left, top - bottom
        matrix = image.get_matrix()
        upright = abs(matrix.b) + abs(matrix.c) < 1e-3 * (abs(matrix.a) + abs(matrix.d))
        if not upright or matrix.a < FULL_PAGE_SHARE * width_pt or matrix.d < FULL_PAGE_SHARE * height_pt:
            return None
        return image


def _image_pixels(image: Any) -> Sheet:
    if list(image.get_filters()) == ["DCTDecode"]:
        # The embedded JPEG itself, so that pixels are those of the scanner, decoded once.
        with suppress(Refused):
            return decode_jpeg(bytes(image.get_data(decode_simple=False)))
    return _from_bitmap(image.get_bitmap(render=False).to_numpy())


def _render(page: Any) -> Sheet:
    width_pt, height_pt = page.get_size()
    scale = RENDER_DPI / _POINTS_PER_INCH
    check_size(round(width_pt * scale), round(height_pt * scale))
    bitmap = page.render(scale=scale, may_draw_forms=False, rev_byteorder=False)
    return replace(_from_bitmap(bitmap.to_numpy()), dpi=float(RENDER_DPI))


def _from_bitmap(pixels: Plane) -> Sheet:
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return grey_plane(pixels.reshape(pixels.shape[:2]))
    if pixels.shape[2] == 4:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR), dtype=np.uint8)
    return sheet_from_bgr(np.ascontiguousarray(pixels))


def _invisible(item: Any) -> bool:
    """Whether an object leaves no mark: the hidden text layer of a PDF that was read before."""
    return bool(
        item.type == pdfium_c.FPDF_PAGEOBJ_TEXT
        and pdfium_c.FPDFTextObj_GetTextRenderMode(item.raw) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
    )


def _refusal(error: pdfium.PdfiumError, data: bytes) -> Refused:
    if "password" in str(error).lower() or "security" in str(error).lower():
        return Refused(RefusalReason.ENCRYPTED)
    tail = io.BytesIO(data[-2048:]).read()
    cut = b"%%EOF" not in tail
    return Refused(RefusalReason.TRUNCATED if cut else RefusalReason.DAMAGED, type(error).__name__)
