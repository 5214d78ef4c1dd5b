"""Use cases of entry: register a dossier with its content, read it, change it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.civil.writing import cleaned
from contracts.vocabulary import DossierKind
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, Unprocessable
from kernel.ids import new_id
from services.records.cases import service as cases
from services.records.cases.domain import CaseKind
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import DossierRow
from services.records.dossiers.service import Entry
from services.records.households import repository
from services.records.households.domain import (
    HOUSEHOLD_FIELDS,
    MEMBER_FIELDS,
    Person,
    Refusal,
    refusal_titles,
)
from services.records.households.models import HouseholdRow, MemberRow
from services.records.households.writing import Placed, find_doubts, lacks_head, write_persons
from services.records.life import service as life
from services.records.life.models import SurveyedRow
from services.records.life.service import Surveyed
from services.records.persons import linking
from services.records.persons import service as persons
from services.records.persons.domain import Source
from services.records.persons.models import NumberRow, PersonRow
from services.records.texts import service as texts
from services.records.texts.domain import Source as TextSource
from services.records.units import service as units
from services.records.units.domain import refusal_of

AnySession = ReadSession | WriteSession

DOUBT_CASES = (
    CaseKind.NUMBER_PROVINCE,
    CaseKind.SEX_MISMATCH,
    CaseKind.BIRTH_YEAR_MISMATCH,
    CaseKind.NUMBER_IN_USE,
    CaseKind.NO_HEAD,
)


class EntryRefused(Unprocessable):
    """Some values cannot stand; nothing was written."""

    slug = "entry_refused"
    title = "Có giá trị không nhập được"
    title_en = "Some values cannot be entered"

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        titles = refusal_titles()
        super().__init__(
            extensions={
                "errors": [
                    {
                        "field": one.field,
                        "code": one.code,
                        "title": titles[one.code][0],
                        "title_en": titles[one.code][1],
                    }
                    for one in refusals
                ]
            }
        )


class DossierEntered(Conflict):
    """The unit has a dossier of this reference, and somebody has entered it."""

    slug = "dossier_entered"
    title = "Số hồ sơ này đã được nhập"
    title_en = "A dossier of this reference has been entered"


@dataclass(frozen=True, slots=True)
class Content:
    """What is entered of a dossier, checked."""

    household: Mapping[str, str | None] | None = None
    persons: Sequence[Person] = ()
    documents: Sequence[Surveyed] | None = None
    """None: the list stays as it is."""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """A dossier's entered content as stored."""

    dossier: DossierRow
    household: HouseholdRow | None
    persons: Sequence[PersonRow]
    members: Mapping[uuid.UUID, MemberRow]
    numbers: Sequence[NumberRow]
    documents: Sequence[SurveyedRow]
    metadata: Mapping[str, str]
    open_cases: int

    @property
    def is_empty(self) -> bool:
        """Whether nobody has entered anything."""
        return not (self.household or self.persons or self.documents or self.metadata)


async def check_unit(session: WriteSession, code: str) -> None:
    """Raise EntryRefused unless the code names a unit, one that has ended included.

    Districts that ended in 2025 still hold archives; a unit to come holds none.
    """
    refusal = "unit_unknown"
    if cleaned(code) == code:
        refusal = refusal_of(await units.editions_of(session, [code]), units.today()) or ""
    if refusal and refusal != "unit_ended":
        raise EntryRefused([Refusal("unit", refusal)])


async def register(session: WriteSession, entry: Entry, content: Content, who: str) -> tuple[Held, bool]:
    """Register a dossier with its content; returns it and whether it is new.

    One that a scan batch named first is completed, as long as nobody has entered anything of it.

    Raises:
        DossierEntered, EntryRefused, PapersSurveyed.
    """
    rows, made = await dossiers.enter(session, [entry], who, {"how": Source.ENTERED.value})
    row = rows[entry]
    known = await held(session, row)
    if not known.is_empty:
        raise DossierEntered(extensions={"dossier_id": str(row.id)})
    await _write(session, known, content, who)
    await dossiers.note(session, Act.ENTERED, [(row.id, row.unit_code, _outline(content))], who)
    if row.id not in made:
        row.version += 1
        row.title = entry.title or row.title
    await session.flush()
    return await held(session, row), row.id in made


async def change(
    session: WriteSession,
    dossier_id: uuid.UUID,
    content: Content,
    *,
    if_match: str | None,
    who: str,
    why: str,
    scope: Iterable[str],
) -> Held:
    """Replace a dossier's entered content; the history keeps what was and what is, who and why.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, EntryRefused, PapersSurveyed.
    """
    row = await dossiers.open_for_change(session, dossier_id, if_match, scope)
    before = await held(session, row)
    kept = {person.id for person in before.persons}
    strangers = [n for n, person in enumerate(content.persons) if person.id and person.id not in kept]
    if strangers:
        raise EntryRefused(Refusal(f"persons.{n}.id", "person_unknown") for n in strangers)
    was = snapshot(before)
    await persons.take_out(session, kept - {person.id for person in content.persons})
    await _write(session, before, content, who)
    after = await held(session, row)
    details = {"why": why, "changes": _changes(was, snapshot(after))}
    await dossiers.note(session, Act.ENTRY_CHANGED, [(row.id, row.unit_code, details)], who)
    return after


async def held(session: AnySession, row: DossierRow) -> Held:
    """What officers entered of a dossier."""
    placed = await persons.persons_in(session, row.id)
    open_cases = await cases.count_open(session, row.id)
    return Held(
        dossier=row,
        household=(await repository.households_of(session, [row.id])).get(row.id),
        persons=[person for _, person in placed if person.source != Source.READ.value],
        members=await repository.members_of(session, [row.id]),
        numbers=await persons.numbers_in(session, [row.id]),
        documents=await life.papers_of(session, row.id),
        metadata=await repository.metadata_of(session, row.id),
        open_cases=open_cases,
    )


async def note_addresses(session: WriteSession, given: Iterable[tuple[uuid.UUID, str, str | None]]) -> None:
    """Make dossiers (id, unit, permanent residence) findable by the words of their address."""
    await texts.note(session, TextSource.ADDRESS, [(one, unit, where or "") for one, unit, where in given])


async def addresses_after(
    session: AnySession, after: uuid.UUID | None, limit: int
) -> list[tuple[uuid.UUID, str, str]]:
    """Dossiers with an address (id, unit, permanent residence) by id, after a position."""
    return await repository.addresses_after(session, after, limit)


async def addresses_of(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Dossier → permanent residence, where one was entered."""
    found = await repository.households_of(session, dossier_ids)
    return {one: row.permanent_residence for one, row in found.items() if row.permanent_residence}


def snapshot(content: Held) -> dict[str, Any]:
    """The content as flat fields, for comparing before and after."""
    flat: dict[str, Any] = {}
    for name in HOUSEHOLD_FIELDS if content.household else ():
        flat[f"household.{name}"] = getattr(content.household, name)
    for person in content.persons:
        flat |= {f"persons.{person.id}.{name}": value for name, value in _person_fields(person).items()}
    for member in content.members.values():
        for name in MEMBER_FIELDS:
            flat[f"persons.{member.person_id}.{name}"] = getattr(member, name)
    for number in content.numbers:
        flat[f"persons.{number.person_id}.numbers.{number.number}"] = number.replaced_by or number.kind
    for paper in content.documents:
        told = (paper.type, paper.name or "", paper.surveyed, paper.condition, paper.paper_size)
        flat[f"documents.{paper.ordinal}"] = " · ".join(map(str, told))
    return flat | {f"metadata.{code}": value for code, value in content.metadata.items()}


def _person_fields(person: PersonRow) -> dict[str, Any]:
    names = ("full_name", "number", "birth_date", "birth_date_raw", "sex", "father_name", "mother_name")
    return {name: getattr(person, name) for name in names}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _outline(content: Content) -> dict[str, Any]:
    return {
        "persons": len(content.persons),
        "documents": len(content.documents or ()),
        "metadata": sorted(content.metadata),
    }


async def _write(session: WriteSession, known: Held, content: Content, who: str) -> None:
    row = known.dossier
    has_household = content.household is not None or bool(content.persons) or known.household is not None
    if row.kind == DossierKind.RESIDENCE.value and has_household:
        values = {name: (content.household or {}).get(name) for name in HOUSEHOLD_FIELDS}
        await repository.save_households(
            session, [{"dossier_id": row.id, "unit_code": row.unit_code, **values}], replace=True
        )
        await note_addresses(session, [(row.id, row.unit_code, values["permanent_residence"])])
    placed = [
        Placed(row, person, ordinal, person.id or new_id())
        for ordinal, person in enumerate(content.persons, start=1)
    ]
    disputed = await write_persons(session, placed, who, Source.ENTERED, fresh=False)
    if content.documents is not None:
        await life.list_papers(session, row, content.documents)
    if content.metadata or known.metadata:
        await repository.save_metadata(session, row.id, row.unit_code, content.metadata)
    await cases.follow(
        session,
        {row.id: row.unit_code},
        DOUBT_CASES,
        [*find_doubts(placed, disputed), *lacks_head(row, content.persons)],
    )
    await linking.link(session, [row.id])
