"""HTTP of police units."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request

from kernel.identity import CurrentIdentity
from kernel.pages import Cursor, CursorInvalid, CursorPage, Limit, decode_cursor, encode_cursor
from services.records.units import service
from services.records.units.domain import UnitKind
from services.records.units.schemas import Unit

routes = APIRouter(prefix="/v1/units", tags=["units"])

OnDay = Annotated[date | None, Query(description="Only what holds on this day")]


@routes.get("", summary="Đơn vị công an · Police units")
async def list_units(
    request: Request,
    _identity: CurrentIdentity,
    kind: UnitKind | None = None,
    parent: Annotated[str | None, Query(max_length=20)] = None,
    on: OnDay = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[Unit]:
    """Editions by code and first day; units are no secret, so every caller sees all of them."""
    after = _position(cursor) if cursor else None
    async with request.app.state.runtime.database.read() as session:
        found = await service.list_units(
            session, kind=kind, parent=parent, on=on, after=after, limit=limit + 1
        )
    items = [Unit.model_validate(edition) for edition in found[:limit]]
    more = len(found) > limit
    return CursorPage(
        items=items,
        next_cursor=encode_cursor(items[-1].code, items[-1].valid_from.isoformat()) if more else None,
    )


@routes.get("/{code}", summary="Một đơn vị công an · One police unit")
async def get_unit(code: str, request: Request, _identity: CurrentIdentity, on: OnDay = None) -> Unit:
    """The code's edition on a day, today by default; after its end, the last one."""
    async with request.app.state.runtime.database.read() as session:
        return Unit.model_validate(await service.get_unit(session, code, on))


def _position(cursor: str) -> tuple[str, date]:
    code, valid_from = decode_cursor(cursor, 2)
    try:
        return str(code), date.fromisoformat(str(valid_from))
    except ValueError as error:
        raise CursorInvalid from error
