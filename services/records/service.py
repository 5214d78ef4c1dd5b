"""What each event does to the registry, across its slices, in one transaction."""

from contracts.envelope import Event
from contracts.events import (
    DocumentAssembled,
    DocumentNotSealed,
    PageEnhanced,
    PageRecognised,
    PageRefused,
    ScanBatchClosed,
    ScanBatchOpened,
)
from contracts.recognition import Recognition
from kernel.database import WriteSession
from services.records.assembly import service as assembly
from services.records.filing import service as filing
from services.records.filing.service import Filing
from services.records.inspection import planning as inspection
from services.records.keying import planning as keying
from services.records.life import following
from services.records.life.domain import Happening
from services.records.persons import linking
from services.records.readings import service as readings


async def apply(session: WriteSession, event: Event, read: Recognition | None = None) -> None:
    """Let an event take effect; a PageRecognised comes with the recognition it points to.

    Any order of a batch's events ends in the same dossiers, documents, fields and persons: what is heard is
    kept as it is, and what follows from it is derived again.
    """
    if isinstance(event, DocumentAssembled | DocumentNotSealed):
        await assembly.note_outcome(session, event)
        return
    changed = await _take_over(session, event, read)
    if changed.dossiers:
        await readings.announce(session, changed.filed, changed.dossiers)
        await linking.link(session, changed.dossiers)
        await keying.plan(session, changed.dossiers)
        await inspection.plan(session, changed.filed, changed.dossiers)
    if isinstance(event, PageEnhanced) and event.rescan_id:
        await inspection.replaced(session, event)
    if changed.dossiers:
        # A reading files nothing, but with a dossier's last one all may be settled.
        read_only = isinstance(event, PageRecognised)
        because = Happening.FIELDS_SETTLED if read_only else Happening.PAGES_FILED
        await following.follow(session, changed.dossiers, because)


async def _take_over(session: WriteSession, event: Event, read: Recognition | None) -> Filing:
    match event:
        case ScanBatchOpened():
            return await filing.open_batch(session, event)
        case ScanBatchClosed():
            return await filing.close_batch(session, event)
        case PageEnhanced():
            filed = await filing.enhance_page(session, event)
            await readings.withdraw(session, event.page_id)
            return filed
        case PageRefused():
            return await filing.refuse_page(session, event)
        case PageRecognised() if read is not None:
            await filing.lock_batch(session, event)
            dossier_id = await readings.note_recognition(session, event, read)
            return Filing([event.page_id], {dossier_id}) if dossier_id else Filing()
        case _:
            return Filing()
