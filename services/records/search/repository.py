"""SQL of person search: each finder is one index probe, bounded, so that no query scans the table.

It is written out and goes to the driver: a query is asked at every letter typed, and made by SQLAlchemy each
of its statements would cost as much as Postgres needs for all of them (five million persons, a whole name:
27 ms with it, of which Postgres 5).
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records.search.domain import Query, moved_splits, one_error_away, split_key
from services.records.search.models import EntryRow, NameRow, WordRow
from services.records.search.ranking import Candidate
from services.records.sql import driver_of, insert_many

CANDIDATES = 300
"""Rows that one finder may bring; more would not be ranked any better than asking for the birth year."""

NAMES = 300
"""Names that hold the query's words, whose bearers are looked up."""

NAMESAKES = 40_000
"""Names that share half of the query's name, compared letter by letter."""

BEARERS = 5000
"""Names of the query's rarest word that are looked at for its other words."""

SHORT = 6
"""Thirds of fewer letters are in most names."""

SHARED = 10_000
"""Persons whom one way of sharing brings for a whole list."""

COMMON = 1000
"""A word of so many names is common: which of two common words is rarer hardly matters."""

LAST = "\U0010ffff"
"""Sorts behind every letter as bytes: the end of a prefix's range."""


class Source(StrEnum):
    """Whose name is looked at: its column."""

    NAME = "name_key"
    FATHER = "father_key"
    MOTHER = "mother_key"


class Values(list[Any]):
    """What a statement's `$1`, `$2` … stand for."""

    def __call__(self, value: object) -> str:
        """The place of a value."""
        self.append(value)
        return f"${len(self)}"

    def begins(self, column: str, prefix: str) -> str:
        """Whether a key begins so, as a range, which an index serves under row-level security."""
        return f"{column} >= {self(prefix)} AND {column} < {self(prefix + LAST)}"


Finder = Callable[[Values], str]
"""Writes a bounded query of candidates' columns."""


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
    await (await driver_of(session)).execute("SET LOCAL plan_cache_mode = force_custom_plan")


async def plan_as_usual(session: ReadSession) -> None:
    """End what `plan_each_query` began: a page of persons has one plan, which costs 1 ms to make."""
    await (await driver_of(session)).execute("SET LOCAL plan_cache_mode = auto")


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
    return _persons(query, scope, lambda values: values.begins("number", query.number or ""), order="number")


def of_parents(query: Query, scope: Scope) -> Finder:
    """Persons whose parents' names begin with those asked for."""
    return _persons(query, scope)


def beginning(query: Query, scope: Scope, source: Source) -> Finder:
    """Persons whose own or parent's name begins with the query, the whole name included."""
    return _persons(query, scope, lambda values: values.begins(source, query.plain), order=source)


def named(query: Query, scope: Scope, source: Source, names: Collection[str]) -> Finder:
    """Persons whose own or parent's name is one of these."""
    return _persons(query, scope, lambda values: f"{source} = {_any(values, names)}")


async def find(session: ReadSession, *finders: Finder, ending: str = "") -> list[Candidate]:
    """What several finders bring, in one round trip; a person may come more than once.

    `ending` is SQL of our own behind them all.
    """
    if not finders:
        return []
    values = Values()
    together = " UNION ALL ".join(f"({finder(values)})" for finder in finders)
    return [Candidate(*row) for row in await _fetch(session, f"{together} {ending}", values)]


async def names_given(session: ReadSession, query: Query) -> list[str]:
    """Names whose given name is the query's only word."""
    return await _names(
        session,
        f"SELECT name_key FROM person_names WHERE given_key = $1 ORDER BY rest_key LIMIT {NAMES}",  # noqa: S608
        [query.plain],
    )


async def names_with_words(session: ReadSession, query: Query) -> list[str]:
    """Names that hold the query's words, the last of which may be cut short."""
    values = Values()
    # Padded inside, once for a name: the limit keeps the planner from writing it into every condition.
    rarest = (
        "SELECT name_key, ' ' || name_key || ' ' AS padded FROM name_words "  # noqa: S608 - own names
        f"WHERE {await _rarest(session, query, values)} LIMIT {BEARERS}"
    )
    *whole, last = query.words
    held = [f" {last}", *(f" {word} " for word in whole)]
    holds = " AND ".join(f"strpos(padded, {values(one)}) > 0" for one in held)
    return await _names(
        session,
        f"SELECT DISTINCT name_key FROM ({rarest}) AS rarest WHERE {holds} LIMIT {NAMES}",  # noqa: S608
        values,
    )


async def names_one_error_away(session: ReadSession, query: Query) -> list[str]:
    """Names that are the query but for one letter: every such name is looked up."""
    values = Values()
    return await _names(
        session,
        f"SELECT name_key FROM person_names WHERE name_key = {_any(values, one_error_away(query.plain))}",  # noqa: S608
        values,
    )


async def names_half_alike(session: ReadSession, query: Query) -> list[str]:
    """Names of which two errors may have made the query: in one of its halves, or one error in each."""
    given, rest = split_key(query.plain)
    halves = {(given, rest), *moved_splits(query.plain)}
    values = Values()
    # Out of the index alone; names of another length, the space left out, are more than two errors away.
    letters = len(given) + len(rest)
    lengths = f"BETWEEN {values(letters - 2)} AND {values(letters + 3)}"
    ways = (
        f"given_key = {_any(values, {half for half, _ in halves})} AND {_some_third(values, rest)}",
        f"rest_key = {_any(values, {half for _, half in halves})}",
        " AND ".join(
            f"{column} = {_any(values, one_error_away(half))}"
            for column, half in (("rest_key", rest), ("given_key", given))
        ),
    )
    name, length = "ltrim(rest_key || ' ' || given_key)", "octet_length(rest_key) + octet_length(given_key)"
    some = f"(SELECT {name} FROM person_names WHERE {length} {lengths}"  # noqa: S608 - own names
    together = " UNION ALL ".join(f"{some} AND {way} LIMIT {NAMESAKES})" for way in ways)
    return await _names(session, together, values)


async def shared(
    session: ReadSession,
    *,
    numbers: Collection[str],
    born: Sequence[tuple[int | None, str]],
    parents: Sequence[tuple[int | None, str, str]],
) -> set[uuid.UUID]:
    """Persons who share a number, a name and year of birth, or a parent (and year of birth where given)."""
    ways: list[tuple[str, list[Any]]] = []
    if numbers:
        ways.append(("SELECT person_id FROM person_search WHERE number = ANY($1::text[])", [list(numbers)]))
    pairs: list[tuple[Source, Sequence[tuple[int | None, str]]]] = [
        (Source.NAME, [one for one in born if one[0]])
    ]
    for source, names in (
        (Source.FATHER, {(year, father) for year, father, _ in parents if father}),
        (Source.MOTHER, {(year, mother) for year, _, mother in parents if mother}),
    ):
        ordered = sorted(names, key=str)
        pairs.append((source, [one for one in ordered if one[0]]))
        pairs.append((source, [one for one in ordered if not one[0]]))
    for source, given in pairs:
        if given:
            dated = "AND birth_year = given.year" if given[0][0] else ""
            asked = "unnest($1::int[], $2::text[]) AS given (year, name)"
            way = f"SELECT person_id FROM person_search JOIN {asked} ON {source} = given.name {dated}"  # noqa: S608
            ways.append((way, [[year for year, _ in given], [name for _, name in given]]))
    found: set[uuid.UUID] = set()
    for way, values in ways:
        found |= {person_id for (person_id,) in await _fetch(session, f"{way} LIMIT {SHARED}", values)}
    return found


async def in_order(
    session: ReadSession,
    query: Query,
    scope: Scope,
    *,
    after: tuple[str, uuid.UUID] | None,
    limit: int,
) -> list[Candidate]:
    """Everybody (of the query's birth year, if any) in name order, after a position."""

    def position(values: Values) -> str:
        return f"(sort_key, person_id) > ({values(after[0])}, {values(after[1])})" if after else "true"

    order = "sort_key, person_id"
    units = scope.listed
    if units is None or query.birth_year is not None or len(units) < 2:
        return await find(session, _persons(query, scope, position, order=order, limit=limit))
    # One index gives each unit's persons in order; merging them reads no more than a page of each.
    pages = (_persons(query, Scope(scope.units, unit), position, order=order, limit=limit) for unit in units)
    return await find(session, *pages, ending=f"ORDER BY {order} LIMIT {limit}")


def _persons(
    query: Query,
    scope: Scope,
    where: Callable[[Values], str] = lambda _: "true",
    *,
    order: str | None = None,
    limit: int = CANDIDATES,
) -> Finder:
    """Candidates within the scope, of the year and the parents asked for."""

    def write(values: Values) -> str:
        conditions = [where(values)]
        units = scope.listed
        if units is not None and len(units) == 1:
            conditions.append(f"unit_code = {values(units[0])}")
        elif units is not None:
            conditions.append(f"unit_code = ANY({values(units)}::text[])")
        if query.birth_year is not None:
            conditions.append(f"birth_year = {values(query.birth_year)}")
        if query.father:
            conditions.append(values.begins(Source.FATHER, query.father))
        if query.mother:
            conditions.append(values.begins(Source.MOTHER, query.mother))
        ordered = f"ORDER BY {order} " if order else ""
        return (
            f"SELECT {', '.join(Candidate._fields)} FROM person_search "  # noqa: S608 - own names
            f"WHERE {' AND '.join(conditions)} {ordered}LIMIT {int(limit)}"
        )

    return write


async def _rarest(session: ReadSession, query: Query, values: Values) -> str:
    """The word to begin with, as a condition; counting stops where a word is common anyway."""
    *whole, last = query.words
    if not whole:
        return values.begins("word", last)
    asked = Values()
    words = [asked.begins("word", last), *(f"word = {asked(word)}" for word in whole)]
    counts = ", ".join(
        f"(SELECT count(*) FROM (SELECT 1 FROM name_words WHERE {word} LIMIT {COMMON}) AS counted)"  # noqa: S608
        for word in words
    )
    (row,) = await _fetch(session, f"SELECT {counts}", asked)
    place = min(range(len(words)), key=lambda one: row[one])
    return f"word = {values(whole[place - 1])}" if place else values.begins("word", last)


def _some_third(values: Values, rest: str) -> str:
    """Whether a third of `rest` is whole: two errors leave one so, and few names have any (8 → 3 ms)."""
    if len(rest) < SHORT:
        return "true"
    third = -(-len(rest) // 3)
    parts = (rest[start : start + third] for start in range(0, len(rest), third))
    return f"({' OR '.join(f'strpos(rest_key, {values(part)}) > 0' for part in parts)})"


def _any(values: Values, keys: Collection[str]) -> str:
    """One of very many keys; in a sub-select the planner does not weigh each of them (6 ms for 2,000)."""
    return f"ANY((SELECT {values(sorted(keys))}::text[])::text[])"


async def _names(session: ReadSession, query: str, values: Sequence[Any]) -> list[str]:
    return [name for (name,) in await _fetch(session, query, values)]


async def _fetch(session: ReadSession, query: str, values: Sequence[Any]) -> list[Any]:
    rows: list[Any] = await (await driver_of(session)).fetch(query, *values)
    return rows
