"""Use cases of persons: link those whom a dossier's papers name, read them back."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from contracts.events import PersonLinked
from contracts.vocabulary import DossierKind
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict
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
from services.records.persons.models import NumberRow, PersonRow, PlaceRow
from services.records.readings import service as readings
from services.records.search import service as search
from services.records.search.domain import Searchable, plain_key, toned_key

AnySession = ReadSession | WriteSession

READING_CASES = (CaseKind.READING_DIFFERS, CaseKind.PERSON_NOT_ENTERED)


class PersonInMerge(Conflict):
    """The person was merged with another by an official document: undo that first."""

    slug = "person_in_merge"
    title = "Công dân này đã được gộp theo văn bản; phải hoàn tác việc gộp trước"
    title_en = "The person was merged with another; undo the merge first"


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
    await search.index(session, [_searchable(person) for person in persons])
    await dossiers.name_subjects(
        session, {key: name for key, name in subjects.items() if known[key].subject_name != name}
    )
    await cases.follow(session, {key: row.unit_code for key, row in known.items()}, READING_CASES, found)
    await _announce(session, linked)


async def persons_in(session: AnySession, dossier_id: uuid.UUID) -> Sequence[tuple[PlaceRow, PersonRow]]:
    """A dossier's persons with their role, in the order of the papers; one who is another of them once."""
    placed = await repository.places_in(session, [dossier_id])
    here = {person.id for _, person in placed}
    return [(place, person) for place, person in placed if person.merged_into not in here]


async def persons_in_many(
    session: AnySession, dossier_ids: Iterable[uuid.UUID]
) -> Sequence[tuple[PlaceRow, PersonRow]]:
    """Persons of several dossiers, each dossier's in order."""
    return await repository.places_in(session, dossier_ids)


async def numbers_in(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> Sequence[NumberRow]:
    """Numbers of the entered persons of dossiers."""
    return await repository.numbers_in(session, dossier_ids)


async def enter(
    session: WriteSession,
    persons: list[dict[str, Any]],
    places: list[dict[str, Any]],
    numbers: list[dict[str, Any]],
    *,
    fresh: bool,
    announced: bool,
    names_known: bool = False,
) -> list[dict[str, Any]]:
    """Write persons whom officers entered, with their places and numbers, and make them findable.

    `fresh`: none of them was known before. `announced`: each by an event of its own; lists of a hundred
    thousand are told by their dossiers' events alone. `names_known`: the search was told their names.

    Returns the numbers that are disputed, because a living record of the same archive has them already.
    """
    await repository.write_entered(session, persons, places)
    if not fresh:
        await repository.delete_numbers(session, [person["id"] for person in persons])
    stood = await repository.save_numbers(session, numbers)
    disputed = [row for row in numbers if (str(row["person_id"]), row["number"]) not in stood]
    await repository.save_numbers(session, [{**row, "standing": "disputed"} for row in disputed])
    await search.index(session, [_searchable(person) for person in persons], names_known=names_known)
    if announced:
        names = ("person_id", "dossier_id", "unit_code")
        await record(session, *(PersonLinked(**{name: each[name] for name in names}) for each in places))
    return disputed


async def holders_of(session: AnySession, numbers: Iterable[str]) -> Sequence[uuid.UUID]:
    """Persons of the session's scope who have or had one of these numbers."""
    return await repository.holders_of(session, numbers)


async def numbers_of(session: AnySession, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    """Person → every number that was entered of them."""
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    for row in await repository.numbers_of(session, person_ids):
        found[row.person_id].add(row.number)
    return {person_id: frozenset(numbers) for person_id, numbers in found.items()}


async def take_out(session: WriteSession, person_ids: Iterable[uuid.UUID]) -> None:
    """Remove entered persons again, with their places, numbers and search keys.

    Raises PersonInMerge for one who was merged, or into whom another was.
    """
    gone = list(person_ids)
    if gone and await repository.merged_into(session, gone):
        raise PersonInMerge
    try:
        async with session.begin_nested():
            await repository.remove_entered(session, gone)
    except IntegrityError as error:  # the other may be a person whom the caller cannot see
        raise PersonInMerge from error


async def lock(session: WriteSession, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, PersonRow]:
    """Persons by id, locked."""
    return {row.id: row for row in await repository.lock(session, person_ids)}


async def places_of(session: AnySession, person_ids: Iterable[uuid.UUID]) -> Sequence[PlaceRow]:
    """In which dossiers persons are."""
    return await repository.places_of(session, person_ids)


async def entered_in(session: AnySession, dossier_id: uuid.UUID) -> Sequence[tuple[PlaceRow, PersonRow]]:
    """Everybody whom officers entered in a dossier, merged ones too."""
    placed = await repository.places_in(session, [dossier_id])
    return [(place, person) for place, person in placed if person.source != Source.READ.value]


async def move(
    session: WriteSession, places: Sequence[Mapping[str, Any]], source: uuid.UUID, target: uuid.UUID
) -> int:
    """Let entered persons be in another dossier, with their numbers; returns how many were in `source`."""
    return await repository.move_places(session, places, source, target)


async def known_as(session: AnySession, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Person → who of `person_ids` that is: themselves, and all who were merged into them."""
    who = {person_id: person_id for person_id in person_ids}
    while True:
        found = await repository.merged_from(session, who)
        fresh = {one: who[into] for one, into in found.items() if one not in who}
        if not fresh:
            return who
        who |= fresh


async def final_of(session: AnySession, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Person → who that is now, merge after merge, of those who were merged."""
    steps = await repository.merged_into(session, person_ids)
    ends = dict(steps)
    while steps:
        steps = await repository.merged_into(session, set(ends.values()))
        ends = {person: steps.get(end, end) for person, end in ends.items()}
    return ends


async def shown(
    session: AnySession, person_ids: Iterable[uuid.UUID], units: Iterable[str]
) -> dict[uuid.UUID, list[Mapping[str, Any]]]:
    """Person → a row (`repository.SHOWN`) for each dossier that names them or whom they were merged from."""
    found: dict[uuid.UUID, dict[uuid.UUID | None, Mapping[str, Any]]] = defaultdict(dict)
    for row in await repository.shown(session, person_ids, units):
        found[row["id"]].setdefault(row["dossier_id"], row)
    return {person_id: list(rows.values()) for person_id, rows in found.items()}


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
