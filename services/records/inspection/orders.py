"""Orders to scan pages again: what a failed page leads to, and one page ordered outside a set.

A page that is ordered by itself stands afterwards as if an inspector had failed it in a set of its own.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.events import RescanOrdered, RescanWithdrawn
from contracts.inspection import inspection_defects
from contracts.vocabulary import DossierKind
from kernel.database import ReadSession, WriteSession
from kernel.errors import NotFound
from kernel.identity import Identity
from kernel.ids import new_id
from kernel.outbox import record
from services.records.custody import service as custody
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act, DossierState
from services.records.dossiers.models import PageRow
from services.records.filing import service as filing
from services.records.inspection import planning, repository
from services.records.inspection.domain import REOPEN_WITHIN, PageCheckState, SetReason, SetState, digest_of
from services.records.inspection.models import InspectionCheckRow, InspectionPageRow, InspectionSetRow
from services.records.inspection.problems import (
    CannotReopen,
    DefectUnknown,
    DossierSealed,
    InspectorIsScanner,
    NoRescanOrdered,
    OrderNotYours,
    PageReplaced,
    PageUnderInspection,
    RescanAlreadyOrdered,
)
from services.records.life.domain import SEALED

AnySession = ReadSession | WriteSession


@dataclass(frozen=True, slots=True)
class Ordered:
    """An open order to scan a page again."""

    page_id: uuid.UUID
    rescan_id: uuid.UUID
    check: InspectionCheckRow


@dataclass(frozen=True, slots=True)
class Told:
    """What was done to a page's order, and whose life goes on by it."""

    page_id: uuid.UUID
    rescan_id: uuid.UUID | None
    concerned: set[uuid.UUID]


async def order(session: WriteSession, identity: Identity, page_id: uuid.UUID, defect: str) -> Told:
    """Send one page back to its scanner; the same person's same order again changes nothing.

    Raises:
        NotFound, DefectUnknown, PageReplaced, DossierSealed, DossierInTransit, InspectorIsScanner,
        PageUnderInspection, RescanAlreadyOrdered.
    """
    who = identity.subject
    page = await pages.get_accepted_page(session, page_id, identity.units)
    if defect not in inspection_defects():
        raise DefectUnknown(extensions={"defect": defect})
    await _require_open(session, page)
    last, standing = await _locked(session, page)
    senders = last.senders if last else await filing.senders_of(session, page.batch_id)
    if who in senders:
        raise InspectorIsScanner
    if standing.state == PageCheckState.FAILED.value and standing.rescan_id:
        return await _same(session, page, standing.rescan_id, who, defect)
    waits = standing.state == PageCheckState.WAITING.value and last is not None
    if waits and last and last.leased_by and last.leased_until and last.leased_until >= datetime.now(UTC):
        raise PageUnderInspection
    row = planning.new_set(page, SetReason(last.reason) if waits and last else SetReason.ORDERED, senders)
    row.state, row.done_by, row.done_at = SetState.DONE.value, who, datetime.now(UTC)
    row.answer = digest_of({page.id: defect})
    session.add(row)
    await session.flush()
    standing.set_id = row.id
    await judge(session, row, standing, page, defect, who)
    await session.flush()
    if waits and last:
        await _end_if_empty(session, last, who)
    concerned = await repository.dossiers_of(session, row.id)
    await planning.condemn(session, row, [(standing, page)])
    return Told(page.id, standing.rescan_id, concerned)


async def withdraw(session: WriteSession, identity: Identity, page_id: uuid.UUID) -> Told:
    """Take one's own order back: the page stands as before; withdrawn already, nothing changes.

    Raises:
        NotFound, PageReplaced, DossierSealed, DossierInTransit, NoRescanOrdered, OrderNotYours, CannotReopen.
    """
    page = await pages.get_accepted_page(session, page_id, identity.units)
    await _require_open(session, page)
    row, standing = await _locked(session, page)
    if row is None or standing.state != PageCheckState.FAILED.value or standing.rescan_id is None:
        raise NoRescanOrdered
    together = (await repository.pages_of_sets(session, [row.id])).get(row.id, [])
    if row.done_by != identity.subject or len(together) > 1:
        raise OrderNotYours
    now = datetime.now(UTC)
    if row.done_at is None or now - row.done_at > REOPEN_WITHIN:
        raise CannotReopen
    concerned = await repository.dossiers_of(session, row.id)
    await repository.undo_checks(session, row.id, now)
    await record(session, withdrawal(standing, page))
    rescan_id, standing.rescan_id = standing.rescan_id, None
    if row.reason == SetReason.ORDERED.value:
        await _stand_as_before(session, standing)
    else:
        standing.state = PageCheckState.WAITING.value
        row.state, row.done_by, row.done_at, row.answer = SetState.WAITING.value, None, None, None
    await session.flush()
    return Told(page.id, rescan_id, concerned)


async def open_orders(session: ReadSession, dossier_id: uuid.UUID, units: Iterable[str]) -> Sequence[Ordered]:
    """The pages of a dossier whose rescan is awaited, in no order; raises NotFound."""
    await dossiers.get_dossier(session, dossier_id, units)
    filed = await pages.pages_of_dossiers(session, [dossier_id])
    known = await repository.known_pages(session, filed)
    orders = {
        row.id: row.rescan_id
        for row in known.values()
        if row.state == PageCheckState.FAILED.value and row.rescan_id
    }
    checks = await repository.checks_that_ordered(session, orders)
    return [Ordered(page_id, orders[page_id], check) for page_id, check in checks.items()]


async def judge(
    session: WriteSession,
    row: InspectionSetRow,
    standing: InspectionPageRow,
    page: PageRow,
    defect: str | None,
    who: str,
) -> None:
    """Write down what `who` says of a page of a locked set; with a defect it goes back to its scanner."""
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
    await record(session, _announcement(standing.rescan_id, page, defect))
    if page.dossier_id:
        details = {"page_id": str(page.id), "defect": defect, "rescan_id": str(standing.rescan_id)}
        await dossiers.note(session, Act.RESCAN_ORDERED, [(page.dossier_id, page.unit_code, details)], who)


def _announcement(rescan_id: uuid.UUID, page: PageRow, defect: str) -> RescanOrdered:
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


def withdrawal(standing: InspectionPageRow, page: PageRow) -> RescanWithdrawn:
    """That the page's order holds no longer."""
    return RescanWithdrawn(
        correlation_id=page.batch_id,
        rescan_id=standing.rescan_id or page.id,
        page_id=page.id,
        batch_id=page.batch_id,
        unit_code=page.unit_code,
        kind=DossierKind(page.kind),
    )


async def _require_open(session: WriteSession, page: PageRow) -> None:
    if page.replaced_in is not None:
        raise PageReplaced
    if page.dossier_id is None:
        raise NotFound(f"page {page.id} is not filed")
    await custody.require_not_in_transit(session, [page.dossier_id])
    held = await dossiers.get_many(session, [page.dossier_id])
    if DossierState(held[page.dossier_id].state) in SEALED:
        raise DossierSealed(extensions={"dossier_id": str(page.dossier_id)})


async def _locked(session: WriteSession, page: PageRow) -> tuple[InspectionSetRow | None, InspectionPageRow]:
    """The page's set and the page, locked in the order in which answers lock them.

    A page of a class that nobody looks at is known to inspection from now on. Raises PageUnderInspection
    where the page goes into another set at this moment.
    """
    await repository.save_pages(session, [planning.standing_at_first(page, looked_at=False)])
    seen = (await repository.known_pages(session, [page.id]))[page.id]
    row = await repository.lock_set(session, seen.set_id) if seen.set_id else None
    standing = await repository.lock_page(session, page.id)
    if standing is None or standing.set_id != (row.id if row else None):
        raise PageUnderInspection
    return row, standing


async def _same(session: WriteSession, page: PageRow, rescan_id: uuid.UUID, who: str, defect: str) -> Told:
    check = (await repository.checks_that_ordered(session, {page.id: rescan_id})).get(page.id)
    if check is None or (check.who, check.defect) != (who, defect):
        raise RescanAlreadyOrdered(extensions={"defect": check.defect if check else None})
    return Told(page.id, rescan_id, set())


async def _end_if_empty(session: WriteSession, row: InspectionSetRow, who: str) -> None:
    """A set whose only page was ordered out of it is no work for anybody."""
    if (await repository.pages_of_sets(session, [row.id])).get(row.id):
        return
    row.state, row.done_by, row.done_at = SetState.DONE.value, who, datetime.now(UTC)
    row.answer, row.leased_by, row.leased_until = digest_of({}), None, None


async def _stand_as_before(session: WriteSession, standing: InspectionPageRow) -> None:
    """It had passed in the set where that was last said, or had never been drawn."""
    said = [one for one in await repository.checks_of(session, standing.id) if one.undone_at is None]
    passed = bool(said) and said[-1].defect is None
    standing.state = (PageCheckState.PASSED if passed else PageCheckState.UNSAMPLED).value
    standing.set_id = said[-1].set_id if passed else None
