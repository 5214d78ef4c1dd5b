"""Use cases of reading again: count, order, stop, say how far it is."""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from kernel.database import ALL_UNITS, ReadSession, WriteSession, set_scope
from services.ocr.editions.models import FormEditionRow
from services.ocr.rereadings import repository
from services.ocr.rereadings.domain import Possible, Progress, RereadingState
from services.ocr.rereadings.problems import NothingToReadAgain

AnySession = ReadSession | WriteSession


async def possible(
    session: AnySession, edition: FormEditionRow, units: Collection[str], late: timedelta
) -> Possible:
    """How many pages of `units` may be read again for an edition; none of one that is not accepted.

    `late`: how long after an acceptance a replica may still read without the edition.
    """
    if edition.accepted_at is None or edition.withdrawn_at is not None:
        return Possible(0, 0, 0)
    return await repository.count_possible(
        session, edition.id, edition.kind, edition.accepted_at + late, units
    )


async def order(
    session: WriteSession,
    edition: FormEditionRow,
    units: Collection[str],
    late: timedelta,
    *,
    text_too: bool,
) -> int:
    """Have those pages read again, those read as text only if `text_too`; raises NothingToReadAgain."""
    now = datetime.now(UTC)
    before = (edition.accepted_at or now) + late
    placed = await repository.order(session, edition.id, edition.kind, before, units, now, text_too=text_too)
    if not placed:
        raise NothingToReadAgain
    return placed


async def stop(session: WriteSession, edition_id: uuid.UUID, units: Collection[str]) -> None:
    """Read no more pages of `units` for an edition; what was read stands."""
    await repository.stop(session, edition_id, units)


async def stop_everywhere(session: WriteSession, edition_id: uuid.UUID) -> None:
    """Read no more pages for an edition that somebody withdraws, whoever ordered them."""
    await set_scope(session, [ALL_UNITS])
    await repository.stop(session, edition_id, [ALL_UNITS])


async def progress(session: AnySession, edition_id: uuid.UUID, units: Collection[str]) -> Progress:
    """How far the pages of `units` have come that were ordered for an edition."""
    found = await repository.counts(session, edition_id, units)
    return Progress(
        **{state.value: count for state, count in found.items() if state is not RereadingState.STOPPED}
    )
