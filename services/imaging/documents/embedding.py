"""The text layer's font as PDF objects: a composite font whose codes are UTF-16 code units."""

import struct
import zlib
from functools import cache

from services.imaging.documents.syntax import Name, Reference, Value
from services.imaging.documents.writer import PdfWriter
from services.imaging.fonts import NAME, UNKNOWN, TextFont

_CODES = 0x10000
_SYMBOLIC = 4
_CMAP_HEAD = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
_CMAP_TAIL = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"


def embed(writer: PdfWriter, font: TextFont) -> Reference:
    """Write the whole font program with its widths and its way back to Unicode."""
    program = writer.add_stream(*_deflated(font.program, {"Length1": len(font.program)}))
    descriptor = writer.add(
        {
            "Type": Name("FontDescriptor"),
            "FontName": Name(NAME),
            "Flags": _SYMBOLIC,
            "FontBBox": list(font.box),
            "ItalicAngle": 0,
            "Ascent": font.ascent,
            "Descent": font.descent,
            "CapHeight": font.cap_height,
            "StemV": 80,
            "FontFile2": program,
        }
    )
    descendant = writer.add(
        {
            "Type": Name("Font"),
            "Subtype": Name("CIDFontType2"),
            "BaseFont": Name(NAME),
            "CIDSystemInfo": {"Registry": b"Adobe", "Ordering": b"Identity", "Supplement": 0},
            "FontDescriptor": descriptor,
            "DW": font.widths[UNKNOWN],
            "W": _widths(font),
            "CIDToGIDMap": writer.add_stream(*_deflated(_glyph_map(font), {})),
        }
    )
    return writer.add(
        {
            "Type": Name("Font"),
            "Subtype": Name("Type0"),
            "BaseFont": Name(NAME),
            "Encoding": Name("Identity-H"),
            "DescendantFonts": [descendant],
            "ToUnicode": writer.add_stream(*_deflated(_to_unicode(), {})),
        }
    )


def _deflated(data: bytes, entries: dict[str, Value]) -> tuple[dict[str, Value], int, list[bytes]]:
    packed = _packed(data)
    return {**entries, "Filter": Name("FlateDecode")}, len(packed), [packed]


@cache
def _packed(data: bytes) -> bytes:
    return zlib.compress(data, 9)


def _widths(font: TextFont) -> list[Value]:
    """Runs of neighbouring codes with their widths: `code [width …]`."""
    runs: list[tuple[int, list[int]]] = []
    for code in sorted(map(ord, font.widths)):
        if runs and code == runs[-1][0] + len(runs[-1][1]):
            runs[-1][1].append(font.widths[chr(code)])
        else:
            runs.append((code, [font.widths[chr(code)]]))
    return [part for start, widths in runs for part in (start, widths)]


def _glyph_map(font: TextFont) -> bytes:
    numbers = bytearray(struct.pack(">H", font.glyphs[UNKNOWN]) * _CODES)
    for character, glyph in font.glyphs.items():
        struct.pack_into(">H", numbers, 2 * ord(character), glyph)
    return bytes(numbers)


def _to_unicode() -> bytes:
    """Every code is its own character; no range may cross a high byte, no block hold over 100 ranges."""
    ranges = [b"<%02X00> <%02XFF> <%02X00>\n" % (high, high, high) for high in range(256)]
    blocks = [ranges[start : start + 100] for start in range(0, len(ranges), 100)]
    listed = b"".join(b"%d beginbfrange\n%sendbfrange\n" % (len(part), b"".join(part)) for part in blocks)
    return _CMAP_HEAD + listed + _CMAP_TAIL
