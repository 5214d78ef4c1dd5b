"""Rules of dossiers: document types as data, and how a dossier's pages make documents."""

import csv
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from contracts.civil.writing import cleaned
from contracts.vocabulary import DossierKind, PageContent

DOCUMENT_TYPES = Path(__file__).parent / "data" / "document_types.csv"

COVER_SHEET = "cover_sheet"
UNCLASSIFIED = "unclassified"
OTHER = "other"
BLANK = "blank"
MADE_BY_SCANS = frozenset({UNCLASSIFIED, BLANK})
"""Types that say how far a scan is known; nobody lists or chooses them."""

_DOCUMENT_NAMESPACE = uuid.UUID("b4a1c0de-5b0f-5f7e-9c35-0d7a3a1f2e10")


class DossierState(StrEnum):
    """Where a dossier stands; which may follow which is in `life/domain.py`."""

    REGISTERED = "registered"
    NEEDS_ATTENTION = "needs_attention"
    """Its pages came without a dossier's reference: somebody must say where they belong."""
    SURVEYED = "surveyed"
    SCANNING = "scanning"
    CHECKED = "checked"
    COMPLETE = "complete"
    SIGNED = "signed"
    RESHELVED = "reshelved"
    """Its paper lies where it lay before."""
    CLOSED = "closed"
    MERGED = "merged"
    """Its content is in another dossier, by an official document; it stays to say in which."""


class PageMark(StrEnum):
    """What the registry has heard of a page from imaging; it only moves forward."""

    EXPECTED = "expected"
    """Only its reading has come so far."""
    REFUSED = "refused"
    ENHANCED = "enhanced"


class Act(StrEnum):
    """What a history entry says was done."""

    REGISTERED = "registered"
    PAGES_FILED = "pages_filed"
    FIELDS_PROPOSED = "fields_proposed"
    PERSON_LINKED = "person_linked"
    REFERENCE_CHANGED = "reference_changed"
    TITLE_CHANGED = "title_changed"
    PDF_ORDERED = "pdf_ordered"
    PDF_ASSEMBLED = "pdf_assembled"
    PDF_NOT_SEALED = "pdf_not_sealed"
    FIELDS_SETTLED = "fields_settled"
    ENTERED = "entered"
    ENTRY_CHANGED = "entry_changed"
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    RESCAN_ORDERED = "rescan_ordered"
    PAGE_REPLACED = "page_replaced"
    TRANSFER_SENT = "transfer_sent"
    TRANSFER_ACCEPTED = "transfer_accepted"
    TRANSFER_ENDED = "transfer_ended"
    STATE_CHANGED = "state_changed"
    SURVEYED = "surveyed"
    SHEETS_COUNTED = "sheets_counted"
    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    EXEMPTION_ASKED = "exemption_asked"
    EXEMPTION_DECIDED = "exemption_decided"
    HOME_SET = "home_set"
    RECONCILED = "reconciled"
    MERGE_ASKED = "merge_asked"
    MERGE_REFUSED = "merge_refused"
    MERGED = "merged"
    MERGE_UNDONE = "merge_undone"
    PAGES_ARRANGED = "pages_arranged"
    PAGES_ARRANGED_UNDONE = "pages_arranged_undone"
    DOCUMENT_TYPED = "document_typed"
    SLIP_MADE = "slip_made"
    EXPORT_ASKED = "export_asked"
    EXPORT_ENDED = "export_ended"


SYSTEM = "system"
"""Author of what the registry did by itself, on an event."""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type of paper; `legal_order` follows TT 80/2011/TT-BCA Art. 10."""

    code: str
    kind: DossierKind | None
    """None where it occurs in both archives."""
    forms: tuple[str, ...]
    legal_order: int
    title: str
    title_en: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What decides a page's document."""

    id: uuid.UUID
    batch_id: uuid.UUID
    content: PageContent
    read: bool
    """Whether a recognition of it is known."""
    form: str | None = None
    edition: str | None = None
    names_person: bool = False
    """Whether a full name was read on it: the front page of a person's own form."""
    opens: bool | None = None
    """Whether it opens a document, where people decided that."""
    type: str | None = None
    """Of the document that it opens, where people decided that."""


@dataclass(slots=True)
class DocumentPlan:
    """A document as its pages make it."""

    id: uuid.UUID
    type: str
    form: str | None
    edition: str | None
    pages: list[uuid.UUID] = field(default_factory=list)


@cache
def document_types(path: Path = DOCUMENT_TYPES) -> dict[str, DocumentType]:
    """Code → type, from the data file."""
    with path.open(encoding="utf-8", newline="") as rows:
        types = [
            DocumentType(
                code=row["code"],
                kind=DossierKind(row["kind"]) if row["kind"] else None,
                forms=tuple(filter(None, row["forms"].split(";"))),
                legal_order=int(row["legal_order"]),
                title=row["title"],
                title_en=row["title_en"],
            )
            for row in csv.DictReader(rows)
        ]
    return {each.code: each for each in types}


def type_for_form(kind: DossierKind, form: str | None) -> str:
    """The type of a paper on which `form` was found; `other` where the data names none."""
    if form:
        for each in document_types().values():
            if form in each.forms and each.kind in {None, kind}:
                return each.code
    return OTHER


def divide(pages: Sequence[PageFacts], kind: DossierKind) -> list[DocumentPlan]:
    """The documents that a dossier's pages make, pages and documents in paper order.

    Consecutive pages of one form are one document, but a page that names a person opens a new one: a
    household's declarations lie behind one another. A blank page belongs to what it follows (it is the back
    of it), at the very front to what comes next. A document's id comes from its first page, so that any
    order of events ends in the same documents. What people decided (`PageFacts.opens`, `type`) goes before
    all that.
    """
    plans: list[DocumentPlan] = []
    before: PageFacts | None = None
    for page in pages:
        kind_of_page = _type_of(page, kind)
        opens = page.opens
        if before is None or opens is None:
            opens = (
                before is None or page.batch_id != before.batch_id or _opens(page, kind_of_page, plans[-1])
            )
        if opens:
            opened = uuid.uuid5(_DOCUMENT_NAMESPACE, str(page.id))
            plans.append(DocumentPlan(opened, kind_of_page, page.form, page.edition))
        elif plans[-1].type == BLANK:
            plans[-1].type, plans[-1].form, plans[-1].edition = kind_of_page, page.form, page.edition
        plans[-1].edition = plans[-1].edition or page.edition
        plans[-1].pages.append(page.id)
        before = page
    # Afterwards: which pages go together follows from what is read on them, whatever they are called.
    decided = {page.id: page.type for page in pages if page.type}
    for plan in plans:
        if kind_of_plan := decided.get(plan.pages[0]):
            _call(plan, kind_of_plan)
    return plans


def choosable_types(kind: DossierKind) -> dict[str, DocumentType]:
    """Code → type, of those that a paper in a dossier of `kind` may be said to have."""
    return {
        code: each
        for code, each in document_types().items()
        if each.kind in {None, kind} and code != COVER_SHEET and code not in MADE_BY_SCANS
    }


def normalise_reference(reference: str | None) -> str | None:
    """A dossier's reference as compared: NFC, single spaces, nothing unseen; none if nothing is left."""
    return cleaned(reference or "") or None


def _call(plan: DocumentPlan, decided: str) -> None:
    """Let a document be of the type that people decided; a form of another type was read wrongly."""
    plan.type = decided
    if plan.form not in document_types()[decided].forms:
        plan.form, plan.edition = None, None


def _type_of(page: PageFacts, kind: DossierKind) -> str:
    if page.content is PageContent.COVER_SHEET:
        return COVER_SHEET
    if page.content is PageContent.BLANK:
        return BLANK
    return type_for_form(kind, page.form) if page.read else UNCLASSIFIED


def _opens(page: PageFacts, kind_of_page: str, document: DocumentPlan) -> bool:
    if BLANK in {kind_of_page, document.type}:
        return False
    same = (kind_of_page, page.form) == (document.type, document.form)
    return kind_of_page == COVER_SHEET or page.names_person or not same
