"""Tables as CSV files that office programs open: UTF-8 with its mark, one line a row, nothing that runs."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi.responses import Response

from gateway.web.rendering import PAGE_HEADERS

MOST_ROWS = 5000
"""Rows of one file at most: lists are asked for page by page, and a longer one is an export of its own."""
_RUNS = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file `name`.csv; texts that a spreadsheet would run as a formula stand as texts."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(headings)
    writer.writerows([_plain(value) for value in row] for row in rows)
    headers = {**PAGE_HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    # Without the mark Excel reads Vietnamese as Windows-1252.
    return Response(made.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _plain(value: object) -> object:
    """A formula's first character makes a spreadsheet run it (CWE-1236): an apostrophe keeps it a text."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUNS) else value
