"""Sheets of a scan batch: of the dossiers that have pages of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from kernel.database import ReadSession, WriteSession
from services.records.dossiers import pages
from services.records.life import repository
from services.records.life.domain import Sheets

AnySession = ReadSession | WriteSession


@dataclass(frozen=True, slots=True)
class BatchDossier:
    """A dossier of a batch with the sheets of its documents; none where nobody listed or surveyed them."""

    dossier_id: uuid.UUID
    first_file: int
    """Position in the batch of its first page there."""
    documents: Sequence[Sheets]

    @property
    def total(self) -> Sheets:
        """All documents together."""
        return sum(self.documents, Sheets())

    @property
    def balanced(self) -> bool:
        """Whether no document differs: documents are never set off against each other."""
        return not any(one.difference for one in self.documents)


async def balances_of_batch(session: AnySession, batch_id: uuid.UUID) -> list[BatchDossier]:
    """The dossiers with pages of a batch, in its order, with their sheets from every batch."""
    places = await pages.dossiers_of_batch(session, batch_id)
    papers = await repository.surveyed_of_many(session, places)
    exempt = await repository.exempt_of_many(session, places)
    return [
        BatchDossier(
            dossier_id,
            place,
            [
                Sheets(
                    *(one.surveyed, one.scanned, one.blank),
                    exempt.get((dossier_id, one.ordinal), 0),
                    one.missing,
                )
                for one in papers.get(dossier_id, [])
            ],
        )
        for dossier_id, place in sorted(places.items(), key=lambda one: one[1])
    ]
