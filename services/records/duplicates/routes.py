"""HTTP of duplicates."""

import uuid

from fastapi import APIRouter, Request, Response

from kernel.concurrency import etag
from kernel.errors import NotFound
from kernel.identity import CurrentIdentity
from services.records.cases import service as cases
from services.records.cases.domain import CaseKind
from services.records.cases.schemas import case_of
from services.records.duplicates.domain import Reason
from services.records.duplicates.schemas import Side, Sides
from services.records.persons.views import persons_of
from services.records.units import service as units

routes = APIRouter(prefix="/v1/review-cases", tags=["review-cases"])


@routes.get("/{case_id}/sides", summary="Hai bên của điểm trùng · Both sides of a duplicate")
async def get_sides(
    case_id: uuid.UUID, request: Request, response: Response, identity: CurrentIdentity
) -> Sides:
    """Both persons of a `same_person` case with what agrees; of another unit's, the unit alone."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        row = await cases.get(session, case_id, identity.units)
        if row.kind != CaseKind.SAME_PERSON.value:
            raise NotFound(f"duplicate {case_id}")
        found = row.details
        places = [
            (uuid.UUID(found["person"]), row.dossier_id, row.unit_code),
            (uuid.UUID(found["other_person"]), uuid.UUID(found["other_dossier"]), found["other_unit"]),
        ]
        known = await persons_of(session, [person_id for person_id, _, _ in places], identity.units)
        names = await units.names_of(session, {unit for _, _, unit in places})
    response.headers["ETag"] = etag(row.version)
    response.headers["Cache-Control"] = "private, no-store"
    return Sides(
        case=case_of(row),
        score=found["score"],
        reasons=[Reason(each) for each in found["reasons"]],
        sides=[
            Side(
                person_id=person_id,
                dossier_id=dossier_id,
                unit=unit,
                unit_name=names[unit],
                person=known.get(person_id),
            )
            for person_id, dossier_id, unit in places
        ],
    )
