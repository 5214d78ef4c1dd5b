"""Use cases of merges and splits: ask, decide, undo. Two people, an official document, and nothing half done.

Dossiers are locked first, in the order of all who lock several, then persons, then the merge itself.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.identity import Identity
from kernel.ids import new_id
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import DossierRow
from services.records.life.exceptions import OwnRequest
from services.records.merging import checks, doing, repository
from services.records.merging.content import MergeOvertaken
from services.records.merging.domain import MergingKind, MergingState
from services.records.merging.models import MergingRow
from services.records.persons import service as persons
from services.records.sql import Waits

AnySession = ReadSession | WriteSession


class MergingDecided(Conflict):
    """Somebody has approved, refused or undone it already."""

    slug = "merging_decided"
    title = "Đề nghị gộp hoặc tách này đã được xử lý"
    title_en = "The merge or split is decided already"


class MergingAsked(Conflict):
    """Somebody has asked for the same already."""

    slug = "merging_asked"
    title = "Đã có đề nghị gộp này, đang chờ duyệt"
    title_en = "The same merge was asked for and waits"


class NothingToSplit(Unprocessable):
    """A split takes something out, into one dossier: a new one or another."""

    slug = "nothing_to_split"
    title = "Chưa chọn giấy tờ, công dân cần tách hoặc chưa nêu hồ sơ nhận"
    title_en = "Nothing is chosen, or not one dossier that receives it"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for."""

    kind: MergingKind
    source_id: uuid.UUID
    target_id: uuid.UUID | None
    document: str
    reason: str
    reference: str | None = None
    case_id: uuid.UUID | None = None
    documents: Sequence[uuid.UUID] = field(default_factory=tuple)
    persons: Sequence[uuid.UUID] = field(default_factory=tuple)
    surveyed: Sequence[int] = field(default_factory=tuple)


async def ask(session: WriteSession, identity: Identity, wanted: Wanted) -> MergingRow:
    """Ask for a merge or split, checked as when it is done; another person decides.

    Raises:
        NotFound, DossierMerged, PersonMerged, MergeIntoItself, MergeCycle, OtherKind, OnHold,
        DossierInTransit, DossierClosed, PersonsApart, NothingToSplit, MergingAsked.
    """
    if wanted.kind is MergingKind.SPLIT:
        chosen = wanted.documents or wanted.persons or wanted.surveyed
        if not chosen or bool(wanted.target_id) == bool(wanted.reference):
            raise NothingToSplit
    rows = await checks.lock_concerned(session, identity, wanted.kind, wanted.source_id, wanted.target_id)
    if wanted.kind is not MergingKind.SPLIT:
        if wanted.target_id is None:
            raise NotFound("no target")
        if await repository.is_asked(session, wanted.source_id, wanted.target_id):
            raise MergingAsked
    else:
        await doing.selection(session, wanted.source_id, _chosen(wanted))
    row = MergingRow(
        id=new_id(),
        kind=wanted.kind.value,
        source_id=wanted.source_id,
        target_id=wanted.target_id,
        reference=wanted.reference,
        selection=_chosen(wanted) if wanted.kind is MergingKind.SPLIT else {},
        case_id=wanted.case_id,
        document=wanted.document,
        reason=wanted.reason,
        state=MergingState.ASKED.value,
        asked_by=identity.subject,
        asked_at=datetime.now(UTC),
        moved={},
        version=1,
    )
    session.add(row)
    await session.flush()
    await _note(session, Act.MERGE_ASKED, row, rows, identity.subject)
    return row


async def refuse(
    session: WriteSession, identity: Identity, merging_id: uuid.UUID, if_match: str | None, note: str
) -> MergingRow:
    """Do not do it.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, MergingDecided, OwnRequest.
    """
    seen = await get(session, merging_id)
    concerned = await checks.dossiers_of(session, MergingKind(seen.kind), seen.source_id, seen.target_id)
    rows = await dossiers.hold_still(session, concerned, identity.units, merged_too=True)
    row = await _open(session, merging_id, if_match, MergingState.ASKED)
    if row.asked_by == identity.subject:
        raise OwnRequest
    _decide(row, MergingState.REFUSED, identity.subject, note)
    await session.flush()
    await _note(session, Act.MERGE_REFUSED, row, rows, identity.subject)
    return row


async def approve(
    session: WriteSession, identity: Identity, merging_id: uuid.UUID, if_match: str | None, note: str
) -> MergingRow:
    """Do what somebody else asked for; raises as `ask` and `refuse` do."""
    seen = await get(session, merging_id)
    kind = MergingKind(seen.kind)
    if MergingState(seen.state) is not MergingState.ASKED:
        await _open(session, merging_id, if_match, MergingState.ASKED)
    rows = await checks.lock_concerned(session, identity, kind, seen.source_id, seen.target_id)
    row = await _open(session, merging_id, if_match, MergingState.ASKED)
    if row.asked_by == identity.subject:
        raise OwnRequest
    if kind is MergingKind.PERSONS:
        await doing.join_persons(session, row)
    elif kind is MergingKind.DOSSIERS:
        await doing.join(session, row, rows, identity.subject)
    else:
        rows = await doing.part(session, row, rows, identity.subject)
    _decide(row, MergingState.DONE, identity.subject, note)
    await session.flush()
    await dossiers.touch(session, [one.id for one in rows])
    await _note(session, Act.MERGED, row, rows, identity.subject)
    return row


async def undo(
    session: WriteSession, identity: Identity, merging_id: uuid.UUID, if_match: str | None, reason: str
) -> MergingRow:
    """Give back exactly what was moved.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, MergingDecided, MergeOvertaken, PersonsApart,
        OnHold, DossierInTransit, DossierClosed.
    """
    seen = await get(session, merging_id)
    kind = MergingKind(seen.kind)
    concerned = await checks.dossiers_of(session, kind, seen.source_id, seen.target_id)
    rows = list(await dossiers.hold_still(session, concerned, identity.units, merged_too=True))
    row = await _open(session, merging_id, if_match, MergingState.DONE)
    await checks.require_free(session, rows)
    if kind is MergingKind.PERSONS:
        known = await persons.lock(session, [row.source_id])
        if row.source_id not in known or known[row.source_id].merged_into != row.target_id:
            raise MergeOvertaken
        await checks.require_subjects_apart(session, row.source_id, rows)
        known[row.source_id].merged_into = None
    else:
        await doing.take_back(session, row, {one.id: one for one in rows}, identity.subject)
    row.state, row.undone_by, row.undone_at = MergingState.UNDONE.value, identity.subject, datetime.now(UTC)
    row.undo_reason, row.version = reason, row.version + 1
    await session.flush()
    await dossiers.touch(session, [one.id for one in rows])
    await _note(session, Act.MERGE_UNDONE, row, rows, identity.subject)
    return row


async def get(session: AnySession, merging_id: uuid.UUID) -> MergingRow:
    """A merge or split that concerns one of the transaction's units; raises NotFound."""
    row = await repository.get(session, merging_id)
    if row is None:
        raise NotFound(f"merging {merging_id}")
    return row


async def _open(
    session: WriteSession, merging_id: uuid.UUID, if_match: str | None, state: MergingState
) -> MergingRow:
    await get(session, merging_id)
    row = await repository.lock(session, merging_id)
    check_version(if_match, row.version)
    if row.state != state.value:
        raise MergingDecided(extensions={"state": row.state})
    return row


def _decide(row: MergingRow, state: MergingState, who: str, note: str) -> None:
    row.state, row.decided_by, row.decided_at = state.value, who, datetime.now(UTC)
    row.decision_note, row.version = note or None, row.version + 1


def _chosen(wanted: Wanted) -> dict[str, Any]:
    return {
        "documents": [str(one) for one in wanted.documents],
        "persons": [str(one) for one in wanted.persons],
        "surveyed": list(wanted.surveyed),
    }


async def _note(
    session: WriteSession, act: Act, row: MergingRow, rows: Iterable[DossierRow], who: str
) -> None:
    details = {
        "merging_id": str(row.id),
        "kind": row.kind,
        "source": str(row.source_id),
        "target": str(row.target_id) if row.target_id else None,
        "document": row.document,
        "reason": row.undo_reason or row.decision_note or row.reason,
    }
    await dossiers.note(session, act, [(one.id, one.unit_code, details) for one in rows], who)


def waits() -> Waits:
    """Merges and splits that WHO may decide: asked for by others."""
    return repository.waits()
