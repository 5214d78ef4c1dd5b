"""HTTP of document PDFs: the newest file, and what became of an order."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from kernel.identity import CurrentIdentity, Role
from kernel.storage import DERIVATIVES
from services.imaging.documents.checking.findings import Finding
from services.imaging.documents.schemas import DocumentPdf
from services.imaging.documents.service import DocumentSealer

routes = APIRouter(prefix="/v1/documents", tags=["documents"])


@routes.get(
    "/{document_id}/pdf",
    summary="PDF/A của giấy tờ · A document's PDF/A",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The newest file that was sealed",
            "content": {
                "application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}
            },
        },
        304: {"description": "Not changed"},
    },
)
async def get_pdf(
    document_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Response:
    """The file with its SHA-256 as ETag; 404 until one was ordered and sealed, and for another unit's.

    A clerk says why it is taken away.
    """
    identity.require_purpose(Role.CLERK)
    sealer: DocumentSealer = request.app.state.document_sealer
    row = await sealer.newest_file(document_id, identity.units)
    headers = {
        "ETag": f'"{row.sha256}"',
        "Cache-Control": "private, no-cache",
        # Offered as a file, as masters are: a browser would run a PDF's content in our origin.
        "Content-Disposition": f'attachment; filename="{document_id}.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if if_none_match and headers["ETag"] in {tag.strip() for tag in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    headers["Content-Length"] = str(row.size_bytes)
    assert row.pdf_key
    chunks = sealer.store.stream(DERIVATIVES, row.pdf_key)
    return StreamingResponse(chunks, media_type="application/pdf", headers=headers)


@routes.get(
    "/{document_id}/pdf/record",
    summary="Tình trạng PDF/A của giấy tờ · What became of a document's PDF/A",
)
async def get_record(
    document_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    order: Annotated[
        str | None, Query(pattern="^[0-9a-f]{64}$", description="As the order was answered; else the newest")
    ] = None,
) -> DocumentPdf:
    """Whether the file was sealed, its manifest or the findings; 404 while it is being made."""
    sealer: DocumentSealer = request.app.state.document_sealer
    row = await sealer.newest(document_id, identity.units, order=order)
    return DocumentPdf(
        document_id=row.document_id,
        order=row.order,
        profile=row.profile,
        sealed=row.pdf_key is not None,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        page_count=row.page_count,
        findings=[Finding.model_validate(finding) for finding in row.findings],
        ordered_at=row.ordered_at,
        made_at=row.made_at,
        manifest=await sealer.manifest(row),
    )
