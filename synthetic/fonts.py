"""Fonts that can write Vietnamese, put together from the npm packages' woff2 subsets into whole TTF files."""

import os
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont
from PIL import ImageFont

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGES = REPOSITORY / "node_modules" / "@fontsource"
CACHE = REPOSITORY / ".cache" / "fonts"

SERIF = ("tinos", "gelasio", "crimson-text")
SANS = ("be-vietnam-pro", "commissioner", "open-sans")
TYPEWRITER = ("ibm-plex-mono", "reddit-mono")
PRINT = SERIF + SANS + TYPEWRITER
HANDWRITING = ("mali", "mynerve", "pangolin", "patrick-hand", "sedgwick-ave", "sriracha")

SUBSETS = ("latin", "latin-ext", "vietnamese")
TONES = "\u0300\u0301\u0303\u0309\u0323"
_VOWELS = "aăâeêioôơuưy"
# Layout tables name glyphs across subsets and hinting is per file: neither survives merging.
_DROPPED_TABLES = (
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "STAT",
    "DSIG",
    "kern",
    "fpgm",
    "prep",
    "cvt ",
    "gasp",
    "meta",
    "hdmx",
)


class FontError(RuntimeError):
    """A font package is missing, or cannot write every Vietnamese letter."""


def marked_letters() -> str:
    """The 134 letters beyond ASCII: the accented vowels and đ in both cases, NFC, sorted."""
    vowels = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in ("", *TONES)}
    letters = {letter for letter in vowels if not letter.isascii()} | {"đ"}
    return "".join(sorted(letters | {letter.upper() for letter in letters}))


MARKED_LETTERS = marked_letters()


def font(
    family: str,
    *,
    weight: int = 400,
    italic: bool = False,
    packages: Path = PACKAGES,
    cache: Path = CACHE,
) -> Path:
    """The TTF of an npm font family (`tinos`), made once and kept in `cache`.

    Raises FontError when the package is not installed or lacks a Vietnamese letter.
    """
    style = "italic" if italic else "normal"
    target = cache / f"{family}-{weight}-{style}.ttf"
    if not target.exists():
        _write_whole(merged_subsets(family, weight=weight, style=style, packages=packages), target)
    return target


def print_fonts() -> list[Path]:
    """Regular serif, sans-serif and typewriter families, for printed forms and for the text of a PDF."""
    return [font(family) for family in PRINT]


def handwriting_fonts() -> list[Path]:
    """Families that look written by hand; none of them is among those the recogniser is trained on."""
    return [font(family) for family in HANDWRITING]


def missing_letters(path: Path, letters: Iterable[str] = MARKED_LETTERS) -> str:
    """The letters the font at `path` cannot write."""
    with TTFont(path, lazy=True) as opened:
        known = opened.getBestCmap()
    return "".join(letter for letter in letters if ord(letter) not in known)


def look_alikes(path: Path, letters: str = MARKED_LETTERS) -> list[str]:
    """Pairs of letters that the font draws the same: Ậ without its circumflex, as some families have it."""
    drawn = ImageFont.truetype(str(path), 40, layout_engine=ImageFont.Layout.BASIC)
    seen: dict[tuple[tuple[int, int], bytes], str] = {}
    pairs = []
    for letter in letters:
        mask = drawn.getmask(letter)
        shape = (mask.size, bytes(mask))
        if shape in seen:
            pairs.append(seen[shape] + letter)
        seen.setdefault(shape, letter)
    return pairs


def merged_subsets(family: str, *, weight: int, style: str, packages: Path = PACKAGES) -> TTFont:
    """One font of the family's Latin and Vietnamese subsets; raises FontError when a letter is missing."""
    merged = merged_latin(family, weight=weight, style=style, packages=packages)
    known = merged.getBestCmap()
    missing = "".join(letter for letter in MARKED_LETTERS if ord(letter) not in known)
    if missing:
        raise FontError(f"font {family} {weight} {style} cannot write: {missing}")
    return merged


def merged_latin(
    family: str, *, weight: int = 400, style: str = "normal", packages: Path = PACKAGES
) -> TTFont:
    """One font of those Latin and Vietnamese subsets that there are; raises FontError when there is none."""
    files = [packages / family / "files" / f"{family}-{subset}-{weight}-{style}.woff2" for subset in SUBSETS]
    present = [path for path in files if path.exists()]
    if not present:
        raise FontError(f"font {family} {weight} {style} is not installed: run `make setup`")
    with tempfile.TemporaryDirectory() as folder:
        parts = [_bare_ttf(path, Path(folder) / f"{index}.ttf") for index, path in enumerate(present)]
        return Merger(Options(drop_tables=["MATH"])).merge([str(part) for part in parts])


def _bare_ttf(source: Path, target: Path) -> Path:
    """Unpack a woff2 subset to a TTF that holds outlines, metrics and character map only."""
    opened: Any = TTFont(source)
    opened.flavor = None
    for table in _DROPPED_TABLES:
        if table in opened:
            del opened[table]
    opened.save(target)
    return target


def _write_whole(made: TTFont, target: Path) -> None:
    """Save under a passing name first, so that several processes may ask for the same font at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    passing = target.with_suffix(f".{os.getpid()}.part")
    made.save(passing)
    passing.replace(target)
