"""How states and kinds are shown: word, icon and tone together, so that colour never stands alone."""

from dataclasses import dataclass

from gateway.web.translation import N_

UNSURE = 0.7
"""Below this a reading is shown as a guess; for the eye only, no rule depends on it."""


@dataclass(frozen=True)
class Word:
    """A value of a vocabulary as people see it."""

    text: str
    """Vietnamese; translated when rendered."""
    icon: str
    """Name in `icons.svg`."""
    tone: str
    """Class of colour: plain, work, good, warn or bad."""


PAGE_STATES = {
    "received": Word(N_("Đã nhận"), "inbox", "plain"),
    "enhanced": Word(N_("Đã xử lý ảnh"), "image", "work"),
    "recognised": Word(N_("Đã đọc"), "text", "work"),
    "filed": Word(N_("Đã vào hồ sơ"), "check", "good"),
    "refused": Word(N_("Bị từ chối"), "stop", "bad"),
}
BATCH_STATES = {
    "open": Word(N_("Đang nhận"), "inbox", "work"),
    "closed": Word(N_("Đang xử lý"), "clock", "work"),
    "processed": Word(N_("Hoàn tất"), "check", "good"),
}
RESCAN_STATES = {
    "wanted": Word(N_("Chờ quét lại"), "turn", "warn"),
    "sent": Word(N_("Đang xử lý ảnh"), "clock", "work"),
    "refused": Word(N_("Cần quét lần nữa"), "stop", "bad"),
}
PAPER_STATES = {
    "unplaced": Word(N_("chưa có vị trí"), "question", "plain"),
    "shelf": Word(N_("trên kệ"), "check", "good"),
    "desk": Word(N_("trên bàn"), "inbox", "work"),
    "scanner": Word(N_("ở máy quét"), "layers", "work"),
    "loan": Word(N_("đang cho mượn"), "person", "warn"),
    "transit": Word(N_("đang chuyển đơn vị"), "next", "work"),
}
STAGES = {
    "key": Word(N_("chờ nhập"), "keyboard", "plain"),
    "second": Word(N_("chờ người thứ hai"), "person", "plain"),
    "arbitrate": Word(N_("chờ phân xử"), "question", "warn"),
}
POLICIES = {
    "blind": Word(N_("nhập mù"), "keyboard", "plain"),
    "confirm": Word(N_("xác nhận"), "check", "plain"),
    "skip": Word(N_("máy đọc rõ thì bỏ qua"), "next", "plain"),
    "double": Word(N_("hai người nhập"), "person", "plain"),
}
FIELD_TYPES = {
    "name": Word(N_("Họ tên"), "person", "plain"),
    "date": Word(N_("Ngày tháng"), "clock", "plain"),
    "sex": Word(N_("Giới tính"), "person", "plain"),
    "digits": Word(N_("Dãy số"), "keyboard", "plain"),
    "place": Word(N_("Địa danh"), "home", "plain"),
    "text": Word(N_("Chữ"), "text", "plain"),
}
EDITION_STATES = {
    "built_in": Word(N_("Có sẵn"), "check", "plain"),
    "proposed": Word(N_("Đang đề nghị"), "question", "warn"),
    "accepted": Word(N_("Đang dùng"), "check", "good"),
    "withdrawn": Word(N_("Đã rút"), "stop", "plain"),
}
LOT_STATES = {
    "checking": Word(N_("Đang kiểm mẫu"), "clock", "work"),
    "passed": Word(N_("Đạt"), "check", "good"),
    "failed": Word(N_("Không đạt, nhập lại"), "stop", "bad"),
}
IMPORT_STATES = {
    "checking": Word(N_("Đang kiểm tra tệp"), "clock", "work"),
    "checked": Word(N_("Đã kiểm tra, chưa ghi"), "question", "warn"),
    "committing": Word(N_("Đang ghi vào hồ sơ"), "clock", "work"),
    "done": Word(N_("Đã ghi xong"), "check", "good"),
    "failed": Word(N_("Không đọc được tệp"), "stop", "bad"),
    "cancelled": Word(N_("Đã bỏ"), "minus", "plain"),
}
TRANSFER_STATES = {
    "in_transit": Word(N_("Đang chuyển"), "clock", "work"),
    "accepted": Word(N_("Đã tiếp nhận"), "check", "good"),
    "refused": Word(N_("Không tiếp nhận"), "stop", "bad"),
    "recalled": Word(N_("Đã gọi lại"), "turn", "plain"),
    "missing": Word(N_("Thiếu khi đến"), "warning", "bad"),
    "surplus": Word(N_("Không có trong bảng kê"), "warning", "bad"),
}
CONSIGNMENT_STATES = {
    "in_transit": Word(N_("Đang chuyển"), "clock", "work"),
    "checked": Word(N_("Đã kiểm xong"), "check", "good"),
}
EXTENTS = {
    "whole": Word(N_("toàn bộ"), "check", "good"),
    "part": Word(N_("một phần"), "warning", "warn"),
}
REORGANISATION_STATES = {
    "running": Word(N_("Đang chuyển hồ sơ"), "clock", "work"),
    "done": Word(N_("Đã xong"), "check", "good"),
}
UNPLACED = {
    "unknown": Word(N_("mã không có trong danh mục"), "question", "warn"),
    "not_yet": Word(N_("đơn vị lập sau ngày đó"), "clock", "warn"),
    "divided": Word(N_("đơn vị bị chia, chưa rõ phần nào về đâu"), "warning", "warn"),
}
CAUSES = {
    "registered": Word(N_("lập hồ sơ"), "check", "plain"),
    "transfer": Word(N_("chuyển đến"), "next", "plain"),
    "reorganisation": Word(N_("sắp xếp lại đơn vị"), "turn", "plain"),
}
KINDS = {
    "identity": Word(N_("Căn cước"), "person", "plain"),
    "residence": Word(N_("Cư trú"), "home", "plain"),
}
CONTENTS = {
    "text": Word(N_("Có chữ"), "text", "plain"),
    "blank": Word(N_("Trang trắng"), "blank", "plain"),
    "cover_sheet": Word(N_("Tờ ngăn QR"), "qr", "plain"),
}
VERDICTS = {
    "pass": Word(N_("Đạt"), "check", "good"),
    "warn": Word(N_("Cần xem"), "warning", "warn"),
    "rescan": Word(N_("Nên quét lại"), "stop", "bad"),
}
DEFECTS = {
    "low_resolution": Word(N_("Độ phân giải thấp"), "warning", "bad"),
    "resolution_unknown": Word(N_("Không rõ độ phân giải"), "question", "plain"),
    "too_dark": Word(N_("Quá tối"), "warning", "bad"),
    "dark": Word(N_("Hơi tối"), "warning", "warn"),
    "low_contrast": Word(N_("Chữ mờ so với nền"), "warning", "warn"),
    "blurred": Word(N_("Bị nhòe"), "warning", "bad"),
    "soft": Word(N_("Hơi nhòe"), "warning", "warn"),
    "skewed": Word(N_("Đặt lệch, đã chỉnh"), "turn", "plain"),
    "upside_down": Word(N_("Đặt ngược, đã xoay"), "turn", "plain"),
    "orientation_unsure": Word(N_("Chưa chắc chiều giấy"), "question", "warn"),
    "clipped": Word(N_("Chữ chạm mép"), "warning", "warn"),
    "low_effective_resolution": Word(N_("Nét không đạt độ phân giải"), "warning", "warn"),
    "not_colour": Word(N_("Không có màu"), "warning", "warn"),
    "over_exposed": Word(N_("Quá sáng"), "warning", "bad"),
    "skew_out_of_range": Word(N_("Lệch quá mức"), "warning", "bad"),
    "folded_corner": Word(N_("Gấp hoặc rách góc"), "warning", "bad"),
    "streaks": Word(N_("Có vệt kẻ dọc trang"), "warning", "warn"),
    "double_feed": Word(N_("Nghi kéo hai tờ"), "warning", "bad"),
    "wrong_paper_size": Word(N_("Sai khổ giấy"), "warning", "warn"),
    "repeated_page": Word(N_("Nghi quét trùng"), "warning", "warn"),
    "missing_side": Word(N_("Thiếu một mặt giấy"), "warning", "warn"),
}
MILESTONES = {
    "done": Word(N_("Đã đạt"), "check", "good"),
    "on_track": Word(N_("Kịp tiến độ"), "check", "good"),
    "behind": Word(N_("Chậm tiến độ"), "warning", "warn"),
    "overdue": Word(N_("Đã quá hạn"), "stop", "bad"),
    "no_holdings": Word(N_("Chưa khai số hồ sơ"), "question", "plain"),
}
DOSSIER_STATES = {
    "registered": Word(N_("Đã lập"), "check", "good"),
    "needs_attention": Word(N_("Cần xem xét"), "warning", "warn"),
    "merged": Word(N_("Đã gộp vào hồ sơ khác"), "next", "plain"),
    "surveyed": Word(N_("Đã rà soát"), "list", "work"),
    "scanning": Word(N_("Đang quét"), "layers", "work"),
    "checked": Word(N_("Đã kiểm ảnh"), "image", "work"),
    "complete": Word(N_("Đủ tài liệu"), "check", "good"),
    "signed": Word(N_("Đã ký"), "check", "good"),
    "reshelved": Word(N_("Đã về kho"), "folder", "good"),
    "closed": Word(N_("Đã đóng"), "lock", "good"),
}
HOLD_REASONS = {
    "duplicate": Word(N_("Trùng hồ sơ"), "warning", "warn"),
    "multi_registration": Word(N_("Thường trú nhiều nơi"), "warning", "warn"),
    "dispute": Word(N_("Đang khiếu nại"), "question", "warn"),
    "other": Word(N_("Lý do khác"), "lock", "warn"),
}
EXEMPTION_REASONS = {
    "too_old": Word(N_("Quá cũ"), "clock", "plain"),
    "torn": Word(N_("Rách nát, không quét được"), "warning", "warn"),
}
EXEMPTION_STATES = {
    "asked": Word(N_("Chờ duyệt"), "clock", "work"),
    "approved": Word(N_("Đã duyệt"), "check", "good"),
    "rejected": Word(N_("Không duyệt"), "stop", "bad"),
}
CONDITIONS = {
    "intact": Word(N_("Nguyên vẹn"), "check", "good"),
    "torn": Word(N_("Rách nát"), "warning", "warn"),
    "illegible": Word(N_("Không rõ thông tin"), "question", "warn"),
}
METHODS = {
    "feeder": Word(N_("Máy quét nạp tự động"), "layers", "plain"),
    "flatbed": Word(N_("Máy quét mặt kính"), "image", "plain"),
    "overhead": Word(N_("Máy chụp từ trên (đóng quyển)"), "image", "plain"),
    "listed": Word(N_("Không quét, chỉ ghi thông tin"), "text", "warn"),
}
ROLES = {
    "subject": Word(N_("Đương sự"), "person", "plain"),
    "head": Word(N_("Chủ hộ"), "home", "plain"),
    "member": Word(N_("Nhân khẩu"), "person", "plain"),
}
SEXES = {
    "male": Word(N_("Nam"), "person", "plain"),
    "female": Word(N_("Nữ"), "person", "plain"),
}
MATCHES = {
    "number": Word(N_("đúng số"), "check", "good"),
    "name": Word(N_("khớp họ tên"), "check", "good"),
    "similar_name": Word(N_("họ tên gần giống"), "warning", "warn"),
    "father_name": Word(N_("khớp tên cha"), "person", "plain"),
    "mother_name": Word(N_("khớp tên mẹ"), "person", "plain"),
    "birth_year": Word(N_("đúng năm sinh"), "check", "plain"),
    "barcode": Word(N_("đúng mã vạch"), "qr", "good"),
    "reference": Word(N_("đúng số hồ sơ"), "check", "good"),
    "shelf": Word(N_("ở vị trí này"), "home", "good"),
    "unit": Word(N_("thuộc đơn vị này"), "layers", "plain"),
    "address": Word(N_("khớp địa chỉ"), "home", "plain"),
    "text": Word(N_("có trong giấy tờ"), "text", "plain"),
}
PAPER_STATES = {
    "unplaced": Word(N_("Bản giấy chưa có vị trí"), "question", "plain"),
    "shelf": Word(N_("Bản giấy trên kệ"), "home", "good"),
    "desk": Word(N_("Bản giấy ở bàn làm việc"), "inbox", "work"),
    "scanner": Word(N_("Bản giấy ở máy quét"), "layers", "work"),
    "loan": Word(N_("Bản giấy đang cho mượn"), "person", "warn"),
    "transit": Word(N_("Bản giấy đang chuyển đơn vị"), "next", "warn"),
}
EXPORT_STATES = {
    "queued": Word(N_("Đang đóng gói"), "clock", "work"),
    "packed": Word(N_("Chờ gửi"), "inbox", "work"),
    "delivered": Word(N_("Đã nhận, khớp"), "check", "good"),
    "discrepant": Word(N_("Bên nhận báo sai lệch"), "warning", "warn"),
    "failed": Word(N_("Không gửi được"), "stop", "bad"),
}
EXPORT_PROBLEMS = {
    "awaiting_pdf": Word(N_("chờ lập PDF/A"), "clock", "plain"),
    "line_down": Word(N_("mất đường truyền"), "warning", "warn"),
    "refused": Word(N_("bên nhận từ chối gói"), "stop", "bad"),
    "document_not_sealed": Word(N_("có giấy tờ không đạt PDF/A"), "stop", "bad"),
}
DIFFERENCES = {
    "field": Word(N_("trường"), "text", "plain"),
    "ours": Word(N_("ở đây"), "home", "plain"),
    "theirs": Word(N_("bên nhận"), "next", "plain"),
}
RESOLUTIONS = {
    "resend": Word(N_("Đã sửa ở đây, gửi lại"), "turn", "plain"),
    "theirs": Word(N_("Bên nhận đã sửa"), "check", "plain"),
    "no_fault": Word(N_("Hai bên đều đúng"), "check", "plain"),
}


CASE_KINDS = {
    "same_person": Word(N_("Có thể trùng người"), "person", "warn"),
    "number_in_use": Word(N_("Số đã có ở người khác"), "warning", "warn"),
    "number_province": Word(N_("Số không đúng mã tỉnh"), "warning", "warn"),
    "sex_mismatch": Word(N_("Giới tính khác số"), "warning", "warn"),
    "birth_year_mismatch": Word(N_("Năm sinh khác số"), "warning", "warn"),
    "no_head": Word(N_("Hộ chưa có chủ hộ"), "home", "warn"),
    "reading_differs": Word(N_("Giấy tờ khác dữ liệu"), "text", "warn"),
    "person_not_entered": Word(N_("Có người chưa nhập"), "person", "warn"),
    "paper_differs": Word(N_("Đối soát: giấy khác dữ liệu"), "text", "warn"),
    "paper_missing": Word(N_("Đối soát: không thấy giấy"), "warning", "warn"),
    "record_missing": Word(N_("Đối soát: chưa có dữ liệu"), "question", "warn"),
}
CASE_STATES = {
    "open": Word(N_("Đang chờ"), "clock", "warn"),
    "resolved": Word(N_("Đã kết luận"), "check", "good"),
    "withdrawn": Word(N_("Không còn"), "minus", "plain"),
}
OUTCOMES = {
    "one_person": Word(N_("Là một người"), "person", "plain"),
    "two_persons": Word(N_("Là hai người"), "person", "plain"),
}
MERGING_KINDS = {
    "persons": Word(N_("Gộp công dân"), "person", "plain"),
    "dossiers": Word(N_("Gộp hồ sơ"), "folder", "plain"),
    "split": Word(N_("Tách hồ sơ"), "folder", "plain"),
}
MERGING_STATES = {
    "asked": Word(N_("chờ người khác duyệt"), "clock", "warn"),
    "refused": Word(N_("không được duyệt"), "stop", "bad"),
    "done": Word(N_("đã thực hiện"), "check", "good"),
    "undone": Word(N_("đã hoàn tác"), "history", "plain"),
}
AGREEMENTS = {
    "same_number": Word(N_("cùng số"), "check", "good"),
    "same_name": Word(N_("cùng họ tên"), "check", "good"),
    "similar_name": Word(N_("họ tên gần giống"), "warning", "warn"),
    "same_birth": Word(N_("cùng ngày sinh"), "check", "good"),
    "same_father": Word(N_("cùng tên cha"), "check", "good"),
    "same_mother": Word(N_("cùng tên mẹ"), "check", "good"),
    "other_sex": Word(N_("khác giới tính"), "stop", "bad"),
}
VERDICT_OF_SIDES = {
    "same": Word(N_("Giống nhau"), "check", "good"),
    "differs": Word(N_("Khác nhau"), "warning", "warn"),
}
ROUND_STATES = {
    "open": Word(N_("Đang đối soát"), "clock", "work"),
    "closed": Word(N_("Đã kết thúc"), "check", "good"),
}
ANSWERS = {
    "same": Word(N_("Khớp"), "check", "good"),
    "differs": Word(N_("Khác"), "warning", "warn"),
    "paper_missing": Word(N_("Không thấy hồ sơ giấy"), "stop", "bad"),
    "record_missing": Word(N_("Có giấy, chưa có dữ liệu"), "question", "bad"),
}
ASPECTS = {
    "fields": Word(N_("Trường thông tin"), "text", "warn"),
    "documents": Word(N_("Giấy tờ trong hồ sơ"), "folder", "warn"),
    "sheets": Word(N_("Số tờ"), "layers", "warn"),
}
COMPARED = {
    "full_name": Word(N_("Họ và tên"), "person", "plain"),
    "birth_date": Word(N_("Ngày sinh"), "clock", "plain"),
    "sex": Word(N_("Giới tính"), "person", "plain"),
    "father_name": Word(N_("Họ tên cha"), "person", "plain"),
    "mother_name": Word(N_("Họ tên mẹ"), "person", "plain"),
    "numbers": Word(N_("Các số CMND/CCCD"), "text", "plain"),
    "number": Word(N_("Số CMND/CCCD"), "text", "plain"),
    "reference": Word(N_("Hồ sơ số"), "folder", "plain"),
    "members": Word(N_("Người trong hồ sơ"), "person", "plain"),
    "unit": Word(N_("Đơn vị giữ"), "home", "plain"),
    "shelf": Word(N_("Nơi lưu trên giá"), "layers", "plain"),
}


def confidence(value: float, needs_keying: bool) -> Word:
    """How sure a reading is; the registry's field policy says whether it must be keyed."""
    if not needs_keying:
        return Word(N_("Đọc rõ"), "check", "good")
    return (
        Word(N_("Cần kiểm tra"), "warning", "warn")
        if value >= UNSURE
        else Word(N_("Không chắc"), "stop", "bad")
    )


def word(vocabulary: dict[str, Word], value: str) -> Word:
    """The word of a value; one that is not known yet is shown as it is."""
    return vocabulary.get(value, Word(value.replace("_", " "), "dot", "plain"))
