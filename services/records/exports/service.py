"""Use cases of exports: ask for them, try them again, settle what a destination found different."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.identity import Identity
from kernel.ids import new_id
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.exports import repository
from services.records.exports.adapters import Receipt
from services.records.exports.domain import (
    WAITING,
    AdapterKind,
    ExportState,
    Resolution,
    pause_after,
)
from services.records.exports.models import DestinationRow, ExportRow, TicketRow
from services.records.sql import Waits


class DestinationUnknown(Unprocessable):
    """No active destination has this code."""

    slug = "destination_unknown"
    title = "Không có nơi nhận này"
    title_en = "No such destination"


class DestinationUnfit(Unprocessable):
    """The settings are not what the adapter needs."""

    slug = "destination_unfit"
    title = "Cấu hình nơi nhận không hợp lệ"
    title_en = "The destination's settings do not fit its adapter"


class NotWaiting(Conflict):
    """The export is done: there is nothing to try again."""

    slug = "export_not_waiting"
    title = "Gói này không chờ gửi"
    title_en = "The export does not wait"


class TicketResolved(Conflict):
    """Somebody has resolved the ticket."""

    slug = "ticket_resolved"
    title = "Phiếu sai lệch đã được xử lý"
    title_en = "The ticket has been resolved"


async def set_destination(
    session: WriteSession,
    code: str,
    if_match: str | None,
    *,
    name: str,
    adapter: AdapterKind,
    settings: Mapping[str, Any],
    active: bool,
) -> DestinationRow:
    """Make or change a destination; raises DestinationUnfit, PreconditionRequired, PreconditionFailed."""
    if adapter is AdapterKind.HTTP:
        url = str(settings.get("url", ""))
        if set(settings) != {"url"} or not url.startswith(("http://", "https://")):
            raise DestinationUnfit("an http destination has a `url`")
    elif set(settings) != {"folder"} or not str(settings["folder"]).startswith("/"):
        raise DestinationUnfit("a folder destination has a `folder`, from the root")
    row = await repository.lock_destination(session, code)
    if row is None:
        row = DestinationRow(code=code, name=name, adapter=adapter.value, settings={}, version=0, failures=0)
        session.add(row)
    else:
        check_version(if_match, row.version)
    row.name, row.adapter, row.settings, row.active = name, adapter.value, dict(settings), active
    row.version += 1
    await session.flush()
    return row


async def ask(
    session: WriteSession, identity: Identity, destination: str, dossier_ids: Iterable[uuid.UUID]
) -> list[ExportRow]:
    """Queue dossiers for a destination; one that waits already is answered as it is.

    Raises:
        DestinationUnknown, NotFound.
    """
    where = await repository.get_destination(session, destination)
    if where is None or not where.active:
        raise DestinationUnknown(f"no destination {destination}")
    rows = await dossiers.hold_still(session, dossier_ids, identity.units)
    waiting = await repository.open_exports(session, destination, [row.id for row in rows])
    known = {one.dossier_id for one in waiting}
    fresh = [
        ExportRow(
            id=new_id(),
            dossier_id=row.id,
            unit_code=row.unit_code,
            destination=destination,
            state=ExportState.QUEUED.value,
            purpose=identity.purpose,
            asked_by=identity.subject,
        )
        for row in rows
        if row.id not in known
    ]
    session.add_all(fresh)
    await session.flush()
    for one in fresh:
        await session.refresh(one)
    await dossiers.note(
        session,
        Act.EXPORT_ASKED,
        [
            (one.dossier_id, one.unit_code, {"export": str(one.id), "destination": destination})
            for one in fresh
        ],
        identity.subject,
    )
    return [*waiting, *fresh]


async def replay(session: WriteSession, export_id: uuid.UUID) -> ExportRow:
    """Try an export now, also one that was given up; raises NotFound, NotWaiting."""
    row = await _locked(session, export_id)
    state = ExportState(row.state)
    if state is ExportState.FAILED:
        row.state = (ExportState.PACKED if row.package_key else ExportState.QUEUED).value
        row.finished_at, row.attempts = None, 0
    elif state not in WAITING:
        raise NotWaiting(extensions={"state": row.state})
    row.next_at, row.problem = datetime.now(UTC), None
    row.version += 1
    await _line_up(session, row.destination)
    await session.flush()
    return row


async def replay_all(session: WriteSession, destination: str) -> int:
    """The line is back: try all that waits for a destination; returns how many. Raises DestinationUnknown."""
    if await _line_up(session, destination) is None:
        raise DestinationUnknown(f"no destination {destination}")
    return await repository.hurry(session, destination, datetime.now(UTC))


async def note_packed(session: WriteSession, export_id: uuid.UUID, key: str, sha256: str, size: int) -> None:
    """An export's package lies in storage."""
    row = await _locked(session, export_id)
    row.package_key, row.sha256, row.size_bytes = key, sha256, size
    row.state, row.problem, row.next_at = ExportState.PACKED.value, None, datetime.now(UTC)
    row.version += 1


async def note_waiting(session: WriteSession, export_id: uuid.UUID, until: datetime, why: str) -> None:
    """An export cannot go on before a time."""
    row = await _locked(session, export_id)
    row.next_at, row.problem = until, why


async def note_failed(session: WriteSession, export_id: uuid.UUID, why: str) -> None:
    """An export is given up until somebody replays it."""
    row = await _locked(session, export_id)
    row.state, row.problem, row.finished_at = ExportState.FAILED.value, why[:200], datetime.now(UTC)
    row.attempts += 1
    row.version += 1


async def note_line_down(session: WriteSession, export_id: uuid.UUID, why: str) -> None:
    """Nothing reaches the destination: everything for it waits, longer each time."""
    row = await _locked(session, export_id)
    where = await repository.lock_destination(session, row.destination)
    if where is not None:
        where.failures += 1
        where.down_until = datetime.now(UTC) + pause_after(where.failures)
        row.next_at = where.down_until
    row.attempts += 1
    row.problem = why[:200]
    row.version += 1


async def note_delivered(session: WriteSession, export_id: uuid.UUID, receipt: Receipt) -> None:
    """The destination has taken the package; what it found different becomes a ticket."""
    row = await _locked(session, export_id)
    state = ExportState.DISCREPANT if receipt.differences else ExportState.DELIVERED
    row.state, row.receipt, row.problem = state.value, receipt.mark, None
    row.finished_at = datetime.now(UTC)
    row.attempts += 1
    row.version += 1
    await _line_up(session, row.destination)
    if receipt.differences:
        session.add(
            TicketRow(
                id=new_id(),
                export_id=row.id,
                dossier_id=row.dossier_id,
                unit_code=row.unit_code,
                differences={"items": receipt.differences},
            )
        )
    details = {
        "export": str(row.id),
        "destination": row.destination,
        "state": state.value,
        "sha256": row.sha256,
    }
    await dossiers.note(session, Act.EXPORT_ENDED, [(row.dossier_id, row.unit_code, details)])


async def resolve(
    session: WriteSession,
    ticket_id: uuid.UUID,
    if_match: str | None,
    resolution: Resolution,
    note: str,
    who: str,
) -> TicketRow:
    """Settle a discrepancy; `resend` packs and sends the dossier anew.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, TicketResolved.
    """
    ticket = await repository.lock_ticket(session, ticket_id)
    if ticket is None:
        raise NotFound(f"ticket {ticket_id}")
    check_version(if_match, ticket.version)
    if ticket.resolution is not None:
        raise TicketResolved
    ticket.resolution, ticket.note = resolution.value, note
    ticket.resolved_by, ticket.resolved_at = who, datetime.now(UTC)
    ticket.version += 1
    row = await _locked(session, ticket.export_id)
    row.version += 1
    if resolution is Resolution.RESEND:
        row.state, row.package_key, row.finished_at = ExportState.QUEUED.value, None, None
        row.round += 1
        row.next_at = datetime.now(UTC)
    else:
        row.state = ExportState.DELIVERED.value
    await session.flush()
    return ticket


async def list_exports(
    session: ReadSession, *, state: ExportState | None, before: uuid.UUID | None, limit: int
) -> Sequence[ExportRow]:
    """Exports of the session's units, newest first."""
    return await repository.page_of_exports(
        session, state=state.value if state else None, before=before, limit=limit
    )


async def _locked(session: WriteSession, export_id: uuid.UUID) -> ExportRow:
    row = await repository.lock(session, export_id)
    if row is None:
        raise NotFound(f"export {export_id}")
    return row


async def _line_up(session: WriteSession, destination: str) -> DestinationRow | None:
    where = await repository.lock_destination(session, destination)
    if where is not None:
        where.failures, where.down_until = 0, None
    return where


def waits() -> Waits:
    """Exports that failed for good."""
    return repository.waits()
