"""HTTP of the paper's places."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from kernel.concurrency import IfMatch, etag
from kernel.database import WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Role
from kernel.pages import (
    Cursor,
    CursorInvalid,
    CursorPage,
    Limit,
    decode_cursor,
    decode_id,
    encode_cursor,
    page_by_id,
)
from services.records.dossiers import service as dossiers
from services.records.dossiers.models import DossierRow
from services.records.shelves import barcodes, layout, repository, service, undoing, views
from services.records.shelves.domain import AlarmKind, Level, Terms
from services.records.shelves.models import PaperRow
from services.records.shelves.schemas import (
    Movement,
    NewPlace,
    Paper,
    PaperDetail,
    Place,
    Scan,
    ScanResult,
    Scheme,
    SchemeBody,
    SchemeLevel,
    SchemeTerms,
    SetHome,
    Undo,
)

routes = APIRouter(prefix="/v1/shelves", tags=["shelves"])
paper_routes = APIRouter(prefix="/v1/dossiers", tags=["shelves"])
barcode_routes = APIRouter(prefix="/v1/barcodes", tags=["shelves"])
undo_routes = APIRouter(prefix="/v1/barcodes:undo", tags=["shelves"])

CARRIERS = (Role.KEEPER, Role.SCAN_OPERATOR)
"""Roles that carry paper about."""
LAST_MOVEMENTS = 50


@routes.get("/scheme/{unit}", summary="Sơ đồ kho · An archive's scheme")
async def get_scheme(unit: str, request: Request, response: Response, identity: CurrentIdentity) -> Scheme:
    """Levels from the room inwards, and how long paper may be out."""
    identity.require_unit(unit)
    async with request.app.state.runtime.database.read(identity.units) as session:
        levels, terms, version = await service.scheme_of(session, unit)
    response.headers["ETag"] = etag(version)
    return Scheme(
        unit=unit,
        levels=[SchemeLevel.model_validate(one) for one in levels],
        terms=SchemeTerms.model_validate(terms),
        version=version,
    )


@routes.put("/scheme/{unit}", summary="Đặt sơ đồ kho · Set an archive's scheme")
async def put_scheme(
    unit: str,
    wanted: SchemeBody,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Scheme:
    """Needs If-Match; the scheme of a unit that has set none has version 0."""
    identity.require_role(Role.KEEPER, Role.UNIT_LEADER)
    identity.require_unit(unit)
    levels = [Level(one.code, one.name, one.name_en) for one in wanted.levels]
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await layout.set_scheme(session, unit, if_match, levels, Terms(**wanted.terms.model_dump()))
    response.headers["ETag"] = etag(row.version)
    return Scheme(unit=unit, version=row.version, **wanted.model_dump())


@routes.post("/places", status_code=201, response_model=Place, summary="Thêm vị trí kho · Add a place")
async def add_place(
    request: Request, wanted: NewPlace, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """A room, rack, tier or box as the scheme names them, a desk or a scanner."""
    identity.require_role(Role.KEEPER)
    identity.require_unit(wanted.unit)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        row = await layout.add_place(
            session, wanted.unit, wanted.kind, wanted.code, wanted.name, wanted.parent_id
        )
        return 201, views.place_of(row), {}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.get("/places", summary="Các vị trí kho · Places")
async def list_places(
    request: Request,
    identity: CurrentIdentity,
    unit: Annotated[str, Query(max_length=20)],
    parent: uuid.UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[Place]:
    """A unit's places under a parent, or those that stand by themselves."""
    identity.require_unit(unit)
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await repository.page_of_places(
            session, unit=unit, parent=parent, after=decode_id(cursor), limit=limit + 1
        )
    items = [views.place_of(row) for row in rows[:limit]]
    return page_by_id(items, more=len(rows) > limit)


@routes.get("/alarms/{kind}", summary="Cảnh báo sai vị trí, quá hạn · Wrong shelves and overdue papers")
async def list_alarms(
    kind: AlarmKind, request: Request, identity: CurrentIdentity, limit: Limit = 50, cursor: Cursor = None
) -> CursorPage[Paper]:
    """Papers of the caller's units; the longest overdue first."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        if kind is AlarmKind.WRONG_SHELF:
            rows = await repository.misplaced(session, decode_id(cursor), limit + 1)
        else:
            rows = await repository.overdue(session, datetime.now(UTC), _moment(cursor), limit + 1)
        items = await views.papers_of(session, [(dossier, paper) for paper, dossier in rows[:limit]])
    following = None
    if len(rows) > limit:
        last, due = items[-1], items[-1].due_at
        position = [str(last.dossier_id)] if kind is AlarmKind.WRONG_SHELF or due is None else [
            due.isoformat(), str(last.dossier_id)
        ]  # fmt: skip
        following = encode_cursor(*position)
    return CursorPage(items=items, next_cursor=following)


@routes.get("/return-checklist", summary="Danh sách trả hồ sơ về kho · The return checklist")
async def return_checklist(
    request: Request,
    identity: CurrentIdentity,
    batch: Annotated[
        uuid.UUID | None, Query(description="Every dossier of a scan batch, back or not")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[Paper]:
    """Papers that are out or on a wrong shelf, with where each belongs; step 4 of the plan."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows: Sequence[tuple[PaperRow | None, DossierRow]]
        if batch:
            rows = await repository.of_batch(session, batch, decode_id(cursor), limit + 1)
        else:
            rows = await repository.to_return(session, decode_id(cursor), limit + 1)
        items = await views.papers_of(session, [(dossier, paper) for paper, dossier in rows[:limit]])
    following = encode_cursor(str(items[-1].dossier_id)) if len(rows) > limit else None
    return CursorPage(items=items, next_cursor=following)


@paper_routes.get("/{dossier_id}/paper", summary="Hồ sơ giấy đang ở đâu · Who has the paper now")
async def get_paper(
    dossier_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> PaperDetail:
    """Place or borrower, when it is due, and its last movements."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await dossiers.get_dossier(session, dossier_id, identity.units)
        (paper,) = await views.papers_of(session, [(row, await service.paper_of(session, row.id))])
        moves = await repository.movements_of(session, row.id, LAST_MOVEMENTS)
    response.headers["ETag"] = etag(paper.version)
    movements = [Movement.model_validate(one) for one in moves]
    return PaperDetail(**paper.model_dump(), movements=movements)


@paper_routes.put("/{dossier_id}/home", summary="Định vị trí lưu trữ · Say where the paper belongs")
async def put_home(
    dossier_id: uuid.UUID,
    wanted: SetHome,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Paper:
    """Needs If-Match with the ETag of the paper (0 where nobody has placed it yet)."""
    identity.require_role(Role.KEEPER)
    async with request.app.state.runtime.database.write(identity.units) as session:
        paper = await service.set_home(
            session, identity, dossier_id, if_match, wanted.place_id, wanted.position
        )
        row = await dossiers.get_dossier(session, dossier_id, identity.units)
        (body,) = await views.papers_of(session, [(row, paper)])
    response.headers["ETag"] = etag(body.version)
    return body


@barcode_routes.post("", response_model=ScanResult, summary="Quét mã vạch · Scan barcodes")
async def scan_codes(
    request: Request, wanted: Scan, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """A place with dossiers puts them there, a borrower takes them, a dossier alone says where it is.

    Printed codes, plain place codes and dossier numbers are understood. A paper put on a wrong shelf is noted
    where it lies and answered with a warning.
    """
    identity.require_role(*CARRIERS)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        done = await barcodes.scan(
            session, identity, wanted.codes, wanted.borrower, wanted.due_at, wanted.at, wanted.purpose
        )
        return 200, await views.result_of(session, done), {}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@undo_routes.post("", response_model=ScanResult, summary="Hoàn tác di chuyển · Undo a movement")
async def undo_movement(
    request: Request, wanted: Undo, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """Papers go back to where they were before their last movement, which must be the caller's own.

    412: somebody has moved one since.
    """
    identity.require_role(*CARRIERS)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        seen = {one.dossier_id: one.version for one in wanted.papers}
        return 200, await views.result_of(session, await undoing.undo(session, identity, seen)), {}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


def _moment(cursor: str | None) -> tuple[datetime, uuid.UUID] | None:
    if not cursor:
        return None
    due, dossier_id = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(str(due)), uuid.UUID(str(dossier_id))
    except ValueError as error:
        raise CursorInvalid from error
