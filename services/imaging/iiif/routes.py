"""HTTP of the IIIF Image API 3.0: info.json and images."""

import uuid
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from kernel.identity import CurrentIdentity
from kernel.web import origin_of
from services.imaging.iiif.domain import FORMATS, resolve
from services.imaging.iiif.marking import mark_of
from services.imaging.iiif.schemas import CONTEXT, ImageInfo, info_of
from services.imaging.iiif.service import ImageServer, etag_of

PREFIX = "/v1/iiif"
routes = APIRouter(prefix=PREFIX, tags=["pages"])
thumbnail_routes = APIRouter(prefix="/v1/pages", tags=["pages"])

LEVEL = "http://iiif.io/api/image/3/level2.json"
JSON_LD = f'application/ld+json;profile="{CONTEXT}"'
CACHE = "private, max-age=3600"
"""As page images: an hour in the reader's own browser; a shared machine must forget them."""
NO_CACHE = "private, no-cache"
"""Where the address does not name the image's edition: a corrected page shows another image."""
NEVER = "private, no-store"
"""A marked image says when it was looked at: the next look is another."""
_SAFE = {
    # Level 2 asks for it. It opens nothing: without a credential, which browsers do not send along with
    # it, every answer is 401.
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}

Edition = Annotated[
    str | None, Query(max_length=64, description="Edition of the image, as the page's links name it")
]
Marked = Annotated[bool, Query(description="With a mark of who looks, when and why burnt in")]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match")]


@routes.get("/{page_id}", summary="Ảnh phóng to của trang · A page's deep-zoom image", status_code=303)
async def get_base(page_id: uuid.UUID, identity: CurrentIdentity) -> Response:
    """Sends to info.json, as the API asks of an image's own address."""
    return RedirectResponse(f"{PREFIX}/{page_id}/info.json", 303)


@routes.get(
    "/{page_id}/info.json",
    summary="Mô tả ảnh phóng to (IIIF) · The deep-zoom image's description (IIIF)",
    response_model=ImageInfo,
)
async def get_info(
    page_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    accept: Annotated[str, Header()] = "",
    v: Edition = None,
) -> Response:
    """Size, tiles and what is offered, by IIIF Image API 3.0 level 2; another unit's page answers 404."""
    server: ImageServer = request.app.state.image_server
    image = await server.image(page_id, identity.units)
    server.expect(image)
    body = info_of(f"{origin_of(request)}{PREFIX}/{page_id}", (image.width, image.height))
    plain = "application/json" in accept and "application/ld+json" not in accept
    return JSONResponse(
        body.model_dump(by_alias=True),
        media_type="application/json" if plain else JSON_LD,
        headers={**_safe(v), "Vary": "Accept", "Link": f'<{LEVEL}>;rel="profile"'},
    )


@routes.get(
    "/{page_id}/{region}/{size}/{rotation}/{quality_format}",
    summary="Một phần ảnh của trang (IIIF) · A part of a page's image (IIIF)",
    response_class=Response,
    responses={
        200: {
            "description": "The image",
            "content": {
                kind: {"schema": {"type": "string", "contentMediaType": kind}} for kind in FORMATS.values()
            },
        },
        304: {"description": "Not changed"},
        501: {"description": "A rotation or format that is not offered"},
    },
)
async def get_part(
    page_id: uuid.UUID,
    region: str,
    size: str,
    rotation: str,
    quality_format: str,
    request: Request,
    identity: CurrentIdentity,
    if_none_match: IfNoneMatch = None,
    v: Edition = None,
    marked: Marked = False,
) -> Response:
    """Region, size, rotation, quality and format as IIIF Image API 3.0 defines them.

    Clerks who only look up are always shown marked images, and say why they look.
    """
    marked = marked or identity.only_looks_up
    if marked:
        identity.require_purpose()
    server: ImageServer = request.app.state.image_server
    image = await server.image(page_id, identity.units)
    asked = resolve(region, size, rotation, quality_format, (image.width, image.height))
    if marked:
        said = mark_of(identity, datetime.now(UTC))
        body = await server.marked(image, asked, said)
        return Response(body, media_type=asked.media_type, headers={**_SAFE, "Cache-Control": NEVER})
    etag = etag_of(image, asked)
    address = f"{origin_of(request)}{PREFIX}/{page_id}/{asked.canonical}"
    headers = {**_safe(v), "ETag": etag, "Link": f'<{address}>;rel="canonical", <{LEVEL}>;rel="profile"'}
    if if_none_match and etag in {tag.strip() for tag in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(await server.rendered(image, asked), media_type=asked.media_type, headers=headers)


@thumbnail_routes.get(
    "/{page_id}/thumbnail",
    summary="Ảnh nhỏ của trang · A page's thumbnail",
    response_class=Response,
    responses={200: {"description": "The picture", "content": {"image/jpeg": {}}}},
)
async def get_thumbnail(
    page_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    if_none_match: IfNoneMatch = None,
    v: Edition = None,
) -> Response:
    """As soon as a page is enhanced, before it has a dossier: what a batch's monitor shows."""
    server: ImageServer = request.app.state.image_server
    image = await server.image(page_id, identity.units)
    headers = {**_safe(v), "ETag": f'"{image.thumbnail_key}"'}
    if if_none_match and headers["ETag"] in {tag.strip() for tag in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(await server.thumbnail(image), media_type="image/jpeg", headers=headers)


def _safe(edition: str | None) -> dict[str, str]:
    return {**_SAFE, "Cache-Control": CACHE if edition else NO_CACHE}
