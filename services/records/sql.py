"""SQL that several slices need."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, literal, text
from sqlalchemy.orm import InstrumentedAttribute

from kernel.database import WriteSession

ROWS_PER_INSERT = 5000
"""Bounds the JSON of one statement to some megabytes."""


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
    """Insert rows of equal keys as one JSON parameter each 5,000; returns `returning` of those made.

    COPY would be faster still, but Postgres refuses it under row-level security, and one statement with a
    parameter for each value costs ten times as much in Python. Columns left out take their defaults.
    `table`, `on_conflict` and `returning` are SQL of the caller's own, never data.
    """
    made: list[Any] = []
    for start in range(0, len(rows), ROWS_PER_INSERT):
        part = rows[start : start + ROWS_PER_INSERT]
        columns = ", ".join(part[0])
        statement = text(
            f"INSERT INTO {table} ({columns}) "  # noqa: S608 - names from the code
            f"SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb)) "
            f"{on_conflict} {'RETURNING ' + returning if returning else ''}"
        ).bindparams(bindparam("rows", type_=Text()))
        result = await session.execute(
            statement, {"rows": json.dumps(part, default=_plain, ensure_ascii=False)}
        )
        if returning:
            made += [row[0] for row in result]
    return made


def _plain(value: object) -> str:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
