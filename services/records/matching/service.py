"""Use cases of bulk matching: few queries for a whole list, a closer look at who is not found by them."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kernel.database import ReadSession
from services.records.duplicates import service as duplicates
from services.records.duplicates.domain import Known, Reason
from services.records.matching.domain import Item, weigh
from services.records.persons import service as persons
from services.records.search import service as search

Weighed = list[tuple[uuid.UUID, float, tuple[Reason, ...]]]
"""Candidates of one item, best first."""


@dataclass(frozen=True, slots=True)
class People:
    """Persons who may be meant, and by what they are looked up."""

    known: Sequence[Known]
    numbers: Mapping[uuid.UUID, frozenset[str]]

    def index(self) -> Mapping[tuple[str, object], list[Known]]:
        """Persons by each of what two records of one person share."""
        found: dict[tuple[str, object], list[Known]] = defaultdict(list)
        for one in self.known:
            keys: set[tuple[str, object]] = {("name", one.name_key)}
            keys |= {("number", number) for number in self.numbers.get(one.person_id, frozenset())}
            if one.number:
                keys.add(("number", one.number))
            if one.birth_date:
                keys.add(("year", int(one.birth_date[:4])))
            for key in keys:
                found[key].append(one)
        return found


async def match(session: ReadSession, items: Mapping[int, Item], most: int) -> dict[int, Weighed]:
    """Candidates of items (by their place in the list), of the session's units, best first."""
    found = await _judged(session, items, await _candidates(session, items.values()), most)
    missed = {n: item for n, item in items.items() if not found[n] and item.full_name and item.birth_year}
    if missed:
        near: set[uuid.UUID] = set()
        for item in missed.values():
            near |= set(await search.named_nearly(session, item.full_name or "", item.birth_year or 0))
        found |= await _judged(session, missed, near, most)
    return found


async def _candidates(session: ReadSession, items: Iterable[Item]) -> set[uuid.UUID]:
    listed = list(items)
    numbers = {item.number for item in listed if item.number}
    ids = set(await persons.holders_of(session, numbers)) if numbers else set()
    return ids | set(
        await search.candidates(
            session,
            numbers=numbers,
            born=[(item.birth_year, item.name_key) for item in listed if item.birth_year and item.name_key],
            parents=[
                (item.birth_year, item.known().father_key, item.known().mother_key)
                for item in listed
                if item.name_key
            ],
        )
    )


async def _judged(
    session: ReadSession, items: Mapping[int, Item], ids: set[uuid.UUID], most: int
) -> dict[int, Weighed]:
    known = await duplicates.known(session, ids)
    people = People(known, await persons.numbers_of(session, ids))
    return await asyncio.to_thread(lambda: _weighed(items, people, most))


def _weighed(items: Mapping[int, Item], people: People, most: int) -> dict[int, Weighed]:
    index = people.index()
    found: dict[int, Weighed] = {}
    for place, item in items.items():
        near: dict[uuid.UUID, Known] = {}
        for key in (("number", item.number), ("name", item.name_key), ("year", item.birth_year)):
            if key[1]:
                near |= {one.person_id: one for one in index.get(key, ())}
        weighed = [
            (one.person_id, *weigh(item, one, people.numbers.get(one.person_id, frozenset())))
            for one in near.values()
        ]
        best = sorted((one for one in weighed if one[1]), key=lambda one: (-one[1], one[0]))
        found[place] = best[:most]
    return found
