"""What OCR does with the events it takes."""

from contracts.envelope import Event
from contracts.events import PageEnhanced
from kernel.bus import Handler
from kernel.errors import PermanentError
from services.ocr.service import PageRecogniser


def handler(recogniser: PageRecogniser) -> Handler:
    """A handler that has `recogniser` read every enhanced page; raises PermanentError for any other event."""

    async def handle(event: Event) -> None:
        if not isinstance(event, PageEnhanced):
            raise PermanentError(f"ocr does not take {event.subject}")
        await recogniser.recognise(event)

    return handle
