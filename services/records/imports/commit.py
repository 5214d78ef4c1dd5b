"""Committing checked rows: what is new is made, what is known stays, what differs is reported alone."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.vocabulary import DossierKind
from kernel.database import WriteSession
from services.records.cases import service as cases
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import DossierRow
from services.records.dossiers.service import Entry
from services.records.households import repository as households
from services.records.households.domain import HOUSEHOLD_FIELDS, MEMBER_FIELDS, PERSON_FIELDS, Person
from services.records.households.models import HouseholdRow, MemberRow
from services.records.households.service import note_addresses
from services.records.households.writing import Placed, find_doubts, write_persons
from services.records.imports.domain import restored
from services.records.persons import linking
from services.records.persons import service as persons
from services.records.persons.domain import Source
from services.records.persons.models import PersonRow
from services.records.search.domain import plain_key, sort_key, toned_key

_PERSON_NAMESPACE = uuid.UUID("4d0b7f0a-5f1e-5d6a-8a11-97c50d6b3e42")


@dataclass(frozen=True, slots=True)
class Row:
    """A checked row."""

    row_no: int
    given: Mapping[str, Any]
    """Clean values."""
    person: Person

    @property
    def home(self) -> tuple[str, str]:
        """Unit and reference of its dossier."""
        return self.given["unit"], self.given["reference"]


@dataclass(frozen=True, slots=True)
class Ready:
    """Rows to commit next."""

    after: int
    """The position behind which they stand."""
    last: int
    """The position behind them; `after` where there are none."""
    rows: Sequence[Row]
    """Without those that are refused."""
    name_keys: frozenset[str] = frozenset()
    """Names of the persons and their parents as they are compared."""


def without_broken_off(
    rows: Sequence[tuple[int, Mapping[str, Any] | None]],
) -> Sequence[tuple[int, Mapping[str, Any] | None]]:
    """Rows without the last dossier's, which may go on behind them; all of them where that is all."""

    def home(given: Mapping[str, Any] | None) -> tuple[str, str] | None:
        return (given["unit"], given["reference"]) if given else None

    last = home(rows[-1][1])
    kept = next((place for place in range(len(rows), 0, -1) if home(rows[place - 1][1]) != last), 0)
    return rows[:kept] or rows


def make_ready(after: int, rows: Sequence[tuple[int, Mapping[str, Any] | None]]) -> Ready:
    """Rows as kept (number, clean values or none), with all that needs no database done."""
    ready = [Row(number, given, restored(given["person"])) for number, given in rows if given is not None]
    keys: set[str] = set()
    for row in ready:
        person = row.person
        keys |= {
            plain_key(name) for name in (person.full_name, person.father_name, person.mother_name) if name
        }
        # Keys are remembered until the persons are made findable.
        toned_key(person.full_name), sort_key(person.full_name)
    return Ready(after, rows[-1][0] if rows else after, ready, frozenset(keys - {""}))


@dataclass(slots=True)
class Outcome:
    """What came of a batch of rows."""

    made: int = 0
    unchanged: int = 0
    differing: dict[int, dict[str, str]] = field(default_factory=dict)
    """Row → field → code."""


@dataclass(slots=True)
class _Known:
    """Who is entered in a dossier already."""

    by_key: dict[str, PersonRow] = field(default_factory=dict)
    members: Mapping[uuid.UUID, MemberRow] = field(default_factory=dict)
    ordinal: int = 0
    has_head: bool = False

    def find(self, person: Person) -> PersonRow | None:
        """The same person: by number, else by name and birth where numbers do not speak against it."""
        if not self.by_key:
            return None
        if person.number and (found := self.by_key.get(person.number)):
            return found
        found = self.by_key.get(_name_key(person.full_name, person.birth_date))
        rivals = found and found.number and person.number and found.number != person.number
        return None if rivals else found


async def commit_rows(
    session: WriteSession,
    kind: DossierKind,
    rows: Sequence[Row],
    *,
    who: str,
    import_id: uuid.UUID,
) -> Outcome:
    """Commit rows in the caller's transaction; the names in them are known to the search already."""
    outcome = Outcome()
    if not rows:
        return outcome
    entries = _entries(kind, rows)
    details = {"how": Source.IMPORTED.value, "import_id": str(import_id)}
    found, made = await dossiers.enter(session, list(entries.values()), who, details)
    homes = {key: found[entry] for key, entry in entries.items()}
    before = [home for home in homes.values() if home.id not in made]
    known = await _known_in(session, before)
    stored = await households.households_of(session, [row.id for row in before])
    placed: list[Placed] = []
    for row in rows:
        home = homes[row.home]
        mine = known[home.id]
        differing = _household_differs(stored.get(home.id), row.given["household"])
        fresh = _place(home, mine, row.person, differing)
        if differing:
            outcome.differing[row.row_no] = differing
        elif fresh:
            placed.append(fresh)
        else:
            outcome.unchanged += 1
    await _write(session, kind, rows, homes, placed, made, outcome, who, details)
    outcome.made = len(placed)
    return outcome


def _entries(kind: DossierKind, rows: Iterable[Row]) -> dict[tuple[str, str], Entry]:
    names: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.person.heads or row.home not in names:
            names[row.home] = row.person.full_name
    return {key: Entry(key[0], kind, key[1], subject_name=name) for key, name in names.items()}


async def _known_in(session: WriteSession, rows: Sequence[DossierRow]) -> dict[uuid.UUID, _Known]:
    known: dict[uuid.UUID, _Known] = defaultdict(_Known)
    if not rows:
        return known
    ids = [row.id for row in rows]
    members = await households.members_of(session, ids)
    for place, person in await persons.persons_in_many(session, ids):
        if person.source == Source.READ.value:
            continue
        mine = known[place.dossier_id]
        mine.members = members
        mine.ordinal = max(mine.ordinal, place.ordinal)
        mine.has_head |= person.id in members and members[person.id].is_head
        for key in filter(None, (person.number, _name_key(person.full_name or "", person.birth_date))):
            mine.by_key.setdefault(key, person)
    return known


def _place(home: DossierRow, known: _Known, person: Person, differing: dict[str, str]) -> Placed | None:
    """Where a new person goes; none for one who is known, with what differs."""
    twin = known.find(person)
    if twin is not None:
        differing |= _differences(twin, known.members.get(twin.id), person)
        return None
    if home.kind == DossierKind.IDENTITY.value and known.ordinal:
        differing["full_name"] = "differs_from_entered"
    if person.heads and known.has_head:
        differing["relation_to_head"] = "two_heads"
    if differing:
        return None
    known.ordinal += 1
    known.has_head |= person.heads
    return Placed(
        home, person, known.ordinal, uuid.uuid5(_PERSON_NAMESPACE, f"{home.id}/{person.key(plain_key)}")
    )


def _differences(twin: PersonRow, member: MemberRow | None, person: Person) -> dict[str, str]:
    """A value that the file leaves out says nothing."""
    return {
        name: "differs_from_entered"
        for name in PERSON_FIELDS
        if (stored := member if name in MEMBER_FIELDS else twin) is not None
        and getattr(person, name)
        and getattr(stored, name) != getattr(person, name)
    }


def _household_differs(stored: HouseholdRow | None, given: Mapping[str, str | None]) -> dict[str, str]:
    return {
        name: "differs_from_entered"
        for name, value in given.items()
        if stored is not None and value and getattr(stored, name) not in {None, value}
    }


async def _write(
    session: WriteSession,
    kind: DossierKind,
    rows: Sequence[Row],
    homes: Mapping[tuple[str, str], DossierRow],
    placed: Sequence[Placed],
    made: set[uuid.UUID],
    outcome: Outcome,
    who: str,
    details: Mapping[str, Any],
) -> None:
    touched = {one.dossier.id: one.dossier for one in placed}
    if kind is DossierKind.RESIDENCE:
        await _save_households(session, rows, homes, outcome)
    disputed = await write_persons(session, placed, who, Source.IMPORTED, fresh=True, names_known=True)
    units = {dossier_id: row.unit_code for dossier_id, row in touched.items()}
    await cases.add_found(session, units, find_doubts(placed, disputed))
    if kind is DossierKind.RESIDENCE:
        headless = await households.without_head(session, touched)
        await cases.follow_no_head(session, units, headless)
    counts: dict[uuid.UUID, int] = defaultdict(int)
    for one in placed:
        counts[one.dossier.id] += 1
    notes = [(key, units[key], {**details, "persons": count}) for key, count in counts.items()]
    await dossiers.note(session, Act.ENTERED, notes, who)
    older = [row for row in touched.values() if row.id not in made]
    # Dossiers with pages hold readings that now meet those who were entered.
    await linking.link(session, [row.id for row in older if row.page_count])
    heads = {one.dossier.id: one.person.full_name for one in placed if one.person.heads}
    await dossiers.name_subjects(
        session, {row.id: heads[row.id] for row in older if not row.page_count and row.id in heads}
    )
    await dossiers.touch(session, [row.id for row in older])


async def _save_households(
    session: WriteSession,
    rows: Iterable[Row],
    homes: Mapping[tuple[str, str], DossierRow],
    outcome: Outcome,
) -> None:
    merged: dict[uuid.UUID, dict[str, Any]] = {}
    for row in rows:
        if row.row_no in outcome.differing:
            continue
        home = homes[row.home]
        values = merged.setdefault(
            home.id, {"dossier_id": home.id, "unit_code": home.unit_code, **dict.fromkeys(HOUSEHOLD_FIELDS)}
        )
        values |= {name: value for name, value in row.given["household"].items() if value}
    await households.save_households(session, list(merged.values()), replace=False)
    await note_addresses(
        session,
        [
            (one["dossier_id"], one["unit_code"], one["permanent_residence"])
            for one in merged.values()
            if one["permanent_residence"]
        ],
    )


def _name_key(name: str, born: str | None) -> str:
    return f"{plain_key(name)}|{born or ''}"
