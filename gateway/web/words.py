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
