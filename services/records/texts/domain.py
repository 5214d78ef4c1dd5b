"""Words of a text, and the part of it that answers a query. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from kernel.errors import Unprocessable
from services.records.search.domain import plain_key

MOST_LETTERS = 60_000
"""Of a text; a page typed to its edges has some 5,000."""
PREFIX_LETTERS = 3
"""From so many letters on the last word may be cut short."""
AROUND = 8
"""Words shown before and behind those found."""

_WORD = re.compile(r"\w+")


class Source(StrEnum):
    """Whose text it is."""

    PAGE = "page"
    ADDRESS = "address"


class TooCommon(Unprocessable):
    """The words stand on too many papers to be looked for alone."""

    slug = "words_too_common"
    title = "Các từ này có ở quá nhiều giấy tờ, thêm một từ khác"
    title_en = "These words are on too many papers: add another"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a snippet."""

    text: str
    hit: bool


def body_of(text: str) -> str:
    """A text as it is kept: NFC, single spaces, without what Postgres refuses."""
    shown = unicodedata.normalize("NFC", text[:MOST_LETTERS]).replace("\x00", "")
    return " ".join(shown.split())


def terms_of(text: str) -> str:
    """A `tsquery` for all words of a query, the last of which may be cut short; empty where there is none."""
    words = plain_key(text.replace("\x00", "")).split()
    if not words:
        return ""
    *whole, last = (f"'{word}'" for word in words)
    return " & ".join([*whole, last + (":*" if len(words[-1]) >= PREFIX_LETTERS else "")])


def snippet(body: str, query: str) -> list[Part]:
    """The stretch of a text in which most words of a query stand, the words apart from what is between."""
    asked = plain_key(query).split()
    if not asked:
        return []
    places = [(found.start(), found.end(), plain_key(found[0])) for found in _WORD.finditer(body)]
    hits = [n for n, (_, _, word) in enumerate(places) if word in asked or word.startswith(asked[-1])]
    if not hits:
        return [Part(_cut(body, 0, min(len(body), 120)), hit=False)]
    span = 2 * AROUND
    best = max(hits, key=lambda at: len({places[n][2] for n in hits if at <= n < at + span}))
    first, last = max(0, best - AROUND), min(len(places), best + span) - 1
    parts: list[Part] = []
    at = places[first][0]
    for n in (n for n in hits if first <= n <= last):
        start, end, _ = places[n]
        if start > at:
            parts.append(Part(body[at:start], hit=False))
        parts.append(Part(body[start:end], hit=True))
        at = end
    parts.append(Part(body[at : places[last][1]], hit=False))
    if first:
        parts.insert(0, Part("… ", hit=False))
    if last < len(places) - 1:
        parts.append(Part(" …", hit=False))
    return [part for part in parts if part.text]


def _cut(body: str, start: int, end: int) -> str:
    return body[start:end] + (" …" if end < len(body) else "")
