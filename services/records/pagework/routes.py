"""HTTP of page work."""

import uuid

from fastapi import APIRouter, Request, Response

from kernel.concurrency import IfMatch, etag
from kernel.identity import CurrentIdentity, Role
from services.records.pagework import service
from services.records.pagework.domain import Action
from services.records.pagework.schemas import PageWork, WorkDone
from services.records.pagework.service import Done, Wanted

routes = APIRouter(prefix="/v1/dossiers", tags=["dossiers"])

ARRANGERS = (Role.KEYER, Role.INSPECTOR, Role.KEEPER)
"""Roles that arrange pages: those that may change a dossier."""


@routes.post("/{dossier_id}/page-work", summary="Sắp xếp, chuyển, tách, ghép trang · Work on pages")
async def work_on_pages(
    dossier_id: uuid.UUID,
    wanted: PageWork,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> WorkDone:
    """Move or reorder pages, split, join or classify documents, replace a page; needs If-Match."""
    identity.require_role(*ARRANGERS)
    asked = Wanted(
        action=wanted.action,
        pages=list(dict.fromkeys(wanted.pages)),
        before=wanted.before,
        document_id=wanted.document_id,
        target_id=wanted.target_dossier_id,
        target_code=wanted.target_code,
        replacement_id=wanted.replacement_id,
        document_type=wanted.document_type,
    )
    async with request.app.state.runtime.database.write(identity.units) as session:
        done = await service.work(session, identity, dossier_id, if_match, asked)
    return _answer(done, response)


@routes.post("/{dossier_id}/page-work:undo", summary="Hoàn tác thao tác trang · Undo the last page work")
async def undo_page_work(
    dossier_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> WorkDone:
    """Pages and documents are as they were before; what has come since stays; needs If-Match."""
    identity.require_role(*ARRANGERS)
    async with request.app.state.runtime.database.write(identity.units) as session:
        done = await service.undo(session, identity, dossier_id, if_match)
    return _answer(done, response)


def _answer(done: Done, response: Response) -> WorkDone:
    response.headers["ETag"] = etag(done.dossier.version)
    return WorkDone(
        work_id=done.work.work_id,
        action=Action(done.work.action),
        pages=list(done.work.moved),
        dossier_id=done.work.source_id,
        target_dossier_id=done.work.target_id,
        version=done.dossier.version,
    )
