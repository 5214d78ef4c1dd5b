"""HTTP of entry: a dossier before or after any scan."""

import uuid

from fastapi import APIRouter, Request, Response

from contracts.civil.writing import cleaned
from contracts.vocabulary import DossierKind
from kernel.concurrency import IfMatch, etag
from kernel.database import WriteSession
from kernel.errors import Unprocessable
from kernel.idempotency import IdempotencyKey, answer_once
from kernel.identity import CurrentIdentity, Identity, Role
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import MADE_BY_SCANS, document_types, normalise_reference
from services.records.dossiers.service import Entry, ReferenceEmpty
from services.records.households import service
from services.records.households.domain import metadata_fields
from services.records.households.schemas import (
    DocumentTypeShape,
    DossierEntry,
    DossierGiven,
    EntryChange,
    MetadataFieldShape,
)
from services.records.households.views import content_of, entry_of

routes = APIRouter(prefix="/v1/dossiers", tags=["entry"])


class WhyMissing(Unprocessable):
    """A change of what was entered needs its reason."""

    slug = "why_missing"
    title = "Thiếu lý do sửa"
    title_en = "The reason of the change is missing"


@routes.post(
    "",
    summary="Lập hồ sơ trước khi quét · Register a dossier before any scan",
    status_code=201,
    response_model=DossierEntry,
)
async def register_dossier(
    given: DossierGiven, request: Request, identity: CurrentIdentity, key: IdempotencyKey = None
) -> Response:
    """Register a dossier with as much of its content as is known; all of it or nothing.

    A reference that a scan batch has brought first is completed (200); one that somebody has entered answers
    409 `dossier_entered`. Values that cannot stand answer 422 `entry_refused` with a sentence for each; what
    merely contradicts itself (sex against the number's digit, a number in use) opens a review case.
    """
    _require_entry(identity)
    identity.require_unit(given.unit)
    reference = normalise_reference(given.reference)
    if reference is None:
        raise ReferenceEmpty
    content = content_of(given, given.kind)
    entry = Entry(given.unit, given.kind, reference, normalise_reference(given.title))

    async def act(session: WriteSession) -> tuple[int, DossierEntry, dict[str, str]]:
        await service.check_unit(session, given.unit)
        held, made = await service.register(session, entry, content, identity.subject)
        place = f"/v1/dossiers/{held.dossier.id}"
        return 201 if made else 200, entry_of(held), {"Location": place, "ETag": etag(held.dossier.version)}

    return await answer_once(request.app.state.runtime.database, request, identity, key, act)


@routes.get("/metadata-fields", summary="Trường siêu dữ liệu · Metadata fields")
async def list_metadata_fields(_identity: CurrentIdentity) -> list[MetadataFieldShape]:
    """Metadata fields of a dossier (TT 05/2025/TT-BNV), with their lists of values."""
    return [
        MetadataFieldShape(
            code=field.code,
            title=field.title,
            title_en=field.title_en,
            kind=field.kind,
            choices=dict(field.choices),
            longest=field.longest,
            confirmed=field.confirmed,
        )
        for field in metadata_fields().values()
    ]


@routes.get("/document-types", summary="Loại giấy tờ · Types of papers")
async def list_document_types(_identity: CurrentIdentity) -> list[DocumentTypeShape]:
    """Types of papers that a dossier may hold, in the order of TT 80/2011/TT-BCA Art. 10."""
    known = sorted(document_types().values(), key=lambda one: one.legal_order)
    return [
        DocumentTypeShape(
            code=one.code,
            kind=DossierKind(one.kind) if one.kind else None,
            title=one.title,
            title_en=one.title_en,
        )
        for one in known
        if one.code not in MADE_BY_SCANS
    ]


@routes.get("/{dossier_id}/entry", summary="Thông tin đã nhập · What was entered")
async def get_entry(
    dossier_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> DossierEntry:
    """Household, persons, papers listed and metadata as officers entered them."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await dossiers.get_dossier(session, dossier_id, identity.units)
        held = await service.held(session, row)
    response.headers["ETag"] = etag(row.version)
    response.headers["Cache-Control"] = "private, no-store"
    return entry_of(held)


@routes.put("/{dossier_id}/entry", summary="Sửa thông tin đã nhập · Change what was entered")
async def change_entry(
    dossier_id: uuid.UUID,
    given: EntryChange,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> DossierEntry:
    """Replace the whole content, with the reason; persons keep their `id`, those left out are taken out.

    Needs If-Match with the dossier's ETag last read; the history keeps each value before and after.
    """
    _require_entry(identity)
    database = request.app.state.runtime.database
    if not (why := cleaned(given.why)):
        raise WhyMissing
    async with database.write(identity.units) as session:
        row = await dossiers.get_dossier(session, dossier_id, identity.units)
        held = await service.change(
            session,
            dossier_id,
            content_of(given, DossierKind(row.kind)),
            if_match=if_match,
            who=identity.subject,
            why=why,
            scope=identity.units,
        )
        answer = entry_of(held)
    response.headers["ETag"] = etag(answer.version)
    return answer


def _require_entry(identity: Identity) -> None:
    identity.require_role(Role.KEYER, Role.INSPECTOR, Role.KEEPER)
