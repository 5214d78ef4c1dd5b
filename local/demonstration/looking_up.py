"""One search for a person who was drawn: the name with its tone marks, and without any."""

import asyncio
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.demonstration.accounting import Received, agrees
from local.demonstration.api import Api

_PATIENCE_S = 20.0


@dataclass(frozen=True)
class Search:
    """One question and its answer."""

    text: str
    milliseconds: float
    hits: tuple[str, ...]
    found: bool
    """Whether the person looked for is among the hits."""


def unmarked(text: str) -> str:
    """The text as typed on a keyboard without Vietnamese: no tone marks, đ as d, lower case."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).lower()


@dataclass(frozen=True)
class ReadName:
    """A person's name as it was read from an identity declaration."""

    text: str
    exact: bool
    """Whether it is, letter by letter, what was written."""


def names_read(received: Iterable[Received]) -> Iterator[ReadName]:
    """Every name read on an identity declaration: a search for it must find the person."""
    for one in received:
        if one.shipment.kind != "identity":
            continue
        rows = {(row.sequence, row.page_no): row.page_id for row in one.rows}
        fields = {
            (item.page_id, item.name): item for dossier in one.dossiers.values() for item in dossier.fields
        }
        for sequence, number, _, page in one.shipment.pages:
            page_id = rows.get((sequence, number))
            for written in page.fields:
                found = fields.get((page_id, "full_name")) if page_id is not None else None
                if written.id == "full_name" and found is not None:
                    yield ReadName(found.text, agrees(written, found))


def most_telling(names: Iterable[ReadName]) -> ReadName | None:
    """The name to search for: an exactly read one before others, then the one with most marked letters."""
    return max(
        (name for name in names if len(name.text.split()) > 1),
        key=lambda name: (name.exact, sum(not letter.isascii() for letter in name.text)),
        default=None,
    )


async def search_both_ways(api: Api, name: str) -> tuple[Search, Search]:
    """Search with tone marks and without; the register may lag behind the reading for some seconds."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        both = await _search(api, name, name), await _search(api, unmarked(name), name)
        if all(one.found for one in both) or time.monotonic() > deadline:
            return both
        await asyncio.sleep(1)


async def _search(api: Api, text: str, wanted: str) -> Search:
    began = time.perf_counter()
    hits = await api.persons(text)
    spent = (time.perf_counter() - began) * 1000
    names = tuple(hit.full_name for hit in hits)
    return Search(text, spent, names, any(unmarked(name) == unmarked(wanted) for name in names))
