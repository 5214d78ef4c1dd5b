"""Events in: what a recognition points to is fetched before its transaction begins."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select

from contracts.envelope import Event
from contracts.events import PageRecognised
from contracts.subjects import RECORDS
from kernel.inbox import first_time
from kernel.runtime import Runtime
from kernel.tables import InboxRow
from services.records.readings import service as readings
from services.records.service import apply


def handler(runtime: Runtime) -> Callable[[Event], Awaitable[None]]:
    """The handler of every event that the registry takes."""

    async def handle(event: Event) -> None:
        read = None
        if isinstance(event, PageRecognised):
            if await _handled(runtime, event):
                return
            read = await readings.fetch(runtime.store, event.recognition_key)
        async with runtime.database.write() as session:
            if await first_time(session, RECORDS.name, event.id):
                await apply(session, event, read)

    return handle


async def _handled(runtime: Runtime, event: Event) -> bool:
    async with runtime.database.read() as session:
        known = select(InboxRow.event_id).where(
            InboxRow.consumer == RECORDS.name, InboxRow.event_id == event.id
        )
        return (await session.scalar(known)) is not None
