"""HTTP of form editions."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from forms import FormEdition, load_editions
from kernel.concurrency import IfMatch, etag
from kernel.database import WriteSession
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Identity
from services.ocr.editions import repository, service
from services.ocr.editions.models import FormEditionRow
from services.ocr.editions.problems import ReaderBusy, SampleTooLarge, SampleUnreadable
from services.ocr.editions.schemas import (
    Because,
    FormEditionDetail,
    FormEditions,
    ProposedEdition,
    TrialReading,
)
from services.ocr.editions.views import built_in, detail_of, reading_of, summary_of
from services.ocr.images import ImageRefused
from services.ocr.pool import ReadingFailed, ReadingPool

routes = APIRouter(prefix="/v1/form-editions", tags=["form-editions"])

MOST_BYTES = 20 * 1024 * 1024
"""Of a sample: an A4 page at 300 dpi is some 3 MB as JPEG, 15 MB as PNG."""
TRIALS_AT_ONCE = 1
"""Of a replica: pages that wait for their turn come before samples that somebody tries."""


@routes.get("", summary="Các mẫu biểu máy đọc biết · Form editions")
async def list_form_editions(request: Request, identity: CurrentIdentity) -> FormEditions:
    """Those that officers described, newest first, then those that came with the software."""
    service.require_officer(identity)
    async with request.app.state.runtime.database.read() as session:
        rows = await repository.everyone(session)
    return FormEditions(items=[*map(summary_of, rows), *map(built_in, load_editions())])


@routes.post(
    "", status_code=201, response_model=FormEditionDetail, summary="Đề nghị mẫu biểu · Propose an edition"
)
async def propose_form_edition(
    request: Request, wanted: ProposedEdition, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """Nothing is read with it before somebody else has accepted it."""
    service.require_officer(identity)

    async def act(session: WriteSession) -> tuple[int, BaseModel, dict[str, str]]:
        row = await service.propose(session, identity, wanted.definition)
        headers = {"Location": f"/v1/form-editions/{row.id}", "ETag": etag(row.version)}
        return 201, await _detail(session, row), headers

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.get("/{edition_id}", summary="Một mẫu biểu · One form edition")
async def get_form_edition(
    edition_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> FormEditionDetail:
    """With its definition and its history."""
    service.require_officer(identity)
    async with request.app.state.runtime.database.read() as session:
        row = await service.get(session, edition_id)
        acts = await repository.acts_of(session, [edition_id])
    response.headers["ETag"] = etag(row.version)
    return detail_of(row, acts)


@routes.put("/{edition_id}", summary="Sửa mẫu biểu đang đề nghị · Change a proposed edition")
async def change_form_edition(
    edition_id: uuid.UUID,
    wanted: ProposedEdition,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> FormEditionDetail:
    """What was tried before counts no more."""
    service.require_officer(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.change(session, identity, edition_id, if_match, wanted.definition)
        return await _answer(session, row, response)


@routes.post(
    "/{edition_id}:try",
    summary="Đọc thử một tờ mẫu · Read a sample with an edition",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "JPEG, PNG, WebP or TIFF of 20 MiB at most; only the first page is read",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("image/jpeg", "image/png", "image/webp", "image/tiff")
            },
        }
    },
)
async def try_form_edition(
    edition_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> TrialReading:
    """What the reader would recognise if it knew the edition; neither image nor text is kept."""
    service.require_officer(identity)
    database = request.app.state.runtime.database
    async with database.read() as session:
        definition = (await service.get(session, edition_id)).definition
    image = await _body(request)
    edition = FormEdition.model_validate(definition)
    pool: ReadingPool = request.app.state.pool
    turns: asyncio.Semaphore = request.app.state.trials
    try:
        async with turns:
            found = await pool.try_edition(image, edition)
    except ImageRefused as refused:
        raise SampleUnreadable(refused.detail, extensions={"reason": refused.reason.value}) from refused
    except ReadingFailed as failed:
        raise ReaderBusy(headers={"Retry-After": "2"}) from failed
    async with database.write(identity.units) as session:
        row = await service.note_trial(session, identity, edition_id, definition, recognised=found.recognised)
        answer = reading_of(row, edition, found)
    response.headers["ETag"] = etag(answer.version)
    response.headers["Cache-Control"] = "private, no-store"
    return answer


@routes.post("/{edition_id}:accept", summary="Chấp nhận mẫu biểu · Accept an edition")
async def accept_form_edition(
    edition_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> FormEditionDetail:
    """By another officer than its proposer, once a sample was recognised; pages are read with it at once."""
    async with _known_at_once(request, identity) as session:
        row = await service.accept(session, identity, edition_id, if_match)
        return await _answer(session, row, response)


@routes.post("/{edition_id}:withdraw", summary="Rút mẫu biểu · Withdraw an edition")
async def withdraw_form_edition(
    edition_id: uuid.UUID,
    because: Because,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> FormEditionDetail:
    """The reader forgets it; what was read with it stays as it is."""
    async with _known_at_once(request, identity) as session:
        row = await service.withdraw(session, identity, edition_id, if_match, because.reason)
        return await _answer(session, row, response)


@asynccontextmanager
async def _known_at_once(request: Request, identity: Identity) -> AsyncIterator[WriteSession]:
    """A transaction that changes which editions the reader knows; this replica's knows it right after."""
    service.require_officer(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        yield session
    await request.app.state.editions.look()


async def _detail(session: WriteSession, row: FormEditionRow) -> FormEditionDetail:
    await session.flush()
    return detail_of(row, await repository.acts_of(session, [row.id]))


async def _answer(session: WriteSession, row: FormEditionRow, response: Response) -> FormEditionDetail:
    response.headers["ETag"] = etag(row.version)
    return await _detail(session, row)


async def _body(request: Request) -> bytes:
    """The sample, never more in memory than one may have; raises SampleTooLarge."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MOST_BYTES:
            raise SampleTooLarge(extensions={"most_bytes": MOST_BYTES})
    return bytes(received)
