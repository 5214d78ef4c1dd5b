"""SQL of persons."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records.persons.models import PersonRow, PlaceRow
from services.records.sql import one_of

AnySession = ReadSession | WriteSession

ROWS_PER_STATEMENT = 1000


async def places_in(
    session: AnySession, dossier_ids: Iterable[uuid.UUID]
) -> Sequence[tuple[PlaceRow, PersonRow]]:
    """Persons of dossiers, in the order of the papers."""
    rows = await session.execute(
        select(PlaceRow, PersonRow)
        .join(PersonRow, PersonRow.id == PlaceRow.person_id)
        .where(one_of(PlaceRow.dossier_id, dossier_ids))
        .order_by(PlaceRow.dossier_id, PlaceRow.ordinal)
        .execution_options(populate_existing=True)
    )
    return [(place, person) for place, person in rows]


async def places_of(session: AnySession, person_ids: Iterable[uuid.UUID]) -> Sequence[PlaceRow]:
    """In which dossiers persons are."""
    rows = await session.scalars(
        select(PlaceRow)
        .where(one_of(PlaceRow.person_id, person_ids))
        .order_by(PlaceRow.person_id, PlaceRow.dossier_id)
    )
    return rows.all()


async def save(session: WriteSession, persons: list[dict[str, Any]], places: list[dict[str, Any]]) -> None:
    """Insert or replace persons, and their places in dossiers."""
    for start in range(0, len(persons), ROWS_PER_STATEMENT):
        statement = insert(PersonRow).values(persons[start : start + ROWS_PER_STATEMENT])
        changes: dict[str, Any] = {
            name: statement.excluded[name] for name in persons[0] if name not in {"id", "unit_code"}
        }
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[PersonRow.id],
                set_={**changes, "version": PersonRow.version + 1, "updated_at": func.now()},
            )
        )
    for start in range(0, len(places), ROWS_PER_STATEMENT):
        where = insert(PlaceRow).values(places[start : start + ROWS_PER_STATEMENT])
        await session.execute(
            where.on_conflict_do_update(
                index_elements=["person_id", "dossier_id"],
                set_={"role": where.excluded.role, "ordinal": where.excluded.ordinal},
            )
        )


async def delete_persons(session: WriteSession, person_ids: Iterable[uuid.UUID]) -> None:
    """Remove provisional persons that no paper names any more."""
    if gone := list(person_ids):
        await session.execute(
            delete(PersonRow)
            .where(one_of(PersonRow.id, gone), PersonRow.provisional)
            .execution_options(synchronize_session=False)
        )


async def get_many(
    session: AnySession, person_ids: Iterable[uuid.UUID], units: Iterable[str]
) -> Sequence[PersonRow]:
    """Persons within `units`, in no order."""
    query = select(PersonRow).where(one_of(PersonRow.id, person_ids))
    if (scope := set(units)) and ALL_UNITS not in scope:
        query = query.where(PersonRow.unit_code.in_(scope))
    return (await session.scalars(query)).all()
