"""Every event that crosses a service boundary, one frozen model each."""

import uuid
from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Event
from contracts.vocabulary import (
    DossierKind,
    GroupingMethod,
    PageContent,
    PaperSize,
    RefusalReason,
    Verdict,
)


class UnitSuccessor(BaseModel):
    """Who takes over a unit on the day that it ends."""

    model_config = ConfigDict(frozen=True)

    code: str
    valid_from: date
    extent: str
    """whole, or part: of a part no count can say where it went."""


class PoliceUnitRegistered(Event):
    """An edition of a police unit. Its key is the pair (code, valid_from), since codes are reused."""

    subject: ClassVar[str] = "archive.unit.registered.v1"

    code: str
    name: str
    kind: str
    """province, department, district or commune."""
    parent_code: str | None = None
    valid_from: date
    valid_to: date | None = None
    successors: tuple[UnitSuccessor, ...] = ()


class HoldingsDeclared(Event):
    """A unit has declared how much of a kind its shelves hold: the denominator of progress."""

    subject: ClassVar[str] = "archive.holdings.declared.v1"

    unit_code: str
    kind: DossierKind
    dossiers: int
    sheets: int | None = None
    counted_on: date
    source: str
    """Where the count comes from, as shown to leaders (minutes of the count, register, estimate)."""
    version: int


class ScanBatchOpened(Event):
    """A district has opened a scan batch."""

    subject: ClassVar[str] = "archive.batch.opened.v1"

    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    grouping: GroupingMethod
    pages_per_dossier: int | None = None


class PageReceived(Event):
    """A file of one or more pages is stored in quarantine under its hash and registered in its batch."""

    subject: ClassVar[str] = "archive.page.received.v1"

    file_id: uuid.UUID
    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    sequence: int
    """Position in the batch, from 1, as the sender gave it: decides page order."""
    sha256: str
    size_bytes: int
    media_type: str
    """What the sender says it is; imaging trusts only the bytes."""
    storage_key: str
    dossier_reference: str | None = None
    multi_page: bool = False
    """Sent to the files endpoint: PDF or TIFF that may hold several pages."""
    duplex: bool | None = None
    """Whether the batch was scanned on both sides; none where the sender did not say."""
    papers: tuple[PaperSize, ...] = ()
    """Sizes that the batch's papers were surveyed to have; none where the sender did not say."""
    rescan_id: uuid.UUID | None = None
    """The order that it answers: one page, which takes the place of page `page_no` of the file."""
    sent_by: str | None = None
    """Who sent the rescan, as a subject."""
    page_no: int = 1
    page_count: int = 1
    """Both count on a rescan alone: the place that the page had among its file's."""


class PageEnhanced(Event):
    """Imaging has straightened and measured one page and stored its derivatives.

    Announced again, under a later id, when a person corrects the page or its batch shows another fault.
    """

    subject: ClassVar[str] = "archive.page.enhanced.v1"

    page_id: uuid.UUID
    file_id: uuid.UUID
    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    sequence: int
    page_no: int
    """Position in its file, from 1."""
    page_count: int
    """Pages in its file; every one of them gets a PageEnhanced or a PageRefused."""
    dossier_reference: str | None = None
    content: PageContent
    cover_reference: str | None = None
    """Dossier reference read from the QR code, on cover sheets only."""
    master_key: str
    access_key: str
    thumbnail_key: str
    reading_key: str | None = None
    """Grey image for recognition; absent on blank pages and cover sheets."""
    width_px: int
    height_px: int
    dpi: float | None = None
    rotation: int = 0
    """Degrees clockwise that the scan was turned: 0, 90, 180 or 270."""
    skew_degrees: float = 0.0
    verdict: Verdict = Verdict.PASS
    defects: tuple[str, ...] = ()
    recipe_version: str
    rescan_id: uuid.UUID | None = None
    """The order that was answered, where a rescan has just taken the earlier image's place."""
    rescanned_by: str | None = None
    """Who sent that rescan, as a subject: somebody else inspects it."""


class PageRefused(Event):
    """A file, or one page of it, cannot be archived as it is; the bytes stay in quarantine."""

    subject: ClassVar[str] = "archive.page.refused.v1"

    page_id: uuid.UUID
    file_id: uuid.UUID
    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    sequence: int
    page_no: int = 1
    page_count: int = 1
    """1 where the whole file is refused."""
    reason: RefusalReason
    detail: str = ""
    """Technical detail for the administrator: sizes and limits, never content."""
    rescan_id: uuid.UUID | None = None
    """The order whose rescan is refused: the page's earlier image stays in its place."""


class PageRecognised(Event):
    """OCR has read one page; the text and fields lie in object storage because they are personal data."""

    subject: ClassVar[str] = "archive.page.recognised.v1"

    page_id: uuid.UUID
    file_id: uuid.UUID
    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    form: str | None = None
    """Form code such as CC01, HK01, CT01; none where no known form was found."""
    edition: str | None = None
    recognition_key: str
    """Key of a `contracts.recognition.Recognition` document in the derivatives bucket."""
    field_count: int
    confidence: float
    model: str


class ScanBatchClosed(Event):
    """The sender has listed every file of the batch and intake holds them all."""

    subject: ClassVar[str] = "archive.batch.closed.v1"

    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    grouping: GroupingMethod
    pages_per_dossier: int | None = None
    file_count: int
    duplex: bool | None = None
    """Whether the batch was scanned on both sides; none where the sender did not say."""
    senders: tuple[str, ...] = ()
    """Who opened the batch and sent its files, as subjects (`officer:…`): none of them inspects it."""


class DossierRegistered(Event):
    """Records has made a dossier."""

    subject: ClassVar[str] = "archive.dossier.registered.v1"

    dossier_id: uuid.UUID
    batch_id: uuid.UUID | None = None
    """The batch that named it first; none where an officer entered it before any scan."""
    unit_code: str
    kind: DossierKind


class DossiersEntered(Event):
    """Records has made many dossiers at once, as an imported list names them."""

    subject: ClassVar[str] = "archive.dossiers.entered.v1"

    dossier_ids: tuple[uuid.UUID, ...]
    unit_code: str
    kind: DossierKind


class PageFiled(Event):
    """Records has put a page in its dossier (cover sheets are filed with the dossier that they open)."""

    subject: ClassVar[str] = "archive.page.filed.v1"

    page_id: uuid.UUID
    file_id: uuid.UUID
    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    dossier_id: uuid.UUID
    document_id: uuid.UUID
    content: PageContent


class FieldsProposed(Event):
    """Records has stored the fields read from a page as proposals for keying."""

    subject: ClassVar[str] = "archive.fields.proposed.v1"

    page_id: uuid.UUID
    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    dossier_id: uuid.UUID
    field_count: int


class PersonLinked(Event):
    """A person record was made from a dossier's fields or entered by an officer; not for imported lists."""

    subject: ClassVar[str] = "archive.person.linked.v1"

    person_id: uuid.UUID
    dossier_id: uuid.UUID
    unit_code: str


class DocumentOrdered(Event):
    """Records asks for a document as one PDF; what it is made of lies in object storage."""

    subject: ClassVar[str] = "archive.document.ordered.v1"

    document_id: uuid.UUID
    dossier_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    order: str
    """SHA-256 of the `contracts.assembly.DocumentOrder`."""
    order_key: str
    page_count: int


class DocumentAssembled(Event):
    """Imaging has made a document's PDF, found it to conform and stored it with its manifest."""

    subject: ClassVar[str] = "archive.document.assembled.v1"

    document_id: uuid.UUID
    dossier_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    order: str
    pdf_key: str
    manifest_key: str
    sha256: str
    size_bytes: int
    page_count: int
    profile: str
    """Name and edition of the profile that it conforms to."""


class DocumentNotSealed(Event):
    """Imaging has refused to keep a document's PDF, because the check found that it does not conform."""

    subject: ClassVar[str] = "archive.document.unsealed.v1"

    document_id: uuid.UUID
    dossier_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    order: str
    profile: str
    findings: tuple[str, ...]
    """Codes of what was found."""


class FieldsSettled(Event):
    """People have keyed fields of a page and their values are settled."""

    subject: ClassVar[str] = "archive.fields.settled.v1"

    page_id: uuid.UUID
    dossier_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    field_count: int
    """Settled by this answer."""
    form_done: bool = False
    """Whether no field of the page waits any more."""


class RescanOrdered(Event):
    """An inspector has found a page's image wanting: its paper is to be scanned again."""

    subject: ClassVar[str] = "archive.rescan.ordered.v1"

    rescan_id: uuid.UUID
    page_id: uuid.UUID
    file_id: uuid.UUID
    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind
    dossier_id: uuid.UUID | None = None
    page_no: int
    defect: str
    """Code of `contracts.inspection`."""


class RescanWithdrawn(Event):
    """The inspector has taken an order back before its rescan came."""

    subject: ClassVar[str] = "archive.rescan.withdrawn.v1"

    rescan_id: uuid.UUID
    page_id: uuid.UUID
    batch_id: uuid.UUID
    unit_code: str
    kind: DossierKind


class DossierTransferred(Event):
    """Dossiers are held by another unit from now on, and count with it alone."""

    subject: ClassVar[str] = "archive.dossier.transferred.v1"

    from_unit_code: str
    to_unit_code: str
    kind: DossierKind
    dossier_count: int
    move_id: uuid.UUID | None = None
    """The transfer, consignment or reorganisation that brought it about."""


class DossierMerged(Event):
    """A dossier's content went into another, so that its unit has one fewer; or that was undone."""

    subject: ClassVar[str] = "archive.dossier.merged.v1"

    dossier_id: uuid.UUID
    merged_into: uuid.UUID
    unit_code: str
    """Who holds the merged dossier."""
    kind: DossierKind
    undone: bool = False
    """True where the dossier is one of its own again."""


EVENTS: tuple[type[Event], ...] = (
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
    PageFiled,
    FieldsProposed,
    PersonLinked,
    DocumentOrdered,
    DocumentAssembled,
    DocumentNotSealed,
    FieldsSettled,
    RescanOrdered,
    RescanWithdrawn,
    DossierTransferred,
    DossierMerged,
)
"""Every event type, in the order in which a page meets them."""
