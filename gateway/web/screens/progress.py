"""Tiến độ: every unit against its milestones."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.web import words
from gateway.web.csv_files import csv_file, word_in
from gateway.web.data import Reader
from gateway.web.formats import day as day_text
from gateway.web.rendering import page, text_in
from gateway.web.translation import N_, language_of
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)

MAPS = (date(2025, 2, 28), date(2025, 3, 1), date(2025, 7, 1))
"""Days offered: the last one of the districts, the first without them, the first of the merged province."""

HEADINGS = (
    N_("Mã đơn vị"),
    N_("Đơn vị"),
    N_("Loại"),
    N_("Hồ sơ đang giữ"),
    N_("Hồ sơ đã lập"),
    N_("Trang đã nhận"),
    N_("Trang đã vào hồ sơ"),
    N_("Trang bị từ chối"),
    N_("Mốc"),
    N_("Hạn"),
    N_("Đã xong"),
    N_("Phải xong"),
    N_("Mỗi ngày"),
    N_("Cần mỗi ngày"),
    N_("Dự kiến xong"),
    N_("Trạng thái"),
)


@routes.get("/progress")
async def show_progress(
    request: Request, visitor: Visitor, kind: str = "", on_map: Annotated[str, Query(alias="map")] = ""
) -> Response:
    """All units in scope; with a day, by the units of that day."""
    day = on_map if _is_day(on_map) else ""
    progress = await Reader(request, visitor).get("/v1/progress", kind=kind, map=day)
    return page(request, "progress.html", visitor, progress=progress, kind=kind, day=day, maps=MAPS)


@routes.get("/progress.csv")
async def download_progress(
    request: Request, visitor: Visitor, kind: str = "", on_map: Annotated[str, Query(alias="map")] = ""
) -> Response:
    """Every unit and milestone of the screen; a unit without milestones stands once."""
    day = on_map if _is_day(on_map) else ""
    progress = await Reader(request, visitor).get("/v1/progress", kind=kind, map=day)
    language = language_of(request)
    rows: list[tuple[object, ...]] = []
    for unit in progress["units"]:
        pages, held = unit["pages"], unit["holdings"]
        head = (
            unit["unit"],
            unit["unit_name"],
            word_in(request, words.KINDS, unit["kind"]),
            held["dossiers"] if held else "",
            unit["dossiers"],
            pages["received"],
            pages["filed"],
            pages["refused"],
        )
        rows += [
            (
                *head,
                text_in(language, one, "title"),
                day_text(one["deadline"]),
                one["done"],
                one["target"],
                one["pace_per_day"],
                one["needed_per_day"],
                day_text(one["forecast_date"]) if one["forecast_date"] else "",
                word_in(request, words.MILESTONES, one["status"]),
            )
            for one in unit["milestones"]
        ] or [head]
    return csv_file(request, "tien-do", HEADINGS, rows)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
