"""Use cases of review cases: follow what is found, list, resolve."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound
from services.records.cases import repository
from services.records.cases.domain import CaseKind, CaseState, Found, compare
from services.records.cases.models import CaseRow
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act

HOUSEHOLD = "household"
"""Subject of a case that concerns the household as a whole."""


class CaseClosed(Conflict):
    """The case is not open any more."""

    slug = "case_closed"
    title = "Điểm này đã được xử lý"
    title_en = "The case is closed already"


async def follow(
    session: WriteSession,
    units: Mapping[uuid.UUID, str],
    kinds: Collection[CaseKind],
    found: Iterable[Found],
) -> None:
    """Make the cases of these kinds in dossiers (id → unit) be what is found in them now.

    What is new is opened, what no longer holds withdrawn; a resolved case opens again only with other
    details.
    """
    moves = compare(found, await repository.known(session, units, kinds))
    await add_found(session, units, moves.open)
    now = datetime.now(UTC)
    await repository.move(
        session,
        [
            {"id": case_id, "state": CaseState.OPEN.value, "details": dict(one.details), "opened_at": now,
             "resolution": None, "resolved_by": None, "resolved_at": None}
            for case_id, one in moves.reopen
        ]
        + [
            {"id": case_id, "state": CaseState.WITHDRAWN.value, "resolved_at": now}
            for case_id, _ in moves.withdraw
        ],
    )  # fmt: skip
    await _note_opened(session, units, [one for _, one in moves.reopen])
    await dossiers.note(
        session,
        Act.CASE_CLOSED,
        [
            (dossier_id, units[dossier_id], {"kind": kind.value, "subject": subject, "state": "withdrawn"})
            for _, (dossier_id, kind, subject) in moves.withdraw
        ],
    )


async def add_found(session: WriteSession, units: Mapping[uuid.UUID, str], found: Sequence[Found]) -> None:
    """Open what is found beside the cases that there are; one that is known stays as it is."""
    await _note_opened(session, units, await repository.add(session, found, units))


async def follow_no_head(
    session: WriteSession, units: Mapping[uuid.UUID, str], headless: Collection[uuid.UUID]
) -> None:
    """Open or withdraw the case of a household without head in dossiers (id → unit)."""
    found = [Found(dossier_id, CaseKind.NO_HEAD, HOUSEHOLD) for dossier_id in headless]
    await follow(session, units, (CaseKind.NO_HEAD,), found)


async def list_cases(
    session: ReadSession,
    *,
    units: Iterable[str],
    state: CaseState | None = None,
    kind: CaseKind | None = None,
    dossier_id: uuid.UUID | None = None,
    after: uuid.UUID | None = None,
    limit: int = 50,
) -> Sequence[CaseRow]:
    """Cases, oldest first."""
    return await repository.page(
        session, units=units, state=state, kind=kind, dossier_id=dossier_id, after=after, limit=limit
    )


async def count_open(session: ReadSession | WriteSession, dossier_id: uuid.UUID) -> int:
    """How many cases of a dossier are open."""
    return await repository.count_open(session, dossier_id)


async def resolve(
    session: WriteSession,
    case_id: uuid.UUID,
    *,
    if_match: str | None,
    resolution: str,
    who: str,
    units: Iterable[str],
) -> CaseRow:
    """Say what holds; raises NotFound, PreconditionRequired, PreconditionFailed, CaseClosed."""
    row = await repository.lock(session, case_id, units)
    if row is None:
        raise NotFound(f"review case {case_id}")
    check_version(if_match, row.version)
    if row.state != CaseState.OPEN.value:
        raise CaseClosed
    row.state, row.resolution = CaseState.RESOLVED.value, resolution
    row.resolved_by, row.resolved_at, row.version = who, datetime.now(UTC), row.version + 1
    details = {"kind": row.kind, "subject": row.subject, "state": "resolved", "why": resolution}
    await dossiers.note(session, Act.CASE_CLOSED, [(row.dossier_id, row.unit_code, details)], who)
    await session.flush()
    return row


async def _note_opened(
    session: WriteSession, units: Mapping[uuid.UUID, str], opened: Iterable[Found]
) -> None:
    notes = [
        (one.dossier_id, units[one.dossier_id], {"kind": one.kind.value, "subject": one.subject})
        for one in opened
    ]
    await dossiers.note(session, Act.CASE_OPENED, notes)
