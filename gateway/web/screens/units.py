"""Đơn vị: the tree of police units on a day, what became of a code, reorganisations."""

import asyncio
from collections import Counter, defaultdict
from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.accounts import service as accounts
from gateway.web.data import Data, Reader
from gateway.web.formats import VIETNAM
from gateway.web.rendering import page
from gateway.web.unit_names import editions, holding, named
from gateway.web.visitor import Visitor
from kernel.identity import Role

routes = APIRouter(include_in_schema=False)


@routes.get("/units")
async def show_units(request: Request, visitor: Visitor, on: date | None = None, code: str = "") -> Response:
    """The tree on a day (today's by default), and one code in all its editions."""
    day = on or datetime.now(VIETNAM).date()
    reader = Reader(request, visitor)
    administers = Role.ADMINISTRATOR in visitor.identity.roles and visitor.identity.all_units
    known, progress = await asyncio.gather(editions(reader), reader.get("/v1/progress"))
    chosen = await reader.get(f"/v1/units/{code}") if any(one["code"] == code for one in known) else None
    consent = await reader.get(f"/v1/training-samples/consent/{code}") if chosen and administers else None
    decider = consent["decided_by"] if consent else None
    deciders = await accounts.names_of(request.app.state.runtime.database, [decider] if decider else [])
    held: Counter[str] = Counter()
    for unit in progress["units"]:
        held[unit["unit"]] += unit["dossiers"]
    return page(
        request,
        "units.html",
        visitor,
        day=day.isoformat(),
        tree=_tree(holding(known, day)),
        held=held,
        elsewhere=sorted(held.keys() - {one["code"] for one in holding(known, day)}),
        names=named(known),
        chosen=chosen,
        consent=consent,
        decider=deciders.get(str(decider), decider),
        of_code=sorted((one for one in known if one["code"] == code), key=lambda one: str(one["valid_from"])),
        code=code,
        administers=administers,
        reorganisations=(await reader.get("/v1/reorganisations"))["items"] if administers else [],
    )


@routes.get("/units/reorganisations")
async def show_reorganisations(request: Request, visitor: Visitor) -> Response:
    """How far every reorganisation is, as a part of the screen."""
    reader = Reader(request, visitor)
    found, known = await asyncio.gather(reader.get("/v1/reorganisations"), editions(reader))
    return page(
        request, "reorganisations_live.html", visitor, reorganisations=found["items"], names=named(known)
    )


def _tree(units: list[Data]) -> list[Data]:
    """Units with those below them, by kind and name; one whose parent is not on the map stands at the top."""
    below: defaultdict[str, list[Data]] = defaultdict(list)
    codes = {one["code"] for one in units}
    for one in units:
        below[one["parent_code"] if one["parent_code"] in codes else ""].append(one)

    def branch(parent: str) -> list[Data]:
        ordered = sorted(below[parent], key=lambda one: (one["kind"] == "commune", one["code"]))
        return [{**one, "below": branch(one["code"])} for one in ordered]

    return branch("")
