"""Use cases of the barcode scanner: what is to be sent, what arrived."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from kernel.database import WriteSession
from kernel.identity import Identity
from services.records.custody import consignments, repository, service
from services.records.custody.domain import CONSIGNMENT_PREFIX
from services.records.custody.models import ConsignmentRow, TransferRow
from services.records.custody.schemas import Finding
from services.records.dossiers import service as dossiers
from services.records.dossiers.models import DossierRow
from services.records.shelves import barcodes
from services.records.shelves.domain import read_code


async def look_up(
    session: WriteSession, identity: Identity, code: str
) -> tuple[DossierRow, TransferRow | None]:
    """The dossier that a code names, and its open transfer; raises CodeUnknown, CodeAmbiguous, NotFound."""
    named = await barcodes.dossier_named(session, code)
    (row,) = await dossiers.hold_still(session, [named], identity.units)
    return row, await service.transfer_of(session, named)


async def scan(
    session: WriteSession, identity: Identity, consignment_id: uuid.UUID, code: str
) -> tuple[Finding, ConsignmentRow]:
    """Take over what the code names if it is listed and waits; note as surplus what is not listed.

    Raises:
        NotFound, Forbidden, ConsignmentChecked, CodeUnknown (a damaged code).
    """
    if code.strip().startswith(CONSIGNMENT_PREFIX):
        # The list itself is no paper that came without being listed.
        raise barcodes.CodeUnknown(extensions={"code": code.strip()[:100]})
    consignment = await consignments.open_for_check(session, identity, consignment_id)
    listed = _listed(await repository.listed(session, consignment_id), code)
    if listed is None:
        return await _surplus(session, identity, consignment, code), consignment
    waiting = await consignments.lock_waiting(session, consignment)
    if listed.dossier_id not in waiting:
        return Finding.ALREADY, consignment
    await service.take_over(session, [waiting[listed.dossier_id]], identity.subject)
    consignment.arrived += 1
    consignment.version += 1
    await session.flush()
    return Finding.ARRIVED, consignment


def _listed(rows: Sequence[TransferRow], code: str) -> TransferRow | None:
    try:
        read = read_code(code)
    except ValueError as error:
        raise barcodes.CodeUnknown(extensions={"code": code[:100]}) from error
    return next(
        (
            one
            for one in rows
            if (one.dossier_id == read.dossier_id if read.dossier_id else one.reference == read.text)
        ),
        None,
    )


async def _surplus(
    session: WriteSession, identity: Identity, consignment: ConsignmentRow, code: str
) -> Finding:
    plain = read_code(code)
    if any(one["code"] == plain.text for one in consignment.surplus):
        return Finding.ALREADY
    try:
        named = await barcodes.dossier_named(session, code)
    except (barcodes.CodeUnknown, barcodes.CodeAmbiguous):
        known = None
    else:
        # A printed code may name a third unit's dossier, which this transaction does not see.
        known = named if await dossiers.get_many(session, [named]) else None
    note = {
        "code": plain.text,
        "dossier_id": str(known) if known else None,
        "at": datetime.now(UTC).isoformat(),
        "who": identity.subject,
    }
    consignment.surplus = [*consignment.surplus, note]
    consignment.version += 1
    await session.flush()
    return Finding.SURPLUS
