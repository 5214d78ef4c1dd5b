"""HTTP of holds and scan exemptions."""

import uuid

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from kernel.concurrency import IfMatch, etag
from kernel.database import WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Role
from services.records.life import exceptions, following
from services.records.life.domain import Happening
from services.records.life.schemas import (
    AskExemption,
    DecideExemption,
    Exemption,
    Hold,
    PlaceHold,
    ReleaseHold,
)

routes = APIRouter(prefix="/v1", tags=["life"])

HOLDERS = (Role.KEEPER, Role.INSPECTOR, Role.UNIT_LEADER)
"""Roles that put dossiers on hold and let them go on."""


@routes.post(
    "/dossiers/{dossier_id}/holds",
    status_code=201,
    response_model=Hold,
    summary="Tạm giữ hồ sơ · Put a dossier on hold",
)
async def place_hold(
    dossier_id: uuid.UUID,
    wanted: PlaceHold,
    request: Request,
    identity: CurrentIdentity,
    key: IdempotencyKey = None,
) -> Response:
    """The dossier goes no further until the hold is released."""
    identity.require_role(*HOLDERS)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        row = await exceptions.place_hold(session, identity, dossier_id, wanted.reason, wanted.note)
        return 201, Hold.model_validate(row), {"ETag": etag(row.version)}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.post("/holds/{hold_id}:release", summary="Bỏ tạm giữ · Release a hold")
async def release_hold(
    hold_id: uuid.UUID,
    wanted: ReleaseHold,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Hold:
    """Records the document that settles the matter; needs If-Match."""
    identity.require_role(*HOLDERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await exceptions.release_hold(session, identity, hold_id, if_match, wanted.resolution)
        await following.follow(session, [row.dossier_id], Happening.HOLD_RELEASED)
    response.headers["ETag"] = etag(row.version)
    return Hold.model_validate(row)


@routes.post(
    "/dossiers/{dossier_id}/exemptions",
    status_code=201,
    response_model=Exemption,
    summary="Đề nghị không quét · Ask for a scan exemption",
)
async def ask_exemption(
    dossier_id: uuid.UUID,
    wanted: AskExemption,
    request: Request,
    identity: CurrentIdentity,
    key: IdempotencyKey = None,
) -> Response:
    """Sheets from before 01/2021, too old or torn; they count as exempt once another person approves."""
    identity.require_role(Role.KEEPER, Role.SCAN_OPERATOR)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        row = await exceptions.ask_exemption(
            session,
            identity,
            dossier_id,
            wanted.ordinal,
            wanted.sheets,
            wanted.reason,
            wanted.made_on,
            wanted.note,
        )
        return 201, Exemption.model_validate(row), {"ETag": etag(row.version)}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.post("/exemptions/{exemption_id}:decide", summary="Duyệt không quét · Decide a scan exemption")
async def decide_exemption(
    exemption_id: uuid.UUID,
    wanted: DecideExemption,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Exemption:
    """Another person than who asked approves or rejects; needs If-Match."""
    identity.require_role(Role.UNIT_LEADER, Role.KEEPER)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await exceptions.decide_exemption(
            session, identity, exemption_id, if_match, approve=wanted.approve, note=wanted.note
        )
        await following.follow(session, [row.dossier_id], Happening.EXEMPTION_DECIDED)
    response.headers["ETag"] = etag(row.version)
    return Exemption.model_validate(row)
