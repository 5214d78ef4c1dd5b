"""SQL that several slices need."""

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    String,
    any_,
    bindparam,
    cast,
    literal,
    literal_column,
    null,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from kernel.database import ReadSession, WriteSession
from services.records.models import Base

ROWS_PER_INSERT = 5000
"""Bounds the parameters of one statement to some megabytes."""


DRIVER = "driver"
"""In a session's notes: its transaction and the driver's connection of that."""

Waits = Select[Any, Any]
"""Of things that wait: since when, and when they are due, NULL where unknown; the oldest come first."""

NO_MOMENT = cast(null(), DateTime(timezone=True))
WHO = bindparam("who", type_=String)
"""Whose work it is, in statements that are built once for everybody: building costs more than asking."""
UNITS = bindparam("units", type_=ARRAY(String))
"""In such statements, the units of whoever asks."""


def constant(word: StrEnum) -> ColumnElement[str]:
    """A word of our own in the statement itself: a plan for any word cannot use the index of one."""
    return literal_column(f"'{word.value}'", String)


def in_scope(column: InstrumentedAttribute[str], *, everywhere: bool) -> ColumnElement[bool]:
    """Whether a row is in UNITS; always for people of every unit. Row-level security alone uses no index."""
    return true() if everywhere else column == any_(UNITS)


def one_of(column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether the column is one of `values`, sent as one array: of parameters Postgres takes 32,767."""
    return column == any_(literal(list(values), ARRAY(column.type)))


async def driver_of(session: ReadSession | WriteSession) -> Any:
    """The driver's own connection, inside the session's transaction.

    A statement through SQLAlchemy costs 0.5 to 2 ms of Python, a row of its mapper some 20 µs: more than
    Postgres needs for a page of five million. Statements that are asked at every letter typed, and long
    lists of rows, speak to the driver; their SQL is a slice's own, data goes as `$1`, `$2`.
    """
    if session.new or session.dirty or session.deleted:
        await session.flush()
    now = session.sync_session.get_transaction()
    known, driver = session.info.get(DRIVER, (None, None))
    if known is None or known is not now:
        driver = (await (await session.connection()).get_raw_connection()).driver_connection
        session.info[DRIVER] = (session.sync_session.get_transaction(), driver)
    return driver


async def insert_many(
    session: WriteSession,
    table: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    on_conflict: str = "",
    returning: str = "",
) -> list[Any]:
    """Insert rows of equal keys in one statement; returns `returning` of those made.

    COPY would be faster still, but Postgres refuses it under row-level security, and a statement with a
    parameter for each value costs ten times as much in Python. A column goes as one text that Postgres
    takes apart (the driver looks at each element of an array: six times dearer), and a value that all rows
    share goes once. Columns left out take their defaults; array columns cannot be given. `on_conflict` and
    `returning` are SQL of the caller's own, never data.
    """
    if not rows:
        return []
    driver = await driver_of(session)
    made: list[Any] = []
    names = tuple(rows[0])
    kinds = _kinds(table, names)
    for start in range(0, len(rows), ROWS_PER_INSERT):
        part = rows[start : start + ROWS_PER_INSERT]
        sent = [
            # One at least is sent as a list: it says how many rows there are.
            _sent(kind, [row[name] for row in part], listed=name == names[0])
            for name, kind in zip(names, kinds, strict=True)
        ]
        query = _insert(table, names, tuple(form for form, _ in sent))
        ending = f"{on_conflict} {'RETURNING ' + returning if returning else ''}"
        found = await driver.fetch(f"{query} {ending}", *(value for _, value in sent))
        made += [row[0] for row in found] if returning else []
    return made


class Form(Enum):
    """How a column's values go to Postgres."""

    ONCE = "{value}::{wire}::{kind}"
    """One value of all rows."""
    TEXT = "string_to_array({value}::text, E'\\x1f', E'\\x1e')::{kind}[]"
    """One text of all values, JOINT between them."""
    EACH = "{value}::{wire}[]::{kind}[]"
    """An array."""


JOINT, NOTHING = "\x1f", "\x1e"
"""Between the values, and in the place of none; values that hold one of them go as an array."""


def _sent(kind: str, values: list[Any], *, listed: bool) -> tuple[Form, Any]:
    if kind == "jsonb":
        documents: dict[int, str | None] = {}
        # Histories say the same of thousands of dossiers: an object is written once.
        values = [documents.get(id(one)) or documents.setdefault(id(one), _document(one)) for one in values]
    if not listed and values.count(values[0]) == len(values):
        return Form.ONCE, values[0]
    if len(values) == 1:
        return Form.EACH, values
    if kind == "uuid":
        return Form.TEXT, JOINT.join([NOTHING if one is None else one.hex for one in values])
    if kind in {"text", "jsonb"}:
        joined = JOINT.join([NOTHING if one is None else one for one in values])
        if joined.count(JOINT) == len(values) - 1 and joined.count(NOTHING) == values.count(None):
            return Form.TEXT, joined
    return Form.EACH, values


@cache
def _kinds(table: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The Postgres types of the columns."""
    columns = Base.metadata.tables[table].c
    return tuple(_type_of(columns[name].type) for name in names)


@cache
def _insert(table: str, names: tuple[str, ...], forms: tuple[Form, ...]) -> str:
    """The statement for these columns in these forms."""
    values: list[str] = []
    arrays: dict[str, str] = {}
    for place, (kind, form) in enumerate(zip(_kinds(table, names), forms, strict=True), start=1):
        wire = "text" if kind == "jsonb" else kind
        given = form.value.format(value=f"${place}", wire=wire, kind=kind)
        if form is Form.ONCE:
            values.append(given)
        else:
            values.append(f"c{place}")
            arrays[f"c{place}"] = given
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "  # noqa: S608 - own names
        f"FROM unnest({', '.join(arrays.values())}) AS given ({', '.join(arrays)})"
    )


def _type_of(kind: TypeEngine[Any]) -> str:
    # A cast to varchar(20) would cut what is too long; as text it is refused when it is inserted.
    if isinstance(kind, String):
        return "text"
    written: str = kind.compile(postgresql.dialect()).lower()  # type: ignore[no-untyped-call]
    return written


def _document(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
