"""Chuẩn bị hồ sơ: dossiers come up by barcode, papers are counted, cover sheets and labels printed."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from contracts.vocabulary import PaperSize
from gateway.web.data import Data, Reader
from gateway.web.navigation import MAY_PREPARE
from gateway.web.rendering import PDF_HEADERS, page
from gateway.web.visitor import Visitor
from gateway.web.words import CONDITIONS, METHODS

routes = APIRouter(include_in_schema=False)

SIZES = (PaperSize.A4, PaperSize.A5, PaperSize.A3, PaperSize.A6, *PaperSize)
"""The most frequent first; those named twice are shown once."""


@routes.get("/preparation")
async def show_preparation(request: Request, visitor: Visitor) -> Response:
    """The whole screen."""
    visitor.identity.require_role(*MAY_PREPARE)
    reader = Reader(request, visitor)
    today, sheets = await asyncio.gather(
        reader.get("/v1/preparation/today"), reader.get("/v1/prints/label-sheets")
    )
    return page(
        request,
        "preparation.html",
        visitor,
        today=today["items"],
        sheets=sheets["items"],
        sizes=list(dict.fromkeys(SIZES)),
        conditions=CONDITIONS,
        methods=METHODS,
    )


@routes.get("/preparation/today")
async def show_today(request: Request, visitor: Visitor) -> Response:
    """The day's dossiers, as a part of the screen."""
    visitor.identity.require_role(*MAY_PREPARE)
    today = await Reader(request, visitor).get("/v1/preparation/today")
    return page(request, "preparation_today.html", visitor, today=today["items"])


@routes.post("/preparation/print")
async def print_them(
    request: Request,
    visitor: Visitor,
    what: Annotated[Literal["covers", "labels", "places"], Form()],
    code: Annotated[list[str], Form(max_length=200)],
    sheet: Annotated[str, Form(max_length=40)] = "a4-3x8",
    first: Annotated[int, Form(ge=1, le=200)] = 1,
) -> Response:
    """A PDF of dossiers' cover sheets or labels, or of the labels of a place and of those inside it."""
    visitor.identity.require_role(*MAY_PREPARE)
    reader = Reader(request, visitor)
    found = await reader.send("/v1/preparation/dossiers:find", {"codes": code})
    if what == "covers":
        made = await reader.file(
            "/v1/prints/cover-sheets", {"covers": [_cover(one) for one in found["items"]]}
        )
    else:
        labels = (
            [_dossier_label(one) for one in found["items"]]
            if what == "labels"
            else [_place_label(one) for one in await _places(reader, found["places"])]
        )
        made = await reader.file("/v1/prints/labels", {"sheet": sheet, "first": first, "labels": labels})
    return Response(made, media_type="application/pdf", headers=PDF_HEADERS)


async def _places(reader: Reader, named: list[Data]) -> list[Data]:
    """Places with everything that stands in them, in their order."""
    found = []
    for place in named:
        cursor = ""
        while cursor is not None:
            branch = await reader.get(f"/v1/shelves/places/{place['id']}/branch", limit=200, cursor=cursor)
            found += branch["items"]
            cursor = branch["next_cursor"]
    return found


def _cover(dossier: Data) -> Data:
    """What goes on a cover sheet: its title bears the name of the head, and stays away."""
    kept = ("unit", "unit_name", "kind", "reference", "home")
    return {name: dossier[name] for name in kept} | {"sheets": dossier["sheets"]}


def _dossier_label(dossier: Data) -> Data:
    where = [one for one in (dossier["home"], dossier["unit_name"]) if one]
    return {"barcode": dossier["barcode"], "title": dossier["reference"], "subtitle": " · ".join(where)}


def _place_label(place: Data) -> Data:
    return {"barcode": place["barcode"], "title": place["code"], "subtitle": place["name"]}
