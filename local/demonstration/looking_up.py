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


def names_read(received: Iterable[Received]) -> Iterator[str]:
    """Names on identity declarations that were read exactly, so that a search must find them."""
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
                if written.id == "full_name" and page_id is not None:
                    found = fields.get((page_id, "full_name"))
                    if found is not None and agrees(written, found):
                        yield written.text


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
