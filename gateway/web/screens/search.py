"""Tra cứu: one box for number or name. The query travels in the body, so that no address keeps it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from gateway.web.data import Reader, ServiceRefused
from gateway.web.purpose import stated, with_purpose
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)


@routes.get("/search")
async def show_search(request: Request, visitor: Visitor) -> Response:
    """The form."""
    return page(request, "search.html", visitor, purpose=stated(visitor), q="", birth_year="")


@routes.post("/search")
async def search(
    request: Request,
    visitor: Visitor,
    q: Annotated[str, Form(max_length=200)] = "",
    birth_year: Annotated[str, Form(pattern=r"^(\d{4})?$")] = "",
    purpose: Annotated[str, Form(max_length=200)] = "",
    cursor: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """The cards of who was found: a part of the screen to htmx, the whole screen to a browser without it."""
    purpose = purpose.strip()
    shown = "search_results.html" if request.headers.get("hx-request") else "search.html"
    answer = partial(page, request, shown, q=q, birth_year=birth_year, purpose=purpose, more=bool(cursor))
    if not q.strip() or not purpose:
        return answer(visitor, found=None, missing=True, refused=None)
    visitor = await with_purpose(request, visitor, purpose)
    try:
        found = await Reader(request, visitor).get(
            "/v1/persons", q=q.strip(), birth_year=birth_year, cursor=cursor, limit=20
        )
    except ServiceRefused as refused:
        if refused.status_code >= 500:
            raise
        return answer(visitor, found=None, missing=False, refused=refused)
    return answer(visitor, found=found, missing=False, refused=None)
