"""SQL of imports and their rows."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records.imports.domain import ImportState
from services.records.imports.models import CheckedRow, ImportRow

AnySession = ReadSession | WriteSession

ROWS_PER_DELETE = 5000


async def insert_missing(session: WriteSession, values: Mapping[str, Any]) -> bool:
    """Make an import; false where the unit has imported this very file for this kind before."""
    made = await session.scalars(
        insert(ImportRow).values(**values).on_conflict_do_nothing().returning(ImportRow.id)
    )
    return made.first() is not None


async def by_file(session: AnySession, unit_code: str, kind: str, sha256: str) -> ImportRow | None:
    """The import of a file."""
    query = select(ImportRow).where(
        ImportRow.unit_code == unit_code, ImportRow.kind == kind, ImportRow.sha256 == sha256
    )
    return (await session.scalars(query)).one_or_none()


async def get(session: AnySession, import_id: uuid.UUID, units: Iterable[str]) -> ImportRow | None:
    """An import within `units`."""
    query = select(ImportRow).where(ImportRow.id == import_id).execution_options(populate_existing=True)
    if (scope := set(units)) and ALL_UNITS not in scope:
        query = query.where(ImportRow.unit_code.in_(scope))
    return (await session.scalars(query)).one_or_none()


async def lock(session: WriteSession, import_id: uuid.UUID, *, wait: bool = True) -> ImportRow | None:
    """An import, locked; none if another transaction has it and `wait` is false."""
    query = select(ImportRow).where(ImportRow.id == import_id).with_for_update(skip_locked=not wait)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def wait_for_locks_at_most(session: WriteSession, seconds: int) -> None:
    """Let the transaction give up where others keep rows from it for longer; 0 is for ever."""
    await session.execute(
        text("SELECT set_config('lock_timeout', :most, true)"), {"most": str(1000 * seconds)}
    )


async def working(session: AnySession) -> Sequence[tuple[uuid.UUID, ImportState]]:
    """Imports that the background work has to do with, oldest first."""
    states = [ImportState.CHECKING.value, ImportState.COMMITTING.value]
    rows = await session.execute(
        select(ImportRow.id, ImportRow.state)
        .where(ImportRow.state.in_(states))
        .order_by(ImportRow.id)
        .limit(20)
    )
    return [(import_id, ImportState(state)) for import_id, state in rows]


async def page(
    session: ReadSession, *, units: Iterable[str], before: uuid.UUID | None, limit: int
) -> Sequence[ImportRow]:
    """Imports, newest first, after a position."""
    query = select(ImportRow).order_by(ImportRow.id.desc()).limit(limit)
    if (scope := set(units)) and ALL_UNITS not in scope:
        query = query.where(ImportRow.unit_code.in_(scope))
    if before:
        query = query.where(ImportRow.id < before)
    return (await session.scalars(query)).all()


async def stage(session: WriteSession, import_id: uuid.UUID, unit_code: str, lines: Sequence[str]) -> int:
    """Keep checked rows, each a document as the reading process wrote it; returns how many are refused."""
    refused: int | None = await session.scalar(
        text(
            "WITH kept AS (INSERT INTO import_rows (import_id, row_no, unit_code, given, shown, errors) "
            "SELECT :import_id, (line->>'row_no')::int, :unit_code, "
            "nullif(line->'given', 'null'), nullif(line->'shown', 'null'), nullif(line->'errors', 'null') "
            "FROM (SELECT jsonb_array_elements(CAST(:lines AS text)::jsonb) AS line) AS read "
            "RETURNING errors) SELECT count(errors) FROM kept"
        ),
        {"import_id": import_id, "unit_code": unit_code, "lines": f"[{','.join(lines)}]"},
    )
    return refused or 0


async def clear(session: WriteSession, import_id: uuid.UUID, *, committed_alone: bool = False) -> bool:
    """Remove up to 5,000 kept rows; of a finished import those that were taken. True if there are more."""
    doomed = select(CheckedRow.row_no).where(CheckedRow.import_id == import_id).limit(ROWS_PER_DELETE)
    if committed_alone:
        doomed = doomed.where(CheckedRow.errors.is_(None))
    gone = await session.execute(
        delete(CheckedRow)
        .where(CheckedRow.import_id == import_id, CheckedRow.row_no.in_(doomed))
        .returning(CheckedRow.row_no)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all()) == ROWS_PER_DELETE


async def rows_after(
    session: AnySession, import_id: uuid.UUID, position: int, limit: int, *, refused: bool = False
) -> Sequence[CheckedRow]:
    """Rows behind a position, in order."""
    query = select(CheckedRow).where(CheckedRow.import_id == import_id, CheckedRow.row_no > position)
    if refused:
        query = query.where(CheckedRow.errors.is_not(None))
    rows = await session.scalars(query.order_by(CheckedRow.row_no).limit(limit))
    return rows.all()


async def given_after(
    session: AnySession, import_id: uuid.UUID, position: int, limit: int
) -> list[tuple[int, dict[str, Any] | None]]:
    """Number and clean values of the rows behind a position, in order."""
    rows = await session.execute(
        select(CheckedRow.row_no, CheckedRow.given)
        .where(CheckedRow.import_id == import_id, CheckedRow.row_no > position)
        .order_by(CheckedRow.row_no)
        .limit(limit)
    )
    return [(row_no, given) for row_no, given in rows]


async def mark_differing(
    session: WriteSession, import_id: uuid.UUID, found: Mapping[int, Mapping[str, str]]
) -> None:
    """Note rows that say otherwise than what was entered."""
    for row_no, errors in found.items():
        await session.execute(
            update(CheckedRow)
            .where(CheckedRow.import_id == import_id, CheckedRow.row_no == row_no)
            .values(errors=dict(errors), shown=func.coalesce(CheckedRow.shown, CheckedRow.given["person"]))
            .execution_options(synchronize_session=False)
        )
