"""Approximate search for label wordings in folded rows (Sellers 1980), behind a count of shared trigrams."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from services.ocr.fields.catalogue import LabelIndex, trigrams


def allowed_edits(length: int) -> int:
    """Misread characters forgiven in a label of `length` folded characters."""
    if length <= 5:
        return 0
    if length <= 9:
        return 1
    return max(2, round(0.14 * length))


def likely(row: str, index: LabelIndex) -> Iterator[int]:
    """Numbers of the wordings that may stand in a folded row.

    Each misreading spoils at most three of a wording's trigrams; what can forgive none is compared outright.
    """
    known = [index.by_trigram[one] for one in set(trigrams(row)) if one in index.by_trigram]
    shared = np.bincount(np.concatenate(known), minlength=len(index.wordings)) if known else None
    forgiven = np.array([allowed_edits(int(length)) for length in index.lengths])
    needed = index.lengths - 2 - 3 * forgiven
    if shared is not None:
        yield from np.flatnonzero((forgiven > 0) & (shared >= needed) & (shared > 0)).tolist()
    for number in np.flatnonzero(forgiven == 0).tolist():
        if index.wordings[number].folded in row:
            yield number


def occurrences(pattern: str, row: str, codes: NDArray[np.int32]) -> Iterator[tuple[int, int, int]]:
    """(start, end, edits) of approximate occurrences that begin at a word's edge."""
    limit = allowed_edits(len(pattern))
    if limit == 0 or row.count(pattern) == 1:
        yield from _exact(pattern, row)
        return
    costs = infix_costs(pattern, codes)
    for end in np.flatnonzero(costs <= limit).tolist():
        edits = int(costs[end])
        if edits > costs[max(0, end - 2) : end + 3].min():
            continue
        start = end - len(pattern) if edits == 0 else _start(pattern, row, end, edits)
        if start == 0 or not row[start - 1].isalpha():
            yield start, end, edits


def infix_costs(pattern: str, codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each end in the text, the fewest edits that turn `pattern` into something that ends there."""
    ramp = np.arange(len(codes) + 1, dtype=np.int32)
    row = np.zeros(len(codes) + 1, np.int32)
    for letter in pattern:
        step = row + 1
        step[1:] = np.minimum(step[1:], row[:-1] + (codes != ord(letter)))
        row = np.minimum.accumulate(step - ramp) + ramp
    return row


def contains(row: str, pattern: str) -> bool:
    """Whether a folded row holds `pattern`, a few misreadings forgiven."""
    if pattern in row:
        return True
    limit = allowed_edits(len(pattern))
    own, known = trigrams(pattern), set(trigrams(row))
    if len(row) < len(pattern) - limit or sum(one in known for one in own) < len(own) - 3 * limit:
        return False
    return int(infix_costs(pattern, codes_of(row)).min()) <= limit


def codes_of(text: str) -> NDArray[np.int32]:
    """Code points of a text."""
    return np.array([ord(character) for character in text], np.int32)


def _exact(pattern: str, row: str) -> Iterator[tuple[int, int, int]]:
    start = row.find(pattern)
    while start >= 0:
        if start == 0 or not row[start - 1].isalpha():
            yield start, start + len(pattern), 0
        start = row.find(pattern, start + 1)


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
