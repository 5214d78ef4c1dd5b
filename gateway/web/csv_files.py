"""Tables as CSV files that office programs open: UTF-8 with its mark, one line a row, nothing that runs."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi import Request
from fastapi.responses import Response

from gateway.web.data import Data, Parameter, Reader
from gateway.web.rendering import PAGE_HEADERS
from gateway.web.translation import language_of, translations
from gateway.web.words import Word, word

MOST_ROWS = 5000
"""Rows of one file at most: lists are asked for page by page, and a longer one is an export of its own."""
PER_REQUEST = 200
_RUNS = ("=", "+", "-", "@", "\t", "\r")


async def items_of(reader: Reader, path: str, **query: Parameter) -> list[Data]:
    """The first MOST_ROWS items of a list of `/v1`, page after page; raises as `Reader.get`."""
    items: list[Data] = []
    cursor: str | None = ""
    while cursor is not None and len(items) < MOST_ROWS:
        found = await reader.get(path, **query, cursor=cursor, limit=PER_REQUEST)
        items += found["items"]
        cursor = found["next_cursor"]
    return items[:MOST_ROWS]


def csv_file(
    request: Request, name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response:
    """A file `name`.csv, headings in the visitor's language; what would run as a formula stands as text."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(translations(language_of(request)).gettext(heading) for heading in headings)
    writer.writerows([_plain(value) for value in row] for row in rows)
    headers = {**PAGE_HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    # Without the mark Excel reads Vietnamese as Windows-1252.
    return Response(
        made.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers
    )


def word_in(request: Request, vocabulary: dict[str, Word], value: str) -> str:
    """A value of a vocabulary in the visitor's language."""
    return translations(language_of(request)).gettext(word(vocabulary, value).text)


def _plain(value: object) -> object:
    """A formula's first character makes a spreadsheet run it (CWE-1236): an apostrophe keeps it a text."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUNS) else value
