"""Use cases of review cases: follow what is found, list, resolve.

Dossiers are locked before their cases, as merges and all others do who change both.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, Forbidden, NotFound, PreconditionFailed, Unprocessable
from services.records.cases import repository
from services.records.cases.domain import HOLDING, CaseKind, CaseState, Found, Moves, Resolution, compare
from services.records.cases.models import CaseRow
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.sql import Waits

HOUSEHOLD = "household"
"""Subject of a case that concerns the household as a whole."""


class CaseClosed(Conflict):
    """The case is not open any more."""

    slug = "case_closed"
    title = "Điểm này đã được xử lý"
    title_en = "The case is closed already"


class DocumentMissing(Unprocessable):
    """A case that holds dossiers is resolved by an official document alone."""

    slug = "resolution_document_missing"
    title = "Thiếu văn bản xử lý hoặc kết luận một hay hai người"
    title_en = "The document that resolves it, or what it says, is missing"


class BeyondScope(Forbidden):
    """The case holds another unit's dossier too, so somebody of both units resolves it."""

    slug = "case_of_two_units"
    title = "Điểm này còn thuộc hồ sơ của đơn vị khác; cấp trên của hai đơn vị kết luận"
    title_en = "The case concerns another unit's dossier too; who is over both resolves it"


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
    await _apply(session, compare(found, await repository.known(session, units, kinds)), units)


async def follow_everywhere(
    session: WriteSession, units: Mapping[uuid.UUID, str], kind: CaseKind, found: Iterable[Found]
) -> None:
    """Make all cases of a kind be what is found among all dossiers; `units` of those that it is found in."""
    known = await repository.known(session, None, (kind,))
    before = {dossier_id: case.unit_code for (dossier_id, _, _), case in known.items()}
    await _apply(session, compare(found, known), {**before, **units})


async def _apply(session: WriteSession, moves: Moves, units: Mapping[uuid.UUID, str]) -> None:
    concerned = {one.dossier_id for one in moves.open}
    concerned |= {one.dossier_id for _, one in moves.reopen} | {key[0] for _, key in moves.withdraw}
    if concerned:
        await dossiers.keep(session, concerned)
    await add_found(session, units, moves.open)
    now = datetime.now(UTC)
    nobody = dict.fromkeys(("resolution", "document", "outcome", "resolved_by", "resolved_at"))
    opened = {"state": CaseState.OPEN.value, "opened_at": now, **nobody}
    withdrawn = {"state": CaseState.WITHDRAWN.value, "resolved_at": now}
    await repository.move(
        session,
        [{"id": case_id, **opened, "details": dict(one.details)} for case_id, one in moves.reopen]
        + [{"id": case_id, **withdrawn} for case_id, _ in moves.withdraw],
    )
    await _note_opened(session, units, [one for _, one in moves.reopen])
    notes = [
        (dossier_id, units[dossier_id], {"kind": kind.value, "subject": subject, "state": "withdrawn"})
        for _, (dossier_id, kind, subject) in moves.withdraw
    ]
    await dossiers.note(session, Act.CASE_CLOSED, notes)


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
    unit: str | None = None,
    resolved_by: str | None = None,
    after: uuid.UUID | None = None,
    limit: int = 50,
) -> Sequence[CaseRow]:
    """Cases, oldest first."""
    return await repository.page(
        session,
        units=units,
        state=state,
        kind=kind,
        dossier_id=dossier_id,
        unit=unit,
        resolved_by=resolved_by,
        after=after,
        limit=limit,
    )


async def count_open(session: ReadSession | WriteSession, dossier_id: uuid.UUID) -> int:
    """How many cases of a dossier are open."""
    return await repository.count_open(session, dossier_id)


async def held(session: ReadSession | WriteSession, dossier_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Of these dossiers, those that are held until an official document resolves a case."""
    return await repository.held(session, dossier_ids)


async def get(session: ReadSession, case_id: uuid.UUID, units: Iterable[str]) -> CaseRow:
    """A case of one of `units`; raises NotFound."""
    row = await repository.get(session, case_id, units)
    if row is None:
        raise NotFound(f"review case {case_id}")
    return row


async def resolve(
    session: WriteSession,
    case_id: uuid.UUID,
    said: Resolution,
    *,
    if_match: str | None,
    who: str,
    units: Iterable[str],
) -> CaseRow:
    """Say what holds; of a case that holds two dossiers, in both at once and by an official document.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, CaseClosed, DocumentMissing, BeyondScope.
    """
    scope = list(units)
    concerned = await repository.dossiers_of(session, case_id, scope)
    await dossiers.hold_still(session, concerned, scope, merged_too=True)
    rows = await repository.lock_with_twin(session, case_id, scope)
    if any(each.dossier_id not in concerned for each in rows):
        raise PreconditionFailed("the case has gone into another dossier")
    row = next((each for each in rows if each.id == case_id), None)
    if row is None:
        raise NotFound(f"review case {case_id}")
    check_version(if_match, row.version)
    if row.state != CaseState.OPEN.value:
        raise CaseClosed
    if CaseKind(row.kind) in HOLDING:
        if not said.document or said.outcome is None:
            raise DocumentMissing
        if len(rows) < 2:
            raise BeyondScope(f"review case {case_id}")
    for each in rows:
        if each.state == CaseState.OPEN.value:
            await _close(session, each, said, who)
    await session.flush()
    return row


async def follow_persons(
    session: WriteSession,
    kinds: Iterable[CaseKind],
    person_ids: Iterable[uuid.UUID],
    source: uuid.UUID,
    target: uuid.UUID,
) -> None:
    """Let the cases of these kinds about persons who went into another dossier go with them."""
    await repository.move_cases(session, kinds, person_ids, source, target)


async def _close(session: WriteSession, row: CaseRow, said: Resolution, who: str) -> None:
    row.state, row.resolution, row.document = CaseState.RESOLVED.value, said.text, said.document
    row.outcome = said.outcome.value if said.outcome else None
    row.resolved_by, row.resolved_at, row.version = who, datetime.now(UTC), row.version + 1
    told = {"state": "resolved", "why": said.text, "document": said.document, "outcome": row.outcome}
    details = {"kind": row.kind, "subject": row.subject} | {name: text for name, text in told.items() if text}
    await dossiers.note(session, Act.CASE_CLOSED, [(row.dossier_id, row.unit_code, details)], who)


async def _note_opened(
    session: WriteSession, units: Mapping[uuid.UUID, str], opened: Iterable[Found]
) -> None:
    notes = [
        (one.dossier_id, units[one.dossier_id], {"kind": one.kind.value, "subject": one.subject})
        for one in opened
    ]
    await dossiers.note(session, Act.CASE_OPENED, notes)


def waits(*, everywhere: bool) -> Waits:
    """Open cases of UNITS."""
    return repository.waits(everywhere=everywhere)
