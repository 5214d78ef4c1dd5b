"""Persons made from what a dossier's papers say, as far as nobody has entered them."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from contracts.events import PersonLinked
from contracts.vocabulary import DossierKind
from kernel.database import WriteSession
from kernel.outbox import record
from services.records.cases import service as cases
from services.records.cases.domain import CaseKind, Found
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import DossierRow
from services.records.persons import repository
from services.records.persons.domain import (
    Draft,
    Entered,
    PageReading,
    Read,
    Role,
    Source,
    differences,
    draft_household,
    draft_subject,
    entered_twin,
    names_in,
)
from services.records.persons.models import PersonRow, PlaceRow
from services.records.persons.service import searchable
from services.records.readings import service as readings
from services.records.search import service as search
from services.records.search.domain import plain_key, toned_key

READING_CASES = (CaseKind.READING_DIFFERS, CaseKind.PERSON_NOT_ENTERED)


@dataclass(frozen=True, slots=True)
class Named:
    """Name and role of somebody entered."""

    role: Role
    full_name: str | None


async def link(session: WriteSession, dossier_ids: Iterable[uuid.UUID]) -> None:
    """Make the provisional persons of dossiers follow from the fields as they are now known.

    Persons whom officers entered are settled: a draft that is a reading of one makes no person, and what it
    reads otherwise becomes a review case. Everything follows from the readings and the entered persons as
    they are, so entry before, between and after the scans end alike.
    """
    known = await dossiers.get_many(session, dossier_ids)
    read = await _readings_in(session, known)
    before: dict[uuid.UUID, dict[uuid.UUID, tuple[PlaceRow, PersonRow]]] = defaultdict(dict)
    settled: dict[uuid.UUID, list[tuple[PlaceRow, PersonRow]]] = defaultdict(list)
    for place, person in await repository.places_in(session, known):
        if person.source == Source.READ.value:
            before[place.dossier_id][person.id] = (place, person)
        else:
            settled[place.dossier_id].append((place, person))
    numbers = await _numbers_of(session, settled)
    persons: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    gone: set[uuid.UUID] = set()
    found: list[Found] = []
    subjects: dict[uuid.UUID, str | None] = {}
    linked: list[tuple[uuid.UUID, uuid.UUID, str]] = []
    for dossier_id, row in known.items():
        drafts = _drafts(dossier_id, DossierKind(row.kind), read[dossier_id])
        mine = settled[dossier_id]
        if mine:
            drafts, seen = _beside_entered(row, drafts, [_entered(person, numbers) for _, person in mine])
            found += seen
        subjects[dossier_id] = _subject_name([*map(_as_named, mine), *drafts])
        gone |= before[dossier_id].keys() - {draft.id for draft in drafts}
        first = max((place.ordinal for place, _ in mine), default=0) + 1
        for ordinal, draft in enumerate(drafts, start=first):
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
    await search.index(session, [searchable(person) for person in persons])
    await dossiers.name_subjects(
        session, {key: name for key, name in subjects.items() if known[key].subject_name != name}
    )
    await cases.follow(session, {key: row.unit_code for key, row in known.items()}, READING_CASES, found)
    await _announce(session, linked)


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


async def _numbers_of(
    session: WriteSession, dossier_ids: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, frozenset[str]]:
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    if ids := list(dossier_ids):
        for row in await repository.numbers_in(session, ids):
            found[row.person_id].add(row.number)
    return {person_id: frozenset(numbers) for person_id, numbers in found.items()}


def _entered(person: PersonRow, numbers: Mapping[uuid.UUID, frozenset[str]]) -> Entered:
    return Entered(
        id=person.id,
        full_name=person.full_name,
        numbers=numbers.get(person.id, frozenset()),
        birth_date=person.birth_date,
        sex=person.sex,
        father_name=person.father_name,
        mother_name=person.mother_name,
    )


def _beside_entered(
    row: DossierRow, drafts: Sequence[Draft], entered: Sequence[Entered]
) -> tuple[list[Draft], list[Found]]:
    """Drafts of people whom nobody entered, and what drafts say that was entered otherwise or not at all."""
    sole = row.kind == DossierKind.IDENTITY.value
    others: list[Draft] = []
    found: list[Found] = []
    for draft in drafts:
        twin = entered_twin(draft, entered, sole=sole, key_of=plain_key)
        if twin is None:
            others.append(draft)
            found.append(
                Found(row.id, CaseKind.PERSON_NOT_ENTERED, str(draft.id), {"full_name": draft.full_name})
            )
        elif differing := differences(draft, twin, toned_key):
            # One case for each reading: two pages may both differ from what was entered.
            found.append(Found(row.id, CaseKind.READING_DIFFERS, str(draft.id), {"fields": differing}))
    return others, found


def _as_named(settled: tuple[PlaceRow, PersonRow]) -> Named:
    place, person = settled
    return Named(Role(place.role), person.full_name)


def _subject_name(drafts: Sequence[Draft | Named]) -> str | None:
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
