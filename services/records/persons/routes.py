"""HTTP of persons: look-up and search."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from kernel.errors import NotFound
from kernel.identity import CurrentIdentity, Role
from kernel.pages import Cursor, CursorInvalid, CursorPage, Limit, decode_cursor, encode_cursor
from services.records.duplicates import service as duplicates
from services.records.persons.schemas import Duplicate, Person, PersonFound
from services.records.persons.views import found_persons, persons_of
from services.records.search import service as search
from services.records.search.domain import parse_query
from services.records.search.service import Position

routes = APIRouter(prefix="/v1/persons", tags=["persons"])

Purpose = Annotated[
    str | None, Header(alias="X-Purpose", max_length=500, description="Why personal data is read")
]


@routes.get("", summary="Tìm công dân · Search persons")
async def search_persons(
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    q: Annotated[
        str,
        Query(
            max_length=200,
            description="A number (whole or its beginning), or a name, whole or part, with or without tone "
            "marks, own or a parent's, a year of birth behind it if known; "
            "`cha: …` and `mẹ: …` name the parents",
        ),
    ] = "",
    birth_year: Annotated[int | None, Query(ge=1850, le=2100)] = None,
    father: Annotated[str, Query(max_length=200, description="The father's name or its beginning")] = "",
    mother: Annotated[str, Query(max_length=200, description="The mother's name or its beginning")] = "",
    unit: Annotated[str | None, Query(max_length=20)] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    _purpose: Purpose = None,
) -> CursorPage[PersonFound]:
    """Best answers first, each with what agrees; without `q` everybody, given name first."""
    identity.require_purpose(Role.CLERK)
    after = _position(cursor) if cursor else None
    async with request.app.state.runtime.database.read(identity.units) as session:
        query = parse_query(q, birth_year, father, mother)
        found = await search.find(
            session, query, units=identity.units, unit=unit, after=after, limit=limit + 1
        )
        items = await found_persons(session, found[:limit], identity.units)
    response.headers["Cache-Control"] = "private, no-store"
    more = len(found) > limit
    return CursorPage(items=items, next_cursor=_cursor(found[limit - 1].position) if more else None)


@routes.get("/{person_id}", summary="Một công dân · One person")
async def get_person(
    person_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    _purpose: Purpose = None,
) -> Person:
    """A person with the dossiers that name them; another unit's answers 404."""
    identity.require_purpose(Role.CLERK)
    async with request.app.state.runtime.database.read(identity.units) as session:
        known = await persons_of(session, [person_id], identity.units)
    if person_id not in known:
        raise NotFound(f"person {person_id}")
    response.headers["Cache-Control"] = "private, no-store"
    return known[person_id]


@routes.get("/{person_id}/duplicates", summary="Người có thể trùng · Who may be the same person")
async def get_duplicates(
    person_id: uuid.UUID,
    request: Request,
    response: Response,
    identity: CurrentIdentity,
    _purpose: Purpose = None,
) -> list[Duplicate]:
    """Others in the caller's units who may be this person, surest first, with what agrees."""
    identity.require_purpose(Role.CLERK)
    async with request.app.state.runtime.database.read(identity.units) as session:
        pairs = await duplicates.find_for(session, person_id)
        others = {(pair.second if pair.first == person_id else pair.first): pair for pair in pairs}
        known = await persons_of(session, [person_id, *others], identity.units)
    if person_id not in known:
        raise NotFound(f"person {person_id}")
    response.headers["Cache-Control"] = "private, no-store"
    return [
        Duplicate(person=known[other], score=pair.score, reasons=list(pair.reasons))
        for other, pair in others.items()
        if other in known
    ]


def _cursor(position: Position) -> str:
    score, name, person_id = position
    return encode_cursor(score, name, str(person_id))


def _position(cursor: str) -> Position:
    score, name, person_id = decode_cursor(cursor, 3)
    try:
        return float(str(score)), str(name), uuid.UUID(str(person_id))
    except ValueError as error:
        raise CursorInvalid from error
