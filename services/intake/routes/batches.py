"""Scan batches: open, look, list, close."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from contracts.vocabulary import BatchState, DossierKind
from kernel.concurrency import etag
from kernel.database import WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Role
from kernel.pages import Cursor, CursorInvalid, CursorPage, Limit, decode_cursor, encode_cursor
from kernel.runtime import Runtime
from services.intake import repository
from services.intake.schemas import BatchPage, CloseScanBatch, OpenScanBatch, ScanBatch, ScanBatchSummary
from services.intake.service.close_batch import close_batch
from services.intake.service.open_batch import open_batch
from services.intake.service.read_batches import batch_page, summary, visible_batch, with_refusals

batch_routes = APIRouter(prefix="/v1/scan-batches", tags=["scan-batches"])

SENDERS = (Role.AGENT, Role.SCAN_OPERATOR)
"""Roles that may open, fill and close batches."""


@batch_routes.post("", status_code=201, response_model=ScanBatch, summary="Mở lô quét · Open a scan batch")
async def open_scan_batch(
    request: Request, wanted: OpenScanBatch, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """Open a batch for one unit and kind of dossier. A repeated key repeats the answer."""
    identity.require_role(*SENDERS)
    identity.require_unit(wanted.unit)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        row = await open_batch(session, wanted, identity.subject)
        headers = {"Location": f"/v1/scan-batches/{row.id}", "ETag": etag(row.version)}
        return 201, await with_refusals(session, row), headers

    return await answer_once(_runtime(request).database, request, identity, key, act)


@batch_routes.get("", summary="Danh sách lô quét · List scan batches")
async def list_scan_batches(
    request: Request,
    identity: CurrentIdentity,
    unit: Annotated[str | None, Query(max_length=40)] = None,
    kind: DossierKind | None = None,
    refused: Annotated[bool, Query(description="Only batches with refused pages")] = False,
    state: Annotated[list[BatchState], Query(description="Any of these; without it, all")] = [],  # noqa: B006
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[ScanBatchSummary]:
    """Batches of the caller's units, the newest first; without their refused pages."""
    before = _batch_cursor(cursor)
    async with _runtime(request).database.read(identity.units) as session:
        rows = await repository.batches(
            session, unit=unit, kind=kind, refused=refused, states=state, before=before, limit=limit + 1
        )
    visible = [row for row in rows if identity.may_see(row.unit_code)]
    following = encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None
    return CursorPage(items=[summary(row) for row in visible[:limit]], next_cursor=following)


@batch_routes.get("/{batch_id}", summary="Một lô quét · One scan batch")
async def get_scan_batch(
    batch_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> ScanBatch:
    """Counts by state and content, and every refused page with its reason and what to do."""
    async with _runtime(request).database.read(identity.units) as session:
        batch = await with_refusals(session, await visible_batch(session, identity, batch_id))
    response.headers["ETag"] = etag(batch.version)
    return batch


@batch_routes.get("/{batch_id}/pages", summary="Các trang của lô · Pages of a batch")
async def list_batch_pages(
    batch_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[BatchPage]:
    """Pages in the order of the paper."""
    after = _page_cursor(cursor)
    async with _runtime(request).database.read(identity.units) as session:
        await visible_batch(session, identity, batch_id)
        rows = await repository.pages(session, batch_id, after=after, limit=limit + 1)
    items = [batch_page(page, file) for page, file in rows[:limit]]
    following = encode_cursor(items[-1].sequence, items[-1].page_no) if len(rows) > limit else None
    return CursorPage(items=items, next_cursor=following)


@batch_routes.post("/{batch_id}:close", response_model=ScanBatch, summary="Đóng lô quét · Close a scan batch")
async def close_scan_batch(
    batch_id: uuid.UUID,
    request: Request,
    wanted: CloseScanBatch,
    identity: CurrentIdentity,
    key: IdempotencyKey = None,
) -> Response:
    """Close the batch if the list and what was received agree; otherwise 409 says what is missing."""
    identity.require_role(*SENDERS)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        row = await close_batch(session, identity, batch_id, wanted.files)
        return 200, await with_refusals(session, row), {"ETag": etag(row.version)}

    return await answer_once(_runtime(request).database, request, identity, key, act)


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def _batch_cursor(cursor: str | None) -> uuid.UUID | None:
    if cursor is None:
        return None
    try:
        return uuid.UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise CursorInvalid from error


def _page_cursor(cursor: str | None) -> tuple[int, int] | None:
    if cursor is None:
        return None
    sequence, page_no = decode_cursor(cursor, 2)
    if not isinstance(sequence, int) or not isinstance(page_no, int):
        raise CursorInvalid
    return sequence, page_no
