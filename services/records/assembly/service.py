"""Use cases of orders: say what a document's PDF is made of, ask for it, note what became of it."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.assembly import DocumentOrder, OrderedPage
from contracts.events import DocumentAssembled, DocumentNotSealed, DocumentOrdered
from contracts.vocabulary import DossierKind, PageContent
from kernel.database import Database, ReadSession, WriteSession
from kernel.errors import Conflict
from kernel.outbox import record
from kernel.storage import DERIVATIVES, ObjectStore
from services.records.dossiers import service as dossiers
from services.records.dossiers.domain import Act, document_types
from services.records.dossiers.models import PageRow


class NotReadYet(Conflict):
    """A page of text has not been read: its words would be missing from the PDF."""

    slug = "document_not_read"
    title = "Còn trang chưa nhận dạng chữ"
    title_en = "Pages of the document have not been read yet"


class NothingToAssemble(Conflict):
    """The document has no page with an image."""

    slug = "document_empty"
    title = "Giấy tờ chưa có trang nào"
    title_en = "The document has no pages"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order and what goes with it."""

    order: DocumentOrder
    unit_code: str
    kind: DossierKind
    unread_pages: int


async def order_pdf(
    database: Database,
    store: ObjectStore,
    document_id: uuid.UUID,
    *,
    units: Iterable[str],
    who: str,
    allow_unread: bool,
    once: bool = False,
) -> Prepared:
    """Ask imaging for a document's PDF. Asking again changes nothing: it is the same order.

    `once`: an order that was given before is not given again, nor told in the history.

    Raises NotFound, NothingToAssemble, NotReadYet.
    """
    scope = list(units)
    async with database.read(scope) as session:
        prepared = await _prepare(session, document_id, scope)
        if once and await _was_ordered(session, prepared.order):
            return prepared
    if prepared.unread_pages and not allow_unread:
        raise NotReadYet(extensions={"unread_pages": prepared.unread_pages})
    order = prepared.order
    # Before the event: whoever hears of the order must find it.
    await store.put(DERIVATIVES, order.key, order.model_dump_json().encode(), "application/json")
    async with database.write(scope) as session:
        await record(session, _announcement(prepared))
        details = {"document_id": str(document_id), "order": order.digest, "pages": len(order.pages)}
        entry = (order.dossier_id, prepared.unit_code, details)
        await dossiers.note(session, Act.PDF_ORDERED, [entry], who)
    return prepared


async def prepare(session: ReadSession, document_id: uuid.UUID, units: Iterable[str]) -> Prepared:
    """What an order of the document would be now; raises NotFound, NothingToAssemble."""
    return await _prepare(session, document_id, units)


async def sealed_of(
    session: ReadSession, dossier_id: uuid.UUID, documents: Iterable[uuid.UUID], units: Iterable[str]
) -> dict[uuid.UUID, str]:
    """Document → SHA-256 of the PDF that was sealed of it as it is now, where there is one."""
    scope = list(units)
    _, _, history = await dossiers.contents_of(session, dossier_id)
    made = {
        entry.details.get("order"): str(entry.details["sha256"])
        for entry in history
        if entry.what == Act.PDF_ASSEMBLED.value
    }
    found: dict[uuid.UUID, str] = {}
    for document_id in documents if made else ():
        order = (await _prepare(session, document_id, scope)).order.digest
        if order in made:
            found[document_id] = made[order]
    return found


async def note_outcome(session: WriteSession, event: DocumentAssembled | DocumentNotSealed) -> None:
    """Tell in the dossier's history what became of an order."""
    details: dict[str, object] = {
        "document_id": str(event.document_id),
        "order": event.order,
        "profile": event.profile,
    }
    if isinstance(event, DocumentAssembled):
        act, more = Act.PDF_ASSEMBLED, {"sha256": event.sha256, "pages": event.page_count}
    else:
        act, more = Act.PDF_NOT_SEALED, {"findings": list(event.findings)}
    await dossiers.note(session, act, [(event.dossier_id, event.unit_code, {**details, **more})])


async def _was_ordered(session: ReadSession, order: DocumentOrder) -> bool:
    _, _, history = await dossiers.contents_of(session, order.dossier_id)
    return any(
        entry.what == Act.PDF_ORDERED.value and entry.details.get("order") == order.digest
        for entry in history
    )


async def _prepare(session: ReadSession, document_id: uuid.UUID, units: Iterable[str]) -> Prepared:
    dossier, document, pages = await dossiers.get_document(session, document_id, units)
    if not pages:
        raise NothingToAssemble
    order = DocumentOrder(
        document_id=document.id,
        dossier_id=dossier.id,
        title=document_types()[document.type].title,
        pages=tuple(_ordered(page) for page in pages),
    )
    return Prepared(order, dossier.unit_code, DossierKind(dossier.kind), _unread(pages))


def _ordered(page: PageRow) -> OrderedPage:
    # A page that was read and marked blank afterwards has no words.
    read = page.recognition_key if page.page_content is PageContent.TEXT else None
    return OrderedPage(page_id=page.id, image_key=page.access_key, recognition_key=read)


def _unread(pages: Sequence[PageRow]) -> int:
    return sum(page.page_content is PageContent.TEXT and page.recognition_key is None for page in pages)


def _announcement(prepared: Prepared) -> DocumentOrdered:
    order = prepared.order
    return DocumentOrdered(
        document_id=order.document_id,
        dossier_id=order.dossier_id,
        unit_code=prepared.unit_code,
        kind=prepared.kind,
        order=order.digest,
        order_key=order.key,
        page_count=len(order.pages),
    )
