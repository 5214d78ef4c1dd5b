"""SQL of person search: each finder is one index probe, bounded, so that no query scans the table."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Row,
    Select,
    Text,
    and_,
    column,
    func,
    literal,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records.search.domain import Query, moved_splits, one_error_away, split_key
from services.records.search.models import EntryRow, NameRow, WordRow
from services.records.sql import insert_many, one_of

CANDIDATES = 300
"""Rows that one finder may bring; more would not be ranked any better than asking for the birth year."""

NAMES = 300
"""Names that hold the query's words, whose bearers are looked up."""

NAMESAKES = 40_000
"""Names that share half of the query's name, compared letter by letter."""

BEARERS = 5000
"""Names of the query's rarest word that are looked at for its other words."""

SHARED = 10_000
"""Persons whom one way of sharing brings for a whole list."""

COMMON = 1000
"""A word of so many names is common: which of two common words is rarer hardly matters."""

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


COLUMNS = tuple(EntryRow.__table__.c)
"""Rows of plain columns: objects of the mapper would cost more than the query."""

Finder = Select[Any]
"""A bounded query of COLUMNS."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose persons are looked for."""

    units: frozenset[str]
    """Those that the caller may see."""
    unit: str | None = None
    """The one that the caller asks for."""

    @property
    def listed(self) -> list[str] | None:
        """The units whose persons may be answered; None for all."""
        if self.unit is not None:
            return [self.unit] if ALL_UNITS in self.units or self.unit in self.units else []
        return None if ALL_UNITS in self.units else sorted(self.units)


async def plan_each_query(session: ReadSession) -> None:
    """Plan with the values at hand until the transaction ends: half of a province may begin with `nguyen`."""
    await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


async def save(session: WriteSession, entries: list[dict[str, Any]]) -> None:
    """Replace the keys of persons; whom they name must be known (`save_names`)."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in entries[0] if name != "person_id")
    await insert_many(
        session,
        EntryRow.__tablename__,
        entries,
        on_conflict=f"ON CONFLICT (person_id) DO UPDATE SET {changes}",
    )


async def save_names(session: WriteSession, names: Collection[str]) -> None:
    """Know names that somebody bears."""
    # Sorted, so that two transactions which meet the same new names wait for each other in one order.
    halves = [(name, *split_key(name)) for name in sorted(names)]
    fresh = await insert_many(
        session,
        NameRow.__tablename__,
        [{"name_key": name, "given_key": given, "rest_key": rest} for name, given, rest in halves],
        on_conflict="ON CONFLICT DO NOTHING",
        returning="name_key",
    )
    # In the order of their index: neighbours fall on the same pages.
    words = sorted({(word, name) for name in fresh for word in name.split()})
    await insert_many(
        session, WordRow.__tablename__, [{"word": word, "name_key": name} for word, name in words]
    )


def numbered(query: Query, scope: Scope) -> Finder:
    """Persons whose number begins with the query's."""
    found = _within(scope, query).where(begins(EntryRow.number, query.number or ""))
    return found.order_by(EntryRow.number).limit(CANDIDATES)


def of_parents(query: Query, scope: Scope) -> Finder:
    """Persons whose parents' names begin with those asked for."""
    return _within(scope, query).limit(CANDIDATES)


def beginning(query: Query, scope: Scope, source: Source) -> Finder:
    """Persons whose own or parent's name begins with the query, the whole name included."""
    key = KEYS[source]
    return _within(scope, query).where(begins(key, query.plain)).order_by(key).limit(CANDIDATES)


def named(query: Query, scope: Scope, source: Source, names: Collection[str]) -> Finder:
    """Persons whose own or parent's name is one of these."""
    return _within(scope, query).where(one_of(KEYS[source], names)).limit(CANDIDATES)


async def find(session: ReadSession, *finders: Finder) -> Sequence[Row[Any]]:
    """What several finders bring, in one round trip; a person may come more than once."""
    if len(finders) == 1:
        return (await session.execute(finders[0])).all()
    together = union_all(*(select(finder.subquery()) for finder in finders))
    return (await session.execute(together)).all()


async def names_given(session: ReadSession, query: Query) -> Sequence[str]:
    """Names whose given name is the query's only word."""
    found = select(NameRow.name_key).where(NameRow.given_key == query.plain).order_by(NameRow.rest_key)
    return (await session.scalars(found.limit(NAMES))).all()


async def names_with_words(session: ReadSession, query: Query) -> Sequence[str]:
    """Names that hold the query's words, the last of which may be cut short."""
    rarest = select(WordRow.name_key).where(await _rarest(session, query)).limit(BEARERS).subquery()
    padded = " " + rarest.c.name_key + " "
    *whole, last = query.words
    holds = (padded.contains(f" {last}"), *(padded.contains(f" {word} ") for word in whole))
    found = select(rarest.c.name_key).where(*holds).distinct().limit(NAMES)
    return (await session.scalars(found)).all()


async def names_one_error_away(session: ReadSession, query: Query) -> Sequence[str]:
    """Names that are the query but for one letter: every such name is looked up."""
    names = sorted(one_error_away(query.plain))
    return (await session.scalars(select(NameRow.name_key).where(one_of(NameRow.name_key, names)))).all()


async def names_half_alike(session: ReadSession, query: Query) -> set[str]:
    """Names of which two errors may have made the query: in one of its halves, or one error in each."""
    given, rest = split_key(query.plain)
    halves = {(given, rest), *moved_splits(query.plain)}
    # Out of the index alone; names of another length are more than two errors away.
    name = func.ltrim(NameRow.rest_key + " " + NameRow.given_key).label("name_key")
    some = select(name).where(func.length(name).between(len(query.plain) - 2, len(query.plain) + 2))
    finders = (
        some.where(one_of(NameRow.given_key, sorted({half for half, _ in halves}))).limit(NAMESAKES),
        some.where(one_of(NameRow.rest_key, sorted({half for _, half in halves}))).limit(NAMESAKES),
        some.where(
            one_of(NameRow.rest_key, sorted(one_error_away(rest))),
            one_of(NameRow.given_key, sorted(one_error_away(given))),
        ).limit(NAMESAKES),
    )
    together = union_all(*(select(finder.subquery()) for finder in finders))
    return set(await session.scalars(together))


async def shared(
    session: ReadSession,
    *,
    numbers: Collection[str],
    born: Sequence[tuple[int | None, str]],
    parents: Sequence[tuple[int | None, str, str]],
) -> set[uuid.UUID]:
    """Persons who share a number, a name and year of birth, or a parent (and year of birth where given)."""
    some = select(EntryRow.person_id).limit(SHARED)
    finders = []
    if numbers:
        finders.append(some.where(one_of(EntryRow.number, numbers)))
    if born:
        given = _listed(born, ("year", Integer()), ("name", Text()))
        finders.append(
            some.join(given, (EntryRow.birth_year == given.c.year) & (EntryRow.name_key == given.c.name))
        )
    for key, place in ((EntryRow.father_key, 1), (EntryRow.mother_key, 2)):
        pairs = sorted({(one[0], one[place]) for one in parents if one[place]}, key=str)
        for pairs_of, dated in (
            ([one for one in pairs if one[0]], True),
            ([one for one in pairs if not one[0]], False),
        ):
            if pairs_of:
                given = _listed(pairs_of, ("year", Integer()), ("name", Text()))
                same = key == given.c.name
                finders.append(
                    some.join(given, (same & (EntryRow.birth_year == given.c.year)) if dated else same)
                )
    found: set[uuid.UUID] = set()
    for finder in finders:
        found |= set(await session.scalars(finder))
    return found


def _listed(rows: Sequence[Sequence[Any]], *columns: tuple[str, TypeEngine[Any]]) -> Any:
    """Rows as a table, sent as one array a column."""
    arrays = (literal([row[place] for row in rows], ARRAY(kind)) for place, (_, kind) in enumerate(columns))
    return func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in columns)).render_derived()


async def in_order(
    session: ReadSession,
    query: Query,
    scope: Scope,
    *,
    after: tuple[str, uuid.UUID] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Everybody (of the query's birth year, if any) in name order, after a position."""

    def page(of: Finder) -> Finder:
        if after:
            of = of.where(tuple_(EntryRow.sort_key, EntryRow.person_id) > after)
        return of.order_by(EntryRow.sort_key, EntryRow.person_id).limit(limit)

    units = scope.listed
    if units is None or query.birth_year is not None or len(units) < 2:
        return (await session.execute(page(_within(scope, query)))).all()
    # One index gives each unit's persons in order; merging them reads no more than a page of each.
    pages = union_all(*(page(_within(Scope(scope.units, unit), query)) for unit in units)).subquery()
    merged = select(pages).order_by(pages.c.sort_key, pages.c.person_id).limit(limit)
    return (await session.execute(merged)).all()


def begins(column: InstrumentedAttribute[Any], prefix: str) -> ColumnElement[bool]:
    """Whether a key begins so, as a range, which an index serves under row-level security."""
    return and_(column >= prefix, column < prefix + LAST)


def _within(scope: Scope, query: Query) -> Finder:
    statement: Finder = select(*COLUMNS)
    units = scope.listed
    if units is not None:
        wanted = EntryRow.unit_code == units[0] if len(units) == 1 else one_of(EntryRow.unit_code, units)
        statement = statement.where(wanted)
    if query.birth_year is not None:
        statement = statement.where(EntryRow.birth_year == query.birth_year)
    if query.father:
        statement = statement.where(begins(EntryRow.father_key, query.father))
    if query.mother:
        statement = statement.where(begins(EntryRow.mother_key, query.mother))
    return statement


async def _rarest(session: ReadSession, query: Query) -> ColumnElement[bool]:
    """The word to begin with, as a condition; counting stops where a word is common anyway."""
    *whole, last = query.words
    words = [begins(WordRow.word, last), *(WordRow.word == word for word in whole)]
    if len(words) == 1:
        return words[0]
    counts = [
        select(func.count()).select_from(select(WordRow.word).where(word).limit(COMMON).subquery())
        for word in words
    ]
    row = (await session.execute(select(*(count.scalar_subquery() for count in counts)))).one()
    return min(zip(row, range(len(words)), words, strict=True))[2]
