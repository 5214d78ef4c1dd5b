"""HTTP of orders of document PDFs; imaging answers for the files themselves."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request

from kernel.identity import CurrentIdentity, Role
from services.records.assembly import service
from services.records.assembly.schemas import OrderedDocument

routes = APIRouter(prefix="/v1/documents", tags=["documents"])


@routes.post("/{document_id}/pdf", summary="Tạo PDF/A của giấy tờ · Make a document's PDF/A", status_code=202)
async def order_pdf(
    document_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    allow_unread: Annotated[bool, Query(description="Also while pages of text have not been read")] = False,
) -> OrderedDocument:
    """Asks for the PDF as the document is now; asking again is the same order and makes nothing new.

    No Idempotency-Key is needed: an order is named by what it holds.
    """
    identity.require_role(Role.KEYER, Role.INSPECTOR, Role.KEEPER)
    runtime = request.app.state.runtime
    prepared = await service.order_pdf(
        runtime.database,
        runtime.store,
        document_id,
        units=identity.units,
        who=identity.subject,
        allow_unread=allow_unread,
    )
    digest = prepared.order.digest
    return OrderedDocument(
        document_id=document_id,
        order=digest,
        page_count=len(prepared.order.pages),
        unread_pages=prepared.unread_pages,
        pdf=f"/v1/documents/{document_id}/pdf",
        record=f"/v1/documents/{document_id}/pdf/record?order={digest}",
    )
