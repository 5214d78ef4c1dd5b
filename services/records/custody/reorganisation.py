"""A reorganisation as a data load: what ending units hold goes to their successors, batch by batch.

Each batch is a transaction of its own, so that no lock lasts, and may be the last before a crash: running it
again goes on where it stopped, because what moved is no longer held by the unit that ended.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from kernel.database import Database, WriteSession
from kernel.errors import Conflict
from kernel.ids import new_id
from services.records.custody import repository, service
from services.records.custody.domain import (
    BATCH,
    ROWS_AT_ONCE,
    Cause,
    ReorganisationState,
    Unresolved,
    steps_of,
)
from services.records.custody.models import ReorganisationRow, StepRow
from services.records.shelves import service as shelves
from services.records.units import service as units

AT_ONCE = 2
"""Units emptied at the same time: their rows are apart, and Postgres works on a core for each."""


class NotYet(Conflict):
    """The day of the reorganisation has not come."""

    slug = "reorganisation_not_yet"
    title = "Chưa đến ngày sắp xếp lại đơn vị"
    title_en = "The day has not come"


class SuccessorUnclear(Conflict):
    """Units that end hold dossiers, and no single unit takes all of them over."""

    slug = "successor_unclear"
    title = "Có đơn vị kết thúc mà chưa rõ đơn vị kế thừa toàn bộ"
    title_en = "No single successor is known"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reorganisation is."""

    reorganisation: ReorganisationRow
    steps: Sequence[StepRow]


async def order(session: WriteSession, day: date, decree: str, who: str) -> Progress:
    """Write down the moves that follow from the units' data for `day`; the same day again is the same order.

    Raises:
        NotYet, SuccessorUnclear.
    """
    known = await repository.reorganisation_on(session, day)
    if known is not None:
        return Progress(known, await repository.steps(session, known.id))
    if day > units.today():
        raise NotYet
    held = await repository.units_holding(session)
    try:
        steps = steps_of(day, await units.every_edition(session), await units.every_succession(session), held)
    except Unresolved as unresolved:
        raise SuccessorUnclear(extensions={"units": list(unresolved.codes)}) from unresolved
    row = ReorganisationRow(
        id=new_id(),
        effective_on=day,
        decree=decree,
        state=ReorganisationState.RUNNING.value,
        ordered_by=who,
        ordered_at=datetime.now(UTC),
    )
    session.add(row)
    await session.flush()
    rows = [
        StepRow(
            reorganisation_id=row.id,
            from_unit_code=one.from_unit,
            to_unit_code=one.to_unit,
            moved=0,
            done=False,
        )
        for one in steps
    ]
    session.add_all(rows)
    await session.flush()
    return Progress(row, rows)


async def move_batch(
    session: WriteSession, reorganisation_id: uuid.UUID, code: str, who: str, size: int = BATCH
) -> int:
    """Move up to `size` dossiers of one ending unit; returns how many, 0 when the step is done."""
    step = await repository.lock_step(session, reorganisation_id, code)
    if step.done:
        return 0
    await repository.commit_soon(session)
    held = await repository.lock_held(session, code, min(size, ROWS_AT_ONCE))
    if not held:
        await repository.redirect_transfers(session, reorganisation_id, code, step.to_unit_code)
        await shelves.hand_over(session, code, step.to_unit_code)
        step.done = True
        return 0
    await repository.move_rows(
        session,
        [dossier_id for dossier_id, _, _ in held],
        step.to_unit_code,
        at=datetime.now(UTC),
        cause=Cause.REORGANISATION,
        move_id=reorganisation_id,
        who=who,
    )
    # A merged dossier counts with the one that its content is in.
    counts = Counter((code, kind) for _, kind, merged in held if not merged)
    await service.announce_moves(session, counts, step.to_unit_code, reorganisation_id)
    step.moved += len(held)
    return len(held)


async def run(
    database: Database,
    reorganisation_id: uuid.UUID,
    who: str,
    size: int = BATCH,
    batches: int | None = None,
) -> int:
    """Move everything, or what so many batches hold, a transaction per batch; returns how many moved now."""
    async with database.read() as reading:
        waiting = [
            one.from_unit_code for one in await repository.steps(reading, reorganisation_id) if not one.done
        ]
    moved = tried = 0
    room = asyncio.Semaphore(AT_ONCE)

    async def empty(code: str) -> None:
        nonlocal moved, tried
        async with room:
            while batches is None or tried < batches:
                tried += 1
                async with database.write() as session:
                    count = await move_batch(session, reorganisation_id, code, who, size)
                if not count:
                    break
                moved += count

    await asyncio.gather(*(empty(code) for code in waiting))
    async with database.write() as session:
        row = await session.get_one(ReorganisationRow, reorganisation_id, with_for_update=True)
        if all(one.done for one in await repository.steps(session, row.id)) and row.done_at is None:
            row.state, row.done_at = ReorganisationState.DONE.value, datetime.now(UTC)
    return moved
