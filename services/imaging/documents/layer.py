"""The invisible text of a page: every word as large as its box and on it, in reading order."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.recognition import Box, ReadLine, Recognition
from services.imaging.documents.syntax import number
from services.imaging.fonts import TextFont

HALF_TURN = 180
INVISIBLE, FILLED = 3, 0
"""Text rendering modes (PDF Reference 1.4, table 5.3)."""
_LEAST_HEIGHT = 0.35
"""Of the font size: a line of dots is not set in letters ten times its neighbours'."""
_LEAST_GAP = 0.2
"""Of the font size, kept free before the next word: programs that copy text out see a space in a gap, not in
a space, and poppler's least one is 0.15."""
_ASTRAL = "\U00010000"
"""The first character that two UTF-16 units stand for; the layer's font has codes of one."""
_LEAST_SCALE, _MOST_SCALE = 5.0, 2000.0
"""Percent; a box that would need more holds no such word."""


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word (NFC) and where it stands, in points from the page's lower left corner."""

    text: str
    left: float
    baseline: float
    width: float
    size: float
    ends_line: bool


def placed_words(reading: Recognition, page: tuple[float, float], font: TextFont) -> list[PlacedWord]:
    """The words of a reading on a page of this width and height in points.

    The reading's boxes are in pixels of an image that shows the whole page at any scale. A page that was
    read upside down has its words as they lie on the page turned by 180 degrees.
    """
    if reading.width_px <= 0 or reading.height_px <= 0:
        return []
    across, down = page[0] / reading.width_px, page[1] / reading.height_px
    found: list[PlacedWord] = []
    for line in upright_lines(reading):
        found.extend(_placed_line(line, across, down, page[1], font))
    return found


def upright_lines(reading: Recognition) -> Iterator[ReadLine]:
    """The lines of a reading with their boxes on the page as it was read."""
    for line in reading.lines:
        if reading.turned % 360 != HALF_TURN:
            yield line
            continue
        words = tuple(word.model_copy(update={"box": _opposite(word.box, reading)}) for word in line.words)
        yield line.model_copy(update={"box": _opposite(line.box, reading), "words": words})


def _opposite(box: Box, reading: Recognition) -> Box:
    """A box after a half turn of the page."""
    left, top = reading.width_px - box.x - box.width, reading.height_px - box.y - box.height
    return box.model_copy(update={"x": left, "y": top})


def content(
    words: Sequence[PlacedWord],
    font: TextFont,
    font_name: str,
    mode: int = INVISIBLE,
    turned_on: tuple[float, float] | None = None,
) -> bytes:
    """The operators that set the words; letters are written as UTF-16 code units.

    `turned_on`: width and height of a page that was read upside down; the words are turned with it.
    """
    if not words:
        return b""
    lines = [f"BT {mode} Tr"]
    size = scale = None
    for word in words:
        if size != word.size:
            lines.append(f"/{font_name} {number(word.size)} Tf")
            size = word.size
        stretched = _scale(word, font)
        if scale != stretched:
            lines.append(f"{stretched} Tz")
            scale = stretched
        text = word.text if word.ends_line else word.text + " "
        code = text.encode("utf-16-be").hex().upper()
        if turned_on is None:
            place = f"1 0 0 1 {word.left:.2f} {word.baseline:.2f}"
        else:
            place = f"-1 0 0 -1 {turned_on[0] - word.left:.2f} {turned_on[1] - word.baseline:.2f}"
        lines.append(f"{place} Tm <{code}> Tj")
    lines.append("ET")
    return "\n".join(lines).encode("ascii")


def _scale(word: PlacedWord, font: TextFont) -> str:
    natural = font.width_of(word.text) * word.size / 1000
    percent = 100 * word.width / natural if natural > 0 else 100.0
    return f"{min(_MOST_SCALE, max(_LEAST_SCALE, percent)):.1f}"


def _placed_line(
    line: ReadLine, across: float, down: float, height: float, font: TextFont
) -> Iterator[PlacedWord]:
    words = [(writable(text), box) for text, box in boxed_words(line, font)]
    words = [(text, box) for text, box in words if text]
    if not words:
        return
    # One size and one baseline for the line: its box reaches from the lowest to the highest letter.
    low, high = font.bounds_of("".join(text for text, _ in words))
    size = round(1000 * line.box.height * down / max(high - low, 1000 * _LEAST_HEIGHT), 1) or 1.0
    baseline = height - (line.box.y + line.box.height) * down - min(low, 0) * size / 1000
    following = [box[0] * across for _, box in words[1:]]
    for place, (text, (left, width)) in enumerate(words):
        start, wide = left * across, width * across
        if place < len(following):
            wide = max(wide / 2, min(wide, following[place] - start - _LEAST_GAP * size))
        yield PlacedWord(text, start, baseline, wide, size, place == len(following))


def boxed_words(line: ReadLine, font: TextFont) -> list[tuple[str, tuple[float, float]]]:
    """A line's words with left edge and width in pixels: as read, else shared out by the letters' widths."""
    if line.words:
        return [(word.text, (word.box.x, word.box.width)) for word in line.words]
    text = " ".join(unicodedata.normalize("NFC", line.text).split())
    total = font.width_of(text)
    if not total:
        return []
    return list(_shared_out(text, line.box, total, font))


def _shared_out(text: str, box: Box, total: int, font: TextFont) -> Iterator[tuple[str, tuple[float, float]]]:
    at, gap = 0, font.width_of(" ")
    for word in text.split(" "):
        advance = font.width_of(word)
        yield word, (box.x + box.width * at / total, box.width * advance / total)
        at += advance + gap


def writable(text: str) -> str:
    """The text as the layer holds it: NFC, without control characters; what lies beyond the BMP is U+FFFD."""
    plain = text.isprintable() and " " not in text and max(text, default=" ") < _ASTRAL
    if plain and unicodedata.is_normalized("NFC", text):
        return text
    composed = "".join(unicodedata.normalize("NFC", text).split())
    return "".join(
        character if character < _ASTRAL else "\ufffd"
        for character in composed
        if unicodedata.category(character)[0] != "C"
    )
