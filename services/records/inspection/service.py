"""Use cases of inspection: lease sets, take what is said of them, take it back."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.inspection import inspection_defects
from contracts.vocabulary import DossierKind
from kernel.database import ReadSession, WriteSession
from kernel.errors import NotFound
from kernel.outbox import record
from services.records.dossiers import pages
from services.records.dossiers.models import PageRow
from services.records.inspection import orders, planning, repository
from services.records.inspection.domain import LEASE, REOPEN_WITHIN, PageCheckState, SetState, digest_of
from services.records.inspection.models import InspectionCheckRow, InspectionPageRow, InspectionSetRow
from services.records.inspection.problems import (
    CannotReopen,
    InspectorIsScanner,
    MarksRefused,
    SetAnswered,
    SetNotYours,
)
from services.records.sql import Waits

AnySession = ReadSession | WriteSession


@dataclass(frozen=True, slots=True)
class SetWork:
    """A set with all that is needed to look at it."""

    row: InspectionSetRow
    pages: Sequence[tuple[InspectionPageRow, PageRow]]
    marks: Mapping[uuid.UUID, str]
    """Page → defect, as it was said before the set was taken back."""


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
        await orders.judge(session, row, standing, page, failed.get(page.id), who)
    row.state, row.done_by, row.done_at = SetState.DONE.value, who, datetime.now(UTC)
    row.answer, row.leased_by, row.leased_until = answer, None, None
    await session.flush()
    if failed:
        await planning.condemn(session, row, work.pages)
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
    await record(session, *(orders.withdrawal(standing, page) for standing, page in withdrawn))
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
