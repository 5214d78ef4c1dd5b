"""SQL of custody."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text, update

from kernel.database import ReadSession, WriteSession
from services.records.custody.domain import Cause, ConsignmentState, TransferState
from services.records.custody.models import (
    ConsignmentRow,
    PeriodRow,
    ReorganisationRow,
    StepRow,
    TransferRow,
)
from services.records.custody.tables import MOVED
from services.records.sql import NO_MOMENT, Waits, constant, driver_of, in_scope, one_of

AnySession = ReadSession | WriteSession

MOST_SHOWN = 50
"""Reorganisations on one list."""

_PERIODS = """
WITH ended AS (
  UPDATE custody_periods SET ended_at = $2
  WHERE dossier_id = ANY($1::uuid[]) AND ended_at = 'infinity' RETURNING dossier_id
)
INSERT INTO custody_periods (dossier_id, unit_code, began_at, cause, move_id, who)
SELECT dossier_id, $3, $2, $4, $5, $6 FROM ended"""

_DOSSIERS = """
UPDATE dossiers SET unit_code = $2, version = version + 1 WHERE id = ANY($1::uuid[])"""


async def move_rows(
    session: WriteSession,
    dossier_ids: Sequence[uuid.UUID],
    to_unit: str,
    *,
    at: datetime,
    cause: Cause,
    move_id: uuid.UUID | None,
    who: str,
) -> None:
    """Close the open custody periods of locked dossiers, open the next, and let every row go with them.

    Sent to the driver as arrays: a statement of five thousand parameters costs more than its rows.
    """
    ids = list(dossier_ids)
    await follow_unit(session, ids, to_unit)
    driver = await driver_of(session)
    await driver.execute(_PERIODS, ids, at, to_unit, cause.value, move_id, who)
    await driver.execute(_DOSSIERS, ids, to_unit)


async def follow_unit(session: WriteSession, dossier_ids: Sequence[uuid.UUID], unit: str) -> None:
    """Let every row that belongs to dossiers be their unit's."""
    driver = await driver_of(session)
    for table in MOVED:
        rows = f"UPDATE {table.name} SET unit_code = $2 WHERE {table.rows}"  # noqa: S608 - own names
        await driver.execute(rows, list(dossier_ids), unit)


async def lock_held(session: WriteSession, unit_code: str, limit: int) -> list[tuple[uuid.UUID, str, bool]]:
    """Up to `limit` dossiers (id, kind, whether merged) that a unit holds, locked in everybody's order."""
    some = text(
        "SELECT id, kind, merged_into IS NOT NULL AS merged FROM dossiers WHERE id IN "
        "(SELECT id FROM dossiers WHERE unit_code = :unit ORDER BY id LIMIT :limit) "
        "AND unit_code = :unit ORDER BY reference FOR UPDATE"
    )
    found = await session.execute(some, {"unit": unit_code, "limit": limit})
    return [(row.id, row.kind, row.merged) for row in found]


async def commit_soon(session: WriteSession) -> None:
    """Commit without waiting for the disk: what a crash loses is moved again."""
    await session.execute(text("SET LOCAL synchronous_commit = off"))


async def units_holding(session: AnySession) -> list[str]:
    """Codes of units that hold a dossier, found one after another in the index."""
    found = await session.scalars(
        text(
            "WITH RECURSIVE held AS ("
            " (SELECT unit_code FROM dossiers ORDER BY unit_code LIMIT 1)"
            " UNION ALL SELECT (SELECT d.unit_code FROM dossiers d WHERE d.unit_code > held.unit_code"
            " ORDER BY d.unit_code LIMIT 1) FROM held WHERE held.unit_code IS NOT NULL)"
            " SELECT unit_code FROM held WHERE unit_code IS NOT NULL"
        )
    )
    return [str(code) for code in found]


async def periods_of(session: AnySession, dossier_id: uuid.UUID) -> Sequence[PeriodRow]:
    """Who held a dossier, oldest first."""
    rows = await session.scalars(
        select(PeriodRow).where(PeriodRow.dossier_id == dossier_id).order_by(PeriodRow.ended_at)
    )
    return rows.all()


async def open_transfers(
    session: AnySession, dossier_ids: Iterable[uuid.UUID]
) -> Mapping[uuid.UUID, TransferRow]:
    """Dossier → the transfer that it is on, of those on their way."""
    rows = await session.scalars(
        select(TransferRow).where(
            one_of(TransferRow.dossier_id, dossier_ids), TransferRow.state == TransferState.IN_TRANSIT.value
        )
    )
    return {row.dossier_id: row for row in rows}


async def get_transfer(session: AnySession, transfer_id: uuid.UUID) -> TransferRow | None:
    """A transfer from or to one of the transaction's units."""
    return await session.get(TransferRow, transfer_id)


async def lock_transfer(session: WriteSession, transfer_id: uuid.UUID) -> TransferRow | None:
    """The same, locked and as it is now."""
    return await session.get(TransferRow, transfer_id, with_for_update=True, populate_existing=True)


async def listed(session: AnySession, consignment_id: uuid.UUID) -> Sequence[TransferRow]:
    """The packing list, in the order in which it was given."""
    rows = await session.scalars(
        select(TransferRow).where(TransferRow.consignment_id == consignment_id).order_by(TransferRow.id)
    )
    return rows.all()


async def lock_consignment(session: WriteSession, consignment_id: uuid.UUID) -> ConsignmentRow | None:
    """A consignment, locked and as it is now: its checks take effect one after another."""
    return await session.get(ConsignmentRow, consignment_id, with_for_update=True, populate_existing=True)


async def get_consignment(session: AnySession, consignment_id: uuid.UUID) -> ConsignmentRow | None:
    """A consignment from or to one of the transaction's units."""
    return await session.get(ConsignmentRow, consignment_id)


async def page_of_transfers(
    session: ReadSession,
    *,
    sender: str | None,
    receiver: str | None,
    state: TransferState | None,
    consignment_id: uuid.UUID | None = None,
    dossier_id: uuid.UUID | None = None,
    alone: bool = False,
    before: uuid.UUID | None,
    limit: int,
) -> Sequence[TransferRow]:
    """Transfers that the transaction's units see, newest first."""
    query = select(TransferRow).order_by(TransferRow.id.desc()).limit(limit)
    for column, value in (
        (TransferRow.from_unit_code, sender),
        (TransferRow.to_unit_code, receiver),
        (TransferRow.state, state.value if state else None),
        (TransferRow.consignment_id, consignment_id),
        (TransferRow.dossier_id, dossier_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if alone:
        query = query.where(TransferRow.consignment_id.is_(None))
    if before:
        query = query.where(TransferRow.id < before)
    return (await session.scalars(query)).all()


async def page_of_consignments(
    session: ReadSession, *, before: uuid.UUID | None, limit: int
) -> Sequence[ConsignmentRow]:
    """Consignments that the transaction's units see, newest first."""
    query = select(ConsignmentRow).order_by(ConsignmentRow.id.desc()).limit(limit)
    if before:
        query = query.where(ConsignmentRow.id < before)
    return (await session.scalars(query)).all()


async def redirect_transfers(session: WriteSession, reorganisation_id: uuid.UUID, old: str, new: str) -> None:
    """Open transfers and consignments from or to a unit that ends are its successor's from now on.

    Those between the two have nowhere to go any more and are ended. Rows are locked in the order in which
    others lock them, and units that end together take turns.
    """
    await session.get_one(ReorganisationRow, reorganisation_id, with_for_update=True)
    for table, open_state, ended in (
        (
            ConsignmentRow,
            ConsignmentState.IN_TRANSIT,
            {"state": ConsignmentState.CHECKED.value, "checked_by": "system", "checked_at": func.now()},
        ),
        (
            TransferRow,
            TransferState.IN_TRANSIT,
            {
                "state": TransferState.RECALLED.value,
                "settle_reason": "reorganisation",
                "settled_by": "system",
                "settled_at": func.now(),
            },
        ),
    ):
        source, target, still = table.from_unit_code, table.to_unit_code, table.state == open_state.value
        concerned = still & or_(source == old, target == old)
        await session.execute(select(table.id).where(concerned).order_by(table.id).with_for_update())
        between = or_((source == old) & (target == new), (source == new) & (target == old))
        later = {"version": table.version + 1}
        for where, values in (
            (between, ended),
            (source == old, {"from_unit_code": new}),
            (target == old, {"to_unit_code": new}),
        ):
            await session.execute(
                update(table)
                .where(still, where)
                .values(**values, **later)
                .execution_options(synchronize_session=False)
            )


async def reorganisation_on(session: AnySession, day: Any) -> ReorganisationRow | None:
    """The reorganisation of a day."""
    return (
        await session.scalars(select(ReorganisationRow).where(ReorganisationRow.effective_on == day))
    ).one_or_none()


async def reorganisations(session: AnySession) -> Sequence[ReorganisationRow]:
    """The reorganisations, the latest day first: one or two a year."""
    query = select(ReorganisationRow).order_by(ReorganisationRow.effective_on.desc()).limit(MOST_SHOWN)
    return (await session.scalars(query)).all()


async def steps(session: AnySession, reorganisation_id: uuid.UUID) -> Sequence[StepRow]:
    """A reorganisation's steps."""
    rows = await session.scalars(
        select(StepRow)
        .where(StepRow.reorganisation_id == reorganisation_id)
        .order_by(StepRow.from_unit_code)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def lock_step(session: WriteSession, reorganisation_id: uuid.UUID, code: str) -> StepRow:
    """A step, locked: two that run the same reorganisation take turns."""
    return await session.get_one(
        StepRow, (reorganisation_id, code), with_for_update=True, populate_existing=True
    )


def waits(*, everywhere: bool) -> Waits:
    """What is on its way to UNITS, the longest on its way first."""
    coming = in_scope(TransferRow.to_unit_code, everywhere=everywhere)
    query = select(TransferRow.sent_at, NO_MOMENT).where(
        TransferRow.state == constant(TransferState.IN_TRANSIT)
    )
    return query.where(coming).order_by(TransferRow.id)
