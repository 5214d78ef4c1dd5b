"""Đối soát: rounds in which records are compared with their paper, dossier by dossier, and their figures."""

import asyncio
import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.web.data import Data, Reader, ServiceRefused
from gateway.web.navigation import MAY_MERGE
from gateway.web.rendering import page
from gateway.web.visitor import Visitor
from kernel.database import ALL_UNITS
from kernel.pages import encode_cursor

routes = APIRouter(include_in_schema=False)

FIELDS = ("number", "full_name", "birth_date", "sex", "father_name", "mother_name", "reference")
SHOWN_PAGES = 6
WRONG = ("differs", "paper_missing", "record_missing")
WRONG_SHOWN = 50
"""Of each answer; all of them are review cases."""


@routes.get("/reconciliation")
async def show_rounds(request: Request, visitor: Visitor, cursor: str = "") -> Response:
    """Rounds, newest first, when the next are due, and where to start one."""
    visitor.identity.require_role(*MAY_MERGE)
    reader = Reader(request, visitor)
    units = sorted(visitor.identity.units - {ALL_UNITS})
    found = await reader.get("/v1/reconciliations", cursor=cursor, limit=25)
    due = await reader.get("/v1/reconciliations/due", unit=units[0]) if len(units) == 1 else []
    return page(request, "reconciliation.html", visitor, found=found, units=units, due=due)


@routes.get("/reconciliation/{round_id}")
async def show_round(
    request: Request,
    visitor: Visitor,
    round_id: uuid.UUID,
    at: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """One round: its figures, and the next dossier to compare, or the one at a place of the list."""
    visitor.identity.require_role(*MAY_MERGE)
    reader = Reader(request, visitor)
    path = f"/v1/reconciliations/{round_id}"
    found, item, *wrong = await asyncio.gather(
        reader.get(path),
        _item(reader, path, at),
        *(reader.get(f"{path}/items", answer=answer, limit=WRONG_SHOWN) for answer in WRONG),
    )
    side = await _record(reader, item["dossier_id"]) if item else None
    return page(
        request,
        "reconciliation_round.html",
        visitor,
        found=found,
        item=item,
        side=side,
        fields=FIELDS,
        wrong=[one for each in wrong for one in each["items"]],
    )


async def _item(reader: Reader, path: str, at: int) -> Data:
    """The item at a place, else the first without an answer; none where all are answered."""
    if at:
        page_before = await reader.get(f"{path}/items", limit=1, cursor=_cursor(at - 1))
        return next(iter(page_before["items"]), None)
    return next(iter((await reader.get(f"{path}/items", unanswered="true", limit=1))["items"]), None)


def _cursor(ordinal: int) -> str:
    return encode_cursor(str(ordinal)) if ordinal else ""


async def _record(reader: Reader, dossier_id: str) -> Data:
    """What the record says: fields, papers, sheets, place; none for a dossier that another unit holds now."""
    try:
        dossier, paper, entry, life = await asyncio.gather(
            reader.get(f"/v1/dossiers/{dossier_id}"),
            reader.get(f"/v1/dossiers/{dossier_id}/paper"),
            reader.get(f"/v1/dossiers/{dossier_id}/entry"),
            reader.get(f"/v1/dossiers/{dossier_id}/life"),
        )
    except ServiceRefused as refused:
        if refused.status_code != 404:
            raise
        return None
    pages = [one for document in dossier["documents"] for one in document["pages"]]
    return {
        "dossier": dossier,
        "paper": paper,
        "persons": entry["persons"] or dossier["persons"],
        "listed": entry["documents"],
        "sheets": sum(one["surveyed"] for one in life["documents"]),
        "pages": pages[:SHOWN_PAGES],
    }
