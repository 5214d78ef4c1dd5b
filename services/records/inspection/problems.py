"""What inspection refuses."""

from kernel.errors import Conflict, Unprocessable


class InspectorIsScanner(Conflict):
    """Whoever scanned pages does not say whether they are good."""

    slug = "inspector_is_scanner"
    title = "Người quét không kiểm tra ảnh do chính mình quét"
    title_en = "Whoever scanned these pages may not inspect them"


class SetNotYours(Conflict):
    """The set is with somebody else, or with nobody."""

    slug = "set_not_yours"
    title = "Lưới ảnh này không phải do bạn đang giữ"
    title_en = "You do not hold this set"


class SetAnswered(Conflict):
    """Something else was said of the set already."""

    slug = "set_answered"
    title = "Lưới ảnh này đã có kết quả kiểm tra khác"
    title_en = "Another result was given for this set already"


class MarksRefused(Unprocessable):
    """A mark names a page outside the set, or no defect that there is."""

    slug = "marks_refused"
    title = "Có dấu lỗi không hợp lệ"
    title_en = "Some marks cannot be taken"


class CannotReopen(Conflict):
    """Too late: a rescan has come, or the shift is over."""

    slug = "cannot_reopen"
    title = "Không hoàn tác được nữa: đã có trang quét lại hoặc đã quá giờ"
    title_en = "Too late to take back: a page was scanned again, or too much time has passed"


class RescanAlreadyOrdered(Conflict):
    """Somebody has ordered a rescan of the page already, for `defect`."""

    slug = "rescan_already_ordered"
    title = "Trang này đã có lệnh quét lại"
    title_en = "A rescan of this page was ordered already"


class PageUnderInspection(Conflict):
    """An inspector has the page before their eyes and says what is to become of it."""

    slug = "page_under_inspection"
    title = "Đang có người kiểm tra trang này: chờ kết quả, hoặc đánh dấu lỗi ở màn hình kiểm tra ảnh"
    title_en = "Somebody is inspecting this page: wait for the result, or mark it on the inspection screen"


class PageReplaced(Conflict):
    """Another page was put in its place."""

    slug = "page_replaced"
    title = "Trang này đã được thay bằng bản quét khác, không cần quét lại"
    title_en = "The page was replaced by another scan; it needs no rescan"


class DossierSealed(Conflict):
    """The dossier is signed or closed: it goes back a step before a page of it is scanned again."""

    slug = "dossier_sealed"
    title = "Hồ sơ đã ký hoặc đã đóng: đưa về trạng thái trước rồi mới cho quét lại"
    title_en = "The dossier is signed or closed: take it back a step before a page is scanned again"


class DefectUnknown(Unprocessable):
    """There is no such defect."""

    slug = "defect_unknown"
    title = "Không có lỗi ảnh này"
    title_en = "There is no such defect"


class NoRescanOrdered(Conflict):
    """The page has no open order: it was withdrawn, or the new scan has come."""

    slug = "no_rescan_ordered"
    title = "Trang này không có lệnh quét lại nào đang chờ"
    title_en = "No rescan of this page is awaited"


class OrderNotYours(Conflict):
    """Somebody else ordered it, or it was marked in a set, which is taken back as a whole."""

    slug = "order_not_yours"
    title = "Lệnh quét lại này do người khác đặt, hoặc đặt ở màn hình kiểm tra ảnh: hoàn tác ở đó"
    title_en = "Somebody else ordered this rescan, or it was marked in inspection: take it back there"
