"""HTTP of training samples."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from contracts.recognition import Box
from kernel.concurrency import IfMatch, etag
from kernel.identity import CurrentIdentity, Role
from kernel.pages import Cursor, CursorPage, Limit, decode_id, encode_cursor
from services.records.keying.settled import Learnable
from services.records.samples import service
from services.records.samples.domain import writer_of
from services.records.samples.models import ConsentRow
from services.records.samples.schemas import Consent, ConsentBody, TrainingSample

routes = APIRouter(prefix="/v1/training-samples", tags=["training"])


@routes.get("/consent/{unit}", summary="Đơn vị có đồng ý cho huấn luyện · A unit's consent to training")
async def get_consent(unit: str, request: Request, response: Response, identity: CurrentIdentity) -> Consent:
    """Off unless the data's owner has decided otherwise."""
    identity.require_unit(unit)
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await service.consent_of(session, unit)
    response.headers["ETag"] = etag(row.version if row else 0)
    return _consent(unit, row)


@routes.put("/consent/{unit}", summary="Ghi nhận đồng ý huấn luyện · Set a unit's consent to training")
async def put_consent(
    unit: str,
    wanted: ConsentBody,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
) -> Consent:
    """Needs If-Match; a unit that has decided nothing has version 0. Withdrawn, it gives nothing any more."""
    identity.require_role(Role.ADMINISTRATOR)
    identity.require_unit(unit)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row = await service.decide(
            session, unit, if_match, identity.subject, consented=wanted.consented, paper=wanted.document
        )
    response.headers["ETag"] = etag(row.version)
    return _consent(unit, row)


@routes.get("", summary="Trường đã chốt để huấn luyện · Settled fields to learn from")
async def list_samples(
    request: Request,
    identity: CurrentIdentity,
    unit: Annotated[str, Query(max_length=20)],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> CursorPage[TrainingSample]:
    """Text as written with its place on the page, for `tangthu model collect`; 409 without consent.

    Numbers, dates and sexes are left out: they are kept in one way of writing, whatever the paper shows.
    """
    identity.require_role(Role.ADMINISTRATOR)
    identity.require_unit(unit)
    after = decode_id(cursor)
    async with request.app.state.runtime.database.read(identity.units) as session:
        found = await service.samples(session, unit, after, limit + 1)
    more = len(found) > limit
    items = [_sample(one) for one in found[:limit]]
    return CursorPage(items=items, next_cursor=encode_cursor(str(items[-1].field_id)) if more else None)


def _consent(unit: str, row: ConsentRow | None) -> Consent:
    if row is None:
        return Consent(unit=unit, consented=False, document=None, decided_by=None, decided_at=None, version=0)
    return Consent(
        unit=unit,
        consented=row.consented,
        document=row.document,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        version=row.version,
    )


def _sample(one: Learnable) -> TrainingSample:
    field = one.field
    return TrainingSample(
        field_id=field.id,
        field=field.name,
        text=field.text or "",
        writer=writer_of(one.dossier_id),
        page=f"/v1/pages/{field.form_id}/images/access",
        box=Box(x=field.x, y=field.y, width=field.width, height=field.height),
        width_px=field.page_width_px,
        height_px=field.page_height_px,
    )
