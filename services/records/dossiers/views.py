"""From rows to what goes over the wire."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from contracts.recognition import Box
from contracts.vocabulary import DossierKind, Verdict
from services.records.dossiers.domain import Act, DossierState, document_types
from services.records.dossiers.models import DocumentRow, DossierRow, HistoryRow, PageRow
from services.records.dossiers.schemas import (
    Document,
    DossierPerson,
    DossierSummary,
    ExtractedField,
    HistoryEntry,
    Page,
    PageDetail,
    PageImages,
)
from services.records.persons.domain import Role
from services.records.persons.models import PersonRow, PlaceRow
from services.records.readings.domain import FieldStatus, policy_for
from services.records.readings.models import FieldRow

ACT_TITLES = {
    Act.REGISTERED: ("Lập hồ sơ", "Registered"),
    Act.PAGES_FILED: ("Xếp trang vào hồ sơ", "Pages filed"),
    Act.FIELDS_PROPOSED: ("Đọc được trường thông tin", "Fields proposed"),
    Act.PERSON_LINKED: ("Liên kết công dân", "Person linked"),
    Act.REFERENCE_CHANGED: ("Đổi số hồ sơ", "Reference changed"),
    Act.TITLE_CHANGED: ("Đổi tiêu đề", "Title changed"),
    Act.PDF_ORDERED: ("Yêu cầu tạo PDF", "PDF ordered"),
    Act.PDF_ASSEMBLED: ("Đã tạo PDF/A", "PDF/A made"),
    Act.PDF_NOT_SEALED: ("PDF không đạt chuẩn, không lưu", "PDF does not conform and was not kept"),
    Act.FIELDS_SETTLED: ("Nhập xong trường thông tin", "Fields keyed"),
    Act.ENTERED: ("Nhập thông tin hồ sơ", "Entered by an officer"),
    Act.ENTRY_CHANGED: ("Sửa thông tin đã nhập", "Entry changed"),
    Act.CASE_OPENED: ("Có điểm cần xem xét", "Review case opened"),
    Act.CASE_CLOSED: ("Xử lý xong điểm cần xem xét", "Review case closed"),
    Act.RESCAN_ORDERED: ("Ảnh không đạt, yêu cầu quét lại", "Image failed, rescan ordered"),
    Act.PAGE_REPLACED: ("Thay trang bằng bản quét khác", "Page replaced by another scan"),
    Act.TRANSFER_SENT: ("Chuyển hồ sơ đi", "Sent to another unit"),
    Act.TRANSFER_ACCEPTED: ("Đơn vị nhận đã tiếp nhận hồ sơ", "Taken over by the receiver"),
    Act.TRANSFER_ENDED: ("Việc chuyển hồ sơ không thành", "Transfer ended without a move"),
    Act.STATE_CHANGED: ("Đổi trạng thái hồ sơ", "State changed"),
    Act.SURVEYED: ("Rà soát, phân loại giấy tờ", "Papers surveyed"),
    Act.SHEETS_COUNTED: ("Đếm tờ đã quét", "Sheets counted"),
    Act.HOLD_PLACED: ("Tạm giữ hồ sơ", "Put on hold"),
    Act.HOLD_RELEASED: ("Bỏ tạm giữ hồ sơ", "Hold released"),
    Act.EXEMPTION_ASKED: ("Đề nghị không quét giấy tờ", "Scan exemption asked for"),
    Act.EXEMPTION_DECIDED: ("Quyết định đề nghị không quét", "Scan exemption decided"),
    Act.RECONCILED: ("Đối soát với hồ sơ giấy", "Reconciled with its paper"),
    Act.MERGE_ASKED: ("Đề nghị gộp hoặc tách", "Merge or split asked for"),
    Act.MERGE_REFUSED: ("Không duyệt gộp hoặc tách", "Merge or split refused"),
    Act.MERGED: ("Đã gộp hoặc tách", "Merged or split"),
    Act.MERGE_UNDONE: ("Hoàn tác gộp hoặc tách", "Merge or split undone"),
    Act.PAGES_ARRANGED: ("Sắp xếp trang", "Pages arranged"),
    Act.PAGES_ARRANGED_UNDONE: ("Hoàn tác sắp xếp trang", "Page work undone"),
    Act.DOCUMENT_TYPED: ("Định loại giấy tờ", "Type of a document set"),
    Act.HOME_SET: ("Định vị trí lưu trữ", "Place on the shelves set"),
    Act.SLIP_MADE: ("Lập phiếu sao giấy tờ", "Slip for certified copies made"),
    Act.EXPORT_ASKED: ("Yêu cầu gửi hồ sơ ra ngoài", "Export asked for"),
    Act.EXPORT_ENDED: ("Bên nhận trả lời gói hồ sơ", "Export answered by its destination"),
}
"""Act → Vietnamese and English title."""

KIND_TITLES_EN = {DossierKind.IDENTITY: "Identity dossier", DossierKind.RESIDENCE: "Residence dossier"}
KIND_TITLES = {DossierKind.IDENTITY: "Hồ sơ CMND/CCCD", DossierKind.RESIDENCE: "Hồ sơ cư trú"}


def title_of(row: DossierRow) -> str:
    """The title of a dossier (`title_from`)."""
    return title_from(DossierKind(row.kind), row.reference, row.title, row.subject_name)


def title_from(kind: DossierKind, reference: str, title: str | None, subject: str | None) -> str:
    """The title an officer gave, else kind and person (of a household its head), else kind and reference."""
    if title:
        return title
    if not subject:
        return f"{KIND_TITLES[kind]} {reference}"
    whose = f"hộ {subject}" if kind is DossierKind.RESIDENCE else subject
    return f"{KIND_TITLES[kind]} – {whose}"


def title_en_of(row: DossierRow) -> str:
    """The title of a dossier in English; one that an officer gave stays as it was written."""
    if row.title or not row.subject_name:
        return row.title or f"{KIND_TITLES_EN[DossierKind(row.kind)]} {row.reference}"
    of_household = "household of " if row.kind == DossierKind.RESIDENCE.value else ""
    return f"{KIND_TITLES_EN[DossierKind(row.kind)]} – {of_household}{row.subject_name}"


def summary_of(row: DossierRow, unit_names: Mapping[str, str]) -> DossierSummary:
    """A dossier in a list."""
    return DossierSummary(
        id=row.id,
        unit=row.unit_code,
        unit_name=unit_names.get(row.unit_code, row.unit_code),
        kind=DossierKind(row.kind),
        reference=row.reference,
        reference_given=row.reference_given,
        title=title_of(row),
        state=DossierState(row.state),
        batch_id=row.batch_id,
        registered_at=row.registered_at,
        page_count=row.page_count,
        document_count=row.document_count,
        version=row.version,
        merged_into=row.merged_into,
    )


def documents_of(documents: Iterable[DocumentRow], pages: Iterable[PageRow]) -> list[Document]:
    """Documents with their pages, both in paper order."""
    by_document: dict[uuid.UUID | None, list[PageRow]] = defaultdict(list)
    for page in pages:
        by_document[page.document_id].append(page)
    types = document_types()
    return [
        Document(
            id=row.id,
            ordinal=row.ordinal,
            type=row.type,
            type_title=types[row.type].title,
            type_title_en=types[row.type].title_en,
            legal_order=types[row.type].legal_order,
            form=row.form,
            edition=row.edition,
            pages=[page_of(page, ordinal) for ordinal, page in enumerate(by_document[row.id], start=1)],
        )
        for row in documents
    ]


def page_of(row: PageRow, ordinal: int) -> Page:
    """A page in a document; refused pages have none of this and are not shown."""
    at, edition = f"/v1/pages/{row.id}/images", edition_of(row)
    return Page(
        id=row.id,
        ordinal=ordinal,
        content=row.page_content,
        verdict=Verdict(row.verdict or Verdict.PASS),
        defects=row.defects,
        rotation=row.rotation or 0,
        skew_degrees=row.skew_degrees or 0.0,
        width_px=row.width_px or 0,
        height_px=row.height_px or 0,
        images=PageImages(
            access=f"{at}/access?v={edition}",
            thumbnail=f"{at}/thumbnail?v={edition}",
            master=f"{at}/master",
            deep_zoom=f"/v1/iiif/{row.id}/info.json?v={edition}",
        ),
        recognised=row.recognition_key is not None,
        form=row.form,
        confidence=row.confidence,
    )


def edition_of(row: PageRow) -> str:
    """Names the page's images as they are now, so that no browser shows those from before a correction."""
    return PurePosixPath(row.access_key or "").stem[:12]


def page_detail_of(row: PageRow, ordinal: int, fields: Sequence[FieldRow]) -> PageDetail:
    """A page by itself, with its fields."""
    return PageDetail(
        **page_of(row, ordinal).model_dump(),
        dossier_id=row.dossier_id,
        document_id=row.document_id,
        batch_id=row.batch_id,
        file_id=row.file_id,
        unit=row.unit_code,
        sequence=row.sequence or 0,
        page_no=row.page_no or 1,
        filed_at=row.filed_at,
        model=row.model,
        fields=fields_of(fields, [row]),
    )


def fields_of(fields: Iterable[FieldRow], pages: Sequence[PageRow]) -> list[ExtractedField]:
    """Fields in the order of the pages that they were read on."""
    order = {page.id: place for place, page in enumerate(pages)}
    documents = {page.id: page.document_id for page in pages}
    return [
        _field(row, documents[row.page_id])
        for row in sorted(fields, key=lambda row: (order[row.page_id], row.ordinal))
    ]


def persons_of(persons: Iterable[tuple[PlaceRow, PersonRow]]) -> list[DossierPerson]:
    """A dossier's persons."""
    return [
        DossierPerson(
            id=person.id,
            full_name=person.full_name or "",
            birth_date=person.birth_date,
            number=person.number,
            role=Role(place.role),
        )
        for place, person in persons
    ]


def history_of(rows: Iterable[HistoryRow]) -> list[HistoryEntry]:
    """A dossier's history."""
    return [
        HistoryEntry(
            at=row.at,
            who=row.who,
            what=Act(row.what),
            what_title=ACT_TITLES[Act(row.what)][0],
            what_title_en=ACT_TITLES[Act(row.what)][1],
            details=row.details,
        )
        for row in rows
    ]


def _field(row: FieldRow, document_id: uuid.UUID | None) -> ExtractedField:
    policy = policy_for(row.name)
    return ExtractedField(
        id=row.id,
        page_id=row.page_id,
        document_id=document_id,
        name=row.name,
        label=policy.label,
        label_en=policy.label_en,
        text=row.text,
        value=row.value,
        confidence=row.confidence,
        box=Box(x=row.x, y=row.y, width=row.width, height=row.height),
        page_width_px=row.page_width_px,
        page_height_px=row.page_height_px,
        status=FieldStatus(row.status),
        needs_keying=row.needs_keying,
        warnings=row.warnings,
    )
