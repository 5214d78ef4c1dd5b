"""Điểm cần xem xét: what no rule may decide, its sides beside each other; merged and split by two people."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.accounts import service as accounts
from gateway.web.data import Data, Reader, ServiceRefused
from gateway.web.navigation import MAY_MERGE
from gateway.web.rendering import page
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)

KINDS = (
    "same_person",
    "number_in_use",
    "number_province",
    "sex_mismatch",
    "birth_year_mismatch",
    "no_head",
    "reading_differs",
    "person_not_entered",
    "paper_differs",
    "paper_missing",
    "record_missing",
)
PERSON_ROWS = ("full_name", "birth_date", "sex", "father_name", "mother_name", "numbers")
DOSSIER_ROWS = ("reference", "members", "unit", "shelf")
COMPARED = (*PERSON_ROWS, *DOSSIER_ROWS)
NEVER_THE_SAME = frozenset({"reference", "shelf"})
"""Two dossiers always differ in these: no warning."""
SHOWN_PAGES = 8


@routes.get("/review-cases")
async def show_cases(
    request: Request,
    visitor: Visitor,
    kind: str = "",
    state: str = "open",
    unit: Annotated[str, Query(max_length=20)] = "",
    mine: str = "",
    cursor: str = "",
) -> Response:
    """Cases by kind, state and unit, oldest first, and merges that wait for a second person."""
    visitor.identity.require_role(*MAY_MERGE)
    reader = Reader(request, visitor)
    filters = {"kind": kind, "state": state, "unit": unit.strip(), "mine": mine}
    found, waiting = await asyncio.gather(
        reader.get("/v1/review-cases", **filters, cursor=cursor, limit=25),
        reader.get("/v1/mergings", state="asked", limit=25),
    )
    mine_to_decide = [one for one in waiting["items"] if one["asked_by"] != visitor.identity.subject]
    names = await _names(request, mine_to_decide)
    kinds = {one: one for one in KINDS}
    return page(
        request,
        "review_cases.html",
        visitor,
        found=found,
        waiting=mine_to_decide,
        names=names,
        kinds=kinds,
        filters=filters,
    )


@routes.get("/review-cases/{case_id}")
async def show_case(request: Request, visitor: Visitor, case_id: uuid.UUID) -> Response:
    """One case: both sides, what differs, and what may be done by whom."""
    visitor.identity.require_role(*MAY_MERGE)
    reader = Reader(request, visitor)
    case = await reader.get(f"/v1/review-cases/{case_id}")
    mergings = (await reader.get("/v1/mergings", case=str(case_id), limit=25))["items"]
    reasons: list[str] = []
    ends: list[tuple[str | None, str]] = [(None, case["dossier_id"])]
    persons: list[Data] = [None]
    if case["kind"] == "same_person":
        sides = await reader.get(f"/v1/review-cases/{case_id}/sides")
        reasons = sides["reasons"]
        ends = [(side["person_id"], side["dossier_id"]) for side in sides["sides"]]
        persons = [side["person"] or {"unit_name": side["unit_name"]} for side in sides["sides"]]
    shown = await asyncio.gather(
        *(_side(reader, dossier_id, person) for (_, dossier_id), person in zip(ends, persons, strict=True))
    )
    subject = visitor.identity.subject
    asked = next((one for one in mergings if one["state"] == "asked"), None)
    return page(
        request,
        "review_case.html",
        visitor,
        case=case,
        reasons=reasons,
        sides=shown,
        rows=_compared(shown),
        mergings=mergings,
        asked=asked,
        may_decide=bool(asked and asked["asked_by"] != subject),
        done=next((one for one in mergings if one["state"] == "done"), None),
        names=await _names(request, mergings, case),
    )


async def _side(reader: Reader, dossier_id: str, person: Data) -> Data:
    """What is shown of one dossier and its person; of another unit's, its unit alone."""
    try:
        dossier, paper, entry = await asyncio.gather(
            reader.get(f"/v1/dossiers/{dossier_id}"),
            reader.get(f"/v1/dossiers/{dossier_id}/paper"),
            reader.get(f"/v1/dossiers/{dossier_id}/entry"),
        )
    except ServiceRefused as refused:
        if refused.status_code != 404:
            raise
        unit = person["unit_name"] if person else ""
        return {"dossier": None, "person": None, "values": {"unit": unit}, "pages": [], "id": dossier_id}
    chosen = person or next(iter(dossier["persons"]), None)
    known: Data = next((one for one in entry["persons"] if chosen and one["id"] == chosen["id"]), {})
    numbers = [one["number"] for one in known.get("numbers", [])] or [chosen["number"]] if chosen else []
    values = {name: (chosen or {}).get(name) or known.get(name) for name in PERSON_ROWS}
    values |= {
        "numbers": ", ".join(sorted(filter(None, numbers))),
        "reference": dossier["reference"],
        "members": ", ".join(one["full_name"] for one in dossier["persons"])
        if dossier["kind"] == "residence"
        else "",
        "unit": dossier["unit_name"],
        "shelf": paper["home"]["code"] + f" · {paper['home_position']}" if paper["home"] else "",
    }
    pages = [one for document in dossier["documents"] for one in document["pages"]]
    return {
        "dossier": dossier,
        "person": chosen,
        "values": values,
        "pages": pages[:SHOWN_PAGES],
        "id": dossier_id,
        "entered": entry["persons"],
    }


def _compared(sides: Sequence[Data]) -> list[Data]:
    """Row by row what each side says, and whether they agree; no verdict where one is silent."""
    rows = []
    for name in COMPARED:
        values = [side["values"].get(name) or "" for side in sides]
        if not any(values):
            continue
        telling = len(values) == 2 and all(values) and name not in NEVER_THE_SAME
        verdict = ("same" if values[0] == values[1] else "differs") if telling else ""
        rows.append({"name": name, "values": values, "verdict": verdict})
    return rows


async def _names(request: Request, mergings: Sequence[Data], case: Data = None) -> dict[str, str]:
    who = {one[key] for one in mergings for key in ("asked_by", "decided_by", "undone_by")}
    who |= {case["resolved_by"]} if case else set()
    known = await accounts.names_of(request.app.state.runtime.database, {one for one in who if one})
    return {one: known.get(one, one) for one in who if one}
