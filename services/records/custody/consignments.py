"""Use cases of consignments: pack and send, check the packing list on arrival."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession, set_scope
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.identity import Identity
from kernel.ids import new_id
from services.records.cases import service as cases
from services.records.cases.domain import CaseKind, Found
from services.records.custody import repository, service
from services.records.custody.domain import ConsignmentState, Outcome, TransferState
from services.records.custody.models import ConsignmentRow, TransferRow
from services.records.dossiers import service as dossiers

AnySession = ReadSession | WriteSession


class SeveralSenders(Unprocessable):
    """The dossiers of a consignment must lie with one unit."""

    slug = "several_senders"
    title = "Lô chuyển chỉ gồm hồ sơ của một đơn vị"
    title_en = "A consignment comes from one unit"


class NotListed(Unprocessable):
    """What arrived is not on the packing list, or was checked before; nothing was taken."""

    slug = "not_listed"
    title = "Có hồ sơ không có trong bảng kê hoặc đã kiểm"
    title_en = "Not on the packing list, or checked already"


class ConsignmentChecked(Conflict):
    """The packing list was checked to its end."""

    slug = "consignment_checked"
    title = "Lô chuyển này đã kiểm xong"
    title_en = "The consignment is checked"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the receiver finds of one dossier."""

    outcome: Outcome
    reason: str = ""


async def dispatch(
    session: WriteSession, identity: Identity, dossier_ids: Collection[uuid.UUID], to_unit: str, note: str
) -> ConsignmentRow:
    """Send dossiers of one unit together, listed; raises SeveralSenders and what `send` does."""
    rows = await dossiers.hold_still(session, dossier_ids, identity.units)
    senders = {row.unit_code for row in rows}
    if len(senders) != 1:
        raise SeveralSenders(extensions={"units": [*sorted(senders)]})
    if to_unit in senders:
        raise service.TransferToItself(extensions={"unit": to_unit})
    consignment = ConsignmentRow(
        id=new_id(),
        from_unit_code=senders.pop(),
        to_unit_code=to_unit,
        state=ConsignmentState.IN_TRANSIT.value,
        note=note,
        listed=len(rows),
        arrived=0,
        refused=0,
        missing=0,
        surplus=[],
        sent_by=identity.subject,
        sent_at=datetime.now(UTC),
        version=1,
    )
    session.add(consignment)
    await session.flush()
    await service.send(session, identity, dossier_ids, to_unit, note, consignment_id=consignment.id)
    return consignment


async def check(
    session: WriteSession,
    identity: Identity,
    consignment_id: uuid.UUID,
    found: Mapping[uuid.UUID, Checked],
    if_match: str | None,
) -> ConsignmentRow:
    """Take over what arrived and refuse what cannot stay, by dossier; one wrong item refuses the request.

    Raises:
        NotFound, Forbidden, PreconditionRequired, PreconditionFailed, ConsignmentChecked, NotListed.
    """
    consignment = await open_for_check(session, identity, consignment_id)
    check_version(if_match, consignment.version)
    waiting = await lock_waiting(session, consignment)
    if strange := sorted(str(one) for one in found.keys() - waiting.keys()):
        raise NotListed(extensions={"dossiers": list(strange)})
    arrived = [waiting[one] for one, checked in found.items() if checked.outcome is Outcome.ARRIVED]
    if arrived:
        await service.take_over(session, arrived, identity.subject)
    refused = {one: checked for one, checked in found.items() if checked.outcome is Outcome.REFUSED}
    for one, checked in refused.items():
        await service.settle(session, [waiting[one]], TransferState.REFUSED, identity.subject, checked.reason)
    consignment.arrived += len(arrived)
    consignment.refused += len(refused)
    consignment.version += 1
    await session.flush()
    return consignment


async def close(
    session: WriteSession, identity: Identity, consignment_id: uuid.UUID, if_match: str | None
) -> ConsignmentRow:
    """End the check: what was not found is missing, stays with its sender and is named; raises as `check`.

    Every difference becomes a review case of its dossier: missing, refused, came without being listed.
    """
    consignment = await open_for_check(session, identity, consignment_id)
    check_version(if_match, consignment.version)
    waiting = list((await lock_waiting(session, consignment)).values())
    if waiting:
        await service.settle(
            session, waiting, TransferState.MISSING, identity.subject, "not found on arrival"
        )
    consignment.missing = len(waiting)
    consignment.state = ConsignmentState.CHECKED.value
    consignment.checked_by, consignment.checked_at = identity.subject, datetime.now(UTC)
    consignment.version += 1
    await session.flush()
    await _open_cases(session, consignment)
    return consignment


async def get(session: AnySession, identity: Identity, consignment_id: uuid.UUID) -> ConsignmentRow:
    """A consignment that the caller's units send or receive; raises NotFound."""
    row = await repository.get_consignment(session, consignment_id)
    if row is None or not (identity.may_see(row.from_unit_code) or identity.may_see(row.to_unit_code)):
        raise NotFound(f"consignment {consignment_id}")
    return row


async def packing_list(session: AnySession, consignment_id: uuid.UUID) -> Sequence[TransferRow]:
    """What is listed, with what became of each."""
    return await repository.listed(session, consignment_id)


async def open_for_check(
    session: WriteSession, identity: Identity, consignment_id: uuid.UUID
) -> ConsignmentRow:
    """An open consignment of the receiver's, locked; raises NotFound, Forbidden, ConsignmentChecked."""
    row = await get(session, identity, consignment_id)
    identity.require_unit(row.to_unit_code)
    await set_scope(session, {row.from_unit_code, row.to_unit_code})
    locked = await repository.lock_consignment(session, consignment_id)
    if locked is None:
        raise NotFound(f"consignment {consignment_id}")
    if locked.state != ConsignmentState.IN_TRANSIT.value:
        raise ConsignmentChecked
    return locked


async def lock_waiting(session: WriteSession, consignment: ConsignmentRow) -> dict[uuid.UUID, TransferRow]:
    """Dossier → transfer of what was not checked yet, the dossiers locked."""
    waiting = {
        one.dossier_id: one
        for one in await repository.listed(session, consignment.id)
        if one.state == TransferState.IN_TRANSIT.value
    }
    if waiting:
        await dossiers.hold_still(
            session, list(waiting), {consignment.from_unit_code, consignment.to_unit_code}
        )
    return waiting


_CASE_OF = {
    TransferState.MISSING.value: CaseKind.MISSING_ON_ARRIVAL,
    TransferState.REFUSED.value: CaseKind.REFUSED_ON_ARRIVAL,
}


async def _open_cases(session: WriteSession, consignment: ConsignmentRow) -> None:
    """A case at the holder for everything in which list and arrival differ."""
    details = {"consignment_id": str(consignment.id), "to": consignment.to_unit_code}
    found = [
        Found(one.dossier_id, _CASE_OF[one.state], str(consignment.id), details)
        for one in await repository.listed(session, consignment.id)
        if one.state in _CASE_OF
    ]
    found += [
        Found(uuid.UUID(one["dossier_id"]), CaseKind.SURPLUS_ON_ARRIVAL, str(consignment.id), details)
        for one in consignment.surplus
        if one["dossier_id"]
    ]
    holders = await dossiers.get_many(session, [one.dossier_id for one in found])
    units = {one.id: one.unit_code for one in holders.values()}
    await cases.add_found(session, units, [one for one in found if one.dossier_id in units])
