"""Use cases of search: keep the keys of persons, answer a query."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from kernel.database import ReadSession, WriteSession
from services.records.search import repository
from services.records.search.domain import Query, Searchable, plain_key, sort_key, split_key, toned_key
from services.records.search.models import EntryRow
from services.records.search.ranking import Keys, Match, rank
from services.records.search.repository import Scope, Source

Position = tuple[float, str, uuid.UUID]
"""Where an answer stands: minus its score, sort key, person."""


@dataclass(frozen=True, slots=True)
class Found:
    """One answer: who, how well and why."""

    person_id: uuid.UUID
    score: float
    matched: tuple[Match, ...]
    sort_key: str

    @property
    def position(self) -> Position:
        """Its place in the order of answers."""
        return (-self.score, self.sort_key, self.person_id)


async def index(session: WriteSession, persons: Sequence[Searchable]) -> None:
    """Make persons findable by what they are now called; removing a person removes its keys."""
    if persons:
        await repository.save(session, [_entry(person) for person in persons], _words(persons))


async def find(
    session: ReadSession,
    query: Query,
    *,
    units: Iterable[str],
    unit: str | None = None,
    after: Position | None = None,
    limit: int = 50,
) -> list[Found]:
    """Persons who answer the query, best first, namesakes in Vietnamese name order.

    A query of neither number nor name lists everybody in name order.
    """
    scope = Scope(frozenset(units), unit)
    if query.number is None and not query.words:
        start = (after[1], after[2]) if after else None
        rows = await repository.in_order(session, query, scope, after=start, limit=limit)
        return list(_ranked(query, rows).values())
    found: dict[uuid.UUID, Found] = {}
    async for rows in _by_kind_of_agreement(session, query, scope):
        found |= await asyncio.to_thread(_ranked, query, rows)
        if sum(after is None or each.position > after for each in found.values()) >= limit:
            break
    ordered = sorted(found.values(), key=lambda each: each.position)
    return [each for each in ordered if after is None or each.position > after][:limit]


async def _by_kind_of_agreement(
    session: ReadSession, query: Query, scope: Scope
) -> AsyncIterator[Sequence[EntryRow]]:
    """Candidates, best kind of agreement first: who fills a page with good answers asks for no worse ones."""
    if query.number is not None:
        yield await repository.by_number(session, query, scope)
        return
    yield await repository.by_beginning(session, query, scope, Source.NAME)
    if len(query.words) == 1:
        yield await repository.by_given_name(session, query, scope)
    yield await repository.by_words(session, query, scope, Source.NAME)
    if len(query.words) > 1:
        yield await repository.by_one_error(session, query, scope)
        if query.birth_year is not None:
            yield await repository.by_half_a_name(session, query, scope)
    for parent in (Source.FATHER, Source.MOTHER):
        yield await repository.by_beginning(session, query, scope, parent)
    for parent in (Source.FATHER, Source.MOTHER):
        yield await repository.by_words(session, query, scope, parent)


def _ranked(query: Query, rows: Iterable[EntryRow]) -> dict[uuid.UUID, Found]:
    return {row.person_id: found for row in rows if (found := _found(query, row))}


def _found(query: Query, row: EntryRow) -> Found | None:
    keys = Keys(row.toned_key, row.name_key, row.birth_year, row.number, row.father_key, row.mother_key)
    score, matched = rank(query, keys)
    return Found(row.person_id, score, matched, row.sort_key) if score else None


def _entry(person: Searchable) -> dict[str, object]:
    name = plain_key(person.full_name)
    given, rest = split_key(name)
    return {
        "person_id": person.person_id,
        "unit_code": person.unit_code,
        "toned_key": toned_key(person.full_name),
        "name_key": name,
        "given_key": given,
        "rest_key": rest,
        "birth_year": person.birth_year,
        "number": person.number,
        "father_key": plain_key(person.father_name),
        "mother_key": plain_key(person.mother_name),
        "sort_key": sort_key(person.full_name),
    }


def _words(persons: Iterable[Searchable]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for person in persons:
        names = {
            Source.NAME: person.full_name,
            Source.FATHER: person.father_name,
            Source.MOTHER: person.mother_name,
        }
        for source, name in names.items():
            rows += [
                {
                    "word": word,
                    "source": source.value,
                    "person_id": person.person_id,
                    "unit_code": person.unit_code,
                }
                for word in sorted(set(plain_key(name).split()))
            ]
    return rows
