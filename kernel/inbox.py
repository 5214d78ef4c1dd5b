"""Inbox: each consumer handles each event once, in the transaction of the effect."""

import uuid

from sqlalchemy.dialects.postgresql import insert

from kernel.database import WriteSession
from kernel.tables import InboxRow


async def first_time(session: WriteSession, consumer: str, event_id: uuid.UUID) -> bool:
    """Claim an event for a consumer; false when an earlier transaction already had its effect.

    Call it first in the effect's transaction: a concurrent delivery waits on the key until this one ends.
    """
    claimed = await session.execute(
        insert(InboxRow)
        .values(consumer=consumer, event_id=event_id)
        .on_conflict_do_nothing()
        .returning(InboxRow.event_id)
    )
    return claimed.first() is not None
