"""Holdings: what a unit's shelves hold."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response

from contracts.vocabulary import DossierKind
from kernel.concurrency import IfMatch, etag
from kernel.errors import NotFound
from kernel.identity import CurrentIdentity, Role
from services.intake import repository
from services.intake.schemas import DeclareHoldings, Holdings
from services.intake.service.declare_holdings import declare_holdings, holdings_view

holdings_routes = APIRouter(prefix="/v1/units/{code}/holdings", tags=["units"])

DECLARERS = (Role.UNIT_LEADER, Role.PROVINCE_LEADER, Role.KEEPER, Role.AGENT)
"""Roles that may declare a unit's holdings."""

Code = Annotated[str, Path(max_length=40)]


@holdings_routes.put(
    "/{kind}",
    summary="Khai số hồ sơ đang lưu · Declare holdings",
    responses={201: {"model": Holdings, "description": "First count"}},
)
async def put_holdings(
    code: Code,
    kind: DossierKind,
    wanted: DeclareHoldings,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    if_match: IfMatch = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> Holdings:
    """Declare how many dossiers the unit holds; a correction needs If-Match with the ETag last read."""
    identity.require_role(*DECLARERS)
    identity.require_unit(code)
    async with request.app.state.runtime.database.write(identity.units) as session:
        row, first = await declare_holdings(
            session, code, kind, wanted, identity.subject, if_match=if_match, if_none_match=if_none_match
        )
        response.status_code = 201 if first else 200
        response.headers["ETag"] = etag(row.version)
        return holdings_view(row)


@holdings_routes.get("/{kind}", summary="Số hồ sơ đã khai · Declared holdings")
async def get_holdings(
    code: Code, kind: DossierKind, request: Request, response: Response, identity: CurrentIdentity
) -> Holdings:
    """What the unit has declared; 404 until it has."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await repository.holdings(session, code, kind)
    if row is None or not identity.may_see(code):
        raise NotFound(f"unit {code} has not declared its {kind} holdings")
    response.headers["ETag"] = etag(row.version)
    return holdings_view(row)
