"""Ranges of places written shortly: `K1, G1..G6, T1..T5, H1..H10`. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.records.shelves.domain import Level

MOST_PLACES = 5000
"""What one request makes: a store of 300,000 dossiers in boxes of sixty."""
LONGEST_CODE = 60

_SEVERAL = re.compile(
    r"(?P<letters>[A-Za-z]*)(?P<first>\d{1,5})\s*(?:\.\.+|…|–|-)\s*(?P<again>[A-Za-z]*)(?P<last>\d{1,5})"
)
_ONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class RangeUnclear(ValueError):
    """The text says no range; `reason` names the step or the bound."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that a range names: its whole code, and that of the place in which it stands."""

    code: str
    name: str
    level: str
    parent: str | None
    last: bool
    """Whether its level is the last of the scheme, where papers lie."""


def expand(
    text: str, levels: Sequence[Level], *, under: str | None = None, separator: str = "-"
) -> list[Spot]:
    """The places of a range, each before those inside it; one step of `text` for each of `levels` in turn.

    `under`: code of the place in which the first step stands. Raises RangeUnclear.
    """
    steps = [_step(one) for one in re.split(r"[,;]", text)]
    if len(steps) > len(levels):
        raise RangeUnclear(f"{len(steps)} steps, but {len(levels)} levels")
    _require_few(steps)
    found: list[Spot] = []

    def walk(depth: int, parent: str | None) -> None:
        for part in steps[depth]:
            code = f"{parent}{separator}{part}" if parent else part
            if len(code) > LONGEST_CODE:
                raise RangeUnclear(f"{code} is longer than {LONGEST_CODE}")
            level = levels[depth]
            found.append(Spot(code, f"{level.name} {part}", level.code, parent, depth == len(levels) - 1))
            if depth + 1 < len(steps):
                walk(depth + 1, code)

    walk(0, under)
    return found


def _require_few(steps: Sequence[Sequence[str]]) -> None:
    total, width = 0, 1
    for step in steps:
        width *= len(step)
        total += width
    if total > MOST_PLACES:
        raise RangeUnclear(f"{total} places; at most {MOST_PLACES} at once")


def _step(text: str) -> list[str]:
    plain = text.strip()
    if several := _SEVERAL.fullmatch(plain):
        letters, again = several["letters"], several["again"]
        # `K-1-6` and `G1-6` may be codes; `G1-G6` cannot.
        written_out = "-" not in plain or again == letters != ""
        if written_out and again in {"", letters}:
            return _numbers(letters, several["first"], several["last"], plain)
    if not _ONE.fullmatch(plain) or ".." in plain:
        raise RangeUnclear(f"step {plain!r}")
    return [plain]


def _numbers(letters: str, first: str, last: str, plain: str) -> list[str]:
    start, end = int(first), int(last)
    if not start <= end < start + MOST_PLACES:
        raise RangeUnclear(f"step {plain!r}")
    # H01..H10 keeps its noughts: shelves are sorted by eye.
    width = len(first) if first.startswith("0") else 0
    return [
        f"{letters}{number:0{width}}" if width else f"{letters}{number}" for number in range(start, end + 1)
    ]
