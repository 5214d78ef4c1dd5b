"""Hồ sơ: the list of dossiers."""

import asyncio
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from gateway.web import words
from gateway.web.csv_files import csv_file, items_of, word_in
from gateway.web.data import Reader
from gateway.web.formats import moment
from gateway.web.rendering import page
from gateway.web.translation import N_
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)

HEADINGS = (
    N_("Số hồ sơ"),
    N_("Mã đơn vị"),
    N_("Đơn vị"),
    N_("Loại"),
    N_("Trạng thái"),
    N_("Số giấy tờ"),
    N_("Số trang"),
    N_("Lập lúc"),
    N_("Mã hồ sơ"),
)
"""Without titles: they hold people's names, which no list takes out of the archive."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which dossiers are asked for."""

    unit: str = ""
    kind: str = ""
    batch: str = ""
    merged: str = ""


Filtered = Annotated[Filters, Depends()]


@routes.get("/dossiers")
async def show_dossiers(request: Request, visitor: Visitor, filters: Filtered, cursor: str = "") -> Response:
    """A page of the list."""
    reader = Reader(request, visitor)
    chosen: dict[str, Any] = asdict(filters)
    found, progress = await asyncio.gather(
        reader.get("/v1/dossiers", cursor=cursor, limit=30, **chosen),
        reader.get("/v1/progress"),
    )
    units = {item["unit"]: item["unit_name"] for item in progress["units"]}
    return page(request, "dossiers.html", visitor, dossiers=found, units=units, **chosen)


@routes.get("/dossiers.csv")
async def download_dossiers(request: Request, visitor: Visitor, filters: Filtered) -> Response:
    """What the list holds, without names."""
    found = await items_of(Reader(request, visitor), "/v1/dossiers", **asdict(filters))
    return csv_file(
        request,
        "ho-so",
        HEADINGS,
        (
            (
                one["reference"] if one["reference_given"] else "",
                one["unit"],
                one["unit_name"],
                word_in(request, words.KINDS, one["kind"]),
                word_in(request, words.DOSSIER_STATES, one["state"]),
                one["document_count"],
                one["page_count"],
                moment(one["registered_at"]),
                one["id"],
            )
            for one in found
        ),
    )
