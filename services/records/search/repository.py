"""SQL of person search: each finder is one index probe, bounded, so that no query scans the table."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records.search.domain import Query, one_error_away, split_key
from services.records.search.models import EntryRow, WordRow
from services.records.sql import insert_many, one_of

CANDIDATES = 300
"""Rows that one finder may bring; more would not be ranked any better than asking for the birth year."""

NAMESAKES = 3000
"""Persons of one birth year who share half a name, compared letter by letter."""

BEARERS = 5000
"""Persons of the query's rarest word who are looked at for its other words."""

COMMON = 1000
"""A word of so many persons is common: which of two common words is rarer hardly matters."""

LAST = "\U0010ffff"
"""Sorts behind every letter as bytes: the end of a prefix's range."""


class Source(StrEnum):
    """Whose name is looked at."""

    NAME = "name"
    FATHER = "father"
    MOTHER = "mother"


KEYS = {
    Source.NAME: EntryRow.name_key,
    Source.FATHER: EntryRow.father_key,
    Source.MOTHER: EntryRow.mother_key,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose persons are looked for."""

    units: frozenset[str]
    """Those that the caller may see."""
    unit: str | None = None
    """The one that the caller asks for."""


async def save(session: WriteSession, entries: list[dict[str, Any]], words: list[dict[str, Any]]) -> None:
    """Replace the keys and words of persons."""
    ids = [entry["person_id"] for entry in entries]
    await session.execute(
        delete(WordRow).where(one_of(WordRow.person_id, ids)).execution_options(synchronize_session=False)
    )
    changes = ", ".join(f"{name} = excluded.{name}" for name in entries[0] if name != "person_id")
    await insert_many(
        session,
        EntryRow.__tablename__,
        entries,
        on_conflict=f"ON CONFLICT (person_id) DO UPDATE SET {changes}",
    )
    await insert_many(session, WordRow.__tablename__, words)


async def by_number(session: ReadSession, query: Query, scope: Scope) -> Sequence[EntryRow]:
    """Persons whose number begins with the query's."""
    found = _within(scope, query).where(_begins(EntryRow.number, query.number or ""))
    return (await session.scalars(found.order_by(EntryRow.number).limit(CANDIDATES))).all()


async def by_beginning(
    session: ReadSession, query: Query, scope: Scope, source: Source
) -> Sequence[EntryRow]:
    """Persons whose own or parent's name begins with the query, the whole name included."""
    column = KEYS[source]
    found = _within(scope, query).where(_begins(column, query.plain)).order_by(column).limit(CANDIDATES)
    return (await session.scalars(found)).all()


async def by_given_name(session: ReadSession, query: Query, scope: Scope) -> Sequence[EntryRow]:
    """Persons whose given name is the query's only word."""
    found = _within(scope, query).where(EntryRow.given_key == query.plain)
    return (await session.scalars(found.order_by(EntryRow.birth_year).limit(CANDIDATES))).all()


async def by_words(session: ReadSession, query: Query, scope: Scope, source: Source) -> Sequence[EntryRow]:
    """Persons whose own or parent's name holds the query's words, the last of which may be cut short."""
    bearers = (
        _bearers(await _rarest(session, query, scope, source), scope, source)
        .limit(BEARERS)
        .cte("bearers")
        # Left to itself the planner may scan every person instead of looking up these few.
        .prefix_with("MATERIALIZED")
    )
    found = _within(scope, query).join(bearers, bearers.c.person_id == EntryRow.person_id)
    padded = " " + KEYS[source] + " "
    *whole, last = query.words
    found = found.where(padded.contains(f" {last}"), *(padded.contains(f" {word} ") for word in whole))
    return (await session.scalars(found.limit(CANDIDATES))).all()


async def by_one_error(session: ReadSession, query: Query, scope: Scope) -> Sequence[EntryRow]:
    """Persons whose name is the query but for one letter: every such name is looked up."""
    names = sorted(one_error_away(query.plain))
    found = _within(scope, query).where(one_of(EntryRow.name_key, names)).limit(CANDIDATES)
    return (await session.scalars(found)).all()


async def by_half_a_name(session: ReadSession, query: Query, scope: Scope) -> Sequence[EntryRow]:
    """Of the query's birth year, persons who share the given name or the rest: two errors damage one half."""
    given, rest = split_key(query.plain)
    found: list[EntryRow] = []
    for half in (EntryRow.given_key == given, EntryRow.rest_key == rest):
        found += await session.scalars(_within(scope, query).where(half).limit(NAMESAKES))
    return found


async def in_order(
    session: ReadSession,
    query: Query,
    scope: Scope,
    *,
    after: tuple[str, uuid.UUID] | None,
    limit: int,
) -> Sequence[EntryRow]:
    """Everybody (of the query's birth year, if any) in name order, after a position."""
    statement = _within(scope, query).order_by(EntryRow.sort_key, EntryRow.person_id).limit(limit)
    if after:
        statement = statement.where(tuple_(EntryRow.sort_key, EntryRow.person_id) > after)
    return (await session.scalars(statement)).all()


def _within(scope: Scope, query: Query) -> Select[EntryRow]:
    statement = select(EntryRow)
    if ALL_UNITS not in scope.units:
        statement = statement.where(EntryRow.unit_code.in_(scope.units))
    if scope.unit:
        statement = statement.where(EntryRow.unit_code == scope.unit)
    if query.birth_year is not None:
        statement = statement.where(EntryRow.birth_year == query.birth_year)
    return statement


def _bearers(word: ColumnElement[bool], scope: Scope, source: Source) -> Select[uuid.UUID]:
    statement = select(WordRow.person_id).where(word, WordRow.source == source.value)
    if scope.unit or ALL_UNITS not in scope.units:
        units = [scope.unit] if scope.unit else list(scope.units)
        statement = statement.where(WordRow.unit_code.in_(units))
    return statement


async def _rarest(session: ReadSession, query: Query, scope: Scope, source: Source) -> ColumnElement[bool]:
    """The word to begin with, as a condition; counting stops where a word is common anyway."""
    *whole, last = query.words
    words = [_begins(WordRow.word, last), *(WordRow.word == word for word in whole)]
    if len(words) == 1:
        return words[0]
    counts = [
        select(func.count()).select_from(_bearers(word, scope, source).limit(COMMON).subquery())
        for word in words
    ]
    row = (await session.execute(select(*(count.scalar_subquery() for count in counts)))).one()
    return min(zip(row, range(len(words)), words, strict=True))[2]


def _begins(column: InstrumentedAttribute[Any], prefix: str) -> ColumnElement[bool]:
    return and_(column >= prefix, column < prefix + LAST)
