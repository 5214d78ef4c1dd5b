"""HTTP of consignments."""

import uuid

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from kernel.concurrency import IfMatch, etag
from kernel.database import WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity
from kernel.pages import Cursor, CursorPage, Limit, decode_id, page_by_id
from services.records.custody import consignments, repository, scanning
from services.records.custody.consignments import Checked
from services.records.custody.models import ConsignmentRow
from services.records.custody.routes import CARRIERS
from services.records.custody.schemas import (
    CheckConsignment,
    Consignment,
    ConsignmentDetail,
    ScanFinding,
    ScannedCode,
    SendConsignment,
    Transfer,
)

routes = APIRouter(prefix="/v1/consignments", tags=["custody"])


@routes.post("", status_code=201, response_model=Consignment, summary="Gửi lô hồ sơ · Send a consignment")
async def send_consignment(
    request: Request, wanted: SendConsignment, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """Dossiers of one unit travel together, as districts send CMND dossiers to PC06; all or none."""
    identity.require_role(*CARRIERS)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        row = await consignments.dispatch(session, identity, wanted.dossier_ids, wanted.to_unit, wanted.note)
        headers = {"Location": f"/v1/consignments/{row.id}", "ETag": etag(row.version)}
        return 201, Consignment.model_validate(row), headers

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.get("", summary="Các lô chuyển · Consignments")
async def list_consignments(
    request: Request, identity: CurrentIdentity, limit: Limit = 50, cursor: Cursor = None
) -> CursorPage[Consignment]:
    """Consignments from and to the caller's units, newest first."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await repository.page_of_consignments(session, before=decode_id(cursor), limit=limit + 1)
    items = [Consignment.model_validate(row) for row in rows[:limit]]
    return page_by_id(items, more=len(rows) > limit)


@routes.get("/{consignment_id}", summary="Một lô chuyển và bảng kê · A consignment and its packing list")
async def get_consignment(
    consignment_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> ConsignmentDetail:
    """What is listed and what became of each."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await consignments.get(session, identity, consignment_id)
        listed = await consignments.packing_list(session, consignment_id)
    items = [Transfer.model_validate(one) for one in listed]
    return ConsignmentDetail(**_answer(row, response).model_dump(), items=items)


@routes.post("/{consignment_id}:check", summary="Kiểm lô theo bảng kê · Check against the packing list")
async def check_consignment(
    consignment_id: uuid.UUID,
    found: CheckConsignment,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Consignment:
    """What arrived is taken over at once; something that is not listed refuses the whole request."""
    identity.require_role(*CARRIERS)
    items = {one.dossier_id: Checked(one.outcome, one.reason) for one in found.items}
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await consignments.check(session, identity, consignment_id, items, if_match)
    return _answer(row, response)


@routes.post("/{consignment_id}:scan", summary="Quét hồ sơ vừa đến · Scan what arrived")
async def scan_arrival(
    consignment_id: uuid.UUID,
    scanned: ScannedCode,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
) -> ScanFinding:
    """One scan, one answer: arrived, scanned before, or surplus.

    Without If-Match: the same code again changes nothing, and two people may scan one consignment.
    """
    identity.require_role(*CARRIERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        finding, row = await scanning.scan(session, identity, consignment_id, scanned.code)
    return ScanFinding(finding=finding, consignment=_answer(row, response))


@routes.post("/{consignment_id}:close", summary="Kết thúc kiểm lô · End the check")
async def close_consignment(
    consignment_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Consignment:
    """What was not found is missing: it stays with its sender, who is to look for it."""
    identity.require_role(*CARRIERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await consignments.close(session, identity, consignment_id, if_match)
    return _answer(row, response)


def _answer(row: ConsignmentRow, response: Response) -> Consignment:
    response.headers["ETag"] = etag(row.version)
    return Consignment.model_validate(row)
