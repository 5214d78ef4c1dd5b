"""Writing entered persons, few or many: rows out of checked values, and what about them is doubtful."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts.vocabulary import DossierKind
from kernel.database import WriteSession
from services.records.cases.domain import CaseKind, Found
from services.records.cases.service import HOUSEHOLD
from services.records.dossiers.models import DossierRow
from services.records.households import repository
from services.records.households.domain import Person
from services.records.persons import service as persons
from services.records.persons.domain import Role, Source


@dataclass(frozen=True, slots=True)
class Placed:
    """A person at a place in a dossier."""

    dossier: DossierRow
    person: Person
    ordinal: int
    id: uuid.UUID


async def write_persons(
    session: WriteSession,
    placed: Sequence[Placed],
    who: str,
    source: Source,
    *,
    fresh: bool,
    names_known: bool = False,
) -> list[dict[str, Any]]:
    """Write persons, members and numbers; returns the numbers that are disputed.

    `fresh`: none of the persons was known before. `names_known`: the search was told their names.
    """
    now = datetime.now(UTC)
    disputed = await persons.enter(
        session,
        [_person_row(one, who, source, now) for one in placed],
        [_place_row(one) for one in placed],
        [row for one in placed for row in _number_rows(one)],
        fresh=fresh,
        announced=source is Source.ENTERED,
        names_known=names_known,
    )
    await repository.save_members(session, [_member_row(one) for one in placed if _is_residence(one)])
    return disputed


def find_doubts(placed: Iterable[Placed], disputed: Iterable[Mapping[str, Any]]) -> list[Found]:
    """What about the numbers of persons somebody must look at."""
    found = [
        Found(one.dossier.id, CaseKind(code), str(one.id), _doubt_details(one.person))
        for one in placed
        for code in one.person.doubts()
    ]
    # Whose number it is besides may be another unit's to know: the case names the number alone.
    found += [
        Found(
            row["dossier_id"],
            CaseKind.NUMBER_IN_USE,
            f"{row['person_id']}/{row['number']}",
            {"number": row["number"]},
        )
        for row in disputed
    ]
    return found


def lacks_head(dossier: DossierRow, members: Sequence[Person]) -> list[Found]:
    """A household with members of whom none is the head."""
    if dossier.kind != DossierKind.RESIDENCE.value or not members or any(one.heads for one in members):
        return []
    return [Found(dossier.id, CaseKind.NO_HEAD, HOUSEHOLD)]


def _doubt_details(person: Person) -> dict[str, Any]:
    numbers = [one.number for one in person.numbers if len(one.number) == 12]
    return {"numbers": numbers, "birth_date": person.birth_date, "sex": person.sex}


RESIDENCE = DossierKind.RESIDENCE.value
"""Looked up once: a member's `value` costs as much as the rest of a row's rule."""


def _is_residence(one: Placed) -> bool:
    return one.dossier.kind == RESIDENCE


def _role(one: Placed) -> Role:
    if not _is_residence(one):
        return Role.SUBJECT
    return Role.HEAD if one.person.heads else Role.MEMBER


def _person_row(one: Placed, who: str, source: Source, now: datetime) -> dict[str, Any]:
    person = one.person
    return {
        "id": one.id,
        "unit_code": one.dossier.unit_code,
        "full_name": person.full_name,
        "number": person.number or (person.numbers[-1].number if person.numbers else None),
        "birth_date": person.birth_date,
        "birth_date_raw": person.birth_date_raw,
        "birth_year": person.birth_year,
        "sex": person.sex,
        "father_name": person.father_name,
        "mother_name": person.mother_name,
        "provisional": False,
        "source": source.value,
        "entered_by": who,
        "entered_at": now,
    }


def _place_row(one: Placed) -> dict[str, Any]:
    return {
        "person_id": one.id,
        "dossier_id": one.dossier.id,
        "unit_code": one.dossier.unit_code,
        "role": _role(one).value,
        "ordinal": one.ordinal,
    }


def _member_row(one: Placed) -> dict[str, Any]:
    person = one.person
    return {
        "person_id": one.id,
        "dossier_id": one.dossier.id,
        "unit_code": one.dossier.unit_code,
        "is_head": person.heads,
        "relation_to_head": person.relation_to_head,
        "permanent_registered_on": person.permanent_registered_on,
        "departed_on": person.departed_on,
        "deregistration_reason": person.deregistration_reason,
    }


def _number_rows(one: Placed) -> list[dict[str, Any]]:
    return [
        {
            "person_id": one.id,
            "number": each.number,
            "dossier_id": one.dossier.id,
            "unit_code": one.dossier.unit_code,
            "archive": one.dossier.kind,
            "kind": "cccd" if len(each.number) == 12 else "cmnd",
            # Who has left the household or got another number leaves this one free for the living record.
            "standing": "departed" if one.person.departed_on or each.replaced_by else "living",
            "replaced_by": each.replaced_by,
        }
        for each in one.person.numbers
    ]
