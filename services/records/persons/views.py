"""From rows to what goes over the wire."""

import uuid
from collections.abc import Iterable, Mapping

from contracts.vocabulary import DossierKind, Sex
from kernel.database import ReadSession
from services.records.dossiers import service as dossiers
from services.records.dossiers.models import DossierRow
from services.records.dossiers.views import title_of
from services.records.persons import service
from services.records.persons.domain import Role, Source
from services.records.persons.models import PersonRow, PlaceRow
from services.records.persons.schemas import Person, PersonDossier
from services.records.units import service as units


async def persons_of(
    session: ReadSession, person_ids: Iterable[uuid.UUID], scope: Iterable[str]
) -> dict[uuid.UUID, Person]:
    """Those of the persons whom `scope` may see, with the dossiers that name them."""
    rows, places = await service.get_many(session, person_ids, scope)
    named = await dossiers.get_many(session, {place.dossier_id for each in places.values() for place in each})
    names = await units.names_of(session, {row.unit_code for row in rows.values()})
    return {row.id: _person(row, places.get(row.id, []), named, names) for row in rows.values()}


def _person(
    row: PersonRow,
    places: Iterable[PlaceRow],
    named: Mapping[uuid.UUID, DossierRow],
    unit_names: Mapping[str, str],
) -> Person:
    return Person(
        id=row.id,
        full_name=row.full_name or "",
        birth_date=row.birth_date,
        birth_date_raw=row.birth_date_raw,
        sex=Sex(row.sex) if row.sex else None,
        number=row.number,
        father_name=row.father_name,
        mother_name=row.mother_name,
        unit=row.unit_code,
        unit_name=unit_names[row.unit_code],
        dossiers=[
            PersonDossier(
                id=dossier.id,
                kind=DossierKind(dossier.kind),
                reference=dossier.reference,
                title=title_of(dossier),
                role=Role(place.role),
            )
            for place in places
            if (dossier := named.get(place.dossier_id))
        ],
        source=Source(row.source),
        provisional=row.provisional,
        updated_at=row.updated_at,
        merged_into=row.merged_into,
    )
