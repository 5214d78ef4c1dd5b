"""Chuyển hồ sơ: dossiers and consignments on their way, sent and checked with a barcode scanner."""

import asyncio
import uuid
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.accounts import service as accounts
from gateway.caller import Caller
from gateway.web.data import Data, Reader
from gateway.web.formats import VIETNAM, moment
from gateway.web.navigation import MAY_TRANSFER
from gateway.web.rendering import PDF_HEADERS, page
from gateway.web.unit_names import editions, holding, named
from gateway.web.visitor import Visitor

routes = APIRouter(include_in_schema=False)

SHOWN = 100
FOUND = {"accepted": "arrived", "refused": "refused", "missing": "missing"}
"""State of a transfer → what its line of the packing list says."""


@routes.get("/transfers")
async def show_transfers(request: Request, visitor: Visitor, dossier: uuid.UUID | None = None) -> Response:
    """What is on its way to and from the visitor's units; `dossier` is put on the list of what is sent."""
    visitor.identity.require_role(*MAY_TRANSFER)
    reader = Reader(request, visitor)
    waiting, settled, consignments, known = await asyncio.gather(
        reader.get("/v1/transfers", state="in_transit", alone="true", limit=SHOWN),
        reader.get("/v1/transfers", alone="true", limit=30),
        reader.get("/v1/consignments", limit=SHOWN),
        editions(reader),
    )
    open_ones = [one for one in consignments["items"] if one["state"] == "in_transit"]
    return page(
        request,
        "transfers.html",
        visitor,
        coming=_ends(waiting["items"], visitor, "to_unit_code"),
        going=_ends(waiting["items"], visitor, "from_unit_code"),
        coming_together=_ends(open_ones, visitor, "to_unit_code"),
        going_together=_ends(open_ones, visitor, "from_unit_code"),
        settled=[one for one in settled["items"] if one["state"] != "in_transit"],
        checked=[one for one in consignments["items"] if one["state"] != "in_transit"][:20],
        names=named(known),
        receivers=[
            one
            for one in holding(known, datetime.now(VIETNAM).date())
            if one["code"] not in visitor.identity.units
        ],
        dossier=dossier,
    )


def _ends(items: list[Data], visitor: Caller, end: str) -> list[Data]:
    return [one for one in items if visitor.identity.may_see(one[end])]


@routes.get("/transfers/consignments/{consignment_id}")
async def show_consignment(request: Request, visitor: Visitor, consignment_id: uuid.UUID) -> Response:
    """The sender's list beside what arrived; printed, it is the packing list."""
    return await _consignment(request, visitor, consignment_id, "consignment.html")


@routes.get("/transfers/consignments/{consignment_id}/live")
async def show_consignment_live(request: Request, visitor: Visitor, consignment_id: uuid.UUID) -> Response:
    """The part of that screen that changes with every scan."""
    return await _consignment(request, visitor, consignment_id, "consignment_live.html")


@routes.get("/transfers/consignments/{consignment_id}/packing-list")
async def print_consignment(request: Request, visitor: Visitor, consignment_id: uuid.UUID) -> Response:
    """The packing list as PDF with codes to scan; after the check the record of what arrived."""
    visitor.identity.require_role(*MAY_TRANSFER)
    reader = Reader(request, visitor)
    found, known = await asyncio.gather(reader.get(f"/v1/consignments/{consignment_id}"), editions(reader))
    names = named(known)
    people = await accounts.names_of(
        request.app.state.runtime.database, {one for one in (found["sent_by"], found["checked_by"]) if one}
    )
    checked = found["checked_at"]
    made = await reader.file(
        "/v1/prints/packing-lists",
        {
            "barcode": found["barcode"],
            "sender": names.get(found["from_unit_code"], found["from_unit_code"]),
            "receiver": names.get(found["to_unit_code"], found["to_unit_code"]),
            "sent": moment(found["sent_at"]),
            "note": found["note"],
            "sent_by": people.get(found["sent_by"], ""),
            "checked": moment(checked) if checked else "",
            "checked_by": people.get(found["checked_by"], ""),
            "surplus": [one["code"] for one in found["surplus"]],
            "items": [
                {
                    "barcode": f"TT:D:{one['dossier_id']}",
                    "reference": one["reference"],
                    "kind": one["kind"],
                    "found": FOUND.get(one["state"], ""),
                }
                for one in found["items"]
            ],
        },
    )
    return Response(made, media_type="application/pdf", headers=PDF_HEADERS)


async def _consignment(
    request: Request, visitor: Caller, consignment_id: uuid.UUID, template: str
) -> Response:
    visitor.identity.require_role(*MAY_TRANSFER)
    reader = Reader(request, visitor)
    found, known = await asyncio.gather(reader.get(f"/v1/consignments/{consignment_id}"), editions(reader))
    arrived = [one for one in found["items"] if one["state"] == "accepted"]
    signers = {one for one in (found["sent_by"], found["checked_by"]) if one}
    return page(
        request,
        template,
        visitor,
        found=found,
        names=named(known),
        people=await accounts.names_of(request.app.state.runtime.database, signers),
        arrived=sorted(arrived, key=lambda one: str(one["settled_at"]), reverse=True),
        waiting=[one for one in found["items"] if one["state"] == "in_transit"],
        checks=found["state"] == "in_transit" and visitor.identity.may_see(found["to_unit_code"]),
    )


@routes.get("/dossiers/{dossier_id}/custody")
async def show_custody(request: Request, visitor: Visitor, dossier_id: uuid.UUID) -> Response:
    """Who holds a dossier, who held it and how it went about, as a part of the dossier's screen."""
    reader = Reader(request, visitor)
    periods, transfers, known = await asyncio.gather(
        reader.get(f"/v1/dossiers/{dossier_id}/custody"),
        reader.get("/v1/transfers", dossier=str(dossier_id), limit=SHOWN),
        editions(reader),
    )
    return page(
        request,
        "dossier_custody_live.html",
        visitor,
        dossier_id=dossier_id,
        periods=periods[::-1],
        transfers=transfers["items"],
        names=named(known),
        may_carry=bool(visitor.identity.roles & MAY_TRANSFER),
    )
