"""Use cases of persons: enter those whom officers know, read them back, take them out."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from contracts.events import PersonLinked
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict
from kernel.outbox import record
from services.records.persons import repository
from services.records.persons.domain import Source
from services.records.persons.models import NumberRow, PersonRow, PlaceRow
from services.records.search import service as search
from services.records.search.domain import Searchable

AnySession = ReadSession | WriteSession


class PersonInMerge(Conflict):
    """The person was merged with another by an official document: undo that first."""

    slug = "person_in_merge"
    title = "Công dân này đã được gộp theo văn bản; phải hoàn tác việc gộp trước"
    title_en = "The person was merged with another; undo the merge first"


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
    await search.index(session, [searchable(person) for person in persons], names_known=names_known)
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


def searchable(person: Mapping[str, Any]) -> Searchable:
    """What search keeps of a person, from their row's columns."""
    return Searchable(
        person_id=person["id"],
        unit_code=person["unit_code"],
        full_name=person["full_name"] or "",
        birth_year=person["birth_year"],
        number=person["number"],
        father_name=person["father_name"] or "",
        mother_name=person["mother_name"] or "",
    )
