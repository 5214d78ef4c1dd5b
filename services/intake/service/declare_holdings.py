"""Declaring how much a unit's shelves hold: the denominator of its progress."""

from datetime import UTC, datetime

from contracts.events import HoldingsDeclared
from contracts.vocabulary import DossierKind
from kernel.concurrency import check_version
from kernel.database import WriteSession
from kernel.errors import PreconditionFailed
from kernel.outbox import record
from services.intake import repository
from services.intake.models import HoldingsRow
from services.intake.schemas import DeclareHoldings, Holdings
from services.intake.service.open_batch import known_unit_name


async def declare_holdings(
    session: WriteSession,
    unit: str,
    kind: DossierKind,
    wanted: DeclareHoldings,
    declared_by: str,
    *,
    if_match: str | None,
    if_none_match: str | None,
) -> tuple[HoldingsRow, bool]:
    """Store a unit's count and announce it; the second value tells whether it is the first.

    A later count needs the ETag of the one before.
    Raises UnknownUnit, PreconditionRequired, PreconditionFailed.
    """
    await known_unit_name(session, unit)
    row = await repository.lock_holdings(session, unit, kind)
    if row is not None:
        if if_none_match == "*":
            raise PreconditionFailed("there is a count already")
        check_version(if_match, row.version)
    elif if_match:
        raise PreconditionFailed("there is no count yet")
    first = row is None
    if row is None:
        row = HoldingsRow(unit_code=unit, kind=kind, version=0)
        session.add(row)
    row.dossiers, row.sheets = wanted.dossiers, wanted.sheets
    row.counted_on, row.source = wanted.counted_on, wanted.source
    row.declared_at, row.declared_by = datetime.now(UTC), declared_by
    row.version += 1
    await session.flush()
    await record(
        session,
        HoldingsDeclared(
            unit_code=unit,
            kind=kind,
            dossiers=row.dossiers,
            sheets=row.sheets,
            counted_on=row.counted_on,
            source=row.source,
            version=row.version,
        ),
    )
    return row, first


def holdings_view(row: HoldingsRow) -> Holdings:
    """What the unit has declared."""
    return Holdings(
        unit=row.unit_code,
        kind=DossierKind(row.kind),
        dossiers=row.dossiers,
        sheets=row.sheets,
        counted_on=row.counted_on,
        source=row.source,
        version=row.version,
        declared_at=row.declared_at,
    )
