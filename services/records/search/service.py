"""Use cases of search: keep the keys of persons, answer a query."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass

from kernel.database import ReadSession, WriteSession
from services.records.search import repository
from services.records.search.domain import (
    Query,
    Searchable,
    parse_query,
    plain_key,
    sort_key,
    toned_key,
    within_errors,
)
from services.records.search.ranking import Candidate, Match, allowed_errors, may_be_mistyped, rank
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


async def index(session: WriteSession, persons: Sequence[Searchable], *, names_known: bool = False) -> None:
    """Make persons findable by what they are now called; removing a person removes its keys.

    `names_known`: `know_names` was given all of them.
    """
    if persons:
        # Many persons' keys are made aside: the loop answers requests meanwhile.
        entries = await asyncio.to_thread(lambda: [_entry(person) for person in persons])
        await repository.save(session, entries)
        if not names_known:
            keys = ("name_key", "father_key", "mother_key")
            await repository.save_names(
                session, {str(entry[key]) for entry in entries for key in keys} - {""}
            )


async def know_names(session: WriteSession, keys: Collection[str]) -> None:
    """Know names, as `plain_key` makes them, before their bearers are found by them.

    A name that nobody will bear finds nobody. Who is about to index many persons does this in a transaction
    of its own, beside another one's work.
    """
    await repository.save_names(session, keys)


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
    await repository.plan_each_query(session)
    if not (query.number or query.words or query.father or query.mother):
        start = (after[1], after[2]) if after else None
        rows = await repository.in_order(session, query, scope, after=start, limit=limit)
        await repository.plan_as_usual(session)
        return list(_ranked(query, rows).values())
    found: dict[uuid.UUID, Found] = {}
    async for rows in _by_kind_of_agreement(session, query, scope):
        found |= await asyncio.to_thread(_ranked, query, rows)
        if sum(after is None or each.position > after for each in found.values()) >= limit:
            break
    await repository.plan_as_usual(session)
    ordered = sorted(found.values(), key=lambda each: each.position)
    return [each for each in ordered if after is None or each.position > after][:limit]


async def candidates(
    session: ReadSession,
    *,
    numbers: Collection[str],
    born: Sequence[tuple[int | None, str]],
    parents: Sequence[tuple[int | None, str, str]],
) -> set[uuid.UUID]:
    """Persons of the session's scope who share something with one of many, in as many queries as kinds.

    `born` are years with plain names, `parents` years (or none) with a father's and a mother's plain name.
    """
    await repository.plan_each_query(session)
    return await repository.shared(session, numbers=numbers, born=born, parents=parents)


async def named_nearly(session: ReadSession, full_name: str, birth_year: int) -> set[uuid.UUID]:
    """Persons born in a year whose name is this one but for a typing error."""
    query = parse_query(full_name, birth_year)
    near = await repository.names_one_error_away(session, query) if query.words else []
    return await repository.shared(session, numbers=(), born=[(birth_year, one) for one in near], parents=())


async def _by_kind_of_agreement(
    session: ReadSession, query: Query, scope: Scope
) -> AsyncIterator[list[Candidate]]:
    """Candidates, best kind of agreement first: who fills a page with good answers asks for no worse ones."""
    if query.number is not None:
        yield await repository.find(session, repository.numbered(query, scope))
        return
    if not query.words:
        yield await repository.find(session, repository.of_parents(query, scope))
        return

    def named(source: Source, names: Sequence[str]) -> list[repository.Finder]:
        return [repository.named(query, scope, source, names)] if names else []

    called_so = await repository.find(session, repository.beginning(query, scope, Source.NAME))
    yield called_so
    if len(query.words) == 1:
        given = await repository.names_given(session, query)
        yield await repository.find(session, *named(Source.NAME, given))
    holding = await repository.names_with_words(session, query)
    yield await repository.find(session, *named(Source.NAME, holding))
    async for names in _names_mistyped(session, query, twice=not called_so):
        yield await repository.find(session, *named(Source.NAME, names))
    if query.father or query.mother:
        return
    finders = []
    for parent in (Source.FATHER, Source.MOTHER):
        finders += [repository.beginning(query, scope, parent), *named(parent, holding)]
    yield await repository.find(session, *finders)


async def _names_mistyped(session: ReadSession, query: Query, *, twice: bool) -> AsyncIterator[Sequence[str]]:
    """Names that are the query but for one typing error, then but for two."""
    if not may_be_mistyped(query):
        return
    yield await repository.names_one_error_away(session, query)
    if twice and len(query.words) > 1 and query.birth_year and allowed_errors(query) > 1:
        half_alike = await repository.names_half_alike(session, query)
        yield await asyncio.to_thread(within_errors, query.plain, half_alike, 2)


def _ranked(query: Query, candidates: Iterable[Candidate]) -> dict[uuid.UUID, Found]:
    found = {}
    for one in candidates:
        score, matched = rank(query, one)
        if score:
            found[one.person_id] = Found(one.person_id, score, matched, one.sort_key)
    return found


def _entry(person: Searchable) -> dict[str, object]:
    name = plain_key(person.full_name)
    return {
        "person_id": person.person_id,
        "unit_code": person.unit_code,
        "toned_key": toned_key(person.full_name),
        "name_key": name,
        "birth_year": person.birth_year,
        "number": person.number,
        "father_key": plain_key(person.father_name),
        "mother_key": plain_key(person.mother_name),
        "sort_key": sort_key(person.full_name),
    }
