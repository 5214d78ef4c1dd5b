"""SQL that several slices need."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, any_, literal
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from kernel.database import WriteSession
from services.records.models import Base

ROWS_PER_INSERT = 5000
"""Bounds the parameters of one statement to some megabytes."""


def one_of(column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether the column is one of `values`, sent as one array: of parameters Postgres takes 32,767."""
    return column == any_(literal(list(values), ARRAY(column.type)))


async def insert_many(
    session: WriteSession,
    table: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    on_conflict: str = "",
    returning: str = "",
) -> list[Any]:
    """Insert rows of equal keys, one array a column; returns `returning` of those made.

    COPY would be faster still, but Postgres refuses it under row-level security, and a statement with a
    parameter for each value costs ten times as much in Python. The driver is spoken to directly, within the
    session's transaction. Columns left out take their defaults; array columns cannot be given. `on_conflict`
    and `returning` are SQL of the caller's own, never data.
    """
    if not rows:
        return []
    statement, documents = _insert(table, tuple(rows[0]))
    await session.flush()
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    made: list[Any] = []
    query = f"{statement} {on_conflict} {'RETURNING ' + returning if returning else ''}"
    for start in range(0, len(rows), ROWS_PER_INSERT):
        part = rows[start : start + ROWS_PER_INSERT]
        arrays = [
            [_document(row[name]) for row in part] if name in documents else [row[name] for row in part]
            for name in part[0]
        ]
        found = await driver.fetch(query, *arrays)
        made += [row[0] for row in found] if returning else []
    return made


@cache
def _insert(table: str, names: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """The statement for these columns, and those of them that hold documents."""
    columns = Base.metadata.tables[table].c
    documents = frozenset(name for name in names if isinstance(columns[name].type, JSONB))
    types = [_array_type(columns[name].type) for name in names]
    places = ", ".join(
        f"${place}::text[]::jsonb[]" if name in documents else f"${place}::{kind}[]"
        for place, (name, kind) in enumerate(zip(names, types, strict=True), start=1)
    )
    listed = ", ".join(names)
    return f"INSERT INTO {table} ({listed}) SELECT * FROM unnest({places})", documents  # noqa: S608 - own names


def _array_type(kind: TypeEngine[Any]) -> str:
    # A cast to varchar(20) would cut what is too long; as text it is refused when it is inserted.
    if isinstance(kind, String):
        return "text"
    return kind.compile(postgresql.dialect())  # type: ignore[no-untyped-call]


def _document(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
