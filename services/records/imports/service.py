"""Use cases of imports: take a file, have it checked, commit or cancel, read what came of it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from contracts.civil.writing import cleaned
from contracts.vocabulary import DossierKind
from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.ids import new_id
from services.records.imports import repository
from services.records.imports.domain import ImportState
from services.records.imports.models import CheckedRow, ImportRow


class ImportBusy(Conflict):
    """The import's state does not allow this now."""

    slug = "import_state"
    title = "Tệp nhập đang ở trạng thái không cho phép việc này"
    title_en = "The import's state does not allow this"


class RowsRefused(Conflict):
    """Some rows are refused, and nobody said to pass over them."""

    slug = "rows_refused"
    title = "Có dòng không nhập được; hãy sửa tệp hoặc chọn bỏ qua các dòng đó"
    title_en = "Rows are refused; mend the file or ask to pass over them"


class ImportTooLarge(Unprocessable):
    """The file is larger than an import may be."""

    status_code = 413
    slug = "import_too_large"
    title = "Tệp quá lớn"
    title_en = "The file is too large"


BUSY = frozenset({ImportState.CHECKING, ImportState.COMMITTING})


async def take(
    session: WriteSession,
    *,
    unit_code: str,
    kind: DossierKind,
    sha256: str,
    file_key: str,
    file_name: str,
    size_bytes: int,
    scope: Iterable[str],
    options: Mapping[str, Any],
    who: str,
) -> tuple[ImportRow, bool]:
    """Have a stored file checked; the same file of the unit and kind again is the import that there is."""
    made = await repository.insert_missing(
        session,
        {
            "id": new_id(),
            "unit_code": unit_code,
            "kind": kind.value,
            "sha256": sha256,
            "file_key": file_key,
            "file_name": file_name,
            "size_bytes": size_bytes,
            "state": ImportState.CHECKING.value,
            "scope": sorted(scope),
            "mapping": dict(options),
            "uploaded_by": who,
        },
    )
    row = await repository.by_file(session, unit_code, kind.value, sha256)
    if row is None:
        raise NotFound("the import")
    return row, made


async def check_again(
    session: WriteSession,
    import_id: uuid.UUID,
    *,
    if_match: str | None,
    options: Mapping[str, Any],
    scope: Iterable[str],
    units: Iterable[str],
) -> ImportRow:
    """Check the file anew, with what the officer says of it; also after it was committed.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, ImportBusy.
    """
    row = await _locked(session, import_id, if_match, units)
    if ImportState(row.state) is ImportState.COMMITTING:
        raise ImportBusy(row.state)
    row.state, row.mapping, row.scope = ImportState.CHECKING.value, dict(options), sorted(scope)
    row.problem, row.finished_at, row.committed_by = None, None, None
    row.check_no += 1
    row.rows_read = row.rows_refused = row.position = row.made = row.unchanged = row.differing = 0
    row.version += 1
    await session.flush()
    return row


async def commit(
    session: WriteSession,
    import_id: uuid.UUID,
    *,
    if_match: str | None,
    skip_refused: bool,
    who: str,
    scope: Iterable[str],
    units: Iterable[str],
) -> ImportRow:
    """Begin to commit checked rows, those that are refused only if `skip_refused` passes over them.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, ImportBusy, RowsRefused.
    """
    row = await _locked(session, import_id, if_match, units)
    if ImportState(row.state) is not ImportState.CHECKED:
        raise ImportBusy(row.state)
    if row.rows_refused and not skip_refused:
        raise RowsRefused(extensions={"rows_refused": row.rows_refused})
    row.state, row.committed_by, row.scope = ImportState.COMMITTING.value, who, sorted(scope)
    row.version += 1
    await session.flush()
    return row


async def cancel(
    session: WriteSession, import_id: uuid.UUID, *, if_match: str | None, units: Iterable[str]
) -> ImportRow:
    """Give an import up before or while it is committed; rows committed already stay.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, ImportBusy.
    """
    row = await _locked(session, import_id, if_match, units)
    if ImportState(row.state) not in BUSY | {ImportState.CHECKED}:
        raise ImportBusy(row.state)
    row.state = ImportState.CANCELLED.value
    row.check_no += 1
    row.version += 1
    await session.flush()
    return row


async def get(session: ReadSession, import_id: uuid.UUID, units: Iterable[str]) -> ImportRow:
    """An import of one of `units`; raises NotFound."""
    row = await repository.get(session, import_id, units)
    if row is None:
        raise NotFound(f"import {import_id}")
    return row


async def list_imports(
    session: ReadSession, *, units: Iterable[str], before: uuid.UUID | None = None, limit: int = 50
) -> Sequence[ImportRow]:
    """Imports, newest first."""
    return await repository.page(session, units=units, before=before, limit=limit)


async def rows_of(
    session: ReadSession, import_id: uuid.UUID, *, after: int = 0, limit: int = 50, refused: bool = False
) -> Sequence[CheckedRow]:
    """Rows as checked, all or those refused."""
    return await repository.rows_after(session, import_id, after, limit, refused=refused)


def options_of(
    *, columns: Mapping[str, str], sheet: str | None, encoding: str | None, on: date | None
) -> dict[str, Any]:
    """What an officer says of a file, as kept."""
    said = {
        "columns": dict(columns),
        "sheet": cleaned(sheet or ""),
        "encoding": encoding,
        "on": on and on.isoformat(),
    }
    return {name: value for name, value in said.items() if value}


async def _locked(
    session: WriteSession, import_id: uuid.UUID, if_match: str | None, units: Iterable[str]
) -> ImportRow:
    if await repository.get(session, import_id, units) is None:
        raise NotFound(f"import {import_id}")
    row = await repository.lock(session, import_id)
    if row is None:
        raise NotFound(f"import {import_id}")
    check_version(if_match, row.version)
    return row
