"""Use cases of batches: know one, judge pages as they come in any order, judge sides once it is whole.

Everything happens under the lock of the batch's row, so that two files which arrive together see each other.
What is found depends on the pages alone, not on the order in which they came.
"""

import asyncio
import uuid
from collections.abc import Mapping, Sequence

from contracts.events import PageReceived, ScanBatchClosed
from contracts.vocabulary import PageContent
from kernel.database import WriteSession
from services.imaging.batches import repository
from services.imaging.batches.models import ScanBatchRow
from services.imaging.batches.repository import Marked, Side
from services.imaging.domain import Defect, worst
from services.imaging.models import EnhancementRow
from services.imaging.profiles import Profile
from services.imaging.steps.fingerprint import likenesses
from services.imaging.steps.judge import defect
from services.imaging.steps.judge_batch import Trace, is_duplex, last_of_odd, missing_side

REPEATED, MISSING = "repeated_page", "missing_side"


async def lock_batch(session: WriteSession, event: PageReceived | ScanBatchClosed) -> ScanBatchRow:
    """The batch that an event is about, locked until the transaction ends."""
    batch = await repository.lock_batch(session, event.batch_id, event.unit_code, event.duplex)
    if isinstance(event, ScanBatchClosed):
        batch.file_count = event.file_count
    return batch


async def judge_repeats(
    session: WriteSession, fresh: Sequence[EnhancementRow], profile: Profile
) -> list[EnhancementRow]:
    """Find sheets that were scanned twice among a file's `fresh` pages and those around them.

    The later page has the fault, whichever came first. Returns pages of other files whose faults changed.
    """
    written = [row for row in fresh if row.content == PageContent.TEXT and row.measures.get("fingerprint")]
    if not written:
        return []
    batch_id, sequence = written[0].batch_id, written[0].sequence
    before = await repository.marked_before(session, batch_id, sequence)
    after = await repository.marked_after(session, batch_id, sequence)
    mine = [Marked(row.page_id, row.measures["fingerprint"]) for row in written]
    # A file of some hundred pages takes a while: not on the event loop.
    scores, later = await asyncio.to_thread(_compared, before, mine, after, profile.batch.alike)
    for row in written:
        if score := scores.get(row.page_id):
            _put_fault(row, REPEATED, defect(REPEATED, score, profile))
    changed = await repository.lock_pages(session, later) if later else []
    return [
        row
        for row in changed
        if _put_fault(row, REPEATED, _graver(row, defect(REPEATED, later[row.page_id], profile)))
    ]


async def judge_sides(session: WriteSession, batch: ScanBatchRow, profile: Profile) -> list[EnhancementRow]:
    """Find dossiers that lack a side, once every file of a batch scanned on both sides is known.

    Returns the pages whose faults changed.
    """
    whole = batch.file_count is not None and batch.files_known >= batch.file_count
    if not whole or not is_duplex(profile, batch.duplex):
        return []
    sides = await repository.sides(session, batch.id)
    odd = {page.name for page in last_of_odd([_trace(side) for side in sides])}
    wrong = [side.page_id for side in sides if (str(side.page_id) in odd) != (MISSING in side.codes)]
    rows = await repository.lock_pages(session, wrong)
    return [
        row
        for row in rows
        if row.refused is None
        and _put_fault(row, MISSING, missing_side(profile) if str(row.page_id) in odd else None)
    ]


def _compared(
    before: Sequence[Marked], mine: Sequence[Marked], after: Sequence[Marked], alike: float
) -> tuple[Mapping[uuid.UUID, float], Mapping[uuid.UUID, float]]:
    """Likeness to an earlier page, from `alike` on: of pages of the file, and of pages behind it."""
    scores: dict[uuid.UUID, float] = {}
    later: dict[uuid.UUID, float] = {}
    earlier = [page.fingerprint for page in before]
    behind = [page.fingerprint for page in after]
    for page in mine:
        best = float(likenesses(page.fingerprint, earlier).max(initial=0.0))
        if best >= alike:
            scores[page.page_id] = best
        for other, score in zip(after, likenesses(page.fingerprint, behind), strict=True):
            if score >= alike:
                later[other.page_id] = max(float(score), later.get(other.page_id, 0.0))
        earlier.append(page.fingerprint)
    return scores, later


def _graver(row: EnhancementRow, found: Defect) -> Defect:
    """The fault with the larger measure of the one that a page has and the one found now."""
    known = [Defect.model_validate(one) for one in row.defects if one["code"] == found.code]
    return max([found, *known], key=lambda one: one.measure)


def _put_fault(row: EnhancementRow, code: str, found: Defect | None) -> bool:
    """Give a page a fault, or take it away; false where nothing changes."""
    others = [one for one in row.defects if one["code"] != code]
    defects = others + ([found.model_dump(mode="json")] if found else [])
    if sorted(map(str, defects)) == sorted(map(str, row.defects)):
        return False
    row.defects = defects
    row.verdict = worst(tuple(Defect.model_validate(one) for one in defects)).value
    return True


def _trace(side: Side) -> Trace:
    # A refused page is a side of paper too, and is scanned again.
    content = PageContent(side.content) if side.content else PageContent.TEXT
    return Trace(str(side.page_id), content, "", side.dossier_reference)
