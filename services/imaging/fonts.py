"""The font of the invisible text: Tinos, put together from its npm subsets, with what PDF needs of it."""

import io
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

FAMILY = "tinos"
"""Metric twin of Times New Roman, in which most of the archives' typed papers are set (Apache-2.0)."""
SUBSETS = ("latin", "latin-ext", "vietnamese")
NAME = "TangthuText"
UNITS = 1000
"""PDF measures glyphs in thousandths of the font size."""
UNKNOWN = "?"
"""Stands in for a letter that the font cannot draw; what is copied out is the letter itself."""
_PUNCTUATION = "–—‘’‚“”„…•№′″−×÷≤≥°"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_MADE = 3_786_912_000
"""A fixed date (2024-01-01, in seconds since 1904), so that the font has the same bytes every time."""


class FontMissing(RuntimeError):
    """The font's package is not installed, or lacks a letter of Vietnamese."""


@dataclass(frozen=True)
class TextFont:
    """A TrueType program and its measures, in thousandths of the font size."""

    program: bytes
    glyphs: dict[str, int]
    """Character → number of its glyph."""
    widths: dict[str, int]
    bounds: dict[str, tuple[int, int]]
    """Character → lowest and highest point of its outline; (0, 0) where nothing is drawn."""
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int

    def width_of(self, text: str) -> int:
        """The advance of a text."""
        try:
            return sum(map(self.widths.__getitem__, text))
        except KeyError:
            unknown = self.widths[UNKNOWN]
            return sum(self.widths.get(character, unknown) for character in text)

    def bounds_of(self, text: str) -> tuple[int, int]:
        """Lowest and highest point of a text as it would be drawn."""
        found = [self.bounds.get(character, (0, 0)) for character in set(text)]
        return min((low for low, _ in found), default=0), max((high for _, high in found), default=0)


def vietnamese_letters() -> str:
    """The 134 letters of Vietnamese beyond ASCII, NFC."""
    vowels = {unicodedata.normalize("NFC", base + tone) for base in "aăâeêioôơuưy" for tone in ("", *_TONES)}
    letters = {letter for letter in vowels if not letter.isascii()} | {"đ"}
    return "".join(sorted(letters | {letter.upper() for letter in letters}))


def characters() -> str:
    """What the font holds: ASCII, Latin-1, Vietnamese, the punctuation of office papers."""
    basic = [*range(0x20, 0x7F), *range(0xA0, 0x100)]
    return "".join(sorted({*map(chr, basic), *vietnamese_letters(), *_PUNCTUATION}))


@cache
def text_font(packages: Path) -> TextFont:
    """The font out of the browser packages in `packages`; the same bytes every time. Raises FontMissing.

    Takes about a second the first time in a process.
    """
    merged = _merged(packages / "@fontsource" / FAMILY / "files")
    program = _program(merged)
    # Read again from its own bytes: what the PDF says must agree with what is embedded.
    return _measured(TTFont(io.BytesIO(program)), program)


def _merged(folder: Path) -> TTFont:
    wanted = set(characters())
    with tempfile.TemporaryDirectory() as made:
        parts = []
        for name in SUBSETS:
            source = folder / f"{FAMILY}-{name}-400-normal.woff2"
            if not source.is_file():
                raise FontMissing(f"{source} is missing: run `make setup`")
            part = TTFont(source)
            own = wanted & {chr(code) for code in part.getBestCmap()}
            wanted -= own
            parts.append(_reduced(part, own, Path(made) / f"{name}.ttf"))
        if lost := set(vietnamese_letters()) & wanted:
            raise FontMissing(f"{FAMILY} lacks {''.join(sorted(lost))}")
        merged: TTFont = Merger().merge(parts)
    return merged


def _reduced(part: TTFont, own: Iterable[str], target: Path) -> str:
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, drop_tables=["+meta"])
    keeper = subset.Subsetter(options)
    keeper.populate(text="".join(own))
    keeper.subset(part)
    part.flavor = None
    part.save(target)
    return str(target)


def _program(font: Any) -> bytes:
    font.recalcTimestamp = False
    font["head"].created = font["head"].modified = _MADE
    for table in ("GSUB", "GPOS", "GDEF", "BASE", "STAT", "DSIG"):
        if table in font:
            del font[table]
    names = font["name"]
    for number, text in ((1, NAME), (2, "Regular"), (4, NAME), (6, NAME)):
        names.setName(text, number, 3, 1, 0x409)
    names.names = [each for each in names.names if each.nameID in {0, 1, 2, 4, 6, 13, 14}]
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def _measured(font: Any, program: bytes) -> TextFont:
    scale = UNITS / font["head"].unitsPerEm
    outlines, advances, order = font["glyf"], font["hmtx"], font.getReverseGlyphMap()
    glyphs, widths, bounds = {}, {}, {}
    for code, name in font.getBestCmap().items():
        outline = outlines[name]
        glyphs[chr(code)] = order[name]
        widths[chr(code)] = round(advances[name][0] * scale)
        drawn = outline.numberOfContours != 0
        bounds[chr(code)] = (round(outline.yMin * scale), round(outline.yMax * scale)) if drawn else (0, 0)
    head, hhea = font["head"], font["hhea"]
    return TextFont(
        program=program,
        glyphs=glyphs,
        widths=widths,
        bounds=bounds,
        box=tuple(round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax)),
        ascent=round(hhea.ascent * scale),
        descent=round(hhea.descent * scale),
        cap_height=bounds["H"][1],
    )
