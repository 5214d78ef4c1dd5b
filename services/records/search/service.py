"""Use cases of search: keep the keys of persons, answer a query."""

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kernel.database import ReadSession, WriteSession
from services.records.search import repository
from services.records.search.domain import Query, Searchable, plain_key, sort_key, split_key, toned_key
from services.records.search.models import EntryRow
from services.records.search.ranking import Keys, Match, rank

ENOUGH = 10
"""Below this many answers, names with typing errors are looked for too."""

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
    if query.number is None and not query.words:
        start = (after[1], after[2]) if after else None
        rows = await repository.in_order(session, query, units, unit, after=start, limit=limit)
        return _ranked(query, rows)
    if query.number is not None:
        found = _ranked(query, await repository.by_number(session, query, units, unit))
    else:
        found = _ranked(query, await repository.by_name(session, query, units, unit))
        if len(found) < ENOUGH and len(query.words) > 1:
            similar = await repository.by_similar_name(session, query, units, unit)
            found = _merged(found, await asyncio.to_thread(_ranked, query, similar))
    found.sort(key=lambda each: each.position)
    return [each for each in found if after is None or each.position > after][:limit]


def _ranked(query: Query, rows: Iterable[EntryRow]) -> list[Found]:
    found: dict[uuid.UUID, Found] = {}
    for row in rows:
        if row.person_id in found:
            continue
        keys = Keys(row.toned_key, row.name_key, row.birth_year, row.number, row.father_key, row.mother_key)
        score, matched = rank(query, keys)
        if score:
            found[row.person_id] = Found(row.person_id, score, matched, row.sort_key)
    return list(found.values())


def _merged(found: list[Found], more: list[Found]) -> list[Found]:
    known = {each.person_id for each in found}
    return found + [each for each in more if each.person_id not in known]


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
        names = {"name": person.full_name, "father": person.father_name, "mother": person.mother_name}
        for source, name in names.items():
            rows += [
                {
                    "word": word,
                    "source": source,
                    "person_id": person.person_id,
                    "unit_code": person.unit_code,
                }
                for word in sorted(set(plain_key(name).split()))
            ]
    return rows
