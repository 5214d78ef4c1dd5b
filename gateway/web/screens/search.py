"""Tra cứu: one box for persons, dossiers and words of papers. Queries travel in bodies, not in addresses."""

from functools import partial
from typing import Annotated, Literal

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
    group: Annotated[Literal["persons", "dossiers", "texts"], Form()] = "persons",
) -> Response:
    """The cards of one group: a part of the screen to htmx, the whole screen to a browser without it.

    Persons come first and bring the places of the other groups with them, which ask for themselves: nobody
    waits for the words of all papers.
    """
    purpose = purpose.strip()
    part = "search_results.html" if group == "persons" else "search_group.html"
    shown = part if request.headers.get("hx-request") else "search.html"
    answer = partial(
        page, request, shown, q=q, birth_year=birth_year, purpose=purpose, more=bool(cursor), group=group
    )
    if not q.strip() or not purpose:
        return answer(visitor, found=None, missing=True, refused=None)
    visitor = await with_purpose(request, visitor, purpose)
    try:
        reader = Reader(request, visitor)
        if group == "persons":
            found = await reader.get(
                "/v1/persons", q=q.strip(), birth_year=birth_year, cursor=cursor, limit=20
            )
        else:
            asked = {
                "q": q.strip(),
                "birth_year": birth_year or None,
                "group": group,
                "cursor": cursor or None,
            }
            found = await reader.send("/v1/lookups", asked)
    except ServiceRefused as refused:
        if refused.status_code >= 500:
            raise
        return answer(visitor, found=None, missing=False, refused=refused)
    return answer(visitor, found=found, missing=False, refused=None)
