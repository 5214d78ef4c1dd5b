"""A page to draw on in millimetres from its upper left corner: codes and words."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import zxingcpp

from services.imaging.documents.syntax import number
from services.imaging.fonts import UNKNOWN, TextFont
from services.imaging.printing.domain import PAGE_MM

FONT = "F"
POINTS_PER_MM = 72 / 25.4
POINT_MM = 25.4 / 72
_BOLD = 0.028
"""Of the font size: how thick the stroke is that makes letters bold."""
_LEAST_MODULE_MM = 0.2
"""Of a line code: what a laser printer of 300 dpi still draws evenly."""


class Canvas:
    """The operators of one page."""

    def __init__(self, font: TextFont) -> None:
        self._font = font
        self._lines: list[str] = ["0 g 0 G"]

    def content(self) -> bytes:
        """What was drawn."""
        return "\n".join(self._lines).encode("ascii")

    def box(self, left: float, top: float, width: float, height: float) -> None:
        """A filled rectangle."""
        self._lines.append(f"{self._rectangle(left, top, width, height)} f")

    def frame(self, left: float, top: float, width: float, height: float, line: float = 0.3) -> None:
        """An empty rectangle."""
        self._lines.append(f"{number(line * POINTS_PER_MM)} w {self._rectangle(left, top, width, height)} S")

    def text(
        self,
        at: float,
        baseline: float,
        words: str,
        size: float,
        *,
        bold: bool = False,
        centred: bool = False,
    ) -> None:
        """A line of text of `size` points, from `at` or around it."""
        drawn = "".join(
            letter if letter in self._font.glyphs else UNKNOWN
            for letter in unicodedata.normalize("NFC", words)
        )
        left = at - self.width_of(drawn, size) / 2 if centred else at
        mode = f"2 Tr {number(_BOLD * size)} w" if bold else "0 Tr"
        self._lines.append(
            f"BT {mode} /{FONT} {number(size)} Tf "
            f"1 0 0 1 {number(left * POINTS_PER_MM)} {number((PAGE_MM[1] - baseline) * POINTS_PER_MM)} Tm "
            f"<{drawn.encode('utf-16-be').hex().upper()}> Tj ET"
        )

    def width_of(self, words: str, size: float) -> float:
        """Millimetres that a line takes."""
        return self._font.width_of(words) * size / 1000 * POINT_MM

    def fitting(self, words: str, size: float, width: float, least: float) -> tuple[str, float]:
        """The words and a size at which they fit; cut where the least size is too large."""
        smaller = min(size, max(least, size * width / max(self.width_of(words, size), 0.1)))
        if self.width_of(words, smaller) <= width * 1.001:
            return words, smaller
        while words and self.width_of(words + "…", smaller) > width:
            words = words[:-1]
        return words.rstrip() + "…", smaller

    def qr(self, text: str, left: float, top: float, side: float) -> None:
        """A QR code; a quarter of it may be lost (level Q)."""
        rows = qr_modules(text)
        module = side / len(rows)
        for place, row in enumerate(rows):
            for start, length in _runs(row):
                # A hair of overlap, so that no printer leaves white lines between neighbours.
                self.box(left + start * module, top + place * module, length * module, module * 1.01)

    def line_code(self, text: str, left: float, top: float, width: float, height: float) -> bool:
        """A Code 128; false, and nothing drawn, where it does not fit or cannot say the text.

        The caller keeps 3 mm free left and right of it (ISO/IEC 15417: ten modules).
        """
        if not text.isascii() or not text.isprintable():
            return False
        bars = line_modules(text)
        module = min(0.33, width / len(bars))
        if module < _LEAST_MODULE_MM:
            return False
        for start, length in _runs(bars):
            self.box(left + start * module, top, length * module, height)
        return True

    def _rectangle(self, left: float, top: float, width: float, height: float) -> str:
        corner = left * POINTS_PER_MM, (PAGE_MM[1] - top - height) * POINTS_PER_MM
        return (
            " ".join(number(one) for one in (*corner, width * POINTS_PER_MM, height * POINTS_PER_MM)) + " re"
        )


@cache
def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of a QR code, true where it is dark, without its quiet zone."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    return _dark(made)


@cache
def line_modules(text: str) -> tuple[bool, ...]:
    """Bars and gaps of a Code 128, one for each module."""
    return _dark(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128))[0]


def _dark(made: zxingcpp.Barcode) -> tuple[tuple[bool, ...], ...]:
    # zxing-cpp's image speaks numpy's array interface, of which its stub says nothing.
    drawn: Any = made.to_image(scale=1, add_quiet_zones=False)
    image = np.asarray(drawn)
    return tuple(tuple(bool(dark) for dark in row) for row in (image < 128).reshape(image.shape[:2]))


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    start = None
    for place, dark in enumerate([*row, False]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place - start
            start = None
