"""HTTP of dossiers."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from contracts.vocabulary import DossierKind
from kernel.concurrency import IfMatch, etag
from kernel.database import ReadSession
from kernel.identity import CurrentIdentity, Role
from kernel.pages import Cursor, CursorPage, Limit, decode_id, page_by_id
from kernel.web import origin_of
from services.records.cases import service as cases
from services.records.dossiers import service, views
from services.records.dossiers.domain import DossierState
from services.records.dossiers.manifest import JSON_LD, Manifest, manifest_of
from services.records.dossiers.models import DossierRow
from services.records.dossiers.schemas import Dossier, DossierChange, DossierSummary
from services.records.persons import service as persons
from services.records.readings import service as readings
from services.records.units import service as units

routes = APIRouter(prefix="/v1/dossiers", tags=["dossiers"])


@routes.get("", summary="Danh sách hồ sơ · Dossiers")
async def list_dossiers(
    request: Request,
    identity: CurrentIdentity,
    unit: Annotated[str | None, Query(max_length=20)] = None,
    kind: DossierKind | None = None,
    batch: uuid.UUID | None = None,
    state: DossierState | None = None,
    merged: Annotated[
        bool | None, Query(description="False: without those merged into others; true: those alone")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[DossierSummary]:
    """Dossiers of the caller's units, newest first."""
    before = decode_id(cursor)
    async with request.app.state.runtime.database.read(identity.units) as session:
        rows = await service.list_dossiers(
            session,
            units=identity.units,
            unit=unit,
            kind=kind,
            batch_id=batch,
            state=state,
            merged=merged,
            before=before,
            limit=limit + 1,
        )
        names = await units.names_of(session, {row.unit_code for row in rows})
    items = [views.summary_of(row, names) for row in rows[:limit]]
    return page_by_id(items, more=len(rows) > limit)


@routes.get("/{dossier_id}", summary="Một hồ sơ · One dossier")
async def get_dossier(
    dossier_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> Dossier:
    """A dossier with documents, pages, fields, persons and history; another unit's answers 404."""
    identity.require_purpose(Role.CLERK)
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await service.get_dossier(session, dossier_id, identity.units)
        dossier = await _whole(session, row)
    response.headers["ETag"] = etag(row.version)
    response.headers["Cache-Control"] = "private, no-cache"
    return dossier


@routes.get(
    "/{dossier_id}/manifest",
    summary="Manifest IIIF của hồ sơ · A dossier's IIIF manifest",
    response_model=Manifest,
)
async def get_manifest(
    dossier_id: uuid.UUID,
    request: Request,
    identity: CurrentIdentity,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """Pages in order with their image services, documents as ranges, by IIIF Presentation API 3.0.

    Who may see the dossier may see it; images are asked for with the caller's own credential.
    """
    identity.require_purpose(Role.CLERK)
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await service.get_dossier(session, dossier_id, identity.units)
        documents, pages, _ = await service.contents_of(session, row.id)
        names = await units.names_of(session, [row.unit_code])
    shown = views.documents_of(documents, pages)
    made = manifest_of(origin_of(request), views.summary_of(row, names), views.title_en_of(row), shown)
    # A browser that opens the address shows JSON, and would save the other as a file.
    plain = "application/ld+json" not in accept and ("json" in accept or "text/html" in accept)
    return Response(
        made.model_dump_json(by_alias=True),
        media_type="application/json" if plain else JSON_LD,
        headers={"Cache-Control": "private, no-cache", "Vary": "Accept"},
    )


@routes.patch("/{dossier_id}", summary="Sửa số, tiêu đề hồ sơ · Change reference or title")
async def change_dossier(
    dossier_id: uuid.UUID,
    change: DossierChange,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Dossier:
    """Change what is given; needs If-Match with the ETag last read."""
    identity.require_role(Role.KEYER, Role.INSPECTOR, Role.KEEPER)
    database = request.app.state.runtime.database
    async with database.write(identity.units) as session:
        await service.change(
            session,
            dossier_id,
            if_match=if_match,
            changes=change.model_dump(exclude_unset=True),
            who=identity.subject,
            units=identity.units,
        )
    async with database.read(identity.units) as session:
        row = await service.get_dossier(session, dossier_id, identity.units)
        dossier = await _whole(session, row)
    response.headers["ETag"] = etag(row.version)
    return dossier


async def _whole(session: ReadSession, row: DossierRow) -> Dossier:
    documents, pages, history = await service.contents_of(session, row.id)
    names = await units.names_of(session, [row.unit_code])
    fields = await readings.fields_of(session, [page.id for page in pages])
    return Dossier(
        **views.summary_of(row, names).model_dump(),
        documents=views.documents_of(documents, pages),
        fields=views.fields_of(fields, pages),
        persons=views.persons_of(await persons.persons_in(session, row.id)),
        history=views.history_of(history),
        open_cases=await cases.count_open(session, row.id),
        held=bool(await cases.held(session, [row.id])),
    )
