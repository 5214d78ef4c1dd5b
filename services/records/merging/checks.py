"""What refuses a merge or split: the same when it is asked for and when it is done."""

import uuid
from collections.abc import Sequence

from contracts.vocabulary import DossierKind
from kernel.database import WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.identity import Identity
from services.records.cases import service as cases
from services.records.custody import service as custody
from services.records.dossiers import merged
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import DossierState
from services.records.dossiers.models import DossierRow
from services.records.life import service as life
from services.records.merging.domain import MergingKind
from services.records.persons import service as persons


class MergeIntoItself(Unprocessable):
    """Source and target are one."""

    slug = "merge_into_itself"
    title = "Không thể gộp vào chính nó"
    title_en = "Nothing merges into itself"


class MergeCycle(Conflict):
    """The target went into the source already: the two would be in each other."""

    slug = "merge_cycle"
    title = "Bên nhận đã được gộp vào bên này: không thể gộp vòng"
    title_en = "The target was merged into the source already"


class PersonMerged(Conflict):
    """The person was merged into another (`merged_into`) already."""

    slug = "person_merged"
    title = "Công dân này đã được gộp vào người khác"
    title_en = "The person was merged into another already"


class OtherKind(Unprocessable):
    """Residence and identity dossiers are two archives."""

    slug = "dossiers_of_two_kinds"
    title = "Hai hồ sơ thuộc hai loại tàng thư"
    title_en = "The dossiers are of two archives"


class DossierClosed(Conflict):
    """A closed dossier is opened again before anything goes in or out."""

    slug = "dossier_closed"
    title = "Hồ sơ đã đóng"
    title_en = "The dossier is closed"


class PersonsApart(Conflict):
    """An identity dossier is one person's: the persons of the two are merged first."""

    slug = "persons_not_merged"
    title = "Hồ sơ CMND/CCCD chỉ của một người: gộp công dân trước, tách hồ sơ trước khi hoàn tác"
    title_en = "An identity dossier is one person's: merge persons first, and part dossiers before persons"


async def dossiers_of(
    session: WriteSession, kind: MergingKind, source_id: uuid.UUID, target_id: uuid.UUID | None
) -> set[uuid.UUID]:
    """The dossiers that a merge or split concerns: of persons, those that they are in."""
    both = {one for one in (source_id, target_id) if one is not None}
    if kind is not MergingKind.PERSONS:
        return both
    return {place.dossier_id for place in await persons.places_of(session, both)}


async def lock_concerned(
    session: WriteSession,
    identity: Identity,
    kind: MergingKind,
    source_id: uuid.UUID,
    target_id: uuid.UUID | None,
) -> Sequence[DossierRow]:
    """Lock all that it concerns and check that it can be; returns the dossiers.

    Both ends must be the caller's units': another unit's answers NotFound.
    """
    if source_id == target_id:
        raise MergeIntoItself
    concerned = await dossiers_of(session, kind, source_id, target_id)
    rows = await dossiers.hold_still(session, concerned, identity.units, merged_too=True)
    if kind is MergingKind.PERSONS:
        await _check_persons(session, source_id, target_id)
    else:
        if kind is MergingKind.DOSSIERS and target_id is not None:
            ends = await merged.ends_of(session, [target_id])
            if ends.get(target_id) == source_id:
                raise MergeCycle
        merged.require_unmerged(rows)
        if len({row.kind for row in rows}) > 1:
            raise OtherKind
        if kind is MergingKind.DOSSIERS:
            await _check_subjects(session, rows)
    await require_free(session, [row for row in rows if row.merged_into is None])
    return rows


async def require_free(session: WriteSession, rows: Sequence[DossierRow]) -> None:
    """Raise DossierInTransit, DossierClosed or OnHold for dossiers that must not change."""
    await custody.require_not_in_transit(session, [row.id for row in rows])
    if closed := [str(row.id) for row in rows if row.state == DossierState.CLOSED.value]:
        raise DossierClosed(extensions={"dossiers": list(closed)})
    held = await cases.held(session, [row.id for row in rows])
    held |= {row.id for row in rows if await life.is_held(session, row.id)}
    if held:
        raise life.OnHold(extensions={"dossiers": [str(one) for one in sorted(held)]})


async def require_subjects_apart(
    session: WriteSession, person_id: uuid.UUID, rows: Sequence[DossierRow]
) -> None:
    """Raise PersonsApart if a merged person lies beside another in an identity dossier: undo that first."""
    for row in rows:
        if row.kind != DossierKind.IDENTITY.value:
            continue
        entered = {person.id for _, person in await persons.entered_in(session, row.id)}
        if person_id in entered and len(entered) > 1:
            raise PersonsApart(extensions={"dossier_id": str(row.id)})


async def _check_persons(session: WriteSession, source_id: uuid.UUID, target_id: uuid.UUID | None) -> None:
    known = await persons.lock(session, [one for one in (source_id, target_id) if one])
    source, target = known.get(source_id), known.get(target_id) if target_id else None
    if source is None or target is None:
        missing = [str(one) for one in (source_id, target_id) if one not in known]
        raise NotFound("persons", extensions={"persons": list(missing)})
    ends = await persons.final_of(session, [target.id])
    if ends.get(target.id) == source.id:
        raise MergeCycle
    for one in (source, target):
        if one.merged_into is not None:
            raise PersonMerged(extensions={"person_id": str(one.id), "merged_into": str(one.merged_into)})


async def _check_subjects(session: WriteSession, rows: Sequence[DossierRow]) -> None:
    if rows[0].kind != DossierKind.IDENTITY.value:
        return
    entered = {person.id for row in rows for _, person in await persons.entered_in(session, row.id)}
    ends = await persons.final_of(session, entered)
    if len({ends.get(one, one) for one in entered}) > 1:
        raise PersonsApart
