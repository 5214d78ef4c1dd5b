"""SQL of the paper's places."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from kernel.database import ReadSession, WriteSession
from services.records.dossiers.models import DossierRow
from services.records.shelves.domain import PaperState
from services.records.shelves.models import MovementRow, PaperRow, SchemeRow, ShelfRow
from services.records.sql import NO_MOMENT, Waits, one_of

AnySession = ReadSession | WriteSession

CANDIDATES = 3
"""Enough to know that a plain code means more than one thing."""


async def scheme_of(session: AnySession, unit_code: str) -> SchemeRow | None:
    """A unit's scheme."""
    return await session.get(SchemeRow, unit_code)


async def lock_scheme(session: WriteSession, unit_code: str) -> SchemeRow:
    """A unit's scheme, made empty at version 0 where there is none, locked."""
    await session.execute(
        insert(SchemeRow).values(unit_code=unit_code, scheme={}, version=0).on_conflict_do_nothing()
    )
    return await session.get_one(SchemeRow, unit_code, with_for_update=True, populate_existing=True)


async def get_place(session: AnySession, place_id: uuid.UUID) -> ShelfRow | None:
    """A place of the transaction's units."""
    return await session.get(ShelfRow, place_id)


async def get_places(session: AnySession, ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, ShelfRow]:
    """Places by id."""
    rows = await session.scalars(select(ShelfRow).where(one_of(ShelfRow.id, ids)))
    return {row.id: row for row in rows}


async def places_coded(session: AnySession, code: str) -> Sequence[ShelfRow]:
    """Places of the transaction's units with this code."""
    return (await session.scalars(select(ShelfRow).where(ShelfRow.code == code).limit(CANDIDATES))).all()


async def dossiers_referred(session: AnySession, reference: str) -> Sequence[DossierRow]:
    """Dossiers of the transaction's units with this reference."""
    query = select(DossierRow).where(DossierRow.reference == reference).limit(CANDIDATES)
    return (await session.scalars(query)).all()


async def page_of_places(
    session: ReadSession, *, unit: str, parent: uuid.UUID | None, after: uuid.UUID | None, limit: int
) -> Sequence[ShelfRow]:
    """A unit's open places under a parent, oldest first."""
    under = ShelfRow.parent_id == parent if parent else ShelfRow.parent_id.is_(None)
    open_ones = (ShelfRow.unit_code == unit, under, ShelfRow.closed_at.is_(None))
    query = select(ShelfRow).where(*open_ones).order_by(ShelfRow.id).limit(limit)
    if after:
        query = query.where(ShelfRow.id > after)
    return (await session.scalars(query)).all()


async def get_paper(session: AnySession, dossier_id: uuid.UUID) -> PaperRow | None:
    """Where a dossier's paper is."""
    return await session.get(PaperRow, dossier_id, populate_existing=True)


async def get_papers(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, PaperRow]:
    """Where papers are, by dossier."""
    rows = await session.scalars(select(PaperRow).where(one_of(PaperRow.dossier_id, dossier_ids)))
    return {row.dossier_id: row for row in rows}


async def belonging_in(session: AnySession, place_id: uuid.UUID, limit: int) -> Sequence[uuid.UUID]:
    """Dossiers whose papers belong in a place, by position."""
    query = select(PaperRow.dossier_id).where(PaperRow.home_id == place_id).order_by(PaperRow.home_position)
    return (await session.scalars(query.limit(limit))).all()


async def lying_in(
    session: AnySession,
    place_ids: Iterable[uuid.UUID],
    *,
    position: int | None,
    after: uuid.UUID | None,
    limit: int,
) -> Sequence[uuid.UUID]:
    """Dossiers whose paper lies or belongs in places, in one position if it is given, by id."""
    wanted = list(place_ids)
    here, home = one_of(PaperRow.place_id, wanted), one_of(PaperRow.home_id, wanted)
    if position is not None:
        here, home = here & (PaperRow.position == position), home & (PaperRow.home_position == position)
    query = select(PaperRow.dossier_id).where(or_(here, home)).order_by(PaperRow.dossier_id).limit(limit)
    if after:
        query = query.where(PaperRow.dossier_id > after)
    return (await session.scalars(query)).all()


async def lock_papers(
    session: WriteSession, dossiers: Iterable[DossierRow], who: str
) -> dict[uuid.UUID, PaperRow]:
    """Where the papers of locked dossiers are; rows are made where nobody has said so yet."""
    rows = {row.id: row for row in dossiers}
    if not rows:
        return {}
    unplaced = {"state": PaperState.UNPLACED.value, "moved_by": who, "version": 0}
    fresh = [{"dossier_id": row.id, "unit_code": row.unit_code, **unplaced} for row in rows.values()]
    await session.execute(insert(PaperRow).values(fresh).on_conflict_do_nothing())
    found = await session.scalars(
        select(PaperRow)
        .where(one_of(PaperRow.dossier_id, rows))
        .order_by(PaperRow.dossier_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.dossier_id: row for row in found}


async def lock_place(session: WriteSession, place_id: uuid.UUID, *, shared: bool = False) -> ShelfRow:
    """Let positions of a place be given out one after another; `shared`: only let it not be closed now."""
    query = select(ShelfRow).where(ShelfRow.id == place_id).with_for_update(read=shared)
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def next_position(session: WriteSession, place_id: uuid.UUID) -> int:
    """The position behind all that lie or belong in a place."""
    last = await session.scalar(
        select(func.greatest(
            select(func.max(PaperRow.position)).where(PaperRow.place_id == place_id).scalar_subquery(),
            select(func.max(PaperRow.home_position)).where(PaperRow.home_id == place_id).scalar_subquery(),
        ))
    )  # fmt: skip
    return (last or 0) + 1


async def lies_there(session: WriteSession, place_id: uuid.UUID, position: int) -> PaperRow | None:
    """Whose paper lies in a position."""
    query = select(PaperRow).where(PaperRow.place_id == place_id, PaperRow.position == position)
    return (await session.scalars(query)).one_or_none()


async def belongs_there(session: WriteSession, place_id: uuid.UUID, position: int) -> uuid.UUID | None:
    """The dossier that belongs in a position."""
    query = select(PaperRow.dossier_id).where(
        PaperRow.home_id == place_id, PaperRow.home_position == position
    )
    return (await session.scalars(query)).one_or_none()


async def movements_of(session: AnySession, dossier_id: uuid.UUID, limit: int) -> Sequence[MovementRow]:
    """A paper's movements, newest first."""
    rows = await session.scalars(
        select(MovementRow)
        .where(MovementRow.dossier_id == dossier_id)
        .order_by(MovementRow.id.desc())
        .limit(limit)
    )
    return rows.all()


async def misplaced(
    session: ReadSession, after: uuid.UUID | None, limit: int
) -> Sequence[tuple[PaperRow, DossierRow]]:
    """Papers on a wrong shelf."""
    query = _with_dossier().where(PaperRow.misplaced).order_by(PaperRow.dossier_id).limit(limit)
    if after:
        query = query.where(PaperRow.dossier_id > after)
    return [(paper, dossier) for paper, dossier in await session.execute(query)]


async def overdue(
    session: ReadSession, now: datetime, after: tuple[datetime, uuid.UUID] | None, limit: int
) -> Sequence[tuple[PaperRow, DossierRow]]:
    """Papers that should be back, the longest overdue first."""
    query = (
        _with_dossier()
        .where(PaperRow.due_at.is_not(None), PaperRow.due_at < now)
        .order_by(PaperRow.due_at, PaperRow.dossier_id)
        .limit(limit)
    )
    if after:
        query = query.where(tuple_(PaperRow.due_at, PaperRow.dossier_id) > after)
    return [(paper, dossier) for paper, dossier in await session.execute(query)]


async def to_return(
    session: ReadSession, after: uuid.UUID | None, limit: int
) -> Sequence[tuple[PaperRow, DossierRow]]:
    """Papers that are out or on a wrong shelf."""
    out = or_(PaperRow.due_at.is_not(None), PaperRow.misplaced)
    query = _with_dossier().where(out).order_by(PaperRow.dossier_id).limit(limit)
    if after:
        query = query.where(PaperRow.dossier_id > after)
    return [(paper, dossier) for paper, dossier in await session.execute(query)]


async def of_batch(
    session: ReadSession, batch: uuid.UUID, after: uuid.UUID | None, limit: int
) -> Sequence[tuple[PaperRow | None, DossierRow]]:
    """Every dossier of a scan batch with its paper, none where nobody has ever placed it."""
    query = (
        select(PaperRow, DossierRow)
        .select_from(DossierRow)
        .outerjoin(PaperRow, PaperRow.dossier_id == DossierRow.id)
        .where(DossierRow.batch_id == batch)
        .order_by(DossierRow.id)
        .limit(limit)
    )
    if after:
        query = query.where(DossierRow.id > after)
    return [(paper, dossier) for paper, dossier in await session.execute(query)]


def _with_dossier() -> Select[PaperRow, DossierRow]:
    return select(PaperRow, DossierRow).join(DossierRow, DossierRow.id == PaperRow.dossier_id)


def overdue_waits() -> Waits:
    """Papers that should be back, the longest overdue first."""
    late = and_(PaperRow.due_at.is_not(None), PaperRow.due_at < func.now())
    return select(PaperRow.since, PaperRow.due_at).where(late).order_by(PaperRow.due_at, PaperRow.dossier_id)


def misplaced_waits() -> Waits:
    """Papers on a wrong shelf."""
    return select(PaperRow.since, NO_MOMENT).where(PaperRow.misplaced).order_by(PaperRow.dossier_id)
