"""HTTP of inspection."""

import uuid
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from contracts.inspection import inspection_defects
from kernel.identity import CurrentIdentity, Identity, Role
from services.records.dossiers import pages
from services.records.dossiers.images import Variant, etag_of, open_image
from services.records.inspection import orders, service, standing, views
from services.records.inspection.domain import SetState
from services.records.inspection.schemas import (
    AwaitedRescan,
    Defect,
    PageChecks,
    PageOrder,
    PageOrdered,
    SetAnswer,
    SetLease,
    SetOrder,
    SetOutcome,
    SetsReleased,
    SetsWaiting,
    SetToInspect,
)
from services.records.life import following
from services.records.life.domain import Happening
from services.records.units import service as units

routes = APIRouter(prefix="/v1/inspection", tags=["inspection"])

MOST_COUNTED = 1000
"""A queue is counted no further: nobody needs the number, and counting on costs every lease."""


@routes.get("/defects", summary="Các lỗi ảnh · Defects of images")
async def list_defects(identity: CurrentIdentity) -> list[Defect]:
    """What can be marked, with the digit that marks it and what the scan operator is told."""
    _require_inspector(identity)
    return [Defect(**asdict(one)) for one in inspection_defects().values()]


@routes.get("/waiting", summary="Lưới ảnh đang chờ · Sets that wait")
async def get_waiting(request: Request, identity: CurrentIdentity) -> SetsWaiting:
    """How much waits for the caller; nothing is leased."""
    _require_inspector(identity)
    async with request.app.state.runtime.database.read(identity.units) as session:
        sets, rescans, oldest = await service.queue_for(session, identity.subject, MOST_COUNTED)
    return SetsWaiting(sets=sets, rescans=rescans, oldest_at=oldest)


@routes.post("/leases", summary="Nhận lưới ảnh để kiểm tra · Take sets to inspect")
async def take_sets(order: SetOrder, request: Request, identity: CurrentIdentity) -> SetLease:
    """Sets for half an hour, rescans first; never one that the caller scanned.

    No Idempotency-Key is needed: asking twice gives the same sets.
    """
    _require_inspector(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        works = await service.lease(
            session, identity.subject, count=order.count, kind=order.kind, unit=order.unit
        )
        names = await units.names_of(session, {work.row.unit_code for work in works})
        return SetLease(
            sets=[views.set_of(work, names) for work in works],
            waiting=await service.waiting(session, MOST_COUNTED),
            own_waits=not works and await service.own_waits(session, identity.subject),
        )


@routes.delete("/leases", summary="Trả lại lưới ảnh đang giữ · Give all sets back")
async def give_sets_back(request: Request, identity: CurrentIdentity) -> SetsReleased:
    """Sets go back to the queue at once, without waiting for their leases to end."""
    _require_inspector(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        return SetsReleased(released=await service.release(session, identity.subject))


@routes.post("/sets/{set_id}:finish", summary="Gửi kết quả kiểm tra · Answer a set")
async def finish_set(
    set_id: uuid.UUID, answer: SetAnswer, request: Request, identity: CurrentIdentity
) -> SetOutcome:
    """Marked pages go back to their scanner with the reason, all others pass.

    The same answer again changes nothing, so a lost connection may simply send it again.
    """
    _require_inspector(identity)
    failed = {mark.page_id: mark.defect for mark in answer.failed}
    async with request.app.state.runtime.database.write(identity.units) as session:
        together = await standing.dossiers_of(session, set_id)
        row = await service.finish(session, identity.subject, set_id, failed)
        await following.follow(session, together, Happening.IMAGES_INSPECTED)
        total = len(await service.pages_in(session, row.id))
        return SetOutcome(
            id=row.id, state=SetState(row.state), passed=total - len(failed), failed=len(failed)
        )


@routes.post("/sets/{set_id}:reopen", summary="Hoàn tác một lưới ảnh · Take an answer back")
async def reopen_set(set_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> SetToInspect:
    """The caller holds the set again with the marks as they were; what was sent back is withdrawn.

    409 `cannot_reopen` once a page was scanned again, or twelve hours later.
    """
    _require_inspector(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        together = await standing.dossiers_of(session, set_id)
        work = await service.reopen(session, identity.subject, set_id)
        await following.follow(session, together, Happening.INSPECTION_REOPENED)
        names = await units.names_of(session, {work.row.unit_code})
        return views.set_of(work, names)


@routes.get("/pages/{page_id}", summary="Lịch sử kiểm tra một trang · A page's inspections")
async def get_checks(page_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> PageChecks:
    """Who said what of which image; images that a rescan has replaced can still be looked at."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        page = await pages.get_accepted_page(session, page_id, identity.units)
        return views.checks_of(page, await service.checks_of(session, page_id))


@routes.post("/pages/{page_id}:order-rescan", summary="Cho quét lại một trang · Order a rescan")
async def order_rescan(
    page_id: uuid.UUID, wanted: PageOrder, request: Request, identity: CurrentIdentity
) -> PageOrdered:
    """The page goes back to its scanner with the reason, as if it had failed in a set.

    The same order by the same person again changes nothing. Never a page that the caller scanned.
    """
    _require_inspector(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        told = await orders.order(session, identity, page_id, wanted.defect)
        await following.follow(session, told.concerned, Happening.IMAGES_INSPECTED)
    return PageOrdered(page_id=told.page_id, rescan_id=told.rescan_id)


@routes.post("/pages/{page_id}:withdraw-rescan", summary="Hoàn tác lệnh quét lại · Withdraw a rescan")
async def withdraw_rescan(page_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> PageOrdered:
    """The caller takes their own order back, until the new scan has come or twelve hours later."""
    _require_inspector(identity)
    async with request.app.state.runtime.database.write(identity.units) as session:
        told = await orders.withdraw(session, identity, page_id)
        await following.follow(session, told.concerned, Happening.INSPECTION_REOPENED)
    return PageOrdered(page_id=told.page_id, rescan_id=told.rescan_id)


@routes.get("/dossiers/{dossier_id}/rescans", summary="Trang chờ quét lại · Rescans that are awaited")
async def list_rescans(
    dossier_id: uuid.UUID, request: Request, identity: CurrentIdentity
) -> list[AwaitedRescan]:
    """Pages of a dossier whose paper is to be scanned again, and why."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        return views.awaited(await orders.open_orders(session, dossier_id, identity.units))


@routes.get(
    "/checks/{check_id}/image",
    summary="Ảnh đã kiểm tra · The image that was inspected",
    response_class=StreamingResponse,
)
async def get_checked_image(
    check_id: uuid.UUID, request: Request, identity: CurrentIdentity
) -> StreamingResponse:
    """The access image as it was then."""
    runtime = request.app.state.runtime
    async with runtime.database.read(identity.units) as session:
        row = await service.check_of(session, check_id)
        await pages.get_accepted_page(session, row.page_id, identity.units)
    image = await open_image(runtime.store, row.access_key, Variant.ACCESS)
    headers = {
        "ETag": etag_of(row.access_key),
        "Cache-Control": "private, max-age=3600",
        "Content-Length": str(image.stored.size_bytes),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return StreamingResponse(image.chunks, media_type="image/jpeg", headers=headers)


def _require_inspector(identity: Identity) -> None:
    identity.require_role(Role.INSPECTOR)
