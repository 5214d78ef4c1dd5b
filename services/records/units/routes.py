"""HTTP of police and administrative units."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request

from contracts.units import UnitKind
from kernel.identity import CurrentIdentity
from kernel.pages import Cursor, CursorInvalid, CursorPage, Limit, decode_cursor, encode_cursor
from services.records.units import service
from services.records.units.admin import AdminLevel
from services.records.units.schemas import AdminUnitBody, Unit, UnitDetail, UnitOnMap, UnitSuccession

routes = APIRouter(prefix="/v1/units", tags=["units"])
admin_routes = APIRouter(prefix="/v1/admin-units", tags=["units"])

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
async def get_unit(code: str, request: Request, _identity: CurrentIdentity, on: OnDay = None) -> UnitDetail:
    """The code's edition on a day; without a day, today's or the last one.

    404: no unit has ever had the code. 422: the code names none on that day, with the editions that it has.
    """
    async with request.app.state.runtime.database.read() as session:
        found = await service.get_unit(session, code, on)
        if on:
            found = await service.require_unit(session, code, on)
        successions = await service.successions_of(session, code)
    return UnitDetail(
        **Unit.model_validate(found).model_dump(),
        successions=[UnitSuccession.model_validate(one) for one in successions],
    )


@routes.get("/{code}/on-map", summary="Đơn vị trên bản đồ của một ngày · A unit on the map of a day")
async def get_unit_on_map(
    code: str,
    request: Request,
    _identity: CurrentIdentity,
    day: Annotated[date, Query(alias="map", description="The day of the map")],
) -> list[UnitOnMap]:
    """For each edition of the code, the unit that it belongs to on the map of a day."""
    async with request.app.state.runtime.database.read() as session:
        await service.get_unit(session, code)
        units = await service.unit_map(session)
    mine = sorted(
        (one for one in units.editions.values() if one.code == code), key=lambda one: one.valid_from
    )
    return [
        UnitOnMap(
            code=one.code,
            valid_from=one.valid_from,
            on_map=Unit.model_validate(found) if (found := units.on(one, day)) else None,
        )
        for one in mine
    ]


@admin_routes.get("", summary="Đơn vị hành chính · Administrative units")
async def list_admin_units(
    request: Request,
    _identity: CurrentIdentity,
    level: AdminLevel | None = None,
    parent: Annotated[str | None, Query(max_length=20)] = None,
    on: OnDay = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CursorPage[AdminUnitBody]:
    """Editions of provinces, districts and communes by code and first day, for the addresses on papers."""
    after = _position(cursor) if cursor else None
    async with request.app.state.runtime.database.read() as session:
        found = await service.list_admin_units(
            session, level=level, parent=parent, on=on, after=after, limit=limit + 1
        )
    items = [AdminUnitBody.model_validate(one) for one in found[:limit]]
    following = (
        encode_cursor(items[-1].code, items[-1].valid_from.isoformat()) if len(found) > limit else None
    )
    return CursorPage(items=items, next_cursor=following)


def _position(cursor: str) -> tuple[str, date]:
    code, valid_from = decode_cursor(cursor, 2)
    try:
        return str(code), date.fromisoformat(str(valid_from))
    except ValueError as error:
        raise CursorInvalid from error
