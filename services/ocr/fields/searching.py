"""Approximate search for label wordings in folded rows (Sellers 1980), behind a count of shared trigrams."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from services.ocr.fields.catalogue import LabelIndex, allowed_edits, trigrams


def likely(row: str, index: LabelIndex) -> Iterator[int]:
    """Numbers of the wordings that may stand in a folded row.

    Each misreading spoils at most three of a wording's trigrams; what can forgive none is compared outright.
    """
    known = [index.by_trigram[one] for one in set(trigrams(row)) if one in index.by_trigram]
    shared = np.bincount(np.concatenate(known), minlength=len(index.wordings)) if known else None
    if shared is not None:
        enough = shared >= index.lengths - 2 - 3 * index.forgiven
        yield from np.flatnonzero((index.forgiven > 0) & enough & (shared > 0)).tolist()
    for number in np.flatnonzero(index.forgiven == 0).tolist():
        if index.wordings[number].folded in row:
            yield number


def occurrences(patterns: Sequence[str], row: str) -> Iterator[tuple[int, int, int, int]]:
    """(number of the pattern, start, end, edits) of approximate occurrences that begin at a word's edge."""
    misread = [one for one in patterns if allowed_edits(len(one)) and row.count(one) != 1]
    costs = dict(zip(misread, infix_costs_of(misread, codes_of(row)), strict=True)) if misread else {}
    for number, pattern in enumerate(patterns):
        found = _misread(pattern, row, costs[pattern]) if pattern in costs else _exact(pattern, row)
        yield from ((number, *one) for one in found)


def _misread(pattern: str, row: str, costs: NDArray[np.int32]) -> Iterator[tuple[int, int, int]]:
    for end in np.flatnonzero(costs <= allowed_edits(len(pattern))).tolist():
        edits = int(costs[end])
        if edits > costs[max(0, end - 2) : end + 3].min():
            continue
        start = end - len(pattern) if edits == 0 else _start(pattern, row, end, edits)
        if start == 0 or not row[start - 1].isalpha():
            yield start, end, edits


def infix_costs(pattern: str, codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each end in the text, the fewest edits that turn `pattern` into something that ends there."""
    return infix_costs_of([pattern], codes)[0]


def infix_costs_of(
    patterns: Sequence[str], codes: NDArray[np.int32], *, anchored: bool = False
) -> list[NDArray[np.int32]]:
    """`infix_costs` of several patterns, letter by letter for all at once: a call of numpy costs most.

    With `anchored`, what ends there must begin at the text's first letter.
    """
    order = sorted(range(len(patterns)), key=lambda i: -len(patterns[i]))
    lengths = [len(patterns[i]) for i in order]
    ramp = np.arange(len(codes) + 1, dtype=np.int32)
    costs = np.zeros((len(patterns), len(codes) + 1), np.int32)
    if anchored:
        costs += ramp
    left = len(patterns)
    for step in range(lengths[0] if lengths else 0):
        # Shorter patterns stand last, and are done.
        while lengths[left - 1] <= step:
            left -= 1
        letters = np.array([[ord(patterns[i][step])] for i in order[:left]], np.int32)
        before = costs[:left]
        after = before + 1
        np.minimum(after[:, 1:], before[:, :-1] + (codes != letters), out=after[:, 1:])
        after -= ramp
        np.minimum.accumulate(after, axis=1, out=after)
        np.add(after, ramp, out=before)
    found = {i: costs[place] for place, i in enumerate(order)}
    return [found[i] for i in range(len(patterns))]


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
    row = infix_costs_of([pattern[::-1]], codes_of(window), anchored=True)[0].tolist()
    best = min(row)

    def cost(j: int) -> tuple[int, bool, int]:
        before = end - j - 1
        inside = before >= 0 and page[before].isalpha()
        return row[j] - best, inside, abs(j - len(pattern))

    return end - min((j for j in range(1, len(row)) if row[j] <= best + 1), key=cost, default=len(window))
