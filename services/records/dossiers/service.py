"""Use cases of dossiers: enter, change, lock, note, read. What scans bring: `scanned`."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from contracts.vocabulary import DossierKind
from kernel.concurrency import check_version
from kernel.database import ALL_UNITS, ReadSession, WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.ids import new_id
from kernel.outbox import record
from services.records.dossiers import announcements, merged, page_repository, placements, repository
from services.records.dossiers.domain import (
    SYSTEM,
    Act,
    DossierState,
    normalise_reference,
)
from services.records.dossiers.models import DocumentRow, DossierRow, HistoryRow, PageRow

AnySession = ReadSession | WriteSession


class ReferenceTaken(Conflict):
    """Another dossier of the unit and kind has this reference."""

    slug = "reference_taken"
    title = "Số hồ sơ này đã có ở hồ sơ khác"
    title_en = "Another dossier has this reference"


class ReferenceEmpty(Unprocessable):
    """A dossier's reference cannot be taken away."""

    slug = "reference_empty"
    title = "Số hồ sơ không được để trống"
    title_en = "The reference must not be empty"


@dataclass(frozen=True, slots=True)
class Entry:
    """A dossier as an officer enters it, before or after any scan."""

    unit_code: str
    kind: DossierKind
    reference: str
    """Normalised."""
    title: str | None = None
    subject_name: str | None = None
    """Whom it is about, for a dossier made by this entry."""


async def enter(
    session: WriteSession, entries: Sequence[Entry], who: str, details: Mapping[str, Any]
) -> tuple[dict[Entry, DossierRow], set[uuid.UUID]]:
    """Find or make the dossiers that `who` enters; returns each entry's row, locked, and the ids made.

    One that a scan batch named first is found, one that is entered first is found by its scan batch later.
    `details` go into the history of those made: how they were entered.
    """
    ordered = sorted(entries, key=lambda one: (one.unit_code, one.kind.value, one.reference))
    made = await repository.insert_missing(
        session,
        [
            {
                "id": new_id(),
                "unit_code": one.unit_code,
                "kind": one.kind.value,
                "reference": one.reference,
                "reference_given": True,
                "title": one.title,
                "subject_name": one.subject_name,
                "state": DossierState.REGISTERED.value,
                "batch_id": None,
            }
            for one in ordered
        ],
    )
    rows: dict[Entry, DossierRow] = {}
    for key, group in groupby(ordered, key=lambda one: (one.unit_code, one.kind)):
        mine = list(group)
        found = await merged.followed(
            session, await repository.lock_by_reference(session, *key, [one.reference for one in mine])
        )
        if elsewhere := sorted(one.reference for one in mine if one.reference not in found):
            raise ReferenceTaken("another unit holds it now", extensions={"references": list(elsewhere)})
        rows |= {one: found[one.reference] for one in mine}
    fresh = [row for row in rows.values() if row.id in made]
    await repository.add_history(
        session, [(row.id, row.unit_code, Act.REGISTERED, dict(details)) for row in fresh], who
    )
    await record(session, *announcements.of_entered(fresh))
    return rows, made


async def change(
    session: WriteSession,
    dossier_id: uuid.UUID,
    *,
    if_match: str | None,
    changes: Mapping[str, str | None],
    who: str,
    units: Iterable[str],
) -> DossierRow:
    """Change reference or title of the version that the author has seen.

    Raises:
        NotFound, DossierMerged, PreconditionRequired, PreconditionFailed, ReferenceTaken, ReferenceEmpty.
    """
    allowed = set(units)
    row = next(iter(await repository.lock(session, [dossier_id])), None)
    if row is None or ("*" not in allowed and row.unit_code not in allowed):
        raise NotFound(f"dossier {dossier_id}")
    merged.require_unmerged([row])
    check_version(if_match, row.version)
    entries: list[tuple[uuid.UUID, str, Act, dict[str, Any]]] = []
    if "reference" in changes:
        reference = normalise_reference(changes["reference"])
        if reference is None:
            raise ReferenceEmpty
        if reference != row.reference or not row.reference_given:
            if await repository.reference_taken(session, row.origin_unit_code, row.kind, reference, row.id):
                raise ReferenceTaken
            details = {"before": row.reference, "after": reference}
            entries.append((row.id, row.unit_code, Act.REFERENCE_CHANGED, details))
            row.reference, row.reference_given = reference, True
            row.state = DossierState.REGISTERED.value
    if "title" in changes:
        title = normalise_reference(changes["title"])
        if title != row.title:
            entries.append((row.id, row.unit_code, Act.TITLE_CHANGED, {"before": row.title, "after": title}))
            row.title = title
    if entries:
        row.version += 1
        await repository.add_history(session, entries, who)
        await session.flush()
    return row


async def hold_still(
    session: WriteSession, dossier_ids: Iterable[uuid.UUID], units: Iterable[str], *, merged_too: bool = False
) -> Sequence[DossierRow]:
    """Lock dossiers of `units` in the order of all who lock several.

    Raises NotFound naming those missing, and DossierMerged unless `merged_too`.
    """
    wanted, allowed = set(dossier_ids), set(units)
    rows = await repository.lock(session, wanted)
    seen = {row.id for row in rows if ALL_UNITS in allowed or row.unit_code in allowed}
    if missing := sorted(str(one) for one in wanted - seen):
        raise NotFound("dossiers", extensions={"dossiers": list(missing)})
    if not merged_too:
        merged.require_unmerged(rows)
    return rows


async def keep(session: WriteSession, dossier_ids: Iterable[uuid.UUID]) -> None:
    """Wait for who has locked dossiers, before rows of other slices that name them are locked.

    Writing a dossier's history touches its row: after another row's lock that would be the wrong order.
    """
    await repository.keep(session, dossier_ids)


async def open_for_change(
    session: WriteSession, dossier_id: uuid.UUID, if_match: str | None, units: Iterable[str]
) -> DossierRow:
    """Lock a dossier of one of `units` in the version that the author has seen, and raise its version.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed.
    """
    (row,) = await hold_still(session, [dossier_id], units)
    check_version(if_match, row.version)
    row.version += 1
    await session.flush()
    return row


async def enter_state(
    session: WriteSession, row: DossierRow, state: DossierState, who: str, reason: str
) -> None:
    """Let a locked dossier stand in another state, with who, when and why in its history."""
    details = {"from": row.state, "to": state.value, "reason": reason}
    row.state = state.value
    await session.flush()
    await repository.add_history(session, [(row.id, row.unit_code, Act.STATE_CHANGED, details)], who)


async def touch(session: WriteSession, dossier_ids: Iterable[uuid.UUID]) -> None:
    """Raise the version of dossiers whose content changed."""
    await repository.note_change(session, {}, dossier_ids)


async def name_subjects(session: WriteSession, names: Mapping[uuid.UUID, str | None]) -> None:
    """Store whom dossiers (by id) are about, as their persons say."""
    await repository.name_subjects(session, dict(names))


async def note(
    session: WriteSession,
    act: Act,
    entries: Iterable[tuple[uuid.UUID, str, dict[str, Any]]],
    who: str = SYSTEM,
) -> None:
    """Add what `who` (or the registry) did to the history of dossiers (dossier, unit, details)."""
    await repository.add_history(
        session, [(dossier, unit, act, details) for dossier, unit, details in entries], who
    )


async def get_dossier(session: ReadSession, dossier_id: uuid.UUID, units: Iterable[str]) -> DossierRow:
    """A dossier of one of `units`; raises NotFound, for another unit's too."""
    row = await repository.get(session, dossier_id, units)
    if row is None:
        raise NotFound(f"dossier {dossier_id}")
    return row


async def get_document(
    session: ReadSession, document_id: uuid.UUID, units: Iterable[str]
) -> tuple[DossierRow, DocumentRow, Sequence[PageRow]]:
    """A document of one of `units` with its dossier and its pages in order.

    Raises:
        NotFound, DocumentRearranged.
    """
    document = await repository.get_document(session, document_id)
    if document is None:
        await placements.raise_rearranged(session, document_id, units)
        raise NotFound(f"document {document_id}")
    dossier = await get_dossier(session, document.dossier_id, units)
    pages = await page_repository.pages_of_dossiers(session, [dossier.id])
    return dossier, document, [page for page in pages if page.document_id == document_id]


async def get_many(session: AnySession, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DossierRow]:
    """Dossiers by id."""
    return {row.id: row for row in await repository.get_many(session, dossier_ids)}


async def held_by(session: AnySession, unit: str, kind: DossierKind) -> Sequence[tuple[uuid.UUID, str]]:
    """Dossiers (id, reference) of a kind that a unit holds, merged ones left out."""
    return await repository.held_by(session, unit, kind.value)


async def acts_of(
    session: AnySession, act: Act, who: str, since: datetime, limit: int
) -> Sequence[HistoryRow]:
    """What `who` did of this kind since a moment, newest first."""
    return await repository.acts_of(session, act, who, since, limit)


async def types_of(session: AnySession, dossier_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Document → type, of a dossier's filed documents."""
    return {one.id: one.type for one in await repository.documents_of(session, [dossier_id])}


async def list_dossiers(
    session: ReadSession,
    *,
    units: Iterable[str],
    unit: str | None = None,
    kind: DossierKind | None = None,
    batch_id: uuid.UUID | None = None,
    state: DossierState | None = None,
    merged: bool | None = None,
    before: uuid.UUID | None = None,
    limit: int = 50,
) -> Sequence[DossierRow]:
    """Dossiers, newest first; `merged`: those alone whose content is in another, or is not."""
    return await repository.page_of_dossiers(
        session,
        units=units,
        unit=unit,
        kind=kind,
        batch_id=batch_id,
        state=state,
        merged=merged,
        before=before,
        limit=limit,
    )


async def contents_of(
    session: ReadSession, dossier_id: uuid.UUID
) -> tuple[Sequence[DocumentRow], Sequence[PageRow], Sequence[HistoryRow]]:
    """A dossier's documents, pages and history, each in order."""
    return (
        await repository.documents_of(session, [dossier_id]),
        await page_repository.pages_of_dossiers(session, [dossier_id]),
        await repository.history_of(session, dossier_id),
    )
