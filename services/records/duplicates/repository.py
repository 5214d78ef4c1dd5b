"""SQL of duplicates: who shares a number, or a day of birth and a parent."""

import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select, text

from kernel.database import ReadSession, WriteSession
from services.records.dossiers.models import DossierRow
from services.records.duplicates.domain import Home, Known
from services.records.households.models import MemberRow
from services.records.persons.models import PersonRow, PlaceRow
from services.records.search.models import EntryRow
from services.records.sql import one_of

AnySession = ReadSession | WriteSession

MOST_ALIKE = 20
"""A larger group shares a placeholder (`01/01/1900`, `không rõ`), not a person."""

CANDIDATES = 500
"""Persons who share a parent and the year of birth with one, looked at closely."""

BATCH = 5000


async def groups(session: AnySession) -> AsyncIterator[list[uuid.UUID]]:
    """Of everybody in scope, those who share a number, or a day of birth and a parent."""
    by_number = _grouped(select(func.array_agg(EntryRow.person_id)).where(EntryRow.number.is_not(None)))
    queries = [by_number.group_by(EntryRow.number)]
    for parent in (EntryRow.mother_key, EntryRow.father_key):
        born = (
            select(func.array_agg(EntryRow.person_id))
            .join(PersonRow, PersonRow.id == EntryRow.person_id)
            .where(PersonRow.birth_date.is_not(None), parent != "")
        )
        queries.append(_grouped(born).group_by(PersonRow.birth_date, parent))
    for query in queries:
        found = await session.stream_scalars(query.execution_options(yield_per=BATCH))
        async for group in found:
            yield group


async def known(session: AnySession, person_ids: Iterable[uuid.UUID]) -> list[Known]:
    """What is known of persons, in no order."""
    wanted = list(person_ids)
    found: list[Known] = []
    for start in range(0, len(wanted), BATCH):
        rows = await session.execute(
            select(
                EntryRow.person_id,
                EntryRow.name_key,
                PersonRow.birth_date,
                PersonRow.sex,
                EntryRow.number,
                EntryRow.father_key,
                EntryRow.mother_key,
            )
            .join(PersonRow, PersonRow.id == EntryRow.person_id)
            .where(one_of(EntryRow.person_id, wanted[start : start + BATCH]))
        )
        found += [Known(*row) for row in rows]
    return found


async def alike(session: AnySession, person: Known) -> Sequence[uuid.UUID]:
    """Others who share the person's number, or year of birth and a parent."""
    shared = []
    if person.number:
        shared.append(EntryRow.number == person.number)
    if person.birth_date:
        year = EntryRow.birth_year == int(person.birth_date[:4])
        parents = ((EntryRow.mother_key, person.mother_key), (EntryRow.father_key, person.father_key))
        shared += [(column == key) & year for column, key in parents if key]
    if not shared:
        return []
    query = select(EntryRow.person_id).where(or_(*shared), EntryRow.person_id != person.person_id)
    return (await session.scalars(query.limit(CANDIDATES))).all()


async def homes(session: AnySession, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Home]]:
    """The dossiers that persons are in."""
    wanted = list(person_ids)
    found: dict[uuid.UUID, list[Home]] = defaultdict(list)
    for start in range(0, len(wanted), BATCH):
        rows = await session.execute(
            select(
                PlaceRow.person_id,
                PlaceRow.dossier_id,
                PlaceRow.unit_code,
                DossierRow.kind,
                MemberRow.departed_on.is_not(None),
            )
            .join(DossierRow, DossierRow.id == PlaceRow.dossier_id)
            .outerjoin(MemberRow, MemberRow.person_id == PlaceRow.person_id)
            .where(one_of(PlaceRow.person_id, wanted[start : start + BATCH]))
        )
        for row in rows:
            found[row.person_id].append(Home(*row))
    return found


async def changes_seen(session: AnySession) -> int:
    """A figure that grows with every change of persons; what Postgres counts anyway."""
    counted = text(
        "SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relid = 'persons'::regclass"
    )
    return int((await session.execute(counted)).scalar_one())


async def anybody(session: AnySession) -> bool:
    """Whether there is a person at all."""
    return bool(await session.scalar(select(select(PersonRow.id).exists())))


def _grouped(query: Select[Any]) -> Select[Any]:
    return query.having(func.count().between(2, MOST_ALIKE))
