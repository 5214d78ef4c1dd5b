"""What inspection says of pages and dossiers by now, for whoever goes on from there."""

import uuid
from collections.abc import Collection
from enum import Enum

from kernel.database import ReadSession, WriteSession
from services.records.dossiers.models import PageRow
from services.records.inspection import repository
from services.records.inspection.domain import PageCheckState, plan_name

AnySession = ReadSession | WriteSession


class Standing(Enum):
    """What inspection says of a page by now."""

    PASSED = "passed"
    UNSEEN = "unseen"
    """It waits to be looked at, or the sample that it stands or falls with does."""
    FAILED = "failed"


async def standing_of(session: AnySession, filed: Collection[PageRow]) -> dict[uuid.UUID, Standing]:
    """Page → where it stands, of filed pages; a page of a class that nobody looks at has passed."""
    known = await repository.known_pages(session, [page.id for page in filed])
    lots: dict[tuple[uuid.UUID, str], bool] = {}
    found: dict[uuid.UUID, Standing] = {}
    for page in filed:
        row = known.get(page.id)
        if row is None:
            looked_at = plan_name(page.kind, page.page_content.value) is not None
            found[page.id] = Standing.UNSEEN if looked_at else Standing.PASSED
        elif row.state == PageCheckState.UNSAMPLED.value:
            lot = (row.batch_id, row.content)
            if lot not in lots:
                lots[lot] = PageCheckState.WAITING.value in await repository.lot_of(session, *lot)
            found[page.id] = Standing.UNSEEN if lots[lot] else Standing.PASSED
        else:
            found[page.id] = STANDINGS[PageCheckState(row.state)]
    return found


STANDINGS = {
    PageCheckState.WAITING: Standing.UNSEEN,
    PageCheckState.PASSED: Standing.PASSED,
    PageCheckState.FAILED: Standing.FAILED,
}


async def dossiers_of(session: AnySession, set_id: uuid.UUID) -> set[uuid.UUID]:
    """The dossiers of a set's pages, and those whose pages stand or fall with a sample in it."""
    return await repository.dossiers_of(session, set_id)
