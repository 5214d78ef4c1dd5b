"""Counts every queue of somebody in one statement; each slice says what waits in it."""

from collections.abc import Callable

from sqlalchemy import Select, func, literal, select, union_all

from kernel.database import ReadSession
from kernel.identity import Identity
from services.records.cases import service as cases
from services.records.custody import service as custody
from services.records.exports import service as exports
from services.records.inspection import service as inspection
from services.records.keying import service as keying
from services.records.keying.domain import Stage
from services.records.merging import service as merging
from services.records.queues.domain import MOST, QueueName, most_of, queues_of
from services.records.queues.schemas import Queue
from services.records.shelves import service as shelves
from services.records.shelves.domain import AlarmKind
from services.records.sql import Waits
from services.records.vigilance import service as vigilance

WAITS: dict[QueueName, Callable[[Identity], Waits]] = {
    QueueName.RESCANS: lambda who: inspection.waits(who.subject, rescans=True),
    QueueName.SETS: lambda who: inspection.waits(who.subject, rescans=False),
    QueueName.FORMS: lambda who: keying.waits([Stage.KEY, Stage.SECOND], who.units),
    QueueName.DISPUTES: lambda who: keying.waits([Stage.ARBITRATE], who.units),
    QueueName.REVIEW_CASES: lambda who: cases.waits(who.units),
    QueueName.MERGINGS: lambda who: merging.waits(who.subject),
    QueueName.TRANSFERS: lambda who: custody.waits(who.units),
    QueueName.OVERDUE: lambda _who: shelves.waits(AlarmKind.OVERDUE),
    QueueName.WRONG_SHELF: lambda _who: shelves.waits(AlarmKind.WRONG_SHELF),
    QueueName.EXPORTS: lambda _who: exports.waits(),
    QueueName.LOTS: lambda _who: vigilance.waits(MOST),
}
"""What waits in each queue for somebody, within the transaction's units."""


async def standing_for(session: ReadSession, who: Identity) -> list[Queue]:
    """The queues of somebody's roles as they stand now, in the order of `QueueName`."""
    names = queues_of(who.roles)
    if not names:
        return []
    counted = union_all(*(_counted(name, WAITS[name](who)) for name in names))
    rows = {row[0]: row for row in await session.execute(counted)}
    found = []
    for name in names:
        _, count, since, due = rows[name.value]
        most = most_of(name)
        found.append(Queue(name=name, count=min(count, most), more=count > most, since=since, due=due))
    return found


def _counted(name: QueueName, waits: Waits) -> Select[str, int, object, object]:
    some = waits.limit(most_of(name) + 1).subquery()
    since, due = some.c
    return select(literal(name.value), func.count(), func.min(since), func.min(due)).select_from(some)
