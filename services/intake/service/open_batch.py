"""Opening a scan batch."""

from datetime import UTC, datetime

from contracts.events import ScanBatchOpened
from contracts.vocabulary import BatchState
from kernel.database import WriteSession
from kernel.ids import new_id
from kernel.outbox import record
from services.intake import repository
from services.intake.models import ScanBatchRow
from services.intake.problems import UnitsNotLoaded, UnknownUnit
from services.intake.schemas import OpenScanBatch


async def known_unit_name(session: WriteSession, code: str) -> str:
    """The unit's name; raises UnknownUnit, or UnitsNotLoaded while no unit at all is known."""
    name = await repository.unit_name(session, code)
    if name is not None:
        return name
    if not await repository.any_unit(session):
        raise UnitsNotLoaded(headers={"Retry-After": "2"})
    raise UnknownUnit(f"no unit {code}", extensions={"unit": code})


async def open_batch(session: WriteSession, wanted: OpenScanBatch, opened_by: str) -> ScanBatchRow:
    """Add an open batch and announce it."""
    row = ScanBatchRow(
        id=new_id(),
        unit_code=wanted.unit,
        unit_name=await known_unit_name(session, wanted.unit),
        kind=wanted.kind,
        grouping_method=wanted.grouping.method,
        pages_per_dossier=wanted.grouping.pages_per_dossier,
        duplex=wanted.duplex,
        papers=sorted(set(wanted.papers)),
        note=wanted.note,
        state=BatchState.OPEN,
        opened_by=opened_by,
        opened_at=datetime.now(UTC),
    )
    session.add(row)
    await session.flush()
    await record(
        session,
        ScanBatchOpened(
            batch_id=row.id,
            correlation_id=row.id,
            unit_code=row.unit_code,
            kind=wanted.kind,
            grouping=wanted.grouping.method,
            pages_per_dossier=row.pages_per_dossier,
        ),
    )
    return row
