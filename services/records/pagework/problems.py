"""Why page work is refused."""

from kernel.errors import Conflict, Unprocessable


class NothingChosen(Unprocessable):
    """No page is named."""

    slug = "no_pages_chosen"
    title = "Chưa chọn trang nào"
    title_en = "No pages are chosen"


class NothingChanges(Conflict):
    """The pages lie so already."""

    slug = "page_work_changes_nothing"
    title = "Các trang đã ở đúng chỗ đó, không có gì thay đổi"
    title_en = "The pages lie so already; nothing would change"


class ReplacedByItself(Unprocessable):
    """A page cannot take its own place."""

    slug = "page_replaced_by_itself"
    title = "Trang thay thế phải là trang khác"
    title_en = "A page is replaced by another page"


class CoverSheetApart(Conflict):
    """A cover sheet is a document of its own."""

    slug = "cover_sheet_apart"
    title = "Tờ bìa luôn là giấy tờ riêng"
    title_en = "A cover sheet stays a document of its own"


class DossierSigned(Conflict):
    """Somebody has signed for the documents as they are (`dossiers`): the dossier goes back a step first."""

    slug = "dossier_signed"
    title = "Hồ sơ đã ký: đưa về trạng thái trước rồi mới sắp xếp trang"
    title_en = "The dossier is signed: take it back a step before its pages are arranged"


class NothingToUndo(Conflict):
    """No page work of the dossier is left to undo."""

    slug = "no_page_work"
    title = "Không còn thao tác trang nào để hoàn tác"
    title_en = "There is no page work to undo"


class WorkOvertaken(Conflict):
    """The other dossier's pages were worked on since (`dossier_id`): undo that first."""

    slug = "page_work_overtaken"
    title = "Hồ sơ kia đã có thao tác trang sau đó; phải hoàn tác thao tác đó trước"
    title_en = "The other dossier's pages were worked on since; undo that first"


class DocumentTypeUnknown(Unprocessable):
    """No paper of this kind of dossier is of that type (`known` names those that are)."""

    slug = "document_type_unknown"
    title = "Hồ sơ loại này không có giấy tờ như vậy"
    title_en = "Dossiers of this kind hold no paper of that type"


class DocumentTypeStands(Conflict):
    """People have said so already."""

    slug = "document_type_stands"
    title = "Giấy tờ đã được định loại này"
    title_en = "The document was given this type before"


class CoverSheetTyped(Conflict):
    """What tells a cover sheet is its code, not what somebody calls it."""

    slug = "cover_sheet_typed"
    title = "Tờ bìa không đổi được sang loại giấy tờ khác"
    title_en = "A cover sheet cannot be called another paper"
