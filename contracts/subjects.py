"""Which stream carries the events and which durable consumers read it: declared once, here."""

from dataclasses import dataclass

from contracts.envelope import Event
from contracts.events import (
    EVENTS,
    DocumentAssembled,
    DocumentNotSealed,
    DocumentOrdered,
    DossierMerged,
    DossierRegistered,
    DossiersEntered,
    DossierTransferred,
    FieldsProposed,
    FieldsSettled,
    HoldingsDeclared,
    PageEnhanced,
    PageFiled,
    PageReceived,
    PageRecognised,
    PageRefused,
    PersonLinked,
    PoliceUnitRegistered,
    RescanOrdered,
    RescanWithdrawn,
    ScanBatchClosed,
    ScanBatchOpened,
)

STREAM = "ARCHIVE"
STREAM_SUBJECTS = ("archive.>",)

DEAD_LETTER_STREAM = "DEAD_LETTERS"
DEAD_LETTER_PREFIX = "dead"
"""A dead letter of consumer C goes to `dead.C`."""

MAX_DELIVERIES = 5
RETRY_DELAYS_S: tuple[float, ...] = (1.0, 10.0, 60.0, 300.0)
"""Wait before the 2nd, 3rd, 4th and 5th delivery."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A durable consumer: the service, the events it takes and how long one may take.

    `timeout_s` bounds one handler run, so that a hung job cannot keep its message alive for ever.
    """

    name: str
    service: str
    events: tuple[type[Event], ...]
    timeout_s: float = 60.0

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects that the consumer filters for."""
        return tuple(event.subject for event in self.events)


INTAKE = Consumer(
    "intake",
    "intake",
    (
        PoliceUnitRegistered,
        PageEnhanced,
        PageRefused,
        PageRecognised,
        PageFiled,
        RescanOrdered,
        RescanWithdrawn,
    ),
)
IMAGING = Consumer("imaging", "imaging", (PageReceived,), timeout_s=600.0)
SHEETS = Consumer("sheets", "imaging", (ScanBatchClosed,))
"""Whether a side is missing shows once a batch is known to be whole."""
DOCUMENTS = Consumer("documents", "imaging", (DocumentOrdered,), timeout_s=600.0)
"""Apart from the pages' consumer, so that a document of hundreds of pages holds up no scan."""
OCR = Consumer("ocr", "ocr", (PageEnhanced,), timeout_s=300.0)
RECORDS = Consumer(
    "records",
    "records",
    (
        ScanBatchOpened,
        PageEnhanced,
        PageRefused,
        PageRecognised,
        ScanBatchClosed,
        DocumentAssembled,
        DocumentNotSealed,
    ),
)
REPORTING = Consumer(
    "reporting",
    "reporting",
    (
        PoliceUnitRegistered,
        HoldingsDeclared,
        ScanBatchOpened,
        PageReceived,
        PageEnhanced,
        PageRefused,
        PageRecognised,
        ScanBatchClosed,
        DossierRegistered,
        DossiersEntered,
        DossierMerged,
        DossierTransferred,
        PageFiled,
        FieldsProposed,
        FieldsSettled,
        PersonLinked,
    ),
)

CONSUMERS: tuple[Consumer, ...] = (INTAKE, IMAGING, SHEETS, DOCUMENTS, OCR, RECORDS, REPORTING)

EVENT_BY_SUBJECT: dict[str, type[Event]] = {event.subject: event for event in EVENTS}
