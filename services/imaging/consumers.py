"""What imaging does with the events it takes."""

from contracts.envelope import Event
from contracts.events import DocumentOrdered, PageReceived, ScanBatchClosed
from kernel.bus import Handler
from kernel.errors import PermanentError
from services.imaging.documents.service import DocumentSealer
from services.imaging.service import PageEnhancer


def handler(enhancer: PageEnhancer) -> Handler:
    """A handler that has `enhancer` work through every received file; any other event is a PermanentError."""

    async def handle(event: Event) -> None:
        if not isinstance(event, PageReceived):
            raise PermanentError(f"imaging does not take {event.subject}")
        await enhancer.enhance(event)

    return handle


def sheet_handler(enhancer: PageEnhancer) -> Handler:
    """A handler that has `enhancer` look for missing sides in closed batches; PermanentError for others."""

    async def handle(event: Event) -> None:
        if not isinstance(event, ScanBatchClosed):
            raise PermanentError(f"no sheets are counted for {event.subject}")
        await enhancer.close_batch(event)

    return handle


def document_handler(sealer: DocumentSealer) -> Handler:
    """A handler that has `sealer` make every ordered document; any other event is a PermanentError."""

    async def handle(event: Event) -> None:
        if not isinstance(event, DocumentOrdered):
            raise PermanentError(f"documents are not made of {event.subject}")
        await sealer.assemble(event)

    return handle
