"""HTTP of the places themselves: the tree, ranges, names, closing."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from kernel.concurrency import IfMatch, etag
from kernel.database import WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Role
from kernel.pages import Cursor, CursorPage, Limit, decode_id, page_by_id
from services.records.shelves import layout, repository, views
from services.records.shelves.layout import RangeFound, RangeWanted
from services.records.shelves.schemas import (
    Place,
    PlaceChange,
    PlaceNode,
    PlacePath,
    PlaceRange,
    RangePlace,
    RangeResult,
)

routes = APIRouter(prefix="/v1/shelves", tags=["shelves"])
range_routes = APIRouter(prefix="/v1/shelves/places:range", tags=["shelves"])

ENDS_SHOWN = 12
"""Places at either end of a range that a preview names."""


@routes.get("/tree", summary="Cây vị trí kho · The tree of places")
async def list_tree(
    request: Request,
    identity: CurrentIdentity,
    unit: Annotated[str, Query(max_length=20)],
    parent: uuid.UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[PlaceNode]:
    """Open places under a parent, or those that stand by themselves, with what lies in each."""
    identity.require_unit(unit)
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await repository.page_of_places(
            session, unit=unit, parent=parent, after=decode_id(cursor), limit=limit + 1
        )
        loads = await layout.loads_of(session, [row.id for row in rows[:limit]])
    items = [views.node_of(row, loads[row.id]) for row in rows[:limit]]
    return page_by_id(items, more=len(rows) > limit)


@routes.get("/places/{place_id}", summary="Một vị trí kho · A place")
async def get_place(
    place_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> PlacePath:
    """A place with what lies in it, and the places in which it stands."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        path = await layout.path_of(session, place_id)
        loads = await layout.loads_of(session, [place_id])
    response.headers["ETag"] = etag(path[-1].version)
    return PlacePath(
        place=views.node_of(path[-1], loads[place_id]), above=[views.place_of(one) for one in path[:-1]]
    )


@routes.get("/places/{place_id}/branch", summary="Vị trí và mọi ngăn bên trong · A place with all inside it")
async def list_branch(
    place_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[Place]:
    """For labels: the place, then all open places inside it at any depth."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await layout.branch_of(session, place_id, after=decode_id(cursor), limit=limit + 1)
    items = [views.place_of(row) for row in rows[:limit]]
    return page_by_id(items, more=len(rows) > limit)


@routes.post("/places:preview", summary="Xem trước dãy vị trí · What a range of places means")
async def preview_range(wanted: PlaceRange, request: Request, identity: CurrentIdentity) -> RangeResult:
    """Codes and count of a range; nothing is made."""
    identity.require_role(Role.KEEPER)
    identity.require_unit(wanted.unit)
    async with request.app.state.runtime.database.read(identity.units) as session:
        return _result(await layout.read_range(session, _wanted(wanted)))


@range_routes.post("", response_model=RangeResult, summary="Tạo dãy vị trí · Make a range of places")
async def make_range(
    wanted: PlaceRange, request: Request, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """All places of the range or none; those that are there already stay, closed ones are opened again."""
    identity.require_role(Role.KEEPER)
    identity.require_unit(wanted.unit)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        return 200, _result(await layout.make_range(session, _wanted(wanted))), {}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.patch("/places/{place_id}", summary="Đổi tên, sức chứa · Rename a place")
async def change_place(
    place_id: uuid.UUID,
    wanted: PlaceChange,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Place:
    """Needs If-Match."""
    identity.require_role(Role.KEEPER)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await layout.change_place(session, place_id, if_match, wanted.name, wanted.capacity)
        body = views.place_of(row)
    response.headers["ETag"] = etag(body.version)
    return body


@routes.post("/places/{place_id}:close", summary="Đóng vị trí trống · Close an empty place")
async def close_place(
    place_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Place:
    """Needs If-Match; 409 with the counts where anything lies, belongs or stands in it."""
    identity.require_role(Role.KEEPER)
    async with request.app.state.runtime.database.write(identity.units) as session:
        body = views.place_of(await layout.close_place(session, place_id, if_match))
    response.headers["ETag"] = etag(body.version)
    return body


def _wanted(body: PlaceRange) -> RangeWanted:
    return RangeWanted(body.unit, body.steps, body.parent_id, body.separator, body.capacity)


def _result(found: RangeFound) -> RangeResult:
    spots = list(found.spots)
    shown = spots if len(spots) <= 2 * ENDS_SHOWN else spots[:ENDS_SHOWN] + spots[-ENDS_SHOWN:]
    return RangeResult(
        places=len(spots),
        added=sum(one.code not in found.known for one in spots),
        items=[
            RangePlace(code=one.code, name=one.name, level=one.level, known=one.code in found.known)
            for one in shown
        ],
        left_out=len(spots) - len(shown),
    )
