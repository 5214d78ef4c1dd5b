"""HTTP of corrections."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from kernel.concurrency import IfMatch, etag
from kernel.database import WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Role
from services.imaging.corrections.domain import MAX_CORRECTIONS
from services.imaging.corrections.schemas import CorrectionDetail, Corrections, CorrectPage, RestorePage
from services.imaging.corrections.service import PageCorrector

routes = APIRouter(prefix="/v1/pages", tags=["pages"])

CORRECTORS = (Role.SCAN_OPERATOR, Role.INSPECTOR)
"""Roles that may change what a page shows."""

Number = Annotated[int, Path(ge=0, le=MAX_CORRECTIONS)]


@routes.get("/{page_id}/corrections", summary="Lịch sử chỉnh trang · A page's corrections")
async def get_corrections(
    page_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> Corrections:
    """Who changed what and why, from what imaging made on; another unit's page answers 404."""
    corrector = _corrector(request)
    async with corrector.database.read(identity.units) as session:
        found = await corrector.history(session, page_id, identity.units)
    response.headers["ETag"] = etag(found.newest)
    return found


@routes.get("/{page_id}/corrections/{number}", summary="Một lần chỉnh trang · One correction of a page")
async def get_correction(
    page_id: uuid.UUID, number: Number, request: Request, identity: CurrentIdentity
) -> CorrectionDetail:
    """The recipe with the hashes of master and images: what `tangthu enhance --rebuild` checks."""
    corrector = _corrector(request)
    async with corrector.database.read(identity.units) as session:
        return await corrector.detail(session, page_id, number, identity.units)


@routes.post(
    "/{page_id}/corrections",
    status_code=201,
    response_model=Corrections,
    summary="Chỉnh trang: xoay, cắt, trang trắng · Correct a page",
)
async def correct_page(
    page_id: uuid.UUID,
    request: Request,
    wanted: CorrectPage,
    identity: CurrentIdentity,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Makes the page's images anew from the untouched master; its text is read again. 412: changed since."""
    identity.require_role(*CORRECTORS)
    corrector = _corrector(request)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        found = await corrector.correct(session, page_id, identity, wanted, if_match)
        return 201, found, {"ETag": etag(found.newest)}

    async with corrector.room:
        return await answer_once(corrector.database, request, identity, key, act)


@routes.post(
    "/{page_id}/corrections/{number}:restore",
    status_code=201,
    response_model=Corrections,
    summary="Hoàn tác, trở về lần chỉnh trước · Go back to an earlier state of a page",
)
async def restore_page(
    page_id: uuid.UUID,
    number: Number,
    request: Request,
    wanted: RestorePage,
    identity: CurrentIdentity,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Shows the images of an earlier entry again; 0 is what imaging made. Adds an entry, removes none."""
    identity.require_role(*CORRECTORS)
    corrector = _corrector(request)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        found = await corrector.restore(session, page_id, number, identity, wanted.reason, if_match)
        return 201, found, {"ETag": etag(found.newest)}

    return await answer_once(corrector.database, request, identity, key, act)


def _corrector(request: Request) -> PageCorrector:
    corrector: PageCorrector = request.app.state.page_corrector
    return corrector
