"""Xem hồ sơ: its pages, the image with what was read on it, people and history."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.web.data import Data, Reader
from gateway.web.rendering import page
from gateway.web.screens.documents import pdfs_of
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)


@routes.get("/dossiers/{dossier_id}")
async def show_dossier(
    request: Request, visitor: Visitor, dossier_id: uuid.UUID, page_id: uuid.UUID | None = None
) -> Response:
    """The whole screen, opened at a page."""
    dossier = await Reader(request, visitor).get(f"/v1/dossiers/{dossier_id}")
    pages = [shown for document in dossier["documents"] for shown in document["pages"]]
    chosen = next((shown for shown in pages if shown["id"] == str(page_id)), None) or _first_read(pages)
    return page(
        request,
        "dossier.html",
        visitor,
        dossier=dossier,
        pages=pages,
        chosen=chosen,
        waiting=_waiting(pages),
        pdfs=pdfs_of(dossier),
    )


@routes.get("/dossiers/{dossier_id}/reading")
async def show_reading(request: Request, visitor: Visitor, dossier_id: uuid.UUID) -> Response:
    """What was read so far, as a part of the dossier's screen; it asks again while pages wait to be read."""
    dossier = await Reader(request, visitor).get(f"/v1/dossiers/{dossier_id}")
    pages = [shown for document in dossier["documents"] for shown in document["pages"]]
    return page(request, "dossier_reading.html", visitor, dossier=dossier, waiting=_waiting(pages))


def _waiting(pages: list[Data]) -> int:
    """How many pages are still to be read."""
    return sum(shown["content"] == "text" and not shown["recognised"] for shown in pages)


def _first_read(pages: list[Data]) -> Data:
    """The first page with something read on it, else the first."""
    return next((shown for shown in pages if shown["recognised"]), pages[0] if pages else None)


@routes.get("/pages/{page_id}/text")
async def show_text(request: Request, visitor: Visitor, page_id: uuid.UUID) -> Response:
    """The full text of a page, as a part of the dossier's screen."""
    recognition = await Reader(request, visitor).get(f"/v1/pages/{page_id}/recognition")
    return page(request, "page_text.html", visitor, recognition=recognition, page_id=page_id)
