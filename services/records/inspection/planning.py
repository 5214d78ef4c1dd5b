"""Use cases of inspection that nobody asks for: pages filed or scanned again come into sets."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from contracts.events import PageEnhanced
from contracts.vocabulary import Verdict
from kernel.database import WriteSession
from kernel.ids import new_id
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act
from services.records.dossiers.models import PageRow
from services.records.filing import service as filing
from services.records.inspection import repository
from services.records.inspection.domain import (
    Candidate,
    PageCheckState,
    SetReason,
    SetState,
    chosen,
    condemns,
    in_sets,
)
from services.records.inspection.models import InspectionPageRow, InspectionSetRow

RESCANS_FIRST = 10
"""Priority of a rescan's set, above those that are planned (0)."""


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
            session, [standing_at_first(page, picked[page.id]) for page in lot if page.id in picked]
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
        found = new_set(page, SetReason.RESCANNED, senders)
        session.add(found)
        await session.flush()
    held = (await repository.pages_of_sets(session, [found.id])).get(found.id, [])
    await repository.put_in_set(session, found.id, [page.id], first=len(held) + 1)
    if page.dossier_id:
        details = {"page_id": str(page.id), "rescan_id": str(event.rescan_id)}
        await dossiers.note(session, Act.PAGE_REPLACED, [(page.dossier_id, page.unit_code, details)])


async def condemn(
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
        row = new_set(like, reason, senders)
        session.add(row)
        await session.flush()
        await repository.put_in_set(session, row.id, together)


def new_set(page: PageRow, reason: SetReason, senders: Sequence[str]) -> InspectionSetRow:
    """A set for pages like this one, still to be added."""
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


def _candidate(page: PageRow) -> Candidate:
    return Candidate(page.id, page.page_content, Verdict(page.verdict or Verdict.PASS))


def standing_at_first(page: PageRow, looked_at: bool) -> dict[str, Any]:
    """Where a page stands before anybody has looked at it."""
    state = PageCheckState.WAITING if looked_at else PageCheckState.UNSAMPLED
    return {
        "id": page.id,
        "batch_id": page.batch_id,
        "unit_code": page.unit_code,
        "content": page.page_content.value,
        "state": state.value,
    }
