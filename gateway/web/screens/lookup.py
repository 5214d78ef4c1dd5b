"""Tra cứu một cửa: say why, ask in one box, see marked papers, print the slip of a certified copy."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from gateway.web.data import Reader, ServiceRefused
from gateway.web.navigation import MAY_LOOK_UP
from gateway.web.purpose import stated, with_purpose
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)


@routes.get("/lookup")
async def show_lookup(request: Request, visitor: Visitor, *, change: bool = False) -> Response:
    """The box, once a purpose is stated; before that, the purposes to choose from."""
    visitor.identity.require_role(*MAY_LOOK_UP)
    if visitor.identity.states_purpose and not change:
        return page(request, "lookup.html", visitor, purpose=stated(visitor))
    found = await Reader(request, visitor).get("/v1/purposes")
    return page(
        request, "lookup_purpose.html", visitor, purposes=found, purpose=stated(visitor), missing=False
    )


@routes.post("/lookup/purpose")
async def state_purpose(
    request: Request,
    visitor: Visitor,
    purpose: Annotated[str, Form(max_length=200)] = "",
    other: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep the purpose, chosen or typed, for this session."""
    visitor.identity.require_role(*MAY_LOOK_UP)
    told = await with_purpose(request, visitor, (other.strip() or purpose).strip())
    if told.identity.states_purpose:
        return RedirectResponse("/lookup", 303)
    found = await Reader(request, visitor).get("/v1/purposes")
    return page(
        request, "lookup_purpose.html", visitor, status=422, purposes=found, purpose=other, missing=True
    )


@routes.post("/lookup")
async def look_up(
    request: Request,
    visitor: Visitor,
    q: Annotated[str, Form(max_length=200)] = "",
    birth_year: Annotated[str, Form(pattern=r"^(\d{4})?$")] = "",
    cursor: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """The cards of what was found, as a part of the screen."""
    visitor.identity.require_role(*MAY_LOOK_UP)
    body = {"q": q.strip(), "birth_year": birth_year or None, "cursor": cursor or None}
    found, refused = None, None
    if body["q"]:
        try:
            found = await Reader(request, visitor).send("/v1/lookups", body)
        except ServiceRefused as problem:
            if problem.status_code >= 500:
                raise
            refused = problem
    return page(
        request,
        "lookup_results.html",
        visitor,
        found=found,
        refused=refused,
        q=q,
        birth_year=birth_year,
        more=bool(cursor),
    )


@routes.get("/lookup/dossiers/{dossier_id}")
async def show_papers(request: Request, visitor: Visitor, dossier_id: uuid.UUID) -> Response:
    """A dossier's pages, each with the mark of who looks, when and why."""
    visitor.identity.require_role(*MAY_LOOK_UP)
    if not visitor.identity.states_purpose:
        return RedirectResponse("/lookup", 303)
    dossier = await Reader(request, visitor).get(f"/v1/dossiers/{dossier_id}")
    papers = [one for one in dossier["documents"] if one["type"] != "cover_sheet" and one["pages"]]
    return page(
        request,
        "lookup_papers.html",
        visitor,
        dossier=dossier,
        papers=papers,
        purpose=stated(visitor),
        slip_key=str(uuid.uuid4()),
    )


@routes.post("/lookup/dossiers/{dossier_id}/slips")
async def make_slip(
    request: Request,
    visitor: Visitor,
    dossier_id: uuid.UUID,
    documents: Annotated[list[uuid.UUID] | None, Form()] = None,
    copies: Annotated[int, Form(ge=1, le=50)] = 1,
    key: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Make the slip once, however often the button is pressed, and show it ready to print."""
    visitor.identity.require_role(*MAY_LOOK_UP)
    body = {"documents": [str(one) for one in documents or []], "copies": copies}
    slip = await Reader(request, visitor).send(
        f"/v1/dossiers/{dossier_id}/slips", body, key=key or str(uuid.uuid4())
    )
    return RedirectResponse(f"/lookup/slips/{slip['id']}", 303)


@routes.get("/lookup/slips/{slip_id}")
async def show_slip(request: Request, visitor: Visitor, slip_id: uuid.UUID) -> Response:
    """A slip in the form of NĐ 30/2020/NĐ-CP, to print and sign."""
    visitor.identity.require_role(*MAY_LOOK_UP)
    slip = await Reader(request, visitor).get(f"/v1/slips/{slip_id}")
    return page(request, "lookup_slip.html", visitor, slip=slip)
