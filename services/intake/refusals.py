"""What to tell the scan operator about each reason for refusing a page: title and what to do next."""

from typing import Final, NamedTuple

from contracts.vocabulary import RefusalReason


class RefusalText(NamedTuple):
    """Texts for one reason."""

    title: str
    title_en: str
    advice: str
    advice_en: str


REFUSAL_TEXTS: Final[dict[RefusalReason, RefusalText]] = {
    RefusalReason.EMPTY: RefusalText(
        "Tệp rỗng", "Empty file",
        "Quét lại trang này rồi gửi lại.", "Scan the page again and send it.",
    ),
    RefusalReason.UNSUPPORTED_TYPE: RefusalText(
        "Định dạng không được hỗ trợ", "Unsupported type",
        "Quét lại và lưu ở dạng JPEG, PNG, TIFF hoặc PDF.", "Scan again and save as JPEG, PNG, TIFF or PDF.",
    ),
    RefusalReason.TYPE_MISMATCH: RefusalText(
        "Nội dung tệp không đúng với định dạng đã khai", "The content is not of the declared type",
        "Lưu lại tệp bằng phần mềm quét, không đổi tên phần mở rộng.",
        "Save it from the scanning program instead of renaming it.",
    ),
    RefusalReason.DAMAGED: RefusalText(
        "Tệp ảnh bị hỏng", "Damaged image",
        "Quét lại trang này; nếu lặp lại, kiểm tra ổ đĩa của máy quét.",
        "Scan the page again; if it recurs, check the scanner computer's disk.",
    ),
    RefusalReason.TRUNCATED: RefusalText(
        "Tệp ảnh bị cắt cụt", "Truncated image",
        "Chờ máy quét ghi xong tệp rồi quét hoặc gửi lại.", "Let the scanner finish, then send it again.",
    ),
    RefusalReason.TOO_MANY_PIXELS: RefusalText(
        "Ảnh quá lớn", "Too many pixels",
        "Quét lại ở 300 dpi, khổ giấy tối đa A3.", "Scan again at 300 dpi, A3 at most.",
    ),
    RefusalReason.TOO_MANY_PAGES: RefusalText(
        "Tệp có quá nhiều trang", "Too many pages",
        "Chia thành các tệp dưới 500 trang rồi gửi lại.", "Split it into files of fewer than 500 pages.",
    ),
    RefusalReason.ENCRYPTED: RefusalText(
        "Tệp bị khóa bằng mật khẩu", "Password-protected file",
        "Bỏ mật khẩu của tệp PDF hoặc quét lại trang giấy.", "Remove the password or scan the paper again.",
    ),
    RefusalReason.ACTIVE_CONTENT: RefusalText(
        "Tệp PDF chứa mã lệnh hoặc tệp đính kèm", "PDF with scripts or attachments",
        "Quét lại trang giấy; không gửi PDF nhận từ nơi khác.",
        "Scan the paper again; do not send PDFs from elsewhere.",
    ),
    RefusalReason.PARSER_CRASH: RefusalText(
        "Không đọc được tệp", "The file cannot be read",
        "Quét lại trang này; nếu lặp lại, báo quản trị viên.",
        "Scan the page again; if it recurs, tell the administrator.",
    ),
    RefusalReason.TIME_LIMIT: RefusalText(
        "Xử lý quá lâu", "Processing took too long",
        "Quét lại ở 300 dpi; nếu lặp lại, báo quản trị viên.",
        "Scan again at 300 dpi; if it recurs, tell the administrator.",
    ),
}  # fmt: skip
