"""Giám sát nhập liệu: what waits, who holds what, how good it is; work is taken back and given to others."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.accounts import service as accounts
from gateway.web import words
from gateway.web.csv_files import csv_file, items_of, word_in
from gateway.web.data import Reader
from gateway.web.formats import moment
from gateway.web.rendering import page, text_in
from gateway.web.translation import N_, language_of
from gateway.web.visitor import Visitor
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)

HEADINGS = (
    N_("Người nhập"),
    N_("Mã đơn vị"),
    N_("Trường"),
    N_("Số trường"),
    N_("Mẫu"),
    N_("Sai"),
    N_("Cho phép"),
    N_("Kết quả"),
    N_("Rút lúc"),
)


@routes.get("/supervision")
async def show_supervision(request: Request, visitor: Visitor, cursor: str = "") -> Response:
    """The whole screen."""
    visitor.identity.require_role(Role.UNIT_LEADER, Role.PROVINCE_LEADER)
    reader = Reader(request, visitor)
    seen, lots = await asyncio.gather(
        reader.get("/v1/keying/supervision"), reader.get("/v1/keying/lots", limit=40, cursor=cursor)
    )
    who = {one["who"] for one in [*seen["keyers"], *lots["items"]]}
    names = await accounts.names_of(request.app.state.runtime.database, who)
    return page(
        request,
        "supervision.html",
        visitor,
        seen=seen,
        lots=lots,
        names={one: names.get(one, one) for one in who},
    )


@routes.get("/supervision.csv")
async def download_lots(request: Request, visitor: Visitor) -> Response:
    """Every lot of acceptance, the newest first."""
    visitor.identity.require_role(Role.UNIT_LEADER, Role.PROVINCE_LEADER)
    lots = await items_of(Reader(request, visitor), "/v1/keying/lots")
    names = await accounts.names_of(request.app.state.runtime.database, {one["who"] for one in lots})
    language = language_of(request)
    return csv_file(
        request,
        "nghiem-thu",
        HEADINGS,
        (
            (
                names.get(one["who"], one["who"]),
                one["unit"],
                text_in(language, one, "label"),
                one["size"],
                one["sample"],
                one["wrong"],
                one["accept"],
                word_in(request, words.LOT_STATES, one["state"]),
                moment(one["drawn_at"]),
            )
            for one in lots
        ),
    )
