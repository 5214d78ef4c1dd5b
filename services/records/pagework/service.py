"""Use cases of page work: do a piece of it, undo the last. Images and masters are not touched."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.vocabulary import DossierKind, PageContent
from kernel.concurrency import check_version
from kernel.database import WriteSession
from kernel.errors import NotFound
from kernel.identity import Identity
from kernel.ids import new_id
from services.records.dossiers import pages, placements
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act, DossierState, choosable_types
from services.records.dossiers.models import DossierRow, PageRow, PageWorkRow, PlacementRow
from services.records.keying import planning as keying
from services.records.life import following
from services.records.life import moving as life
from services.records.life.domain import SEALED, Happening
from services.records.merging import checks, content
from services.records.merging.domain import MergingKind, Moved
from services.records.pagework import domain
from services.records.pagework.domain import Action, Documents
from services.records.pagework.problems import (
    CoverSheetApart,
    CoverSheetTyped,
    DocumentTypeStands,
    DocumentTypeUnknown,
    DossierSigned,
    NothingChanges,
    NothingChosen,
    NothingToUndo,
    ReplacedByItself,
    WorkOvertaken,
)
from services.records.shelves import barcodes

_ACTS = {Action.REPLACE: Act.PAGE_REPLACED, Action.CLASSIFY: Act.DOCUMENT_TYPED}
"""What the history calls a piece of work; all else is `PAGES_ARRANGED`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants done."""

    action: Action
    pages: Collection[uuid.UUID]
    before: uuid.UUID | None = None
    document_id: uuid.UUID | None = None
    target_id: uuid.UUID | None = None
    target_code: str | None = None
    """What somebody scanned or typed in place of `target_id`."""
    replacement_id: uuid.UUID | None = None
    """The page that comes into the place of the one in `pages`."""
    document_type: str | None = None
    """What the document of the page in `pages` is."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done or undone, and the dossier that it was asked of."""

    work: PageWorkRow
    dossier: DossierRow


@dataclass(slots=True)
class _Side:
    """A dossier with its pages as they lie."""

    row: DossierRow
    filed: dict[uuid.UUID, PageRow]
    documents: Documents

    @property
    def covers(self) -> set[uuid.UUID]:
        return {one for one, page in self.filed.items() if page.page_content is PageContent.COVER_SHEET}

    def opener(self, document_id: uuid.UUID | None) -> uuid.UUID | None:
        """The first page of a document of this dossier; raises NotFound."""
        if document_id is None:
            return None
        for one, page in self.filed.items():
            if page.document_id == document_id:
                return one
        raise NotFound(f"document {document_id}")


async def work(
    session: WriteSession, identity: Identity, dossier_id: uuid.UUID, if_match: str | None, wanted: Wanted
) -> Done:
    """Do a piece of page work in the version that its author has seen.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, NothingChosen, NothingChanges, CoverSheetApart,
        ReplacedByItself, OtherKind, DossierMerged, DossierInTransit, DossierClosed, DossierSigned, OnHold,
        CodeUnknown, CodeAmbiguous, DocumentTypeUnknown, DocumentTypeStands, CoverSheetTyped.
    """
    named = wanted.target_id
    if wanted.target_code:
        named = await barcodes.dossier_named(session, wanted.target_code)
    target_id = named if named != dossier_id else None
    rows = {
        row.id: row
        for row in await checks.lock_concerned(session, identity, MergingKind.SPLIT, dossier_id, target_id)
    }
    check_version(if_match, rows[dossier_id].version)
    _require_unsigned(rows.values())
    if not wanted.pages:
        raise NothingChosen
    source = await _side(session, rows[dossier_id])
    target = await _side(session, rows[target_id]) if target_id else None
    asked = {*wanted.pages, *([wanted.before] if wanted.before and target is None else [])}
    asked |= {wanted.replacement_id} if wanted.replacement_id else set()
    if strange := sorted(str(one) for one in asked - source.filed.keys()):
        raise NotFound("not in the dossier", extensions={"unknown": [*strange]})
    if target is not None and wanted.before and wanted.before not in target.filed:
        raise NotFound("not in the dossier", extensions={"unknown": [str(wanted.before)]})
    if wanted.before in wanted.pages:
        raise NothingChanges
    after = _outcome(wanted, source, target)
    done = await _write(session, identity.subject, wanted, source, target, after)
    moved = list(done.moved)
    if wanted.action is Action.REPLACE:
        for page in wanted.pages:
            await pages.take_out(session, page, source.row.id)
        await _derive_replaced(session, source.row, Happening.FIELDS_SETTLED)
    elif target is not None:
        await content.move(session, source.row, target.row, content.Selection(pages=moved))
    else:
        await content.derive(session, source.row)
    more: dict[str, str] = {}
    if wanted.action is Action.REPLACE:
        more["page_id"] = str(next(iter(wanted.pages)))
    elif wanted.document_type:
        more["document_type"] = wanted.document_type
    act = _ACTS.get(wanted.action, Act.PAGES_ARRANGED)
    await _tell(session, act, done, list(rows.values()), identity.subject, more)
    return Done(done, rows[dossier_id])


async def undo(
    session: WriteSession, identity: Identity, dossier_id: uuid.UUID, if_match: str | None
) -> Done:
    """Take the dossier's last page work back, exactly.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, NothingToUndo, WorkOvertaken, MergeOvertaken,
        DossierMerged, DossierInTransit, DossierClosed, DossierSigned, OnHold.
    """
    seen = await placements.last_work(session, dossier_id)
    both = {dossier_id} if seen is None else {one for one in (seen.source_id, seen.target_id) if one}
    rows = {row.id: row for row in await dossiers.hold_still(session, both | {dossier_id}, identity.units)}
    await checks.require_free(session, list(rows.values()))
    check_version(if_match, rows[dossier_id].version)
    _require_unsigned(rows.values())
    if seen is None:
        raise NothingToUndo
    for one in sorted(both):
        last = await placements.last_work(session, one)
        if last is None or last.work_id != seen.work_id:
            raise WorkOvertaken(extensions={"dossier_id": str(one)})
    await placements.mark_undone(session, seen.work_id, identity.subject)
    source = rows[seen.source_id]
    if seen.action == Action.REPLACE.value:
        if await pages.put_back(session, seen.moved, source.id) != 1:
            raise content.MergeOvertaken(extensions={"moved": "pages"})
        await _derive_replaced(session, source, Happening.FIELDS_REOPENED)
    elif seen.target_id:
        moved = Moved(pages=list(seen.moved), persons=[], surveyed={})
        await content.give_back(session, moved, source, rows[seen.target_id])
    else:
        await content.derive(session, source)
    await _tell(session, Act.PAGES_ARRANGED_UNDONE, seen, list(rows.values()), identity.subject)
    return Done(seen, rows[dossier_id])


async def _derive_replaced(session: WriteSession, row: DossierRow, because: Happening) -> None:
    """As any page work, and what is to be keyed; with the last open form withdrawn all may be settled."""
    await content.derive(session, row)
    await keying.plan(session, [row.id])
    await following.follow(session, [row.id], because)


def _require_unsigned(rows: Iterable[DossierRow]) -> None:
    if signed := [str(row.id) for row in rows if DossierState(row.state) in SEALED]:
        raise DossierSigned(extensions={"dossiers": [*signed]})


async def _side(session: WriteSession, row: DossierRow) -> _Side:
    filed = dict(await pages.pages_of_dossiers(session, [row.id]))
    documents: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for one, page in filed.items():
        documents.setdefault(page.document_id, []).append(one)
    return _Side(row, filed, list(documents.values()))


def _outcome(wanted: Wanted, source: _Side, target: _Side | None) -> tuple[Documents, Documents | None]:
    """The documents of source and target afterwards."""
    first = (target or source).opener(wanted.document_id)
    covers = source.covers | (target.covers if target else set())
    after: Documents
    into: Documents | None = None
    match wanted.action:
        case Action.CLASSIFY:
            _check_type(wanted, source)
            return source.documents, None
        case Action.REPLACE:
            (old,) = wanted.pages
            after = _replaced(source.documents, old, wanted.replacement_id, covers)
        case Action.SPLIT:
            after = domain.split(source.documents, *wanted.pages)
        case Action.JOIN:
            after = domain.joined(source.documents, *wanted.pages)
        case Action.REORDER:
            after = domain.reordered(source.documents, wanted.pages, wanted.before, covers)
        case Action.MOVE:
            after, into = _moved(wanted, source, target, first)
    if after == source.documents and into is None:
        raise NothingChanges
    for documents in (after, into or []):
        if any(len(each) > 1 and covers & set(each) and each not in source.documents for each in documents):
            raise CoverSheetApart
    return after, into


def _moved(
    wanted: Wanted, source: _Side, target: _Side | None, first: uuid.UUID | None
) -> tuple[Documents, Documents | None]:
    parts = domain.taken(source.documents, wanted.pages)
    left = domain.without(source.documents, wanted.pages)
    if target is not None:
        return left, domain.moved_into(target.documents, parts, first, wanted.before)
    if first in wanted.pages and not any(first in kept for kept in left):
        beside = (one for pages in source.documents if first in pages for one in pages)
        first = next((one for one in beside if one not in wanted.pages), None)
        if first is None:
            raise NothingChanges
    return domain.moved_into(left, parts, first, wanted.before), None


def _check_type(wanted: Wanted, source: _Side) -> None:
    known = choosable_types(DossierKind(source.row.kind))
    if wanted.document_type not in known:
        raise DocumentTypeUnknown(extensions={"known": [*known]})
    if source.covers & set(wanted.pages):
        raise CoverSheetTyped


def _replaced(
    documents: Documents, old: uuid.UUID, new: uuid.UUID | None, covers: Collection[uuid.UUID]
) -> Documents:
    if new is None or new == old:
        raise ReplacedByItself
    if old in covers or new in covers:
        raise CoverSheetApart
    return domain.replaced(documents, old, new)


async def _write(
    session: WriteSession,
    who: str,
    wanted: Wanted,
    source: _Side,
    target: _Side | None,
    after: tuple[Documents, Documents | None],
) -> PageWorkRow:
    work_id = new_id()
    sides = [(source, after[0])] + ([(target, after[1])] if target and after[1] is not None else [])
    standing = await placements.live(session, [page for side, _ in sides for page in side.filed])
    opens = {page: each.opens for page, each in standing.items()}
    types = _types(wanted, sides, {page: each.type for page, each in standing.items() if each.type})
    works: list[PageWorkRow] = []
    placed: list[PlacementRow] = []
    for side, documents in sides:
        works.append(
            PageWorkRow(
                work_id=work_id,
                dossier_id=side.row.id,
                unit_code=side.row.unit_code,
                action=wanted.action.value,
                source_id=source.row.id,
                target_id=target.row.id if target else None,
                moved=[
                    page for page in source.filed if page in wanted.pages or page == wanted.replacement_id
                ],
                who=who,
            )
        )
        decisions = domain.decided(side.documents, documents, opens)
        placed += [
            PlacementRow(
                work_id=work_id,
                page_id=page,
                dossier_id=side.row.id,
                unit_code=side.row.unit_code,
                ordinal=ordinal,
                # A type belongs to what begins with the page: so it goes on beginning there.
                opens=True if page in types else decision,
                type=types.get(page),
            )
            for ordinal, (page, decision) in enumerate(decisions, start=1)
        ]
    await placements.add(session, works, placed)
    return works[0]


def _types(
    wanted: Wanted, sides: Sequence[tuple[_Side, Documents]], standing: Mapping[uuid.UUID, str]
) -> dict[uuid.UUID, str]:
    """First page → type, of the documents whose type people have decided, this decision with them."""
    before = [pages for side, _ in sides for pages in side.documents]
    after = [pages for _, documents in sides for pages in documents]
    stand_ins = {wanted.replacement_id: next(iter(wanted.pages))} if wanted.replacement_id else {}
    types = domain.kept_types(before, after, standing, stand_ins)
    if wanted.document_type:
        (page,) = wanted.pages
        first = next(pages[0] for pages in after if page in pages)
        if types.get(first) == wanted.document_type:
            raise DocumentTypeStands
        types[first] = wanted.document_type
    return types


async def _tell(
    session: WriteSession,
    act: Act,
    done: PageWorkRow,
    rows: list[DossierRow],
    who: str,
    more: Mapping[str, str] | None = None,
) -> None:
    for row in rows:
        await life.keep_honest(session, row, who, "page_work")
    details = {
        "work_id": str(done.work_id),
        "action": done.action,
        "pages": [str(one) for one in done.moved],
        "source": str(done.source_id),
        "target": str(done.target_id) if done.target_id else None,
        **(more or {}),
    }
    await dossiers.note(session, act, [(row.id, row.unit_code, details) for row in rows], who)
    await session.flush()
    for row in rows:
        await session.refresh(row)
