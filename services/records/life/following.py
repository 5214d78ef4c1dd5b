"""A dossier's life goes on by what happens: pages filed, images inspected, fields settled, sheets counted.

Whoever makes something happen calls `follow` in the same transaction. What decides is asked anew each time,
so the order of what happens does not matter.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from contracts.vocabulary import PageContent
from kernel.database import ALL_UNITS, WriteSession
from services.records.cases import service as cases
from services.records.custody import service as custody
from services.records.dossiers import pages
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import SYSTEM, Act, DossierState
from services.records.dossiers.models import DossierRow, PageRow
from services.records.filing import service as filing
from services.records.inspection import standing
from services.records.inspection.standing import Standing
from services.records.keying import service as keying
from services.records.life import repository, service
from services.records.life.domain import DRIVEN, Facts, Happening, exempt_sheets, own_step
from services.records.life.domain import ExemptionState as Exemption
from services.records.life.sheets import Countable, Side, share_out, sheets_of

RECOUNTED = frozenset({Happening.PAGES_FILED, Happening.SURVEYED, Happening.EXEMPTION_DECIDED})
"""What changes how many sheets the filed pages are."""


async def follow(session: WriteSession, dossier_ids: Collection[uuid.UUID], because: Happening) -> None:
    """Let dossiers take the steps that follow from what happened, and count their sheets where that is known.

    Steps are the system's in the history, with what happened as the reason. Dossiers on the way to another
    unit, and those that nobody has surveyed yet, stay as they are.
    """
    known = await dossiers.get_many(session, dossier_ids)
    driven = [row.id for row in known.values() if row.state in DRIVEN]
    if not driven:
        return
    rows = {row.id: row for row in await dossiers.hold_still(session, driven, {ALL_UNITS})}
    away = await custody.in_transit(session, rows)
    rows = {one: row for one, row in rows.items() if row.state in DRIVEN and one not in away}
    filed: dict[uuid.UUID, list[PageRow]] = defaultdict(list)
    for page in (await pages.pages_of_dossiers(session, rows)).values():
        if page.dossier_id and page.content != PageContent.COVER_SHEET.value:
            filed[page.dossier_id].append(page)
    if because in RECOUNTED:
        for dossier_id, row in rows.items():
            await _count(session, row, filed[dossier_id])
    seen = await standing.standing_of(session, [page for mine in filed.values() for page in mine])
    forms = await keying.open_forms(session, rows)
    for dossier_id, row in rows.items():
        facts = await _facts(session, row, filed[dossier_id], seen, forms.get(dossier_id, 0))
        await _step(session, row, facts, because)


async def _step(session: WriteSession, row: DossierRow, facts: Facts, because: Happening) -> None:
    """Take every step that follows; none is taken twice, since each begins where the one before ended."""
    while state := own_step(DossierState(row.state), facts, because):
        row.version += 1
        await dossiers.enter_state(session, row, state, SYSTEM, because.value)


async def _facts(
    session: WriteSession,
    row: DossierRow,
    filed: Sequence[PageRow],
    seen: Mapping[uuid.UUID, Standing],
    open_forms: int,
) -> Facts:
    said = [seen.get(page.id, Standing.UNSEEN) for page in filed]
    balance = await service.balance_of(session, row.id)
    held = await service.is_held(session, row.id) or bool(await cases.held(session, [row.id]))
    return Facts(
        pages=len(filed),
        unread=sum(page.content == PageContent.TEXT.value and page.read_by is None for page in filed),
        unseen=said.count(Standing.UNSEEN),
        failed=said.count(Standing.FAILED),
        open_forms=open_forms,
        held=held,
        balanced=bool(balance.documents) and not balance.unbalanced and balance.pages_agree,
    )


async def _count(session: WriteSession, row: DossierRow, filed: Sequence[PageRow]) -> None:
    """Count the sheets that nobody has counted by hand, where it is known how they were scanned."""
    duplex = await filing.duplex_of(session, {page.batch_id for page in filed})
    if not filed or any(duplex.get(page.batch_id) is None for page in filed):
        return
    types = await dossiers.types_of(session, row.id)
    bound = {page.file_id for page in filed if (page.page_no or 1) > 1}
    found = sheets_of(
        Side(
            _sheet(page, two_sided=bool(duplex[page.batch_id]), bound=page.file_id in bound),
            page.page_content,
            types.get(page.document_id, "") if page.document_id else "",
        )
        for page in filed
    )
    documents = {one.ordinal: one for one in await repository.surveyed(session, row.id)}
    exempt = exempt_sheets(
        (one.ordinal, one.sheets)
        for one in await repository.exemptions(session, row.id)
        if one.state == Exemption.APPROVED.value
    )
    own = [one for one in documents.values() if one.counted_by in {None, SYSTEM}]
    by_hand = [one for one in documents.values() if one.counted_by not in {None, SYSTEM}]
    counts = [
        Countable(one.ordinal, one.type, max(0, one.surveyed - exempt.get(one.ordinal, 0) - one.missing))
        for one in own
    ]
    share_out(found.without((one.type, one.scanned) for one in by_hand), counts)
    changed = {}
    for one in counts:
        kept = documents[one.ordinal]
        if (kept.scanned, kept.blank) != (one.scanned, one.blank):
            changed[str(one.ordinal)] = {"scanned": one.scanned, "blank": one.blank, "missing": kept.missing}
        kept.scanned, kept.blank, kept.counted_by = one.scanned, one.blank, SYSTEM
    await session.flush()
    if changed:
        row.version += 1
        await dossiers.note(session, Act.SHEETS_COUNTED, [(row.id, row.unit_code, changed)])


def _sheet(page: PageRow, *, two_sided: bool, bound: bool) -> tuple[object, ...]:
    """What the sides of a sheet have in common: neighbours in their batch, or in their file if `bound`."""
    number, place = page.sequence or 0, page.page_no or 1
    if not two_sided:
        return page.batch_id, number, place
    if bound:
        return page.batch_id, number, (place - 1) // 2
    return page.batch_id, (number - 1) // 2
