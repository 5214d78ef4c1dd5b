"""Kiểm tra ảnh: grids of pages to look at; failed ones go back to their scanner."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import Response

from contracts.inspection import inspection_defects
from gateway.web.rendering import page, text_in
from gateway.web.translation import language_of, translations
from gateway.web.visitor import Visitor
from gateway.web.words import DEFECTS
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)


@routes.get("/inspection")
async def show_inspection(request: Request, visitor: Visitor) -> Response:
    """The desk; its grids come over the API."""
    visitor.identity.require_role(Role.INSPECTOR)
    language = language_of(request)
    defects = [asdict(one) for one in inspection_defects().values()]
    marks = {one["key"]: {"code": one["code"], "title": text_in(language, one, "title")} for one in defects}
    found = {code: translations(language).gettext(word.text) for code, word in DEFECTS.items()}
    return page(request, "inspection.html", visitor, defects=defects, marks=marks, found=found)
