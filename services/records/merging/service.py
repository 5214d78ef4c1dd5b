"""Use cases of merges and splits: ask, decide, undo. Two people, an official document, and nothing half done.

Dossiers are locked first, in the order of all who lock several, then persons, then the merge itself.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from contracts.events import DossierMerged
from contracts.vocabulary import DossierKind
from kernel.concurrency import check_version
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.identity import Identity
from kernel.ids import new_id
from kernel.outbox import record
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act, DossierState
from services.records.dossiers.models import DossierRow
from services.records.dossiers.service import Entry
from services.records.life import moving as life
from services.records.life.exceptions import OwnRequest
from services.records.merging import checks, content, repository
from services.records.merging.content import MergeOvertaken, Selection
from services.records.merging.domain import (
    MergingKind,
    MergingState,
    Moved,
    joined_state,
    parted_state,
)
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
        await _selection(session, wanted.source_id, _chosen(wanted))
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
        await _join_persons(session, row)
    elif kind is MergingKind.DOSSIERS:
        await _join(session, row, rows, identity.subject)
    else:
        rows = await _part(session, row, rows, identity.subject)
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
        await _take_back(session, row, {one.id: one for one in rows}, identity.subject)
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


async def _join_persons(session: WriteSession, row: MergingRow) -> None:
    known = await persons.lock(session, [row.source_id])
    known[row.source_id].merged_into = row.target_id
    await session.flush()


async def _join(session: WriteSession, row: MergingRow, rows: Sequence[DossierRow], who: str) -> None:
    by_id = {one.id: one for one in rows}
    source, target = by_id[row.source_id], by_id[row.target_id or row.source_id]
    before = (source.state, target.state)
    moved = await content.move(session, source, target)
    joined = joined_state(DossierState(source.state), DossierState(target.state))
    if joined.value != target.state:
        await dossiers.enter_state(session, target, joined, who, "merge")
    await life.keep_honest(session, target, who, "merge")
    source.merged_into = target.id
    await dossiers.enter_state(session, source, DossierState.MERGED, who, "merge")
    await _count(session, source, target.id)
    row.moved = replace(moved, states=_states(before, source, target)).to_json()


async def _part(
    session: WriteSession, row: MergingRow, rows: Sequence[DossierRow], who: str
) -> Sequence[DossierRow]:
    by_id = {one.id: one for one in rows}
    source = by_id[row.source_id]
    part = await _selection(session, source.id, row.selection)
    made = row.target_id is None
    if row.target_id is None:
        entry = Entry(source.unit_code, DossierKind(source.kind), row.reference or "")
        entered, new = await dossiers.enter(session, [entry], who, {"merging_id": str(row.id)})
        target = entered[entry]
        if target.id not in new:
            raise dossiers.ReferenceTaken
        row.target_id = target.id
    else:
        target = by_id[row.target_id]
    before = (source.state, target.state)
    moved = await content.move(session, source, target, part)
    state = DossierState(source.state)
    wanted = (
        parted_state(state, surveyed=bool(moved.surveyed))
        if made
        else joined_state(state, DossierState(target.state))
    )
    if wanted.value != target.state:
        await dossiers.enter_state(session, target, wanted, who, "split")
    for one in (source, target):
        await life.keep_honest(session, one, who, "split")
    row.moved = replace(moved, states=_states(before, source, target), made=made).to_json()
    return [source, target]


async def _take_back(
    session: WriteSession, row: MergingRow, rows: dict[uuid.UUID, DossierRow], who: str
) -> None:
    moved = Moved.from_json(row.moved)
    source, target = rows[row.source_id], rows[row.target_id or row.source_id]
    if target.merged_into is not None or source.merged_into not in {None, target.id}:
        raise MergeOvertaken(extensions={"merged": str(target.merged_into or source.merged_into)})
    if (source.merged_into is not None) != (row.kind == MergingKind.DOSSIERS.value):
        raise MergeOvertaken
    source.merged_into = None
    if source.state == DossierState.MERGED.value:
        await dossiers.enter_state(session, source, DossierState(moved.states["source"][0]), who, "undo")
        await _count(session, source, target.id, undone=True)
    await content.give_back(session, moved, source, target)
    for one, side in ((source, "source"), (target, "target")):
        before, after = moved.states[side]
        if one.state == after and after not in {before, DossierState.MERGED.value}:
            await dossiers.enter_state(session, one, DossierState(before), who, "undo")
        await life.keep_honest(session, one, who, "undo")
    if moved.made:
        target.merged_into = source.id
        await dossiers.enter_state(session, target, DossierState.MERGED, who, "undo")
        await _count(session, target, source.id)


async def _count(session: WriteSession, row: DossierRow, into: uuid.UUID, *, undone: bool = False) -> None:
    """Tell reporting that there is one dossier fewer, or one more again."""
    await record(
        session,
        DossierMerged(
            dossier_id=row.id,
            merged_into=into,
            unit_code=row.unit_code,
            kind=DossierKind(row.kind),
            undone=undone,
        ),
    )


def _states(before: tuple[str, str], source: DossierRow, target: DossierRow) -> dict[str, tuple[str, str]]:
    return {"source": (before[0], source.state), "target": (before[1], target.state)}


def _chosen(wanted: Wanted) -> dict[str, Any]:
    return {
        "documents": [str(one) for one in wanted.documents],
        "persons": [str(one) for one in wanted.persons],
        "surveyed": list(wanted.surveyed),
    }


async def _selection(session: WriteSession, source_id: uuid.UUID, chosen: dict[str, Any]) -> Selection:
    """The pages of the documents chosen, the persons and the surveyed documents; raises NotFound."""
    documents = {uuid.UUID(one) for one in chosen["documents"]}
    filed = await pages.pages_of_dossiers(session, [source_id])
    held = {page.document_id for page in filed.values()}
    if strange := sorted(str(one) for one in documents - held):
        raise NotFound("documents", extensions={"unknown": list(strange)})
    part = Selection(
        pages={page.id for page in filed.values() if page.document_id in documents},
        persons={uuid.UUID(one) for one in chosen["persons"]},
        surveyed=set(chosen["surveyed"]),
    )
    await content.require_part(session, source_id, part)
    return part


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
