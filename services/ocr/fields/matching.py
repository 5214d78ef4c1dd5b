"""Finds label wordings in rows read with mistakes: approximate search over the whole page at once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.ocr.fields.catalogue import Wording
from services.ocr.fields.folding import fold

SEPARATOR = "\n\n\n"
"""Between rows: no label is matched across it."""
NOTE = re.compile(r"^[)\]]?\s*(?:[(\[{][^)\]}]{0,40}[)\]}]|\d(?=\s*:)|\*+)?\s*(?P<colon>[:;])?")
GLUED_NOTE = re.compile(r"^[^\s:]{1,4}\s?:")
"""A raised "(1)" that was read as letters of the label's last word: "tênU:"."""
WORD_END = re.compile(r"[^\W\d_]{0,3}(?![^\W\d_])")
"""The folded label's word ends here, or in what may be a glued note."""
NUMBERING = re.compile(r"(?:^|\s)[(\[]?(?:\d{1,2}|[IVX]{1,4}|[a-hđ])\s*[.)/\-\]:,]{1,2}\s*$")


@dataclass(frozen=True, slots=True)
class Span:
    """A wording found in a row: characters `start` to `end` of its text, numbering and notes included."""

    row: int
    start: int
    end: int
    wording: Wording
    edits: int
    colon: bool
    """Printed with a colon behind it."""
    leading: bool
    """Nothing but a number stands before it in its segment."""

    @property
    def anchored(self) -> bool:
        """Looks like a printed label rather than words in running text."""
        return self.colon or self.leading


def allowed_edits(length: int) -> int:
    """Misread characters forgiven in a label of `length` folded characters."""
    if length <= 5:
        return 0
    if length <= 9:
        return 1
    return max(2, round(0.14 * length))


def find_spans(
    rows: Sequence[str], segment_starts: Sequence[frozenset[int]], wordings: Iterable[Wording]
) -> list[Span]:
    """Every label in the rows' texts, no two overlapping; where wordings compete, the longest that fits wins.

    `segment_starts[r]` holds the indices in row r at which a segment begins.
    """
    folded = [fold(row) for row in rows]
    offsets: list[int] = []
    position = 0
    for one in folded:
        offsets.append(position)
        position += len(one.text) + len(SEPARATOR)
    page = SEPARATOR.join(one.text for one in folded)
    if not page.strip():
        return []
    codes = np.array([ord(character) for character in page], np.int32)
    trigrams = {page[i : i + 3] for i in range(len(page) - 2)}
    candidates: dict[int, list[Span]] = {}
    for wording in wordings:
        if not _worth_searching(wording.folded, trigrams):
            continue
        for start, end, edits in _search(wording.folded, page, codes):
            row = int(np.searchsorted(offsets, start, side="right")) - 1
            origin = folded[row].origin
            first, last = start - offsets[row], end - 1 - offsets[row]
            if last >= len(origin):
                continue
            span = _span(rows[row], segment_starts[row], row, origin[first], origin[last] + 1, wording, edits)
            if span is not None:
                candidates.setdefault(row, []).append(span)
    return [span for row in sorted(candidates) for span in _best(candidates[row])]


def _worth_searching(folded: str, trigrams: set[str]) -> bool:
    """Each misreading spoils at most three of a wording's trigrams."""
    own = [folded[i : i + 3] for i in range(len(folded) - 2)]
    return sum(one in trigrams for one in own) >= len(own) - 3 * allowed_edits(len(folded))


def _search(pattern: str, page: str, codes: NDArray[np.int32]) -> list[tuple[int, int, int]]:
    """(start, end, edits) of approximate occurrences that begin and end at word edges (Sellers 1980)."""
    limit = allowed_edits(len(pattern))
    ramp = np.arange(len(codes) + 1, dtype=np.int32)
    row = np.zeros(len(codes) + 1, np.int32)
    for letter in pattern:
        swap = row[:-1] + (codes != ord(letter))
        step = row + 1
        step[1:] = np.minimum(step[1:], swap)
        row = np.minimum.accumulate(step - ramp) + ramp
    found = []
    for end in np.flatnonzero(row <= limit).tolist():
        edits = int(row[end])
        around = row[max(0, end - 2) : end + 3]
        if edits > around.min() or not WORD_END.match(page, end):
            continue
        start = _start(pattern, page, end, edits)
        if start > 0 and page[start - 1].isalpha():
            continue
        if "\n" not in page[start:end]:
            found.append((start, end, edits))
    return found


def _start(pattern: str, page: str, end: int, edits: int) -> int:
    """Where the occurrence that ends at `end` with this many edits begins; word edges preferred."""
    window = page[max(0, end - len(pattern) - edits) : end][::-1]
    row = list(range(len(window) + 1))
    for index, letter in enumerate(reversed(pattern), 1):
        previous, row = row, [index]
        for j, other in enumerate(window, 1):
            row.append(min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (letter != other)))
    best = min(row)

    def cost(j: int) -> tuple[int, bool, int]:
        before = end - j - 1
        inside = before >= 0 and page[before].isalpha()
        return row[j] - best, inside, abs(j - len(pattern))

    return end - min((j for j in range(1, len(row)) if row[j] <= best + 1), key=cost, default=len(window))


def _span(
    text: str, starts: frozenset[int], row: int, start: int, end: int, wording: Wording, edits: int
) -> Span | None:
    """The span widened over its numbering and notes; none if the printed label goes on in other words."""
    before = text[:start]
    if not _printed_alike(text[start:end], wording.last_word):
        return None
    segment = max((one for one in starts if one <= start), default=0)
    numbering = NUMBERING.search(before[segment:])
    widened = segment + numbering.start() if numbering else start
    # A misread number ("ó-" for "6-") still is one.
    leading = numbering is not None or len(before[segment:].strip(" .,:;-_…'\"|/")) <= 2
    rest_end = min((one for one in starts if one > end), default=len(text))
    if glued := GLUED_NOTE.match(text[end:rest_end]):
        return Span(row, widened, end + glued.end(), wording, edits, True, leading)
    if text[end : end + 1].isalpha():
        return None
    note = NOTE.match(text[end:rest_end])
    colon = bool(note and note["colon"])
    stop = end + (note.end() if note else 0)
    if not colon:
        further = text[stop:rest_end].find(":")
        if 0 <= further <= 24:
            # "Họ và tên con nuôi:" is another label than "Họ và tên"; "Họ và tên!l):" is a misread "(1)".
            if re.search(r"[^\W\d_]{2,}", text[stop : stop + further]):
                return None
            stop, colon = stop + further + 1, True
    return Span(row, widened, stop, wording, edits, colon, leading)


def _printed_alike(found: str, last_word: str) -> bool:
    """Whether the last word found is the label's, not a name that begins the value: "Họ và tên Võ…", "… vợ".

    Names are capitalised; a capitalised word must be the label's own, marks included.
    """
    words = re.findall(r"\w+", found)
    return not words or not words[-1][0].isupper() or words[-1].lower() == last_word


def _best(spans: list[Span]) -> list[Span]:
    """The heaviest set of spans that do not overlap: letters matched, less what was misread."""
    spans = sorted(spans, key=lambda span: span.end)
    totals: list[float] = [0.0]
    picks: list[tuple[Span | None, int]] = [(None, 0)]
    for index, span in enumerate(spans, 1):
        earlier = max((j for j in range(index) if j == 0 or spans[j - 1].end <= span.start), default=0)
        weight = len(span.wording.folded) - 2.5 * span.edits + 2 * span.colon
        weight += 0.5 * (span.wording.common_field is not None)
        taken = totals[earlier] + weight
        if taken > totals[-1]:
            totals.append(taken)
            picks.append((span, earlier))
        else:
            totals.append(totals[-1])
            picks.append((None, index - 1))
    chosen = []
    index = len(spans)
    while index > 0:
        picked, index = picks[index]
        if picked is not None:
            chosen.append(picked)
    return chosen[::-1]
