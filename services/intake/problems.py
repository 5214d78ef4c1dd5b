"""Everything that can be wrong with what a district sends, each with its stable type."""

from kernel.errors import Conflict, Problem, Unprocessable


class UnknownUnit(Unprocessable):
    """No edition of a police unit has this code."""

    slug = "unknown_unit"
    title = "Không có đơn vị công an với mã này"
    title_en = "No police unit has this code"


class UnitsNotLoaded(Problem):
    """No unit has been announced yet: the system has only just started."""

    status_code = 503
    slug = "units_not_loaded"
    title = "Danh mục đơn vị chưa nạp xong, xin thử lại sau giây lát"
    title_en = "The list of units is not loaded yet"


class DossierReferenceMissing(Unprocessable):
    """The batch groups pages by reference, and this page names none."""

    slug = "dossier_reference_missing"
    title = "Thiếu số hồ sơ của trang"
    title_en = "The page names no dossier"


class ChecksumMismatch(Unprocessable):
    """The bytes are not those that the sender hashed: changed or cut off on the way."""

    slug = "checksum_mismatch"
    title = "Nội dung nhận được không khớp với mã SHA-256"
    title_en = "The content does not match its SHA-256"


class EmptyFile(Unprocessable):
    """The file has no bytes."""

    slug = "empty_file"
    title = "Tệp rỗng"
    title_en = "Empty file"


class UploadInterrupted(Problem):
    """The connection ended before the body did; nothing is stored."""

    status_code = 400
    slug = "upload_interrupted"
    title = "Kết nối bị ngắt khi đang gửi tệp"
    title_en = "The upload was interrupted"


class TooLarge(Problem):
    """The file is over the limit of its endpoint."""

    status_code = 413
    slug = "too_large"
    title = "Tệp quá lớn"
    title_en = "The file is too large"


class UnsupportedType(Problem):
    """The first bytes show none of the accepted formats."""

    status_code = 415
    slug = "unsupported_type"
    title = "Định dạng tệp không được hỗ trợ"
    title_en = "Unsupported file type"


class TypeMismatch(Problem):
    """The content is of another type than declared."""

    status_code = 415
    slug = "type_mismatch"
    title = "Nội dung tệp không đúng với định dạng đã khai"
    title_en = "The content is not of the declared type"


class SequenceTaken(Conflict):
    """Another file has this position in the batch."""

    slug = "sequence_taken"
    title = "Số thứ tự này đã dùng cho tệp khác trong lô"
    title_en = "Another file of the batch has this sequence number"


class BatchClosed(Conflict):
    """The batch takes no further files, nor another list."""

    slug = "batch_closed"
    title = "Lô quét đã đóng"
    title_en = "The scan batch is closed"


class RescanAnswered(Conflict):
    """The order has been answered by another image, or was taken back."""

    slug = "rescan_answered"
    title = "Trang này không còn chờ quét lại"
    title_en = "This page no longer waits for a rescan"


class PagesMissing(Conflict):
    """The list and what was received differ."""

    slug = "pages_missing"
    title = "Danh sách tệp không khớp với các tệp đã nhận"
    title_en = "The list differs from what was received"


class StorageFull(Problem):
    """There is no room for the file; nothing is stored."""

    status_code = 507
    slug = "storage_full"
    title = "Kho lưu trữ đã đầy"
    title_en = "The storage is full"


class ServerUnavailable(Problem):
    """A server behind intake does not answer; the same request will work later."""

    status_code = 503
    slug = "unavailable"
    title = "Hệ thống tạm thời không sẵn sàng, xin gửi lại sau"
    title_en = "Temporarily unavailable"
