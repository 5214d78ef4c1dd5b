"""HTTP of look-ups and slips. Every one of them needs a purpose."""

import uuid
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, JsonValue

from kernel.database import WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity
from kernel.pages import CursorInvalid, CursorPage, decode_cursor, encode_cursor
from services.records.lookup import domain, service, slips, views
from services.records.lookup.domain import Stage
from services.records.lookup.schemas import LookUp, LookUpFound, Purpose, Slip, SlipOrder
from services.records.lookup.service import Hit

routes = APIRouter(prefix="/v1", tags=["lookups"])


@routes.get("/purposes", summary="Mục đích tra cứu để chọn · Purposes to choose from")
async def list_purposes(identity: CurrentIdentity) -> list[Purpose]:
    """A purpose of other words may be stated as well (`X-Purpose`)."""
    return [Purpose.model_validate(one) for one in domain.purposes()]


@routes.post("/lookups", summary="Tra cứu một ô · Look up in one box")
async def look_up(
    body: LookUp, request: Request, response: Response, identity: CurrentIdentity
) -> CursorPage[LookUpFound]:
    """Persons, dossiers and pages that answer, each with why, and where their papers can be had.

    Changes nothing; a POST so that no address keeps what was looked for. Needs `X-Purpose`.
    """
    identity.require_purpose()
    box = domain.parse_box(body.q, body.birth_year)
    after = _position(body.cursor) if body.cursor else None
    async with request.app.state.runtime.database.read(identity.units) as session:
        hits = await service.look_up(
            session, box, identity, after=after, limit=body.limit + 1, group=body.group
        )
        items = await views.answers_of(session, hits[: body.limit], identity)
    response.headers["Cache-Control"] = "private, no-store"
    more = len(hits) > body.limit
    return CursorPage(items=items, next_cursor=_cursor(hits[body.limit - 1]) if more else None)


@routes.post(
    "/dossiers/{dossier_id}/slips",
    response_model=Slip,
    status_code=201,
    summary="Lập phiếu sao giấy tờ · Make a slip for certified copies",
)
async def make_slip(
    dossier_id: uuid.UUID,
    wanted: SlipOrder,
    request: Request,
    identity: CurrentIdentity,
    key: IdempotencyKey = None,
) -> Response:
    """What is copied, its hashes, who, when and why; kept, and noted in the dossier's history."""
    identity.require_purpose()

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        return 201, await slips.make(session, identity, dossier_id, wanted), {}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.get("/slips/{slip_id}", summary="Một phiếu sao · One slip")
async def get_slip(
    slip_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> Slip:
    """As it was made; another unit's answers 404."""
    identity.require_purpose()
    async with request.app.state.runtime.database.read(identity.units) as session:
        slip = await slips.get(session, slip_id)
    response.headers["Cache-Control"] = "private, no-store"
    return slip


def _cursor(hit: Hit) -> str:
    return encode_cursor(hit.stage.value, list(hit.position))


def _position(cursor: str) -> tuple[Stage, Sequence[JsonValue]]:
    stage, position = decode_cursor(cursor, 2)
    try:
        if isinstance(position, list):
            return Stage(str(stage)), position
    except ValueError as error:
        raise CursorInvalid from error
    raise CursorInvalid
