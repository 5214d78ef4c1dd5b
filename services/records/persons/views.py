"""From rows to what goes over the wire."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contracts.vocabulary import DossierKind, Sex
from kernel.database import ReadSession
from services.records.dossiers.views import title_from
from services.records.persons import service
from services.records.persons.domain import Role, Source
from services.records.persons.schemas import Person, PersonDossier, PersonFound
from services.records.search.service import Found
from services.records.units import service as units


async def persons_of(
    session: ReadSession, person_ids: Iterable[uuid.UUID], scope: Iterable[str]
) -> dict[uuid.UUID, Person]:
    """Those of the persons whom `scope` may see, with the dossiers that name them."""
    known = await _known(session, person_ids, scope)
    return {person_id: Person(**said) for person_id, said in known.items()}


async def found_persons(
    session: ReadSession, found: Sequence[Found], scope: Iterable[str]
) -> list[PersonFound]:
    """Answers as `scope` may see them: found by what they were once called, shown as who they are, once."""
    known = await _known(session, [each.person_id for each in found], scope)
    merged = [person_id for person_id, said in known.items() if said["merged_into"]]
    if ends := await service.final_of(session, merged) if merged else {}:
        known |= await _known(session, set(ends.values()) - known.keys(), scope)
    answers: dict[uuid.UUID, PersonFound] = {}
    for each in found:
        end = ends.get(each.person_id)
        who = end if end in known else each.person_id
        if who in known and who not in answers:
            answers[who] = PersonFound(**known[who], matched=list(each.matched), score=each.score)
    return list(answers.values())


async def _known(
    session: ReadSession, person_ids: Iterable[uuid.UUID], scope: Iterable[str]
) -> dict[uuid.UUID, dict[str, Any]]:
    rows = await service.shown(session, person_ids, scope)
    names = await units.names_of(session, {of[0]["unit_code"] for of in rows.values()})
    return {person_id: _said(of, names) for person_id, of in rows.items()}


def _said(rows: Sequence[Mapping[str, Any]], unit_names: Mapping[str, str]) -> dict[str, Any]:
    first = rows[0]
    return {
        "id": first["id"],
        "full_name": first["full_name"] or "",
        "birth_date": first["birth_date"],
        "birth_date_raw": first["birth_date_raw"],
        "sex": Sex(first["sex"]) if first["sex"] else None,
        "number": first["number"],
        "father_name": first["father_name"],
        "mother_name": first["mother_name"],
        "unit": first["unit_code"],
        "unit_name": unit_names[first["unit_code"]],
        "dossiers": [
            PersonDossier(
                id=row["dossier_id"],
                kind=(kind := DossierKind(row["kind"])),
                reference=row["reference"],
                title=title_from(kind, row["reference"], row["title"], row["subject_name"]),
                role=Role(row["role"]),
            )
            for row in rows
            if row["dossier_id"]
        ],
        "source": Source(first["source"]),
        "provisional": first["provisional"],
        "updated_at": first["updated_at"],
        "merged_into": first["merged_into"],
    }
