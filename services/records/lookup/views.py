"""From rows to what goes over the wire."""

import uuid
from collections.abc import Iterable, Sequence

from contracts.vocabulary import DossierKind
from kernel.database import ReadSession
from kernel.identity import Identity
from services.records.cases import service as cases
from services.records.dossiers import service as dossiers
from services.records.dossiers.views import title_of
from services.records.lookup.domain import Kind
from services.records.lookup.schemas import Holding, LookUpFound, SnippetPart
from services.records.lookup.service import Hit
from services.records.persons.schemas import Person
from services.records.persons.views import persons_of
from services.records.shelves import service as shelves
from services.records.shelves.views import papers_of
from services.records.units import service as units


async def answers_of(session: ReadSession, hits: Sequence[Hit], identity: Identity) -> list[LookUpFound]:
    """Hits with persons, and with where the dossiers that they are about can be had."""
    people = await persons_of(
        session, [hit.subject for hit in hits if hit.kind is Kind.PERSON], identity.units
    )
    about = {hit: _dossiers(hit, people.get(hit.subject)) for hit in hits}
    held = await holdings_of(session, {one for ids in about.values() for one in ids})
    return [
        LookUpFound(
            kind=hit.kind,
            matched=[str(one) for one in hit.matched],
            score=hit.score,
            person=people.get(hit.subject),
            holdings=[held[one] for one in ids if one in held],
            page_id=hit.subject if hit.kind is Kind.PAGE else None,
            snippet=[SnippetPart.model_validate(part) for part in hit.parts],
        )
        for hit, ids in about.items()
        if hit.kind is not Kind.PERSON or hit.subject in people
    ]


async def holdings_of(session: ReadSession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Holding]:
    """Dossiers of the transaction's units, by id."""
    rows = await dossiers.get_many(session, dossier_ids)
    where = await shelves.papers_of(session, rows)
    papers = await papers_of(session, [(row, where.get(row.id)) for row in rows.values()])
    names = await units.names_of(session, {row.unit_code for row in rows.values()})
    held = await cases.held(session, rows)
    return {
        row.id: Holding(
            id=row.id,
            kind=DossierKind(row.kind),
            reference=row.reference,
            title=title_of(row),
            unit=row.unit_code,
            unit_name=names[row.unit_code],
            page_count=row.page_count,
            document_count=row.document_count,
            digitised=row.page_count > 0,
            held=row.id in held,
            paper=paper,
        )
        for row, paper in zip(rows.values(), papers, strict=True)
    }


def _dossiers(hit: Hit, person: Person | None) -> list[uuid.UUID]:
    if hit.dossier_id:
        return [hit.dossier_id]
    return [one.id for one in person.dossiers] if person else []
