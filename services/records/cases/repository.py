"""SQL of review cases."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, select, update

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from kernel.ids import new_id
from services.records.cases.domain import HOLDING, CaseKind, CaseState, Found, Key, Known
from services.records.cases.models import CaseRow
from services.records.sql import NO_MOMENT, Waits, constant, in_scope, insert_many, one_of

Row = TypeVar("Row")


async def known(
    session: WriteSession, dossier_ids: Iterable[uuid.UUID] | None, kinds: Collection[CaseKind]
) -> dict[Key, Known]:
    """Cases of these kinds, of dossiers or of all."""
    query = select(CaseRow).where(one_of(CaseRow.kind, [kind.value for kind in kinds]))
    if dossier_ids is not None:
        query = query.where(one_of(CaseRow.dossier_id, dossier_ids))
    return {
        (row.dossier_id, CaseKind(row.kind), row.subject): Known(
            row.id, row.unit_code, CaseState(row.state), row.details
        )
        for row in await session.scalars(query.execution_options(populate_existing=True))
    }


async def add(session: WriteSession, found: Iterable[Found], units: Mapping[uuid.UUID, str]) -> list[Found]:
    """Open cases and return them; one that another transaction has just opened stays as it is."""
    rows = {new_id(): one for one in found}
    made = await insert_many(
        session,
        CaseRow.__tablename__,
        [
            {
                "id": case_id,
                "dossier_id": one.dossier_id,
                "unit_code": units[one.dossier_id],
                "kind": one.kind.value,
                "subject": one.subject,
                "state": CaseState.OPEN.value,
                "details": dict(one.details),
            }
            for case_id, one in rows.items()
        ],
        on_conflict="ON CONFLICT (dossier_id, kind, subject) DO NOTHING",
        returning="id",
    )
    return [rows[case_id] for case_id in made]


async def move(session: WriteSession, changes: Sequence[dict[str, Any]]) -> None:
    """Change cases by `id`."""
    for change in changes:
        values = {name: value for name, value in change.items() if name != "id"}
        await session.execute(
            update(CaseRow)
            .where(CaseRow.id == change["id"])
            .values(**values, version=CaseRow.version + 1)
            .execution_options(synchronize_session=False)
        )


async def lock_with_twin(
    session: WriteSession, case_id: uuid.UUID, units: Iterable[str]
) -> Sequence[CaseRow]:
    """A case of one of `units` and, if it holds two dossiers, the other's, locked in one order."""
    scope = list(units)
    wanted = await _with_twin(session, case_id, scope)
    if wanted is None:
        return []
    query = _within(select(CaseRow).where(wanted).order_by(CaseRow.id), scope).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def dossiers_of(session: WriteSession, case_id: uuid.UUID, units: Iterable[str]) -> set[uuid.UUID]:
    """The dossiers of a case and its twin, nothing locked."""
    scope = list(units)
    wanted = await _with_twin(session, case_id, scope)
    if wanted is None:
        return set()
    return set(await session.scalars(_within(select(CaseRow.dossier_id).where(wanted), scope)))


async def _with_twin(
    session: WriteSession, case_id: uuid.UUID, units: Iterable[str]
) -> ColumnElement[bool] | None:
    own = await get(session, case_id, units)
    if own is None:
        return None
    if CaseKind(own.kind) in HOLDING:
        return and_(CaseRow.kind == own.kind, CaseRow.subject == own.subject)
    return CaseRow.id == case_id


async def held(session: ReadSession | WriteSession, dossier_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Of these dossiers, those that an open case holds."""
    return set(
        await session.scalars(
            select(CaseRow.dossier_id).where(
                one_of(CaseRow.dossier_id, dossier_ids),
                one_of(CaseRow.kind, [kind.value for kind in HOLDING]),
                CaseRow.state == CaseState.OPEN.value,
            )
        )
    )


async def get(
    session: ReadSession | WriteSession, case_id: uuid.UUID, units: Iterable[str]
) -> CaseRow | None:
    """A case of one of `units`."""
    return (await session.scalars(_within(select(CaseRow).where(CaseRow.id == case_id), units))).one_or_none()


async def count_open(session: ReadSession | WriteSession, dossier_id: uuid.UUID) -> int:
    """How many cases of a dossier are open."""
    query = select(func.count()).where(
        CaseRow.dossier_id == dossier_id, CaseRow.state == CaseState.OPEN.value
    )
    return (await session.scalar(query)) or 0


async def page(
    session: ReadSession,
    *,
    units: Iterable[str],
    state: CaseState | None,
    kind: CaseKind | None,
    dossier_id: uuid.UUID | None,
    unit: str | None,
    resolved_by: str | None,
    after: uuid.UUID | None,
    limit: int,
) -> Sequence[CaseRow]:
    """Cases, oldest first, filtered, after a position."""
    query = _within(select(CaseRow).order_by(CaseRow.id).limit(limit), units)
    if state:
        query = query.where(CaseRow.state == state.value)
    if kind:
        query = query.where(CaseRow.kind == kind.value)
    if dossier_id:
        query = query.where(CaseRow.dossier_id == dossier_id)
    if unit:
        query = query.where(CaseRow.unit_code == unit)
    if resolved_by:
        query = query.where(CaseRow.resolved_by == resolved_by)
    if after:
        query = query.where(CaseRow.id > after)
    return (await session.scalars(query)).all()


def _within(query: Select[Row], units: Iterable[str]) -> Select[Row]:
    scope = set(units)
    return query if ALL_UNITS in scope else query.where(CaseRow.unit_code.in_(scope))


async def move_cases(
    session: WriteSession,
    kinds: Iterable[CaseKind],
    person_ids: Iterable[uuid.UUID],
    source: uuid.UUID,
    target: uuid.UUID,
) -> None:
    """Let the cases of these kinds about persons be in another dossier."""
    subject = func.split_part(CaseRow.subject, "/", 1)
    await session.execute(
        update(CaseRow)
        .where(
            CaseRow.dossier_id == source,
            one_of(CaseRow.kind, [kind.value for kind in kinds]),
            subject.in_([str(one) for one in person_ids]),
        )
        .values(dossier_id=target, version=CaseRow.version + 1)
        .execution_options(synchronize_session=False)
    )


def waits(*, everywhere: bool) -> Waits:
    """Open cases of UNITS, the oldest first."""
    is_open = and_(
        CaseRow.state == constant(CaseState.OPEN), in_scope(CaseRow.unit_code, everywhere=everywhere)
    )
    return select(CaseRow.opened_at, NO_MOMENT).where(is_open).order_by(CaseRow.id)
