"""Use cases of persons: link those whom a dossier's papers name, read them back."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from contracts.events import PersonLinked
from contracts.vocabulary import DossierKind
from kernel.database import ReadSession, WriteSession
from kernel.outbox import record
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.persons import repository
from services.records.persons.domain import (
    Draft,
    PageReading,
    Read,
    Role,
    draft_household,
    draft_subject,
    names_in,
)
from services.records.persons.models import PersonRow, PlaceRow
from services.records.readings import service as readings
from services.records.search import service as search
from services.records.search.domain import Searchable, plain_key

AnySession = ReadSession | WriteSession


async def link(session: WriteSession, dossier_ids: Iterable[uuid.UUID]) -> None:
    """Make the provisional persons of dossiers follow from the fields as they are now known."""
    known = await dossiers.get_many(session, dossier_ids)
    read = await _readings_in(session, known)
    before: dict[uuid.UUID, dict[uuid.UUID, tuple[PlaceRow, PersonRow]]] = defaultdict(dict)
    for place, person in await repository.places_in(session, known):
        before[place.dossier_id][person.id] = (place, person)
    persons: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    gone: set[uuid.UUID] = set()
    subjects: dict[uuid.UUID, str | None] = {}
    linked: list[tuple[uuid.UUID, uuid.UUID, str]] = []
    for dossier_id, row in known.items():
        drafts = _drafts(dossier_id, DossierKind(row.kind), read[dossier_id])
        subjects[dossier_id] = _subject_name(drafts)
        gone |= before[dossier_id].keys() - {draft.id for draft in drafts}
        for ordinal, draft in enumerate(drafts, start=1):
            if _unchanged(draft, ordinal, before[dossier_id].get(draft.id)):
                continue
            persons.append({**_columns(draft), "unit_code": row.unit_code})
            places.append(
                {
                    "person_id": draft.id,
                    "dossier_id": dossier_id,
                    "unit_code": row.unit_code,
                    "role": draft.role.value,
                    "ordinal": ordinal,
                }
            )
            linked.append((draft.id, dossier_id, row.unit_code))
    await repository.save(session, persons, places)
    await repository.delete_persons(session, gone)
    await search.index(session, [_searchable(person) for person in persons])
    await dossiers.name_subjects(
        session, {key: name for key, name in subjects.items() if known[key].subject_name != name}
    )
    await _announce(session, linked)


async def persons_in(session: AnySession, dossier_id: uuid.UUID) -> Sequence[tuple[PlaceRow, PersonRow]]:
    """A dossier's persons with their role, in the order of the papers."""
    return await repository.places_in(session, [dossier_id])


async def get_many(
    session: AnySession, person_ids: Iterable[uuid.UUID], units: Iterable[str]
) -> tuple[dict[uuid.UUID, PersonRow], Mapping[uuid.UUID, list[PlaceRow]]]:
    """Persons by id, and by the same id where each is."""
    rows = {row.id: row for row in await repository.get_many(session, person_ids, units)}
    places: dict[uuid.UUID, list[PlaceRow]] = defaultdict(list)
    for place in await repository.places_of(session, rows):
        places[place.person_id].append(place)
    return rows, places


async def _readings_in(
    session: WriteSession, dossier_ids: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, list[PageReading]]:
    filed = await pages.pages_of_dossiers(session, dossier_ids)
    fields: dict[uuid.UUID, dict[str, Read]] = defaultdict(dict)
    for field in await readings.fields_of(session, filed):
        fields[field.page_id][field.name] = Read(field.text, field.value, field.confidence)
    found: dict[uuid.UUID, list[PageReading]] = defaultdict(list)
    for page in filed.values():
        if page.dossier_id and page.id in fields:
            found[page.dossier_id].append(PageReading(page.id, fields[page.id]))
    return found


def _drafts(dossier_id: uuid.UUID, kind: DossierKind, found: Sequence[PageReading]) -> list[Draft]:
    if kind is DossierKind.IDENTITY:
        return draft_subject(dossier_id, found)
    return draft_household(found, {name: plain_key(name) for name in names_in(found)})


def _subject_name(drafts: Sequence[Draft]) -> str | None:
    heads = [draft for draft in drafts if draft.role in {Role.SUBJECT, Role.HEAD}]
    return next((draft.full_name for draft in [*heads, *drafts] if draft.full_name), None)


def _columns(draft: Draft) -> dict[str, Any]:
    columns = asdict(draft)
    del columns["role"]
    return columns


def _unchanged(draft: Draft, ordinal: int, before: tuple[PlaceRow, PersonRow] | None) -> bool:
    if before is None:
        return False
    place, person = before
    same_place = (place.role, place.ordinal) == (draft.role.value, ordinal)
    return same_place and all(getattr(person, name) == value for name, value in _columns(draft).items())


def _searchable(person: Mapping[str, Any]) -> Searchable:
    return Searchable(
        person_id=person["id"],
        unit_code=person["unit_code"],
        full_name=person["full_name"] or "",
        birth_year=person["birth_year"],
        number=person["number"],
        father_name=person["father_name"] or "",
        mother_name=person["mother_name"] or "",
    )


async def _announce(session: WriteSession, linked: Sequence[tuple[uuid.UUID, uuid.UUID, str]]) -> None:
    await record(
        session,
        *(
            PersonLinked(person_id=person_id, dossier_id=dossier_id, unit_code=unit_code)
            for person_id, dossier_id, unit_code in linked
        ),
    )
    await dossiers.note(
        session,
        Act.PERSON_LINKED,
        [
            (dossier_id, unit_code, {"person_id": str(person_id)})
            for person_id, dossier_id, unit_code in linked
        ],
    )
