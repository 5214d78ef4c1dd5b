"""HTTP of printing."""

import asyncio

from fastapi import APIRouter, Request, Response

from kernel.errors import Unprocessable
from kernel.identity import CurrentIdentity, Role
from services.imaging.printing import packing, service
from services.imaging.printing.domain import Cover, Label, PackedItem, PackingList, label_sheets
from services.imaging.printing.schemas import (
    CoversToPrint,
    LabelSheets,
    LabelSheetShape,
    LabelsToPrint,
    PackingListToPrint,
)

routes = APIRouter(prefix="/v1/prints", tags=["prints"])

PRINTERS = (Role.KEEPER, Role.SCAN_OPERATOR)
PDF = {
    200: {
        "description": "A PDF to print at its own size",
        "content": {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}},
    }
}


class SheetUnknown(Unprocessable):
    """There is no such sheet of labels, or it has no such place."""

    slug = "label_sheet_unknown"
    title = "Không có mẫu giấy nhãn hay ô nhãn này"
    title_en = "There is no such label sheet, or no such place on it"


@routes.get("/label-sheets", summary="Các mẫu giấy nhãn · Sheets of labels")
async def list_sheets(identity: CurrentIdentity) -> LabelSheets:
    """What labels can be printed on."""
    identity.require_role(*PRINTERS)
    return LabelSheets(items=[LabelSheetShape.model_validate(one) for one in label_sheets().values()])


@routes.post(
    "/cover-sheets",
    summary="In tờ bìa QR · Cover sheets",
    response_class=Response,
    responses=PDF,  # type: ignore[arg-type]
)
async def print_covers(wanted: CoversToPrint, request: Request, identity: CurrentIdentity) -> Response:
    """One A4 page for each dossier; scanned before its pages it opens the dossier in a batch."""
    identity.require_role(*PRINTERS)
    for unit in {one.unit for one in wanted.covers}:
        identity.require_unit(unit)
    covers = [Cover(**{**one.model_dump(), "kind": one.kind.value}) for one in wanted.covers]
    made = await asyncio.to_thread(service.cover_sheets, covers, request.app.state.font_packages)
    return _pdf(made)


@routes.post(
    "/labels",
    summary="In nhãn hồ sơ, vị trí kho · Labels for dossiers and places",
    response_class=Response,
    responses=PDF,  # type: ignore[arg-type]
)
async def print_labels(wanted: LabelsToPrint, request: Request, identity: CurrentIdentity) -> Response:
    """Square codes with words beside them on sheets of labels."""
    identity.require_role(*PRINTERS)
    sheet = label_sheets().get(wanted.sheet)
    if sheet is None or wanted.first > sheet.places:
        raise SheetUnknown(extensions={"sheet": wanted.sheet})
    labels = [Label(one.barcode, one.title, one.subtitle) for one in wanted.labels]
    packages = request.app.state.font_packages
    return _pdf(await asyncio.to_thread(service.label_pages, labels, sheet, wanted.first, packages))


@routes.post(
    "/packing-lists",
    summary="In bảng kê lô chuyển · A consignment's packing list",
    response_class=Response,
    responses=PDF,  # type: ignore[arg-type]
)
async def print_packing_list(
    wanted: PackingListToPrint, request: Request, identity: CurrentIdentity
) -> Response:
    """A code for the list and one for each dossier, to be scanned on arrival; places to sign."""
    identity.require_role(*PRINTERS, Role.UNIT_LEADER)
    fields = wanted.model_dump()
    items = tuple(PackedItem(**one) for one in fields.pop("items"))
    packing_list = PackingList(**{**fields, "items": items, "surplus": tuple(fields["surplus"])})
    packages = request.app.state.font_packages
    return _pdf(await asyncio.to_thread(packing.packing_pages, packing_list, packages))


def _pdf(data: bytes) -> Response:
    return Response(
        data,
        media_type="application/pdf",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
