"""Uploads: one page or one file under its hash, streamed to quarantine with constant memory."""

import asyncio
import base64
import binascii
import re
import unicodedata
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import JSONResponse
from prometheus_client import Counter
from starlette.requests import ClientDisconnect

from kernel.database import Database, ReadSession, WriteSession
from kernel.errors import Problem
from kernel.identity import CurrentIdentity, Identity
from kernel.storage import QUARANTINE, ObjectStore, content_key
from services.intake.media import FILE_TYPES, PAGE_TYPES, declared_type, media_type_of
from services.intake.problems import (
    ChecksumMismatch,
    EmptyFile,
    TooLarge,
    TypeMismatch,
    UnsupportedType,
    UploadInterrupted,
)
from services.intake.routes.batches import SENDERS
from services.intake.schemas import ReceivedFile
from services.intake.service.receive_file import Content, Place, check_place, describe, receive_file
from services.intake.service.rescans import check_rescan, describe_rescan, is_there, receive_rescan
from services.intake.settings import IntakeSettings
from services.intake.spool import Spool
from services.intake.storage_faults import storage_faults

upload_routes = APIRouter(prefix="/v1/scan-batches/{batch_id}", tags=["scan-batches"])

IDLE_S = 60.0
"""A sender that is silent for so long is gone; the district link may be slow, but it trickles."""

RECEIVED = Counter("tangthu_upload_bytes_total", "Bytes received and registered", ["endpoint"])
OUTCOMES = Counter("tangthu_uploads_total", "Uploads by outcome", ["endpoint", "outcome"])

Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the body, hexadecimal")]
Sequence = Annotated[int, Query(ge=1, le=1_000_000, description="Position in the batch, from 1")]
Reference = Annotated[
    str | None, Query(max_length=200, description="Dossier reference; required when grouping by reference")
]

SpoolDepth = Annotated[
    int | None,
    Header(ge=0, le=10_000_000, description="Files that the sender has still to send after this one"),
]


def _body_of(types: tuple[str, ...]) -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {
        "requestBody": {"required": True, "content": dict.fromkeys(types, binary)},
        "parameters": [
            {
                "name": "Repr-Digest",
                "in": "header",
                "required": False,
                "description": "RFC 9530: `sha-256=:base64:`; checked where present",
                "schema": {"type": "string"},
            }
        ],
    }


ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": ReceivedFile, "description": "The same file was there already; nothing changed"},
    507: {"description": "No room; nothing is stored"},
}


@upload_routes.put(
    "/pages/{sha256}",
    status_code=201,
    response_model=ReceivedFile,
    responses=ANSWERS,
    openapi_extra=_body_of(PAGE_TYPES),
    summary="Gửi một trang · Send a page",
)
async def put_page(
    batch_id: uuid.UUID,
    sha256: Hash,
    sequence: Sequence,
    request: Request,
    identity: CurrentIdentity,
    dossier: Reference = None,
    spool_depth: SpoolDepth = None,
) -> JSONResponse:
    """Store one page's bytes under their hash: 201 the first time, 200 again."""
    uploads: Uploads = request.app.state.uploads
    place = Place(batch_id, sequence, sha256, _reference(dossier), multi_page=False, spool_files=spool_depth)
    return await uploads.take(request, identity, place)


@upload_routes.put(
    "/files/{sha256}",
    status_code=201,
    response_model=ReceivedFile,
    responses=ANSWERS,
    openapi_extra=_body_of(FILE_TYPES),
    summary="Gửi tệp nhiều trang · Send a file of several pages",
)
async def put_file(
    batch_id: uuid.UUID,
    sha256: Hash,
    sequence: Sequence,
    request: Request,
    identity: CurrentIdentity,
    dossier: Reference = None,
    spool_depth: SpoolDepth = None,
) -> JSONResponse:
    """Store a PDF or TIFF under its hash, however large within the limit: 201 the first time, 200 again."""
    uploads: Uploads = request.app.state.uploads
    place = Place(batch_id, sequence, sha256, _reference(dossier), multi_page=True, spool_files=spool_depth)
    return await uploads.take(request, identity, place)


@upload_routes.put(
    "/rescans/{rescan_id}/{sha256}",
    status_code=201,
    response_model=ReceivedFile,
    responses=ANSWERS,
    openapi_extra=_body_of(PAGE_TYPES),
    summary="Gửi trang quét lại · Send a page scanned again",
)
async def put_rescan(
    batch_id: uuid.UUID, rescan_id: uuid.UUID, sha256: Hash, request: Request, identity: CurrentIdentity
) -> JSONResponse:
    """Store the new image of a page that was sent back; it takes the old one's place once imaging accepts it.

    201 the first time, 200 for the same image again, 409 `rescan_answered` where none is awaited.
    """
    uploads: Uploads = request.app.state.uploads
    place = Place(batch_id, 0, sha256, None, multi_page=False, rescan_id=rescan_id)
    return await uploads.take(request, identity, place)


class Uploads:
    """Takes uploads, a bounded number at a time. Made once per process."""

    def __init__(self, settings: IntakeSettings, database: Database, store: ObjectStore) -> None:
        self._settings = settings
        self._database = database
        self._store = store
        self._slots = asyncio.Semaphore(settings.upload_slots)

    async def take(self, request: Request, identity: Identity, place: Place) -> JSONResponse:
        """Check, spool, store, register, in this order; whatever fails leaves no row and no event.

        At worst an unreferenced object stays in quarantine, under its own hash, where the next try finds it.
        """
        endpoint = _endpoint(place)
        try:
            answer = await self._take(request, identity, place)
        except Problem as problem:
            OUTCOMES.labels(endpoint, problem.slug).inc()
            raise
        OUTCOMES.labels(endpoint, "again" if answer.status_code == 200 else "received").inc()
        return answer

    async def _take(self, request: Request, identity: Identity, place: Place) -> JSONResponse:
        identity.require_role(*SENDERS)
        limit = self._settings.max_file_bytes if place.multi_page else self._settings.max_page_bytes
        _check_headers(request, place, limit)
        async with self._database.read(identity.units) as session:
            known = await _is_known(session, identity, place)
        async with self._slots:
            with Spool(
                self._settings.spool_folder, memory_bytes=self._settings.spool_memory_bytes, limit=limit
            ) as spool:
                content = await _spool_body(request, spool, place)
                if not known:
                    with storage_faults():
                        key = content_key(place.sha256)
                        await spool.store(self._store, QUARANTINE, key, content.media_type)
        return await self._register(identity, place, content)

    async def _register(self, identity: Identity, place: Place, content: Content) -> JSONResponse:
        async with self._database.write(identity.units) as session:
            created, body = await _receive(session, identity, place, content)
        if created:
            RECEIVED.labels(_endpoint(place)).inc(content.size_bytes)
        return JSONResponse(body.model_dump(mode="json"), 201 if created else 200)


def _endpoint(place: Place) -> str:
    if place.rescan_id:
        return "rescans"
    return "files" if place.multi_page else "pages"


async def _is_known(session: ReadSession, identity: Identity, place: Place) -> bool:
    """Whether these very bytes are there already; raises what registering them would raise."""
    if place.rescan_id is None:
        return await check_place(session, identity, place) is not None
    row = await check_rescan(session, identity, place.batch_id, place.rescan_id, place.sha256)
    return is_there(row, place.sha256)


async def _receive(
    session: WriteSession, identity: Identity, place: Place, content: Content
) -> tuple[bool, ReceivedFile]:
    if place.rescan_id is None:
        row, created = await receive_file(session, identity, place, content)
        return created, await describe(session, row, created=created)
    order, created = await receive_rescan(
        session,
        identity,
        place.batch_id,
        place.rescan_id,
        place.sha256,
        size_bytes=content.size_bytes,
        media_type=content.media_type,
    )
    return created, await describe_rescan(session, order)


def _check_headers(request: Request, place: Place, limit: int) -> None:
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > limit:
        raise TooLarge(f"the limit is {limit} bytes", extensions={"limit_bytes": limit})
    if length == "0":
        raise EmptyFile
    digest = _stated_digest(request.headers.get("Repr-Digest", ""))
    if digest is not None and digest != place.sha256:
        raise ChecksumMismatch("Repr-Digest and the path name different hashes")


def _stated_digest(header: str) -> str | None:
    """The SHA-256 in a Repr-Digest (RFC 9530), hexadecimal; none where it names only other algorithms."""
    found = re.search(r"(?:^|,)\s*sha-256=:([^:]*):", header, re.IGNORECASE)
    if found is None:
        return None
    try:
        return base64.b64decode(found.group(1), validate=True).hex()
    except binascii.Error as error:
        raise ChecksumMismatch("Repr-Digest is not valid base64") from error


async def _spool_body(request: Request, spool: Spool, place: Place) -> Content:
    with storage_faults():
        try:
            async for chunk in _chunks(request):
                await spool.write(chunk)
        except (ClientDisconnect, TimeoutError) as error:
            raise UploadInterrupted from error
        digest = await spool.finish()
    if spool.size_bytes == 0:
        raise EmptyFile
    if digest != place.sha256:
        raise ChecksumMismatch(
            f"received {spool.size_bytes} bytes with SHA-256 {digest}",
            extensions={"received_sha256": digest, "received_bytes": spool.size_bytes},
        )
    return Content(spool.size_bytes, _accepted_type(request, spool.head, place))


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = aiter(request.stream())
    while True:
        async with asyncio.timeout(IDLE_S):
            chunk = await anext(stream, None)
        if chunk is None:
            return
        if chunk:
            yield chunk


def _accepted_type(request: Request, head: bytes, place: Place) -> str:
    accepted = FILE_TYPES if place.multi_page else PAGE_TYPES
    found = media_type_of(head)
    if found is None or found not in accepted:
        raise UnsupportedType(
            f"the first bytes show {found or 'no known format'}; accepted here: {', '.join(accepted)}",
            extensions={"found": found, "accepted": [*accepted]},
        )
    declared = declared_type(request.headers.get("Content-Type"))
    if declared is not None and declared != found:
        raise TypeMismatch(f"declared {declared}, found {found}", extensions={"found": found})
    return found


def _reference(dossier: str | None) -> str | None:
    """A reference as given, in NFC, without surrounding or control characters; none if nothing is left."""
    kept = "".join(letter for letter in dossier or "" if unicodedata.category(letter) != "Cc")
    return unicodedata.normalize("NFC", kept.strip()) or None
