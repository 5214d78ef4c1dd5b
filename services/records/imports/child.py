"""The process that reads a file somebody sent: within hard limits, rows checked, one JSON line for each.

`python -m services.records.imports.child` takes its task as JSON on standard input.
"""

import json
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any

from contracts.units import UnitEdition, UnitKind
from contracts.vocabulary import DossierKind
from services.records.imports.domain import (
    HEADER_WITHIN,
    MOST_ROWS,
    Checked,
    FileRefused,
    Layout,
    LayoutRefused,
    RowChecker,
    UnitScope,
    layout_of,
)
from services.records.imports.reading import Opened, open_file

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 300
"""100,000 rows of a spreadsheet take about 20 s."""
SHOWN_ROWS = 50
"""Rows whose texts are kept for the preview; of refused rows all are."""


def main() -> int:
    """Read the task, write `{"found": …}`, a line for each row, then `{"end": …}` or `{"problem": …}`."""
    _limit()
    task = json.load(sys.stdin)
    try:
        # One encoder: `json.dumps` makes a new one for each line that keeps its letters.
        encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
        for line in run(task):
            sys.stdout.write(encode(line) + "\n")
    except FileRefused as error:
        sys.stdout.write(json.dumps({"problem": error.code}) + "\n")
    except MemoryError:
        sys.stdout.write(json.dumps({"problem": "limits"}) + "\n")
    sys.stdout.flush()
    return 0


def run(task: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The lines of a task; raises FileRefused."""
    kind = DossierKind(task["kind"])
    opened = open_file(
        Path(task["path"]), kind, sheet=task.get("sheet") or None, encoding=task.get("encoding") or None
    )
    first = list(islice(opened.rows, HEADER_WITHIN))
    try:
        layout = layout_of(first, kind, task.get("columns") or {})
    except LayoutRefused as error:
        yield {"found": _found(opened, error.layout)}
        raise
    yield {"found": _found(opened, layout)}
    checker = RowChecker(kind, layout, task["unit"], _units(task))
    read = last = 0
    refusals: Counter[str] = Counter()
    for row_no, cells in chain(first, opened.rows):
        if row_no <= layout.header_row:
            continue
        read += 1
        if read > MOST_ROWS:
            raise FileRefused("too_many_rows")
        checked = checker.check(row_no, cells)
        refusals.update(checked.errors.values())
        last = row_no
        yield _line(checked, shown=read <= SHOWN_ROWS)
    if not read:
        raise FileRefused("empty")
    yield {"end": {"read": read, "last": last, "refusals": refusals}}


def _line(checked: Checked, *, shown: bool) -> dict[str, Any]:
    return {
        "row_no": checked.row_no,
        "given": checked.given,
        "shown": checked.shown if shown or checked.errors else None,
        "errors": checked.errors or None,
    }


def _found(opened: Opened, layout: Layout) -> dict[str, Any]:
    return {
        "format": opened.format,
        "encoding": opened.encoding.value if opened.encoding else None,
        "delimiter": opened.delimiter,
        "sheet": opened.sheet,
        "sheets": list(opened.sheets),
        "header_row": layout.header_row,
        "headings": list(layout.headings),
        "columns": {str(place): name for place, name in sorted(layout.fields.items())},
    }


def _units(task: dict[str, Any]) -> UnitScope:
    editions: dict[str, list[UnitEdition]] = {}
    for code, begins, ends in task["units"]:
        edition = UnitEdition(
            code,
            date.fromisoformat(begins),
            date.fromisoformat(ends) if ends else None,
            UnitKind.COMMUNE,
            None,
            "",
        )
        editions.setdefault(code, []).append(edition)
    return UnitScope(editions, frozenset(task["scope"]), date.fromisoformat(task["on"]))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
