"""SQL that several slices need."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, literal
from sqlalchemy.orm import InstrumentedAttribute


def one_of(column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether the column is one of `values`, sent as one array: of parameters Postgres takes 32,767."""
    return column == any_(literal(list(values), ARRAY(column.type)))
