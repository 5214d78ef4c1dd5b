"""HTTP of imports."""

import asyncio
import csv
import hashlib
import io
import tempfile
import uuid
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from contracts.civil.writing import cleaned
from contracts.vocabulary import DossierKind
from kernel.concurrency import IfMatch, etag
from kernel.database import Database
from kernel.identity import CurrentIdentity, Identity, Role
from kernel.pages import Cursor, CursorPage, Limit, decode_cursor, decode_id, encode_cursor, page_by_id
from kernel.storage import QUARANTINE, content_key
from services.records.households.domain import refusal_titles
from services.records.households.service import check_unit
from services.records.imports import service
from services.records.imports.domain import MOST_BYTES, columns, safe_cell
from services.records.imports.legacy import Encoding
from services.records.imports.models import CheckedRow, ImportRow
from services.records.imports.schemas import (
    CheckedCells,
    CheckOrder,
    CommitOrder,
    Import,
    ImportDetail,
    cells_of,
    counts_of,
    import_of,
)
from services.records.imports.service import ImportTooLarge

routes = APIRouter(prefix="/v1/imports", tags=["imports"])

PREVIEWED = 20
ERRORS_AT_ONCE = 2000


@routes.post("", summary="Nhập tệp danh sách · Upload a file to import", status_code=201)
async def upload_import(
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    unit: Annotated[str, Query(max_length=20, description="Unit of rows that name none")],
    kind: DossierKind,
    file_name: Annotated[str, Query(max_length=200)] = "",
    sheet: Annotated[str | None, Query(max_length=100)] = None,
    encoding: Encoding | None = None,
    on: Annotated[date | None, Query(description="Day on which unit codes must hold")] = None,
) -> Import:
    """The file is the body: CSV or XLSX, up to 64 MB. It is checked in the background; nothing is written.

    No Idempotency-Key is needed: the same file of a unit and kind again answers 200 with the import there is.
    """
    _require_import(identity)
    identity.require_unit(unit)
    runtime = request.app.state.runtime
    with tempfile.TemporaryDirectory(prefix="tangthu-upload-") as folder:
        path = Path(folder) / "file"
        digest, size = await _receive(request, path)
        key = content_key(digest)
        await runtime.store.put_file(QUARANTINE, key, path, "application/octet-stream")
    async with runtime.database.write(identity.units) as session:
        await check_unit(session, unit)
        row, made = await service.take(
            session,
            unit_code=unit,
            kind=kind,
            sha256=digest,
            file_key=key,
            file_name=cleaned(file_name),
            size_bytes=size,
            scope=identity.units,
            options=service.options_of(columns={}, sheet=sheet, encoding=encoding, on=on),
            who=identity.subject,
        )
    response.status_code = 201 if made else 200
    return _told(row, response)


@routes.get("", summary="Các tệp đã nhập · Imports")
async def list_imports(
    request: Request, identity: CurrentIdentity, limit: Limit = 50, cursor: Cursor = None
) -> CursorPage[Import]:
    """Imports of the caller's units, newest first."""
    _require_import(identity)
    before = decode_id(cursor)
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await service.list_imports(session, units=identity.units, before=before, limit=limit + 1)
    items = [import_of(row) for row in rows[:limit]]
    return page_by_id(items, more=len(rows) > limit)


@routes.get("/{import_id}", summary="Một tệp nhập · One import")
async def get_import(
    import_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> ImportDetail:
    """State, progress, columns, the first rows and how often each refusal occurs."""
    _require_import(identity)
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await service.get(session, import_id, identity.units)
        preview = await service.rows_of(session, import_id, limit=PREVIEWED)
    told = _told(row, response)
    refusals = counts_of(row.found.get("refusals", {}))
    return ImportDetail(**told.model_dump(), preview=[cells_of(each) for each in preview], refusals=refusals)


@routes.get("/{import_id}/errors", summary="Các dòng lỗi · Refused rows")
async def list_errors(
    import_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[CheckedCells]:
    """Refused rows in order, each field with its code."""
    _require_import(identity)
    after = int(str(decode_cursor(cursor, 1)[0])) if cursor else 0
    async with request.app.state.runtime.database.read(identity.units) as session:
        await service.get(session, import_id, identity.units)
        rows = await service.rows_of(session, import_id, after=after, limit=limit + 1, refused=True)
    response.headers["Cache-Control"] = "private, no-store"
    items = [cells_of(each) for each in rows[:limit]]
    return CursorPage(items=items, next_cursor=encode_cursor(items[-1].row_no) if len(rows) > limit else None)


@routes.get(
    "/{import_id}/errors.csv", summary="Tải danh sách lỗi · Refused rows as CSV", response_class=Response
)
async def download_errors(import_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> Response:
    """One line for each refused field: row, column, value, sentence; safe to open in a spreadsheet."""
    _require_import(identity)
    database = request.app.state.runtime.database
    async with database.read(identity.units) as session:
        row = await service.get(session, import_id, identity.units)
    return StreamingResponse(
        _error_lines(database, row, identity),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="loi-{import_id}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


@routes.post("/{import_id}:check", summary="Kiểm tra lại tệp · Check a file anew")
async def check_import(
    import_id: uuid.UUID,
    order: CheckOrder,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Import:
    """Check with other columns, sheet, encoding or day; also a file that was committed before."""
    _require_import(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.check_again(
            session,
            import_id,
            if_match=if_match,
            options=service.options_of(**order.model_dump()),
            scope=identity.units,
            units=identity.units,
        )
    return _told(row, response)


@routes.post("/{import_id}:commit", summary="Ghi vào hồ sơ · Commit an import")
async def commit_import(
    import_id: uuid.UUID,
    order: CommitOrder,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Import:
    """Begin to write the checked rows; 409 `rows_refused` unless refused rows are to be passed over."""
    _require_import(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.commit(
            session,
            import_id,
            if_match=if_match,
            skip_refused=order.skip_refused,
            who=identity.subject,
            scope=identity.units,
            units=identity.units,
        )
    return _told(row, response)


@routes.post("/{import_id}:cancel", summary="Bỏ tệp nhập · Cancel an import")
async def cancel_import(
    import_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Import:
    """Rows that were committed already stay."""
    _require_import(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.cancel(session, import_id, if_match=if_match, units=identity.units)
    return _told(row, response)


def _require_import(identity: Identity) -> None:
    identity.require_role(Role.KEYER, Role.KEEPER, Role.UNIT_LEADER)


def _told(row: ImportRow, response: Response) -> Import:
    response.headers["ETag"] = etag(row.version)
    response.headers["Cache-Control"] = "private, no-store"
    return import_of(row)


async def _receive(request: Request, path: Path) -> tuple[str, int]:
    """The body into a file, never whole in memory; raises ImportTooLarge."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > MOST_BYTES:
                raise ImportTooLarge(extensions={"most_bytes": MOST_BYTES})
            digest.update(chunk)
            await asyncio.to_thread(file.write, chunk)
    return digest.hexdigest(), size


async def _error_lines(database: Database, row: ImportRow, identity: Identity) -> AsyncIterator[str]:
    names = {column.field: column.title for column in columns()}
    yield "\ufeff" + _csv_line("Dòng", "Cột", "Giá trị", "Mã lỗi", "Lý do", "Reason")
    after, more = 0, True
    while more:
        async with database.read(identity.units) as session:
            rows = await service.rows_of(session, row.id, after=after, limit=ERRORS_AT_ONCE, refused=True)
        yield "".join(_lines_of(each, names) for each in rows)
        more = len(rows) == ERRORS_AT_ONCE
        after = rows[-1].row_no if rows else after


def _lines_of(row: CheckedRow, names: dict[str, str]) -> str:
    titles = refusal_titles()
    shown = row.shown or {}
    return "".join(
        _csv_line(
            str(row.row_no), names.get(field, ""), str(shown.get(field, "")), str(code), *titles[str(code)]
        )
        for field, code in (row.errors or {}).items()
    )


def _csv_line(*cells: str) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([safe_cell(cell) for cell in cells])
    return line.getvalue()
