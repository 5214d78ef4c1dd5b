"""Mẫu biểu mới: the printed fields of a new form edition marked on a sample, tried, and put into service."""

import uuid
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.accounts import service as accounts
from gateway.proxy.upstreams import UpstreamDown
from gateway.web.data import Reader
from gateway.web.navigation import MAY_SUPERVISE
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from gateway.web.words import FIELD_TYPES

routes = APIRouter(include_in_schema=False)


@routes.get("/editions")
async def show_editions(request: Request, visitor: Visitor, page_id: uuid.UUID | None = None) -> Response:
    """The screen, with a page of a dossier as its sample where one is named."""
    visitor.identity.require_role(*MAY_SUPERVISE)
    reader = Reader(request, visitor)
    found = await reader.get("/v1/keying/policies")
    sample = await reader.get(f"/v1/pages/{page_id}") if page_id else None
    return page(
        request,
        "editions.html",
        visitor,
        known=[one for one in found["rules"]["thresholds"] if one["field"] != "*"],
        sample=sample["images"]["access"] if sample else "",
        types=FIELD_TYPES,
        **await _listed(request, reader),
    )


@routes.get("/editions/known")
async def show_known(request: Request, visitor: Visitor) -> Response:
    """The list of editions alone, after something was done with one."""
    visitor.identity.require_role(*MAY_SUPERVISE)
    listed = await _listed(request, Reader(request, visitor))
    return page(request, "editions_known.html", visitor, **listed)


@routes.get("/editions/{edition_id}/again")
async def show_rereadings(request: Request, visitor: Visitor, edition_id: uuid.UUID) -> Response:
    """How far the pages have come that were read before an edition was accepted."""
    visitor.identity.require_role(*MAY_SUPERVISE)
    found = await Reader(request, visitor).get(f"/v1/form-editions/{edition_id}/rereadings")
    return page(request, "editions_again.html", visitor, found=found)


async def _listed(request: Request, reader: Reader) -> dict[str, Any]:
    try:
        editions = (await reader.get("/v1/form-editions"))["items"]
    except UpstreamDown:
        # A form can be marked and its file taken away without the reader.
        return {"editions": None, "names": {}}
    did = [one[act] for one in editions for act in ("proposed_by", "accepted_by", "withdrawn_by")]
    who = {one for one in did if one}
    names = await accounts.names_of(request.app.state.runtime.database, who)
    return {"editions": editions, "names": {one: names.get(one, one) for one in who}}
