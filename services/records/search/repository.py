"""SQL of person search: each finder is one index probe, bounded, so that no query scans the table."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records.search.domain import Query, split_key
from services.records.search.models import EntryRow, WordRow

CANDIDATES = 300
"""Rows that one finder may bring; more would not be ranked any better than asking for the birth year."""

SIMILAR_CANDIDATES = 3000
"""Namesakes of one half of a name that are compared letter by letter."""

LAST = "\U0010ffff"
"""Sorts behind every letter as bytes: the end of a prefix's range."""

ROWS_PER_STATEMENT = 1000


async def save(session: WriteSession, entries: list[dict[str, Any]], words: list[dict[str, Any]]) -> None:
    """Replace the keys and words of persons."""
    ids = [entry["person_id"] for entry in entries]
    await session.execute(
        delete(WordRow).where(WordRow.person_id.in_(ids)).execution_options(synchronize_session=False)
    )
    for start in range(0, len(entries), ROWS_PER_STATEMENT):
        statement = insert(EntryRow).values(entries[start : start + ROWS_PER_STATEMENT])
        changes = {name: statement.excluded[name] for name in entries[0] if name != "person_id"}
        await session.execute(
            statement.on_conflict_do_update(index_elements=[EntryRow.person_id], set_=changes)
        )
    for start in range(0, len(words), ROWS_PER_STATEMENT):
        await session.execute(insert(WordRow).values(words[start : start + ROWS_PER_STATEMENT]))


async def by_number(
    session: ReadSession, query: Query, units: Iterable[str], unit: str | None
) -> Sequence[EntryRow]:
    """Persons whose number begins with the query's."""
    statement = _scoped(query, units, unit).where(_begins(EntryRow.number, query.number or ""))
    return (await session.scalars(statement.order_by(EntryRow.number).limit(CANDIDATES))).all()


async def by_name(
    session: ReadSession, query: Query, units: Iterable[str], unit: str | None
) -> Sequence[EntryRow]:
    """Persons whose own or a parent's name begins with the query or holds its words."""
    scoped = _scoped(query, units, unit)
    found: list[EntryRow] = []
    for column in (EntryRow.name_key, EntryRow.father_key, EntryRow.mother_key):
        statement = scoped.where(_begins(column, query.plain)).order_by(column).limit(CANDIDATES)
        found += await session.scalars(statement)
    for source in ("name", "father", "mother"):
        statement = scoped.where(_holds(query, source)).order_by(EntryRow.person_id).limit(CANDIDATES)
        found += await session.scalars(statement)
    return found


async def by_similar_name(
    session: ReadSession, query: Query, units: Iterable[str], unit: str | None
) -> Sequence[EntryRow]:
    """Persons who share the given name or the rest: one typing error damages only one half of a name."""
    given, rest = split_key(query.plain)
    scoped = _scoped(query, units, unit)
    found: list[EntryRow] = []
    for half in (EntryRow.given_key == given, EntryRow.rest_key == rest):
        statement = scoped.where(half).order_by(EntryRow.person_id).limit(SIMILAR_CANDIDATES)
        found += await session.scalars(statement)
    return found


async def in_order(
    session: ReadSession,
    query: Query,
    units: Iterable[str],
    unit: str | None,
    *,
    after: tuple[str, uuid.UUID] | None,
    limit: int,
) -> Sequence[EntryRow]:
    """Everybody (of the query's birth year, if any) in name order, after a position."""
    statement = _scoped(query, units, unit).order_by(EntryRow.sort_key, EntryRow.person_id).limit(limit)
    if after:
        statement = statement.where(tuple_(EntryRow.sort_key, EntryRow.person_id) > after)
    return (await session.scalars(statement)).all()


def _scoped(query: Query, units: Iterable[str], unit: str | None) -> Select[EntryRow]:
    statement = select(EntryRow)
    if (scope := set(units)) and ALL_UNITS not in scope:
        statement = statement.where(EntryRow.unit_code.in_(scope))
    if unit:
        statement = statement.where(EntryRow.unit_code == unit)
    if query.birth_year is not None:
        statement = statement.where(EntryRow.birth_year == query.birth_year)
    return statement


def _begins(column: InstrumentedAttribute[Any], prefix: str) -> ColumnElement[bool]:
    return and_(column >= prefix, column < prefix + LAST)


def _holds(query: Query, source: str) -> ColumnElement[bool]:
    *whole, last = query.words
    same = [WordRow.person_id == EntryRow.person_id, WordRow.source == source]
    last_word = WordRow.word == last if len(last) < 2 else _begins(WordRow.word, last)
    return and_(
        exists().where(*same, last_word), *(exists().where(*same, WordRow.word == word) for word in whole)
    )
