"""SQL of persons."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from kernel.database import ALL_UNITS, ReadSession, WriteSession
from services.records.persons.models import NumberRow, PersonRow, PlaceRow
from services.records.sql import driver_of, insert_many, one_of

AnySession = ReadSession | WriteSession

ROWS_PER_STATEMENT = 1000

FIRST_ENTRY = frozenset({"id", "unit_code", "provisional", "source", "entered_by", "entered_at"})
"""Columns of an entered person that a later change leaves alone: the dossier's history names its author."""


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
        # Entered persons are never written by what is read: theirs is another identifier.
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
    """Remove provisional persons that no paper names any more; who is part of a merge stays, nowhere."""
    if gone := list(person_ids):
        other = aliased(PersonRow)
        merged = or_(PersonRow.merged_into.is_not(None), exists().where(other.merged_into == PersonRow.id))
        await session.execute(
            delete(PersonRow)
            .where(one_of(PersonRow.id, gone), PersonRow.provisional, ~merged)
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            delete(PlaceRow)
            .where(
                one_of(PlaceRow.person_id, gone),
                exists().where(PersonRow.id == PlaceRow.person_id, PersonRow.provisional),
            )
            .execution_options(synchronize_session=False)
        )


async def write_entered(
    session: WriteSession, persons: list[dict[str, Any]], places: list[dict[str, Any]]
) -> None:
    """Insert persons that officers entered, or replace what they say, and their places."""
    names = [name for name in (persons[0] if persons else ()) if name not in FIRST_ENTRY]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    before, after = (", ".join(f"{source}.{name}" for name in names) for source in ("persons", "excluded"))
    await insert_many(
        session,
        PersonRow.__tablename__,
        persons,
        on_conflict=f"ON CONFLICT (id) DO UPDATE SET {changes}, version = persons.version + 1, "
        f"updated_at = now() WHERE ({before}) IS DISTINCT FROM ({after})",
    )
    await insert_many(
        session,
        PlaceRow.__tablename__,
        places,
        on_conflict="ON CONFLICT (person_id, dossier_id) DO UPDATE "
        "SET role = excluded.role, ordinal = excluded.ordinal",
    )


async def remove_entered(session: WriteSession, person_ids: Iterable[uuid.UUID]) -> None:
    """Remove persons whom an officer took out again."""
    if gone := list(person_ids):
        await session.execute(
            delete(PersonRow).where(one_of(PersonRow.id, gone)).execution_options(synchronize_session=False)
        )


async def save_numbers(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Insert numbers; returns (person, number) of those that stand.

    A living record's 12-digit number that another living record of the archive has already does not stand:
    the unique index decides, across units that the caller cannot see.
    """
    stood = await insert_many(
        session,
        NumberRow.__tablename__,
        rows,
        on_conflict="ON CONFLICT DO NOTHING",
        returning="person_id::text || ' ' || number",
    )
    return {(person, number) for person, number in (each.split(" ") for each in stood)}


async def delete_numbers(session: WriteSession, person_ids: Iterable[uuid.UUID]) -> None:
    """Remove all numbers of persons."""
    await session.execute(
        delete(NumberRow)
        .where(one_of(NumberRow.person_id, person_ids))
        .execution_options(synchronize_session=False)
    )


async def numbers_in(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> Sequence[NumberRow]:
    """Numbers of the persons of dossiers."""
    rows = await session.scalars(
        select(NumberRow)
        .where(one_of(NumberRow.dossier_id, dossier_ids))
        .order_by(NumberRow.person_id, NumberRow.number)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def holders_of(session: AnySession, numbers: Iterable[str]) -> Sequence[uuid.UUID]:
    """Persons who have or had one of these numbers."""
    query = select(NumberRow.person_id).where(one_of(NumberRow.number, numbers)).distinct()
    return (await session.scalars(query)).all()


async def numbers_of(session: AnySession, person_ids: Iterable[uuid.UUID]) -> Sequence[NumberRow]:
    """Numbers of persons."""
    return (await session.scalars(select(NumberRow).where(one_of(NumberRow.person_id, person_ids)))).all()


SHOWN = """
WITH RECURSIVE who (shown, id) AS (
    SELECT given, given FROM unnest($1::uuid[]) AS given
    UNION
    SELECT who.shown, persons.id FROM who JOIN persons ON persons.merged_into = who.id
)
SELECT persons.id, full_name, birth_date, birth_date_raw, sex, number, father_name, mother_name,
    persons.unit_code, source, provisional, persons.updated_at, persons.merged_into,
    dossiers.id AS dossier_id, kind, reference, title, subject_name, role
FROM who
JOIN persons ON persons.id = who.shown
LEFT JOIN person_dossiers ON person_dossiers.person_id = who.id
LEFT JOIN dossiers ON dossiers.id = person_dossiers.dossier_id
WHERE $2::text[] IS NULL OR persons.unit_code = ANY($2::text[])
ORDER BY persons.id, who.id <> who.shown, dossiers.id
"""
"""Persons with the dossiers that name them, or those who were merged into them: a page in one trip."""


async def shown(
    session: AnySession, person_ids: Iterable[uuid.UUID], units: Iterable[str]
) -> Sequence[Mapping[str, Any]]:
    """A row for each dossier of each person within `units`; one row of no dossier for who is in none."""
    scope = set(units)
    within = sorted(scope) if scope and ALL_UNITS not in scope else None
    rows: list[Mapping[str, Any]] = await (await driver_of(session)).fetch(SHOWN, list(person_ids), within)
    return rows


async def lock(session: WriteSession, person_ids: Iterable[uuid.UUID]) -> Sequence[PersonRow]:
    """Persons by id, locked in one order and as they are now."""
    rows = await session.scalars(
        select(PersonRow)
        .where(one_of(PersonRow.id, person_ids))
        .order_by(PersonRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def merged_into(session: AnySession, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Person → whom they were merged into, of those who were."""
    found = await session.execute(
        select(PersonRow.id, PersonRow.merged_into).where(
            one_of(PersonRow.id, person_ids), PersonRow.merged_into.is_not(None)
        )
    )
    return {row.id: row.merged_into for row in found}


async def merged_from(session: AnySession, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Person → whom they were merged into, of all who were merged into one of these."""
    found = await session.execute(
        select(PersonRow.id, PersonRow.merged_into).where(one_of(PersonRow.merged_into, person_ids))
    )
    return {row.id: row.merged_into for row in found}


async def move_places(
    session: WriteSession, places: Sequence[Mapping[str, Any]], source: uuid.UUID, target: uuid.UUID
) -> int:
    """Let persons (`person_id`, `role`, `ordinal`) be in `target`; returns how many were in `source`."""
    moved = 0
    for place in places:
        found = await session.execute(
            update(PlaceRow)
            .where(PlaceRow.person_id == place["person_id"], PlaceRow.dossier_id == source)
            .values(dossier_id=target, role=place["role"], ordinal=place["ordinal"])
            .execution_options(synchronize_session=False)
            .returning(PlaceRow.person_id)
        )
        moved += len(found.all())
    await session.execute(
        update(NumberRow)
        .where(
            one_of(NumberRow.person_id, [place["person_id"] for place in places]),
            NumberRow.dossier_id == source,
        )
        .values(dossier_id=target)
        .execution_options(synchronize_session=False)
    )
    return moved
