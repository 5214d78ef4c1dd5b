"""HTTP of a scan batch's sheets: what was counted before scanning, against what has come."""

import uuid

from fastapi import APIRouter, Request

from kernel.identity import CurrentIdentity
from services.records.life import batches
from services.records.life.domain import Sheets
from services.records.life.schemas import BatchSheets, DifferingDossier

routes = APIRouter(prefix="/v1/scan-batches", tags=["life"])

MOST_NAMED = 20
"""Dossiers named that do not balance: their number says the rest."""


@routes.get("/{batch_id}/sheets", summary="Số tờ đếm trước và đã quét của lô · A batch's sheets")
async def get_batch_sheets(batch_id: uuid.UUID, request: Request, identity: CurrentIdentity) -> BatchSheets:
    """Sheets of the dossiers that have pages of the batch; all zero until its pages are filed."""
    async with request.app.state.runtime.database.read(identity.units) as session:
        found = await batches.balances_of_batch(session, batch_id)
    total = sum((one.total for one in found), Sheets())
    differing = [one for one in found if not one.balanced]
    return BatchSheets(
        dossiers=len(found),
        counted_dossiers=sum(bool(one.documents) for one in found),
        surveyed=total.surveyed,
        scanned=total.scanned,
        blank=total.blank,
        exempt=total.exempt,
        missing=total.missing,
        differing=len(differing),
        first_differing=[
            DifferingDossier(
                dossier_id=one.dossier_id, first_file=one.first_file, difference=one.total.difference
            )
            for one in differing[:MOST_NAMED]
        ],
    )
