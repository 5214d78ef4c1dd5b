"""HTTP of reading pages again for an edition."""

import uuid
from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from kernel.concurrency import IfMatch, etag
from kernel.database import ReadSession, WriteSession
from kernel.identity import CurrentIdentity, Identity
from services.ocr.editions import service as editions
from services.ocr.editions.domain import Act
from services.ocr.editions.models import FormEditionRow
from services.ocr.rereadings import service
from services.ocr.rereadings.schemas import PossiblePages, ReadAgain, ReadingAgain

routes = APIRouter(prefix="/v1/form-editions", tags=["form-editions"])


@routes.get("/{edition_id}/rereadings", summary="Đọc lại trang cũ đến đâu · How far reading again is")
async def get_rereadings(
    edition_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> ReadingAgain:
    """Of the caller's units; while no page waits, also how many may be ordered."""
    editions.require_officer(identity)
    async with request.app.state.runtime.database.read(identity.units) as session:
        return await _answer(session, await editions.get(session, edition_id), request, response, identity)


@routes.post("/{edition_id}:read-again", summary="Đọc lại trang cũ theo mẫu · Read earlier pages again")
async def read_again(
    edition_id: uuid.UUID,
    wanted: ReadAgain,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> ReadingAgain:
    """Pages of the caller's units that were read before the edition was accepted; new pages come first."""
    editions.require_officer(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await editions.note_rereading(session, identity, edition_id, if_match, Act.READ_AGAIN)
        await service.order(session, row, identity.units, request.app.state.late, text_too=wanted.text_too)
        return await _answer(session, row, request, response, identity)


@routes.post("/{edition_id}:stop-reading-again", summary="Dừng đọc lại · Stop reading again")
async def stop_reading_again(
    edition_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> ReadingAgain:
    """What was read stands; the rest may be ordered again."""
    editions.require_officer(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await editions.note_rereading(session, identity, edition_id, if_match, Act.STOPPED)
        await service.stop(session, row.id, identity.units)
        return await _answer(session, row, request, response, identity)


async def _answer(
    session: ReadSession | WriteSession,
    row: FormEditionRow,
    request: Request,
    response: Response,
    identity: Identity,
) -> ReadingAgain:
    done = await service.progress(session, row.id, identity.units)
    possible = None
    if not done.waiting:
        found = await service.possible(session, row, identity.units, request.app.state.late)
        possible = PossiblePages.model_validate(found)
    response.headers["ETag"] = etag(row.version)
    return ReadingAgain(**asdict(done), possible=possible, version=row.version)
