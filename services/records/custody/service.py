"""Use cases of custody: send, accept, refuse and recall dossiers; move them; tell who held them."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from contracts.events import DossierTransferred
from contracts.vocabulary import DossierKind
from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession, set_scope
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.identity import Identity
from kernel.ids import new_id
from kernel.outbox import record
from services.records.custody import repository
from services.records.custody.domain import Cause, TransferState
from services.records.custody.models import PeriodRow, TransferRow
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import DossierRow
from services.records.shelves import service as shelves
from services.records.sql import Waits
from services.records.units import service as units

AnySession = ReadSession | WriteSession


class TransferToItself(Unprocessable):
    """A dossier cannot be sent to the unit that holds it."""

    slug = "transfer_to_itself"
    title = "Không thể chuyển hồ sơ đến chính đơn vị đang giữ"
    title_en = "The unit holds the dossier already"


class DossierInTransit(Conflict):
    """The dossier is on its way to another unit."""

    slug = "dossier_in_transit"
    title = "Hồ sơ đang được chuyển đi"
    title_en = "The dossier is in transit"


class TransferSettled(Conflict):
    """The transfer was accepted, refused or recalled already."""

    slug = "transfer_settled"
    title = "Việc chuyển hồ sơ này đã kết thúc"
    title_en = "The transfer is settled"


class PartOfConsignment(Conflict):
    """A dossier of a consignment is checked with its packing list."""

    slug = "part_of_consignment"
    title = "Hồ sơ này thuộc một lô chuyển, phải kiểm theo bảng kê"
    title_en = "Check it with its consignment"


async def send(
    session: WriteSession,
    identity: Identity,
    dossier_ids: Collection[uuid.UUID],
    to_unit: str,
    reason: str,
    *,
    consignment_id: uuid.UUID | None = None,
) -> list[TransferRow]:
    """Put dossiers on their way; they count with their sender until they are accepted. All or none.

    Raises:
        NotFound, UnitUnknown, UnitOfAnotherTime, TransferToItself, DossierInTransit.
    """
    await units.require_unit(session, to_unit)
    rows = await dossiers.hold_still(session, dossier_ids, identity.units)
    if any(row.unit_code == to_unit for row in rows):
        raise TransferToItself(extensions={"unit": to_unit})
    await require_not_in_transit(session, [row.id for row in rows])
    transfers = [
        TransferRow(
            id=new_id(),
            dossier_id=row.id,
            kind=row.kind,
            reference=row.reference,
            from_unit_code=row.unit_code,
            to_unit_code=to_unit,
            consignment_id=consignment_id,
            state=TransferState.IN_TRANSIT.value,
            reason=reason,
            sent_by=identity.subject,
            sent_at=datetime.now(UTC),
            version=1,
        )
        for row in rows
    ]
    session.add_all(transfers)
    await session.flush()
    await shelves.leave(session, rows, identity.subject)
    await dossiers.touch(session, [row.id for row in rows])
    await _note(session, Act.TRANSFER_SENT, transfers, identity.subject)
    return transfers


async def accept(
    session: WriteSession, identity: Identity, transfer_id: uuid.UUID, if_match: str | None
) -> TransferRow:
    """The receiver has the paper and takes the dossier over.

    Raises:
        NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransferSettled, PartOfConsignment.
    """
    transfer = await _open(session, identity, transfer_id, if_match, receiver=True)
    await take_over(session, [transfer], identity.subject)
    return transfer


async def refuse(
    session: WriteSession, identity: Identity, transfer_id: uuid.UUID, if_match: str | None, reason: str
) -> TransferRow:
    """The receiver does not take the dossier; raises what `accept` does."""
    transfer = await _open(session, identity, transfer_id, if_match, receiver=True)
    await settle(session, [transfer], TransferState.REFUSED, identity.subject, reason)
    return transfer


async def recall(
    session: WriteSession, identity: Identity, transfer_id: uuid.UUID, if_match: str | None, reason: str
) -> TransferRow:
    """The sender takes the dossier back before it was accepted; raises what `accept` does."""
    transfer = await _open(session, identity, transfer_id, if_match, receiver=False)
    await settle(session, [transfer], TransferState.RECALLED, identity.subject, reason)
    return transfer


async def take_over(session: WriteSession, transfers: Sequence[TransferRow], who: str) -> None:
    """Accept open transfers to one unit, whose dossiers are locked."""
    receiver = transfers[0].to_unit_code
    for transfer in transfers:
        _close(transfer, TransferState.ACCEPTED, who, None)
    held = await dossiers.get_many(session, [transfer.dossier_id for transfer in transfers])
    move_id = transfers[0].consignment_id or transfers[0].id
    await shelves.arrive(session, list(held.values()), who)
    await move(session, list(held.values()), receiver, cause=Cause.TRANSFER, move_id=move_id, who=who)
    await _note(session, Act.TRANSFER_ACCEPTED, transfers, who)


async def settle(
    session: WriteSession, transfers: Sequence[TransferRow], state: TransferState, who: str, reason: str
) -> None:
    """End open transfers without a move."""
    for transfer in transfers:
        _close(transfer, state, who, reason)
    await dossiers.touch(session, [transfer.dossier_id for transfer in transfers])
    await _note(session, Act.TRANSFER_ENDED, transfers, who)


async def move(
    session: WriteSession,
    rows: Sequence[DossierRow],
    to_unit: str,
    *,
    cause: Cause,
    move_id: uuid.UUID | None,
    who: str,
) -> None:
    """Let another unit hold locked dossiers: every row of theirs goes with them, in this transaction.

    Announces how many dossiers left which unit. The transaction's scope must hold both units.
    """
    counts = Counter((row.unit_code, row.kind) for row in rows)
    ids = [row.id for row in rows]
    await repository.move_rows(
        session, ids, to_unit, at=datetime.now(UTC), cause=cause, move_id=move_id, who=who
    )
    for row in rows:
        session.expire(row)
    await announce_moves(session, counts, to_unit, move_id)


async def follow_dossier(session: WriteSession, row: DossierRow) -> None:
    """Let every row of a locked dossier be its unit's, those that another unit's dossier gave it too."""
    await repository.follow_unit(session, [row.id], row.unit_code)


async def announce_moves(
    session: WriteSession, counts: Counter[tuple[str, str]], to_unit: str, move_id: uuid.UUID | None
) -> None:
    """Tell how many dossiers of (unit, kind) went to `to_unit`."""
    await record(
        session,
        *(
            DossierTransferred(
                from_unit_code=unit,
                to_unit_code=to_unit,
                kind=DossierKind(kind),
                dossier_count=count,
                move_id=move_id,
            )
            for (unit, kind), count in sorted(counts.items())
        ),
    )


async def require_not_in_transit(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> None:
    """Raise DossierInTransit if one of the dossiers is on its way."""
    travelling = await repository.open_transfers(session, dossier_ids)
    if travelling:
        raise DossierInTransit(extensions={"dossiers": [str(one) for one in travelling]})


async def in_transit(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Of these dossiers, those that are on their way to another unit."""
    return set(await repository.open_transfers(session, dossier_ids))


async def transfer_of(session: AnySession, dossier_id: uuid.UUID) -> TransferRow | None:
    """The transfer that a dossier is on, if it is on its way."""
    return (await repository.open_transfers(session, [dossier_id])).get(dossier_id)


async def periods_of(
    session: ReadSession, dossier_id: uuid.UUID, scope: Iterable[str]
) -> Sequence[PeriodRow]:
    """Who held a dossier, oldest first; raises NotFound."""
    await dossiers.get_dossier(session, dossier_id, scope)
    return await repository.periods_of(session, dossier_id)


async def get_transfer(session: AnySession, identity: Identity, transfer_id: uuid.UUID) -> TransferRow:
    """A transfer that the caller's units send or receive; raises NotFound."""
    row = await repository.get_transfer(session, transfer_id)
    if row is None or not (identity.may_see(row.from_unit_code) or identity.may_see(row.to_unit_code)):
        raise NotFound(f"transfer {transfer_id}")
    return row


async def _open(
    session: WriteSession, identity: Identity, transfer_id: uuid.UUID, if_match: str | None, *, receiver: bool
) -> TransferRow:
    """An open transfer of the version seen, with its dossier locked before it, as everywhere."""
    row = await get_transfer(session, identity, transfer_id)
    identity.require_unit(row.to_unit_code if receiver else row.from_unit_code)
    await set_scope(session, {row.from_unit_code, row.to_unit_code})
    await dossiers.hold_still(session, [row.dossier_id], {row.from_unit_code, row.to_unit_code})
    locked = await repository.lock_transfer(session, transfer_id)
    if locked is None:
        raise NotFound(f"transfer {transfer_id}")
    check_version(if_match, locked.version)
    if locked.state != TransferState.IN_TRANSIT.value:
        raise TransferSettled(extensions={"state": locked.state})
    if locked.consignment_id is not None:
        raise PartOfConsignment(extensions={"consignment_id": str(locked.consignment_id)})
    return locked


def _close(transfer: TransferRow, state: TransferState, who: str, reason: str | None) -> None:
    transfer.state, transfer.settled_by, transfer.settle_reason = state.value, who, reason
    transfer.settled_at = datetime.now(UTC)
    transfer.version += 1


async def _note(session: WriteSession, act: Act, transfers: Iterable[TransferRow], who: str) -> None:
    await dossiers.note(
        session,
        act,
        [
            (
                one.dossier_id,
                one.to_unit_code if act is Act.TRANSFER_ACCEPTED else one.from_unit_code,
                {
                    "transfer_id": str(one.id),
                    "from": one.from_unit_code,
                    "to": one.to_unit_code,
                    "state": one.state,
                    "reason": one.settle_reason or one.reason,
                },
            )
            for one in transfers
        ],
        who,
    )


def waits(*, everywhere: bool) -> Waits:
    """Transfers that UNITS are to accept."""
    return repository.waits(everywhere=everywhere)
