"""What intake does with the events it takes."""

from contracts.envelope import Event
from contracts.events import (
    PageEnhanced,
    PageFiled,
    PageRecognised,
    PageRefused,
    PoliceUnitRegistered,
    RescanOrdered,
    RescanWithdrawn,
)
from kernel.database import WriteSession
from kernel.errors import PermanentError
from services.intake import repository
from services.intake.models import PoliceUnitRow
from services.intake.service.follow_pages import page_enhanced, page_filed, page_recognised, page_refused
from services.intake.service.rescans import rescan_ordered, rescan_withdrawn


async def apply(session: WriteSession, event: Event) -> None:
    """Apply one event inside its inbox's transaction; raises PermanentError for any other event."""
    match event:
        case PageEnhanced():
            await page_enhanced(session, event)
        case PageRefused():
            await page_refused(session, event)
        case PageRecognised():
            await page_recognised(session, event)
        case PageFiled():
            await page_filed(session, event)
        case RescanOrdered():
            await rescan_ordered(session, event)
        case RescanWithdrawn():
            await rescan_withdrawn(session, event)
        case PoliceUnitRegistered():
            row = PoliceUnitRow(
                code=event.code, valid_from=event.valid_from, valid_to=event.valid_to, name=event.name
            )
            await repository.store_unit(session, row)
        case _:
            raise PermanentError(f"intake does not take {event.subject}")
