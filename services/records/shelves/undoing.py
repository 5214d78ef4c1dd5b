"""Takes back the last movement of papers: a wrong scan is mended by another movement, never by forgetting."""

import uuid
from collections.abc import Mapping

from kernel.database import WriteSession
from kernel.errors import Conflict, PreconditionFailed
from kernel.identity import Identity
from services.records.custody import service as custody
from services.records.dossiers import service as dossiers
from services.records.shelves import repository, service
from services.records.shelves.barcodes import Outcome
from services.records.shelves.domain import PaperState
from services.records.shelves.models import MovementRow, PaperRow

FIXED = frozenset({PaperState.TRANSIT})
"""States that a transfer brings about and ends."""


class NothingToUndo(Conflict):
    """The paper's last movement was somebody else's, was part of a transfer, or there was none."""

    slug = "nothing_to_undo"
    title = "Không có lần di chuyển nào của bạn để hoàn tác"
    title_en = "There is no movement of yours to undo"


async def undo(session: WriteSession, identity: Identity, seen: Mapping[uuid.UUID, int]) -> Outcome:
    """Bring papers back to where they were before their last movement; all of them or none.

    `seen`: dossier → version of its paper that the movement gave it. A paper that belonged nowhere before
    belongs nowhere again.

    Raises:
        NotFound, DossierInTransit, PreconditionFailed, NothingToUndo, PlaceClosed.
    """
    rows = await dossiers.hold_still(session, list(seen), identity.units)
    await custody.require_not_in_transit(session, list(seen))
    papers = await repository.lock_papers(session, rows, identity.subject)
    for row in rows:
        paper = papers[row.id]
        if paper.version != seen[row.id]:
            raise PreconditionFailed(extensions={"dossier_id": str(row.id), "version": paper.version})
        moves = await repository.movements_of(session, row.id, 2)
        last = moves[0] if moves else None
        if last is None or last.who != identity.subject or FIXED & {last.from_state, last.to_state}:
            raise NothingToUndo(extensions={"dossier_id": str(row.id)})
        if last.from_place_id is not None:
            await service.lock_open(session, last.from_place_id)
        _give_up_home(paper, last)
        before = moves[1] if len(moves) > 1 else None
        await service.move(
            session,
            paper,
            row,
            PaperState(last.from_state),
            identity.subject,
            place_id=last.from_place_id,
            position=last.from_position,
            borrower=before.borrower if before else None,
            due_at=before.due_at if before else None,
            purpose=(before.purpose or "") if before else "",
        )
    return Outcome(moved=frozenset(seen), place=None, rows=rows, papers=papers)


def _give_up_home(paper: PaperRow, last: MovementRow) -> None:
    """What the first shelf made the paper's home is its home no more."""
    if last.from_state == PaperState.UNPLACED.value and last.to_state == PaperState.SHELF.value:
        paper.home_id = paper.home_position = None
