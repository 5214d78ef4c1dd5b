"""What an approved merge or split does, and how it is taken back exactly."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from contracts.events import DossierMerged
from contracts.vocabulary import DossierKind
from kernel.database import WriteSession
from kernel.errors import NotFound
from kernel.outbox import record
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import DossierState
from services.records.dossiers.models import DossierRow
from services.records.dossiers.service import Entry
from services.records.life import moving as life
from services.records.merging import content
from services.records.merging.content import MergeOvertaken, Selection
from services.records.merging.domain import MergingKind, Moved, joined_state, parted_state
from services.records.merging.models import MergingRow
from services.records.persons import service as persons


async def join_persons(session: WriteSession, row: MergingRow) -> None:
    """Let one person be another."""
    known = await persons.lock(session, [row.source_id])
    known[row.source_id].merged_into = row.target_id
    await session.flush()


async def join(session: WriteSession, row: MergingRow, rows: Sequence[DossierRow], who: str) -> None:
    """Let all that is in the source be in the target; the source stays as a stub."""
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


async def part(
    session: WriteSession, row: MergingRow, rows: Sequence[DossierRow], who: str
) -> Sequence[DossierRow]:
    """Let what was chosen be in another dossier, a new one where none is named; returns both."""
    by_id = {one.id: one for one in rows}
    source = by_id[row.source_id]
    chosen = await selection(session, source.id, row.selection)
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
    moved = await content.move(session, source, target, chosen)
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


async def take_back(
    session: WriteSession, row: MergingRow, rows: dict[uuid.UUID, DossierRow], who: str
) -> None:
    """Give back exactly what a merge or split of dossiers moved; raises MergeOvertaken."""
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


async def selection(session: WriteSession, source_id: uuid.UUID, chosen: dict[str, Any]) -> Selection:
    """The pages of the documents chosen, the persons and the surveyed documents; raises NotFound."""
    documents = {uuid.UUID(one) for one in chosen["documents"]}
    filed = await pages.pages_of_dossiers(session, [source_id])
    held = {page.document_id for page in filed.values()}
    if strange := sorted(str(one) for one in documents - held):
        raise NotFound("documents", extensions={"unknown": list(strange)})
    some = Selection(
        pages={page.id for page in filed.values() if page.document_id in documents},
        persons={uuid.UUID(one) for one in chosen["persons"]},
        surveyed=set(chosen["surveyed"]),
    )
    await content.require_part(session, source_id, some)
    return some
