"""Use cases of inspection: make sets, lease them, take what is said of them, follow rescans, take back."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts.events import PageEnhanced, RescanOrdered, RescanWithdrawn
from contracts.inspection import inspection_defects
from contracts.vocabulary import DossierKind, Verdict
from kernel.database import ReadSession, WriteSession
from kernel.errors import Conflict, NotFound, Unprocessable
from kernel.ids import new_id
from kernel.outbox import record
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import PageRow
from services.records.filing import service as filing
from services.records.inspection import repository
from services.records.inspection.domain import (
    LEASE,
    REOPEN_WITHIN,
    Candidate,
    PageCheckState,
    SetReason,
    SetState,
    chosen,
    condemns,
    digest_of,
    in_sets,
)
from services.records.inspection.models import InspectionCheckRow, InspectionPageRow, InspectionSetRow
from services.records.sql import Waits

AnySession = ReadSession | WriteSession

RESCANS_FIRST = 10
"""Priority of a rescan's set, above those that are planned (0)."""


class InspectorIsScanner(Conflict):
    """Whoever scanned pages does not say whether they are good."""

    slug = "inspector_is_scanner"
    title = "Người quét không kiểm tra ảnh do chính mình quét"
    title_en = "Whoever scanned these pages may not inspect them"


class SetNotYours(Conflict):
    """The set is with somebody else, or with nobody."""

    slug = "set_not_yours"
    title = "Lưới ảnh này không phải do bạn đang giữ"
    title_en = "You do not hold this set"


class SetAnswered(Conflict):
    """Something else was said of the set already."""

    slug = "set_answered"
    title = "Lưới ảnh này đã có kết quả kiểm tra khác"
    title_en = "Another result was given for this set already"


class MarksRefused(Unprocessable):
    """A mark names a page outside the set, or no defect that there is."""

    slug = "marks_refused"
    title = "Có dấu lỗi không hợp lệ"
    title_en = "Some marks cannot be taken"


class CannotReopen(Conflict):
    """Too late: a rescan has come, or the shift is over."""

    slug = "cannot_reopen"
    title = "Không hoàn tác được nữa: đã có trang quét lại hoặc đã quá giờ"
    title_en = "Too late to take back: a page was scanned again, or too much time has passed"


@dataclass(frozen=True, slots=True)
class SetWork:
    """A set with all that is needed to look at it."""

    row: InspectionSetRow
    pages: Sequence[tuple[InspectionPageRow, PageRow]]
    marks: Mapping[uuid.UUID, str]
    """Page → defect, as it was said before the set was taken back."""


async def plan(
    session: WriteSession, filed: Collection[uuid.UUID], dossier_ids: Collection[uuid.UUID]
) -> None:
    """Let pages that have just been filed wait to be inspected, or be vouched for by their batch's sample."""
    # A page that is read after it was filed is among them again; it waits, or was looked at, already.
    wanted = set(filed) - (await repository.known_pages(session, filed)).keys()
    if not wanted:
        return
    known = await pages.pages_of_dossiers(session, dossier_ids)
    by_batch: dict[uuid.UUID, list[PageRow]] = defaultdict(list)
    for page in known.values():
        if page.id in wanted:
            by_batch[page.batch_id].append(page)
    for batch_id, lot in by_batch.items():
        lot.sort(key=lambda page: (page.sequence or 0, page.page_no or 0))
        picked = chosen(lot[0].kind, [_candidate(page) for page in lot], str(batch_id))
        await repository.save_pages(
            session, [_standing(page, picked[page.id]) for page in lot if page.id in picked]
        )
        looked_at = [page.id for page in lot if picked.get(page.id)]
        await _make_sets(session, lot[0], looked_at, SetReason.PLANNED)


async def replaced(session: WriteSession, event: PageEnhanced) -> None:
    """A rescan stands in its page's place: it waits to be looked at in its turn, whatever the plan."""
    row = await repository.lock_page(session, event.page_id)
    page = await pages.known_page(session, event.page_id)
    if row is None or page is None or row.state == PageCheckState.WAITING.value:
        return
    senders = sorted({*await filing.senders_of(session, page.batch_id), *filter(None, [event.rescanned_by])})
    found = await repository.room_for_rescan(session, page.batch_id, senders)
    if found is None:
        found = _new_set(page, SetReason.RESCANNED, senders)
        session.add(found)
        await session.flush()
    held = (await repository.pages_of_sets(session, [found.id])).get(found.id, [])
    await repository.put_in_set(session, found.id, [page.id], first=len(held) + 1)
    if page.dossier_id:
        details = {"page_id": str(page.id), "rescan_id": str(event.rescan_id)}
        await dossiers.note(session, Act.PAGE_REPLACED, [(page.dossier_id, page.unit_code, details)])


async def lease(
    session: WriteSession, who: str, *, count: int, kind: DossierKind | None = None, unit: str | None = None
) -> list[SetWork]:
    """Give `who` up to `count` sets for half an hour; what they hold already comes first and is held anew."""
    now = datetime.now(UTC)
    held = await repository.hold_again(session, who, now=now, until=now + LEASE)
    taken = await repository.take(
        session,
        who,
        now=now,
        until=now + LEASE,
        count=max(0, count - len(held)),
        kind=kind.value if kind else None,
        unit=unit,
    )
    return await _works(session, [*held, *taken][:count])


async def release(session: WriteSession, who: str) -> int:
    """Give sets back that nothing was said of."""
    return await repository.release(session, who)


async def finish(
    session: WriteSession, who: str, set_id: uuid.UUID, failed: Mapping[uuid.UUID, str]
) -> InspectionSetRow:
    """Take what `who` says of a set: `failed` (page → defect) go back to their scanner, all others pass.

    The same answer again changes nothing.

    Raises:
        NotFound, InspectorIsScanner, SetNotYours, SetAnswered, MarksRefused.
    """
    row = await _own_set(session, who, set_id)
    answer = digest_of(failed)
    if row.state == SetState.DONE.value:
        if (row.done_by, row.answer) != (who, answer):
            raise SetAnswered
        return row
    # A lease that has run out still counts as long as nobody else has the set.
    if row.leased_by != who:
        raise SetNotYours
    (work,) = await _works(session, [row])
    _check_marks({page.id for _, page in work.pages}, failed)
    for standing, page in work.pages:
        await _judge(session, row, standing, page, failed.get(page.id), who)
    row.state, row.done_by, row.done_at = SetState.DONE.value, who, datetime.now(UTC)
    row.answer, row.leased_by, row.leased_until = answer, None, None
    await session.flush()
    if failed:
        await _condemn(session, row, work.pages)
    return row


async def reopen(session: WriteSession, who: str, set_id: uuid.UUID) -> SetWork:
    """Take one's own answer back and hold the set again, with the marks as they were.

    Orders for rescans are withdrawn. Raises NotFound, InspectorIsScanner, SetNotYours, CannotReopen.
    """
    row = await _own_set(session, who, set_id)
    now = datetime.now(UTC)
    if row.state == SetState.WAITING.value:
        if row.leased_by != who:
            raise SetNotYours
        (work,) = await _works(session, [row])
        return work
    if row.done_by != who:
        raise SetNotYours
    (work,) = await _works(session, [row])
    moved_on = any(
        standing.state not in {PageCheckState.PASSED.value, PageCheckState.FAILED.value}
        for standing, _ in work.pages
    )
    if not work.pages or moved_on or row.done_at is None or now - row.done_at > REOPEN_WITHIN:
        raise CannotReopen
    marks = await _last_marks(session, row, work.pages)
    await repository.undo_checks(session, row.id, now)
    withdrawn = [(standing, page) for standing, page in work.pages if standing.rescan_id]
    await record(session, *(_withdrawal(standing, page) for standing, page in withdrawn))
    for standing, _ in work.pages:
        standing.state, standing.rescan_id = PageCheckState.WAITING.value, None
    row.state, row.leased_by, row.leased_until = SetState.WAITING.value, who, now + LEASE
    row.done_by = row.done_at = row.answer = None
    await session.flush()
    return SetWork(row, work.pages, marks)


async def pages_in(session: AnySession, set_id: uuid.UUID) -> Sequence[InspectionPageRow]:
    """The pages of a set."""
    return (await repository.pages_of_sets(session, [set_id])).get(set_id, [])


async def waiting(session: AnySession, most: int) -> int:
    """Sets that wait, counted up to `most`."""
    return await repository.waiting(session, most)


async def queue_for(session: AnySession, who: str, most: int) -> tuple[int, int, datetime | None]:
    """Sets that `who` may inspect, counted up to `most`, rescans among them, and the oldest's order."""
    return await repository.queue_for(session, who, most)


def waits(*, rescans: bool) -> Waits:
    """Sets that WHO may inspect: of pages scanned again, or all others."""
    return repository.waits(rescans=rescans)


async def own_waits(session: AnySession, who: str) -> bool:
    """Whether there is work that `who` may not do, because they scanned it."""
    return await repository.own_waits(session, who)


async def checks_of(session: AnySession, page_id: uuid.UUID) -> Sequence[InspectionCheckRow]:
    """What was said of a page's images, in order."""
    return await repository.checks_of(session, page_id)


async def check_of(session: AnySession, check_id: uuid.UUID) -> InspectionCheckRow:
    """One of those; raises NotFound."""
    row = await repository.check(session, check_id)
    if row is None:
        raise NotFound(f"inspection {check_id}")
    return row


async def _own_set(session: WriteSession, who: str, set_id: uuid.UUID) -> InspectionSetRow:
    row = await repository.lock_set(session, set_id)
    if row is None:
        raise NotFound(f"inspection set {set_id}")
    if who in row.senders:
        raise InspectorIsScanner
    return row


def _check_marks(known: Collection[uuid.UUID], failed: Mapping[uuid.UUID, str]) -> None:
    defects = inspection_defects()
    refused = {
        str(page): "unknown_page" if page not in known else "unknown_defect"
        for page, defect in failed.items()
        if page not in known or defect not in defects
    }
    if refused:
        raise MarksRefused(extensions={"pages": dict(refused)})


async def _judge(
    session: WriteSession,
    row: InspectionSetRow,
    standing: InspectionPageRow,
    page: PageRow,
    defect: str | None,
    who: str,
) -> None:
    standing.rescan_id = new_id() if defect else None
    standing.state = (PageCheckState.FAILED if defect else PageCheckState.PASSED).value
    session.add(
        InspectionCheckRow(
            id=new_id(),
            page_id=page.id,
            set_id=row.id,
            unit_code=row.unit_code,
            who=who,
            at=datetime.now(UTC),
            defect=defect,
            rescan_id=standing.rescan_id,
            master_key=page.master_key or "",
            access_key=page.access_key or "",
        )
    )
    if defect is None or standing.rescan_id is None:
        return
    await record(session, _order(standing.rescan_id, page, defect))
    if page.dossier_id:
        details = {"page_id": str(page.id), "defect": defect, "rescan_id": str(standing.rescan_id)}
        await dossiers.note(session, Act.RESCAN_ORDERED, [(page.dossier_id, page.unit_code, details)], who)


async def _condemn(
    session: WriteSession, row: InspectionSetRow, looked_at: Sequence[tuple[InspectionPageRow, PageRow]]
) -> None:
    """Let the rest of a class be looked at where its sample has failed."""
    for content in sorted({standing.content for standing, _ in looked_at}):
        lot = await repository.lot_of(session, row.batch_id, content)
        if not condemns(row.kind, content, sum(lot.values()), lot.get(PageCheckState.FAILED.value, 0)):
            continue
        rest = await repository.unsampled(session, row.batch_id, content)
        if rest:
            await _make_sets(session, looked_at[0][1], rest, SetReason.SAMPLE_FAILED)


async def _make_sets(
    session: WriteSession, like: PageRow, page_ids: Sequence[uuid.UUID], reason: SetReason
) -> None:
    senders = await filing.senders_of(session, like.batch_id)
    for together in in_sets(page_ids):
        row = _new_set(like, reason, senders)
        session.add(row)
        await session.flush()
        await repository.put_in_set(session, row.id, together)


def _new_set(page: PageRow, reason: SetReason, senders: Sequence[str]) -> InspectionSetRow:
    return InspectionSetRow(
        id=new_id(),
        batch_id=page.batch_id,
        unit_code=page.unit_code,
        kind=page.kind,
        reason=reason.value,
        state=SetState.WAITING.value,
        senders=list(senders),
        priority=RESCANS_FIRST if reason is SetReason.RESCANNED else 0,
        ordered_at=datetime.now(UTC),
    )


async def _works(session: AnySession, rows: Sequence[InspectionSetRow]) -> list[SetWork]:
    standing = await repository.pages_of_sets(session, [row.id for row in rows])
    known = await pages.pages_by_id(session, [page.id for held in standing.values() for page in held])
    return [
        SetWork(row, [(page, known[page.id]) for page in standing.get(row.id, []) if page.id in known], {})
        for row in rows
    ]


async def _last_marks(
    session: AnySession, row: InspectionSetRow, looked_at: Sequence[tuple[InspectionPageRow, PageRow]]
) -> dict[uuid.UUID, str]:
    marks: dict[uuid.UUID, str] = {}
    for standing, page in looked_at:
        if standing.rescan_id is None:
            continue
        said = [one for one in await repository.checks_of(session, page.id) if one.set_id == row.id]
        if said and said[-1].defect:
            marks[page.id] = said[-1].defect
    return marks


def _candidate(page: PageRow) -> Candidate:
    return Candidate(page.id, page.page_content, Verdict(page.verdict or Verdict.PASS))


def _standing(page: PageRow, looked_at: bool) -> dict[str, Any]:
    state = PageCheckState.WAITING if looked_at else PageCheckState.UNSAMPLED
    return {
        "id": page.id,
        "batch_id": page.batch_id,
        "unit_code": page.unit_code,
        "content": page.page_content.value,
        "state": state.value,
    }


def _order(rescan_id: uuid.UUID, page: PageRow, defect: str) -> RescanOrdered:
    return RescanOrdered(
        correlation_id=page.batch_id,
        rescan_id=rescan_id,
        page_id=page.id,
        file_id=page.file_id,
        batch_id=page.batch_id,
        unit_code=page.unit_code,
        kind=DossierKind(page.kind),
        dossier_id=page.dossier_id,
        page_no=page.page_no or 1,
        defect=defect,
    )


def _withdrawal(standing: InspectionPageRow, page: PageRow) -> RescanWithdrawn:
    return RescanWithdrawn(
        correlation_id=page.batch_id,
        rescan_id=standing.rescan_id or page.id,
        page_id=page.id,
        batch_id=page.batch_id,
        unit_code=page.unit_code,
        kind=DossierKind(page.kind),
    )
