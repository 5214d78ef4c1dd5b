"""Use cases of the places themselves: the tree with what lies in it, ranges made at once, renamed, closed."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, text

from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound
from kernel.ids import new_id
from services.records.shelves import repository
from services.records.shelves.domain import Level, PlaceKind, Terms
from services.records.shelves.models import SchemeRow, ShelfRow
from services.records.shelves.ranges import RangeUnclear, Spot, expand
from services.records.shelves.schemas import Load
from services.records.shelves.service import PlaceClosed, SchemeViolated, place_in, scheme_of
from services.records.sql import insert_many, one_of

AnySession = ReadSession | WriteSession

_LOADS = text("""
    WITH RECURSIVE inside AS (
        SELECT id AS root, id, unit_code, capacity, 0 AS depth FROM shelf_places WHERE id = ANY(:ids)
        UNION ALL
        SELECT inside.root, child.id, child.unit_code, child.capacity, depth + 1
        FROM inside JOIN shelf_places child
          ON child.unit_code = inside.unit_code AND child.parent_id = inside.id AND child.closed_at IS NULL
    )
    SELECT root, count(*) FILTER (WHERE depth > 0), sum(capacity), sum(lying), sum(belonging)
    FROM inside CROSS JOIN LATERAL (
        SELECT
            (SELECT count(*) FROM paper_places p WHERE p.place_id = inside.id AND p.position IS NOT NULL)
            + (SELECT count(*) FROM paper_places p WHERE p.place_id = inside.id AND p.position IS NULL)
              AS lying,
            (SELECT count(*) FROM paper_places p WHERE p.home_id = inside.id) AS belonging
    ) counted
    GROUP BY root
""")
"""Index probes for each place: what lies in a branch is counted without reading a paper."""

_BRANCH = text("""
    WITH RECURSIVE inside AS (
        SELECT id, unit_code FROM shelf_places WHERE id = :id
        UNION ALL
        SELECT child.id, child.unit_code FROM inside JOIN shelf_places child
          ON child.unit_code = inside.unit_code AND child.parent_id = inside.id AND child.closed_at IS NULL
    )
    SELECT id FROM inside
""")


class CodeTaken(Conflict):
    """Another place of the unit has this code."""

    slug = "place_code_taken"
    title = "Mã vị trí này đã dùng"
    title_en = "Another place has this code"


class PlaceNotEmpty(Conflict):
    """Something lies or belongs in the place, or other places stand in it."""

    slug = "place_not_empty"
    title = "Vị trí chưa trống nên chưa đóng được"
    title_en = "The place is not empty"


@dataclass(frozen=True, slots=True)
class RangeWanted:
    """Places to make at once."""

    unit: str
    steps: str
    parent_id: uuid.UUID | None
    separator: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class RangeFound:
    """What a range means: its places in order, and the codes of those that are there already."""

    spots: Sequence[Spot]
    known: frozenset[str]


async def set_scheme(
    session: WriteSession, unit_code: str, if_match: str | None, levels: Sequence[Level], terms: Terms
) -> SchemeRow:
    """Let a unit's archive be divided so; raises PreconditionRequired, PreconditionFailed, SchemeViolated."""
    if len({one.code for one in levels}) != len(levels):
        raise SchemeViolated("a level is listed twice")
    row = await repository.lock_scheme(session, unit_code)
    check_version(if_match, row.version)
    row.scheme = {
        "levels": [{"code": one.code, "name": one.name, "name_en": one.name_en} for one in levels],
        "terms": {
            "desk_hours": terms.desk_hours,
            "scanner_hours": terms.scanner_hours,
            "loan_days": terms.loan_days,
        },
    }
    row.version += 1
    await session.flush()
    return row


async def add_place(
    session: WriteSession,
    unit_code: str,
    kind: PlaceKind,
    code: str,
    name: str,
    parent_id: uuid.UUID | None,
) -> ShelfRow:
    """Make a place: the first level stands by itself, each other in one of the level before.

    Raises:
        NotFound, PlaceClosed, SchemeViolated, CodeTaken.
    """
    await repository.lock_scheme(session, unit_code)
    level = last = None
    if kind is PlaceKind.STORAGE:
        levels, _, _ = await scheme_of(session, unit_code)
        parent = await place_in(session, parent_id, unit_code) if parent_id else None
        at = _level_inside(levels, parent)
        level, last = levels[at].code, at == len(levels) - 1
    if kind is not PlaceKind.STORAGE and parent_id is not None:
        raise SchemeViolated("a desk or a scanner lies in no other place")
    if any(row.origin_unit_code == unit_code for row in await repository.places_coded(session, code)):
        raise CodeTaken(extensions={"code": code})
    row = ShelfRow(
        id=new_id(),
        unit_code=unit_code,
        origin_unit_code=unit_code,
        kind=kind.value,
        code=code,
        name=name,
        level=level,
        holds_papers=bool(last),
        parent_id=parent_id,
    )
    session.add(row)
    await session.flush()
    return row


async def loads_of(session: AnySession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Load]:
    """What places hold, with everything inside them."""
    found = await session.execute(_LOADS, {"ids": list(ids)})
    return {
        root: Load(places=places, capacity=capacity, lying=int(lying), belonging=int(belonging))
        for root, places, capacity, lying, belonging in found
    }


async def path_of(session: AnySession, place_id: uuid.UUID) -> list[ShelfRow]:
    """A place and those in which it stands, the outermost first; raises NotFound."""
    path: list[ShelfRow] = []
    wanted: uuid.UUID | None = place_id
    while wanted is not None:
        place = await _found(session, wanted)
        path.append(place)
        wanted = place.parent_id
    return path[::-1]


async def branch_of(
    session: ReadSession, place_id: uuid.UUID, *, after: uuid.UUID | None, limit: int
) -> Sequence[ShelfRow]:
    """A place and all open places inside it in the order in which they were made; raises NotFound."""
    await path_of(session, place_id)
    ids = (await session.scalars(_BRANCH, {"id": place_id})).all()
    query = select(ShelfRow).where(one_of(ShelfRow.id, ids)).order_by(ShelfRow.id).limit(limit)
    if after:
        query = query.where(ShelfRow.id > after)
    return (await session.scalars(query)).all()


async def read_range(session: AnySession, wanted: RangeWanted) -> RangeFound:
    """What a range means in this archive.

    Raises:
        NotFound, PlaceClosed, SchemeViolated (with the reason), CodeTaken.
    """
    spots, rows = await _range(session, wanted)
    return RangeFound(spots, _known(rows))


async def make_range(session: WriteSession, wanted: RangeWanted) -> RangeFound:
    """Make the places of a range that are not there yet, open again those that were closed; all or none.

    Made twice it adds nothing. Raises as `read_range` does.
    """
    # Two ranges that share places are made one after the other.
    await repository.lock_scheme(session, wanted.unit)
    spots, rows = await _range(session, wanted)
    ids = {code: row.id for code, row in rows.items()}
    fresh = [spot for spot in spots if spot.code not in rows]
    ids |= {spot.code: new_id() for spot in fresh}
    await insert_many(
        session,
        ShelfRow.__tablename__,
        [
            {
                "id": ids[spot.code],
                "unit_code": wanted.unit,
                "origin_unit_code": wanted.unit,
                "kind": PlaceKind.STORAGE.value,
                "code": spot.code,
                "name": spot.name,
                "level": spot.level,
                "holds_papers": spot.last,
                "parent_id": ids.get(spot.parent or "", wanted.parent_id),
                "capacity": wanted.capacity if spot.last else None,
            }
            for spot in fresh
        ],
    )
    known = _known(rows)
    for row in rows.values():
        if row.closed_at is not None:
            row.closed_at, row.version = None, row.version + 1
    await session.flush()
    return RangeFound(spots, known)


async def change_place(
    session: WriteSession, place_id: uuid.UUID, if_match: str | None, name: str, capacity: int | None
) -> ShelfRow:
    """Give a place another name or capacity; raises NotFound, PreconditionRequired, PreconditionFailed."""
    row = await _lock(session, place_id, if_match)
    row.name, row.capacity, row.version = name, capacity, row.version + 1
    await session.flush()
    return row


async def close_place(session: WriteSession, place_id: uuid.UUID, if_match: str | None) -> ShelfRow:
    """Let an empty place be used no more.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, PlaceClosed, PlaceNotEmpty (with the counts).
    """
    # Nothing is put up inside it meanwhile.
    await repository.lock_scheme(session, (await _found(session, place_id)).unit_code)
    row = await _lock(session, place_id, if_match)
    if row.closed_at is not None:
        raise PlaceClosed(extensions={"place": row.code})
    load = (await loads_of(session, [row.id]))[row.id]
    if load.places or load.lying or load.belonging:
        raise PlaceNotEmpty(extensions={"place": row.code, **load.model_dump(exclude={"capacity"})})
    row.closed_at, row.version = datetime.now(UTC), row.version + 1
    await session.flush()
    return row


async def _lock(session: WriteSession, place_id: uuid.UUID, if_match: str | None) -> ShelfRow:
    await _found(session, place_id)
    row = await repository.lock_place(session, place_id)
    check_version(if_match, row.version)
    return row


async def _found(session: AnySession, place_id: uuid.UUID) -> ShelfRow:
    place = await repository.get_place(session, place_id)
    if place is None:
        raise NotFound(f"place {place_id}")
    return place


async def _range(session: AnySession, wanted: RangeWanted) -> tuple[list[Spot], dict[str, ShelfRow]]:
    """The places of a range, and those of them that are there, by code."""
    levels, _, _ = await scheme_of(session, wanted.unit)
    parent = await place_in(session, wanted.parent_id, wanted.unit) if wanted.parent_id else None
    start = _level_inside(levels, parent)
    try:
        spots = expand(
            wanted.steps,
            levels[start:],
            under=parent.code if parent else None,
            separator=wanted.separator,
        )
    except RangeUnclear as error:
        raise SchemeViolated(str(error), extensions={"reason": str(error)}) from error
    rows = await _coded(session, wanted.unit, [spot.code for spot in spots])
    places = {**rows, **({parent.code: parent} if parent else {})}
    for spot in spots:
        row = rows.get(spot.code)
        if row is None:
            continue
        above = places.get(spot.parent) if spot.parent else None
        # A place of this code that stands elsewhere, or is a desk, is not the one meant.
        if row.parent_id != (above.id if above else None) or row.level != spot.level:
            raise CodeTaken(extensions={"code": spot.code})
    return spots, rows


async def _coded(session: AnySession, unit: str, codes: Sequence[str]) -> dict[str, ShelfRow]:
    query = select(ShelfRow).where(ShelfRow.origin_unit_code == unit, one_of(ShelfRow.code, codes))
    return {row.code: row for row in await session.scalars(query)}


def _known(rows: Mapping[str, ShelfRow]) -> frozenset[str]:
    return frozenset(code for code, row in rows.items() if row.closed_at is None)


def _level_inside(levels: Sequence[Level], parent: ShelfRow | None) -> int:
    """Which level stands in a place, or by itself; raises PlaceClosed, SchemeViolated."""
    if parent is None:
        return 0
    codes = [one.code for one in levels]
    if parent.closed_at is not None:
        raise PlaceClosed(extensions={"place": parent.code})
    if parent.level not in codes[:-1]:
        raise SchemeViolated("nothing lies in such a place", extensions={"parent": parent.code})
    return codes.index(parent.level) + 1
