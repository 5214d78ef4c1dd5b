"""From given shapes to checked content, and from rows to what goes over the wire."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from contracts.civil.writing import cleaned
from contracts.vocabulary import DossierKind, Sex
from services.records.dossiers.domain import document_types
from services.records.households.domain import (
    HOUSEHOLD_FIELDS,
    MOST_SHEETS,
    Person,
    Refusal,
    check_household,
    check_metadata,
    check_person,
    check_together,
)
from services.records.households.models import MemberRow
from services.records.households.schemas import (
    DossierEntry,
    EnteredPerson,
    EntryContent,
    Household,
    ListedDocument,
    ListedDocumentGiven,
    PersonNumber,
)
from services.records.households.service import Content, EntryRefused, Held
from services.records.life.domain import Condition
from services.records.life.service import Surveyed
from services.records.persons.models import NumberRow, PersonRow
from services.records.search.domain import plain_key


def content_of(given: EntryContent, kind: DossierKind) -> Content:
    """Checked content; raises EntryRefused with every refusal."""
    refusals: list[Refusal] = []
    household = None
    if given.household is not None:
        household, found = check_household(given.household.model_dump(), "household.")
        refusals += found
        if kind is DossierKind.IDENTITY and any(household.values()):
            refusals.append(Refusal("household", "residence_only"))
    checked: list[Person] = []
    for place, one in enumerate(given.persons):
        texts = one.model_dump(exclude={"id", "other_numbers"})
        others = [number.model_dump() for number in one.other_numbers]
        person, found = check_person(texts, kind, others=others, place=f"persons.{place}.", person_id=one.id)
        refusals += found
        checked += [person] if person else []
    if len(checked) == len(given.persons):
        refusals += check_together(checked, kind, plain_key)
    metadata, found = check_metadata(given.metadata, "metadata.")
    refusals += found
    documents = None if given.documents is None else _documents(given.documents, kind, refusals)
    if refusals:
        raise EntryRefused(refusals)
    return Content(household, checked, documents, metadata)


def entry_of(held: Held) -> DossierEntry:
    """A dossier's entered content."""
    row = held.dossier
    numbers: dict[uuid.UUID, list[NumberRow]] = defaultdict(list)
    for number in held.numbers:
        numbers[number.person_id].append(number)
    types = document_types()
    return DossierEntry(
        dossier_id=row.id,
        unit=row.unit_code,
        kind=DossierKind(row.kind),
        reference=row.reference,
        title=row.title,
        household=Household(**{name: getattr(held.household, name) for name in HOUSEHOLD_FIELDS})
        if held.household
        else None,
        persons=[_person(person, held.members.get(person.id), numbers[person.id]) for person in held.persons],
        documents=[
            ListedDocument(
                ordinal=paper.ordinal,
                type=paper.type,
                type_title=types[paper.type].title,
                type_title_en=types[paper.type].title_en,
                name=paper.name,
                sheet_count=paper.surveyed,
                physical_condition=Condition(paper.condition),
                paper_size=paper.paper_size,
            )
            for paper in held.documents
        ],
        metadata=dict(held.metadata),
        open_cases=held.open_cases,
        version=row.version,
    )


def _person(person: PersonRow, member: MemberRow | None, numbers: Sequence[NumberRow]) -> EnteredPerson:
    return EnteredPerson(
        id=person.id,
        full_name=person.full_name or "",
        number=person.number,
        birth_date=person.birth_date,
        birth_date_raw=person.birth_date_raw,
        sex=Sex(person.sex) if person.sex else None,
        father_name=person.father_name,
        mother_name=person.mother_name,
        relation_to_head=member.relation_to_head if member else None,
        is_head=bool(member and member.is_head),
        permanent_registered_on=member.permanent_registered_on if member else None,
        departed_on=member.departed_on if member else None,
        deregistration_reason=member.deregistration_reason if member else None,
        numbers=[
            PersonNumber(number=one.number, kind=one.kind, standing=one.standing, replaced_by=one.replaced_by)
            for one in numbers
        ],
    )


def _documents(
    given: Sequence[ListedDocumentGiven], kind: DossierKind, refusals: list[Refusal]
) -> list[Surveyed]:
    """Papers in the order of TT 80/2011/TT-BCA Art. 10, those of one type as given."""
    types = document_types()
    found = []
    for place, paper in enumerate(given):
        known = types.get(paper.type)
        if known is None or known.kind not in {None, kind}:
            refusals.append(Refusal(f"documents.{place}.type", "type_unknown"))
            continue
        if not 1 <= paper.sheet_count <= MOST_SHEETS:
            refusals.append(Refusal(f"documents.{place}.sheet_count", "sheets_impossible"))
        name = cleaned(paper.name or "") or None
        found.append(
            Surveyed(paper.type, paper.sheet_count, paper.paper_size, paper.physical_condition, name)
        )
    return sorted(found, key=lambda one: types[one.type].legal_order)
