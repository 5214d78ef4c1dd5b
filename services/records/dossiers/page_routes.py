"""HTTP of pages and their images."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from contracts.recognition import Recognition
from kernel.identity import CurrentIdentity, Role
from services.records.dossiers import pages, views
from services.records.dossiers.images import MarkedOnly, Variant, disposition, etag_of, key_of, open_image
from services.records.dossiers.schemas import PageDetail
from services.records.readings import service as readings

routes = APIRouter(prefix="/v1/pages", tags=["pages"])

IMAGE_CACHE = "private, max-age=3600"
"""An hour in the reader's own browser where the address names the image's edition: a shared machine must
forget them."""
NO_CACHE = "private, no-cache"
"""Without an edition the ETag is asked each time: a corrected page shows another image."""


@routes.get("/{page_id}", summary="Một trang · One page")
async def get_page(page_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> PageDetail:
    """A page with the fields read on it; another unit's answers 404."""
    identity.require_purpose(Role.CLERK)
    async with request.app.state.runtime.database.read(identity.units) as session:
        page = await pages.get_accepted_page(session, page_id, identity.units)
        ordinal = await pages.ordinal_of(session, page)
        return views.page_detail_of(page, ordinal, await readings.fields_of(session, [page.id]))


@routes.get("/{page_id}/recognition", summary="Văn bản đọc được trên trang · What was read on a page")
async def get_recognition(
    page_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> Recognition:
    """Full text, lines with boxes and fields, as OCR left them; 404 `not_recognised` before that."""
    identity.require_purpose(Role.CLERK)
    runtime = request.app.state.runtime
    async with runtime.database.read(identity.units) as session:
        page = await pages.get_accepted_page(session, page_id, identity.units)
    response.headers["Cache-Control"] = "private, no-cache"
    return await readings.recognition_of(runtime.store, page)


@routes.get(
    "/{page_id}/images/{variant}",
    summary="Ảnh của trang · A page's image",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The image; a master may be a PDF or TIFF of several pages",
            "content": {
                kind: {"schema": {"type": "string", "contentMediaType": kind}}
                for kind in ("image/jpeg", "image/png", "image/tiff", "application/pdf")
            },
        },
        304: {"description": "Not changed"},
    },
)
async def get_image(
    page_id: uuid.UUID,
    variant: Variant,
    request: Request,
    identity: CurrentIdentity,
    download: Annotated[bool, Query(description="Offer it as a file")] = False,
    v: Annotated[
        str | None, Query(max_length=64, description="Edition of the images, as a page's links name it")
    ] = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Response:
    """Bytes with the content's hash as ETag; a clerk who only looks up is shown marked images elsewhere."""
    if identity.only_looks_up and variant is not Variant.THUMBNAIL:
        raise MarkedOnly
    runtime = request.app.state.runtime
    async with runtime.database.read(identity.units) as session:
        page = await pages.get_accepted_page(session, page_id, identity.units)
    key = key_of(page, variant)
    headers = {
        "ETag": etag_of(key),
        "Cache-Control": IMAGE_CACHE if v or variant is Variant.MASTER else NO_CACHE,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if if_none_match and headers["ETag"] in {tag.strip() for tag in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    image = await open_image(runtime.store, key, variant)
    headers["Content-Disposition"] = disposition(page, image.stored, download=download)
    headers["Content-Length"] = str(image.stored.size_bytes)
    return StreamingResponse(image.chunks, media_type=image.stored.content_type, headers=headers)
