"""Theo dõi lô quét: one batch while it comes in and is worked on."""

import asyncio
import uuid
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import Response

from contracts.inspection import inspection_defects
from gateway.caller import Caller
from gateway.proxy.upstreams import UpstreamDown
from gateway.web.data import Data, Reader
from gateway.web.navigation import MAY_INSPECT
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)

PAGES_SHOWN = 60


async def _batch_and_pages(request: Request, visitor: Caller, batch_id: uuid.UUID, cursor: str) -> Data:
    reader = Reader(request, visitor)
    batch, pages = await asyncio.gather(
        reader.get(f"/v1/scan-batches/{batch_id}"),
        reader.get(f"/v1/scan-batches/{batch_id}/pages", limit=PAGES_SHOWN, cursor=cursor),
    )
    return {
        "batch": batch,
        "pages": pages,
        "cursor": cursor,
        # Nothing is filed, and so nothing counted, before the batch is closed.
        "sheets": await _sheets(reader, batch_id) if batch["reached"]["filed"] else None,
        "awaited": {one["page_id"]: one for one in batch["rescans"]},
        "may_inspect": bool(visitor.identity.roles & MAY_INSPECT),
    }


async def _sheets(reader: Reader, batch_id: uuid.UUID) -> Data:
    """None while the registry does not answer: the scanning goes on without it."""
    try:
        return await reader.get(f"/v1/scan-batches/{batch_id}/sheets")
    except UpstreamDown:
        return None


@routes.get("/batches/{batch_id}")
async def show_batch(request: Request, visitor: Visitor, batch_id: uuid.UUID, cursor: str = "") -> Response:
    """The whole screen."""
    shown = await _batch_and_pages(request, visitor, batch_id, cursor)
    defects = [asdict(one) for one in inspection_defects().values()]
    return page(request, "batch.html", visitor, defects=defects, **shown)


@routes.get("/batches/{batch_id}/live")
async def show_live_part(
    request: Request, visitor: Visitor, batch_id: uuid.UUID, cursor: str = ""
) -> Response:
    """What changes while one looks: fetched again whenever the batch's events say so."""
    shown = await _batch_and_pages(request, visitor, batch_id, cursor)
    return page(request, "batch_live.html", visitor, **shown)
