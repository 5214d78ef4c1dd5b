"""Fonts: embedded, with widths that agree with their programs and a way back to Unicode (6.3)."""

import io
import re
import struct
from functools import lru_cache

import numpy as np
import pikepdf
from fontTools.ttLib import TTFont, TTLibError
from numpy.typing import NDArray

from services.imaging.documents.checking.findings import Findings

_SUBSET = re.compile(r"/[A-Z]{6}\+")
_CODES = 0x10000
_TOLERANCE = 1
"""Thousandths by which a width may differ from its glyph's."""


def check_fonts(opened: pikepdf.Pdf, findings: Findings) -> None:
    """Every font that the file holds, used or not."""
    for thing in opened.objects:
        if isinstance(thing, pikepdf.Dictionary) and str(thing.get("/Type")) == "/Font":
            _check_font(thing, f"object {thing.objgen[0]}", findings)


def _check_font(font: pikepdf.Dictionary, where: str, findings: Findings) -> None:
    kind = str(font.get("/Subtype"))
    if kind == "/Type0":
        _check_composite(font, where, findings)
        return
    descriptor = font.get("/FontDescriptor")
    files = ("/FontFile", "/FontFile2", "/FontFile3")
    if descriptor is None or not any(name in descriptor for name in files):
        findings.add("6.3.4", "font_not_embedded", f"{where} is a {kind} font without its program")
    elif kind != "/CIDFontType2":
        findings.add("6.3.1", "font_unproven", f"{where} is a {kind} font, which this check does not know")
    else:
        _check_descendant(font, descriptor, where, findings)


def _check_composite(font: pikepdf.Dictionary, where: str, findings: Findings) -> None:
    if str(font.get("/Encoding")) not in {"/Identity-H", "/Identity-V"}:
        findings.add("6.3.3", "font_encoding", f"{where} has another encoding than Identity")
    if not isinstance(font.get("/ToUnicode"), pikepdf.Stream):
        findings.add("6.3.8", "to_unicode_missing", f"{where} does not say which letters it shows")


def _check_descendant(
    font: pikepdf.Dictionary, descriptor: pikepdf.Object, where: str, findings: Findings
) -> None:
    if _SUBSET.match(str(descriptor.get("/FontName"))) and "/CIDSet" not in descriptor:
        findings.add("6.3.5", "cid_set_missing", f"{where} is a subset without CIDSet")
    if not isinstance(descriptor.get("/FontFile2"), pikepdf.Stream):
        findings.add("6.3.4", "font_not_embedded", f"{where} has no TrueType program")
        return
    glyph_map = font.get("/CIDToGIDMap")
    if glyph_map is None:
        findings.add("6.3.3.2", "glyph_map_missing", f"{where} has no CIDToGIDMap")
        return
    try:
        advances = _advances(descriptor["/FontFile2"].read_bytes())
    except (TTLibError, KeyError, struct.error, AssertionError) as error:
        findings.add("6.3.2", "font_damaged", f"{where}: {type(error).__name__}")
        return
    codes = np.arange(_CODES)
    if isinstance(glyph_map, pikepdf.Stream):
        packed = np.frombuffer(glyph_map.read_bytes()[: 2 * _CODES], ">u2")
        glyphs, codes = packed.astype(np.int64), codes[: len(packed)]
    else:
        codes = glyphs = np.array([code for code, _ in widths_of(font)], np.int64)
    said = np.full(_CODES, float(font.get("/DW", 1000)))
    for code, width in widths_of(font):
        said[code] = width
    if glyphs.max(initial=0) >= len(advances):
        findings.add("6.3.2", "font_damaged", f"{where} names glyphs that its program lacks")
    elif np.any(np.abs(advances[glyphs] - said[codes]) > _TOLERANCE):
        findings.add("6.3.6", "font_widths", f"{where} has codes that are not as wide as their glyphs")


def widths_of(font: pikepdf.Object) -> list[tuple[int, float]]:
    """Code and width for each code that a CIDFont's W array names one by one or in a range."""
    found: list[tuple[int, float]] = []
    items = list(font.get("/W", pikepdf.Array()))
    at = 0
    while at + 1 < len(items):
        first = int(items[at])
        if isinstance(items[at + 1], pikepdf.Array):
            found += [(first + step, float(width)) for step, width in enumerate(items[at + 1])]
            at += 2
        else:
            last = min(int(items[at + 1]), 0xFFFF)
            found += [(code, float(items[at + 2])) for code in range(first, last + 1)]
            at += 3
    return found


@lru_cache(maxsize=4)
def _advances(program: bytes) -> NDArray[np.float64]:
    """Advance of every glyph of a TrueType program, in thousandths."""
    with TTFont(io.BytesIO(program), lazy=True) as opened:
        units = opened["head"].unitsPerEm
        measures = opened["hmtx"]
        return np.array([measures[name][0] * 1000 / units for name in opened.getGlyphOrder()])
