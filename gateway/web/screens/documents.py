"""A document as PDF/A, as a part of the dossier's screen: ordered, made, or refused by the check."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.web.data import Data, Reader, ServiceRefused
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)

LOOKS = 150
"""A document of hundreds of pages takes minutes; after so many looks the screen waits to be loaded anew."""

Order = Annotated[str, Query(pattern="^[0-9a-f]{64}$")]


def pdfs_of(dossier: Data) -> dict[str, Data]:
    """Document → what its newest order has come to, out of the dossier's history."""
    found: dict[str, Data] = {}
    for entry in sorted(dossier["history"], key=lambda entry: entry["at"]):
        state = STATES.get(entry["what"])
        if state and (document := entry["details"].get("document_id")):
            found[document] = {"state": state, "order": entry["details"].get("order", "")}
    return found


STATES = {"pdf_ordered": "ordered", "pdf_assembled": "made", "pdf_not_sealed": "refused"}


@routes.post("/documents/{document_id}/pdf")
async def order_document(
    request: Request, visitor: Visitor, document_id: uuid.UUID, *, unread: bool = False
) -> Response:
    """Ask for the file; pages that nobody has read yet are asked about first."""
    try:
        told = await Reader(request, visitor).post(
            f"/v1/documents/{document_id}/pdf", allow_unread="true" if unread else None
        )
    except ServiceRefused as refused:
        if refused.slug != "document_not_read":
            raise
        return _part(request, visitor, document_id, {"state": "unread", "order": ""})
    return _part(request, visitor, document_id, {"state": "ordered", "order": told["order"]})


@routes.get("/documents/{document_id}/pdf")
async def show_document(
    request: Request, visitor: Visitor, document_id: uuid.UUID, order: Order, looks: int = 0
) -> Response:
    """What the order has come to by now."""
    try:
        record = await Reader(request, visitor).get(f"/v1/documents/{document_id}/pdf/record", order=order)
    except ServiceRefused as refused:
        if refused.status_code != 404:
            raise
        return _part(request, visitor, document_id, {"state": "ordered", "order": order}, looks + 1)
    state = "made" if record["sealed"] else "refused"
    return _part(request, visitor, document_id, {"state": state, "order": order})


def _part(request: Request, visitor: Visitor, document_id: uuid.UUID, pdf: Data, looks: int = 0) -> Response:
    return page(
        request,
        "document_pdf.html",
        visitor,
        document_id=document_id,
        pdf=pdf,
        looks=looks,
        waits=looks < LOOKS,
    )
