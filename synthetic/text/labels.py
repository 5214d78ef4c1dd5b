"""Words printed on the forms: labels, notes, headings, and what stands in the other fields."""

import random

LABELS = (
    "Họ và tên|Họ, chữ đệm và tên|Họ tên|Họ và tên khai sinh|Họ và tên thường gọi|Họ và tên gọi khác (nếu có)|"
    "Tên gọi khác|Họ, chữ đệm và tên gọi khác (nếu có)|Bí danh|Tên tôi là|Tôi tên là|Ngày, tháng, năm sinh|Sinh ngày|"
    "Ngày sinh|Sinh năm|Năm sinh|Ngày tháng năm sinh|Giới tính|Giới tính (Nam/nữ)|Nam/nữ|Nam, nữ|Số CMND|CMND số|"
    "Số CMND/CCCD|Số CCCD/CMND|Số CCCD/CMND (*)|Số định danh cá nhân|Số định danh cá nhân/CMND|Số căn cước công dân|"
    "Giấy CMND số|Chứng minh nhân dân số|Ngày cấp|Cấp ngày|Nơi cấp|Hộ chiếu số|Dân tộc|Tôn giáo|Quốc tịch|"
    "Tình trạng hôn nhân|Nhóm máu (nếu có)|Nơi sinh|Nơi đăng ký khai sinh|Quê quán|Nguyên quán|Nơi thường trú|"
    "Nơi ĐKHK thường trú|Nơi đăng ký hộ khẩu thường trú|Nơi đăng ký nhân khẩu thường trú|Nơi tạm trú|Nơi ở hiện tại|"
    "Chỗ ở hiện nay|Địa chỉ chỗ ở hiện nay|Địa chỉ|Trú quán|Nghề nghiệp|Nghề nghiệp, nơi làm việc|Trình độ học vấn|"
    "Trình độ văn hóa|Trình độ chuyên môn|Trình độ ngoại ngữ|Biết tiếng dân tộc|Họ tên cha|Họ và tên cha|"
    "Họ, chữ đệm và tên của cha|Cha|Họ tên mẹ|Họ và tên mẹ|Họ, chữ đệm và tên của mẹ|Mẹ|Họ tên vợ (chồng)|"
    "Họ, chữ đệm và tên của vợ (chồng)|Họ, chữ đệm và tên của người ĐDHP|Họ, chữ đệm và tên của chủ hộ|"
    "Họ và tên chủ hộ|Chủ hộ|Quan hệ với chủ hộ|Mối quan hệ với chủ hộ|Số định danh cá nhân của chủ hộ|"
    "Số điện thoại|Số điện thoại liên hệ|Điện thoại|Email|Nội dung đề nghị|Nội dung thay đổi hộ khẩu, nhân khẩu|"
    "Dấu vết riêng và dị hình|Đặc điểm nhận dạng|Ngón trỏ trái|Ngón trỏ phải|Sổ hộ khẩu số|Hồ sơ hộ khẩu số|"
    "Sổ đăng ký thường trú số|Tờ số|Tập|Quyển số|Kính gửi|Kính gửi: Công an|Lý do|Tiền án|Ngày lập|Cán bộ lập|"
    "Ghi chú|Tôi xin được cấp giấy CMND, lý do|Yêu cầu của công dân|Xác nhận số Chứng minh nhân dân (có/không)|"
    "Địa chỉ nhận|Quan hệ|Chức vụ|Đơn vị|Số nhà|Ấp|Khóm|Xã, phường, thị trấn|Huyện, thị xã, thành phố|Tỉnh"
).split("|")
NAME_LABELS = tuple(
    label for label in LABELS if any(word in label for word in ("tên", "Cha", "Mẹ", "Chủ hộ"))
)
DATE_LABELS = (
    "Ngày, tháng, năm sinh",
    "Sinh ngày",
    "Ngày sinh",
    "Sinh năm",
    "Năm sinh",
    "Ngày cấp",
    "Cấp ngày",
    "Ngày lập",
)
NUMBER_LABELS = tuple(
    label for label in LABELS if label.startswith(("Số", "CMND", "Giấy CMND", "Chứng minh", "Sổ"))
)
PLACE_LABELS = tuple(
    label for label in LABELS if label.startswith(("Nơi", "Quê", "Nguyên", "Chỗ ở", "Địa chỉ", "Trú"))
)

HEADINGS = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM|CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM|Độc lập - Tự do - Hạnh phúc|"
    "Độc lập – Tự do – Hạnh phúc|TỜ KHAI CĂN CƯỚC CÔNG DÂN|TỜ KHAI CHỨNG MINH NHÂN DÂN|BẢN KHAI NHÂN KHẨU|"
    "(Dùng cho người từ đủ 14 tuổi trở lên)|PHIẾU BÁO THAY ĐỔI HỘ KHẨU, NHÂN KHẨU|TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ|"
    "ĐƠN ĐỀ NGHỊ CẤP CHỨNG MINH NHÂN DÂN|GIẤY CHUYỂN HỘ KHẨU|PHIẾU XÁC MINH HỘ KHẨU, NHÂN KHẨU|SỔ HỘ KHẨU|"
    "GIẤY CHỨNG NHẬN QUYỀN SỬ DỤNG ĐẤT|HỢP ĐỒNG CHUYỂN NHƯỢNG|GIẤY KHAI SINH|ĐƠN XIN XÁC NHẬN|BỘ CÔNG AN|"
    "CÔNG AN TỈNH SÓC TRĂNG|CÔNG AN HUYỆN KẾ SÁCH|CÔNG AN THÀNH PHỐ SÓC TRĂNG|ỦY BAN NHÂN DÂN|NGƯỜI KHAI|NGƯỜI KÊ KHAI|"
    "NGƯỜI KHAI HOẶC NGƯỜI VIẾT HỘ|(Ký, ghi rõ họ tên)|(Ký, ghi rõ họ tên và đóng dấu)|NGƯỜI VIẾT PHIẾU BÁO|"
    "Ý KIẾN CỦA CHỦ HỘ|XÁC NHẬN CỦA CÔNG AN|KẾT QUẢ XÁC MINH|TRƯỞNG CÔNG AN XÃ|TM. ỦY BAN NHÂN DÂN|CHỦ TỊCH|"
    "KT. TRƯỞNG CÔNG AN HUYỆN|PHÓ TRƯỞNG CÔNG AN|CÁN BỘ LẬP TỜ KHAI|I. Thông tin về người viết phiếu báo|"
    "II. Thông tin về người có thay đổi hộ khẩu, nhân khẩu|Mẫu CC01 ban hành theo TT số 66/2015/TT-BCA|"
    "Mẫu HK01 ban hành theo TT số 36/2014/TT-BCA|Mẫu HK02 ban hành theo TT số 36/2014/TT-BCA|"
    "Mẫu CT01 ban hành theo TT số 56/2021/TT-BCA|Tôi xin cam đoan những thông tin kê khai trên là đúng sự thật./.|"
    "Tôi cam đoan những lời khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật./.|"
    "Ý KIẾN CỦA CHỦ SỞ HỮU CHỖ Ở HỢP PHÁP|Ý KIẾN CỦA CHA, MẸ HOẶC NGƯỜI GIÁM HỘ|Những người cùng thay đổi|"
    "Tóm tắt về bản thân (Từ đủ 14 tuổi trở lên đến nay ở đâu, làm gì)|Từ tháng, năm đến tháng, năm|Số:|TT|Trang"
).split("|")

VALUES = (
    "Kinh|Khmer|Khơ-me|Hoa|Chăm|Nùng|Tày|Không|không|Phật giáo|Phật|Thiên Chúa giáo|Công giáo|Cao Đài|Hòa Hảo|Tin Lành|"
    "Việt Nam|Campuchia|Nam|Nữ|nam|nữ|NAM|NỮ|Độc thân|Đã kết hôn|Ly hôn|Chưa kết hôn|Góa|A|B|O|AB|Làm ruộng|Làm nông|"
    "Nông dân|Buôn bán|Mua bán|Nội trợ|Giáo viên|Công nhân|Học sinh|Sinh viên|Cán bộ|Thợ hồ|Thợ may|Tài xế|Ngư dân|"
    "Làm thuê|Làm mướn|Già yếu|Hưu trí|Tự do|Y sĩ|Bộ đội|Công chức|Lao động phổ thông|Kinh doanh|Chăn nuôi|"
    "1/12|2/12|3/12|4/12|5/12|6/12|7/12|8/12|9/12|10/12|11/12|12/12|9/10|10/10|Đại học|Cao đẳng|Trung cấp|Mù chữ|"
    "Chủ hộ|Vợ|Chồng|Con|Con ruột|Cha|Mẹ|Cháu|Cháu nội|Cháu ngoại|Em ruột|Chị ruột|Anh ruột|Con dâu|Con rể|Ông|Bà|"
    "Nốt ruồi cách 1 cm trên sau cánh mũi trái|Sẹo chấm cách 2 cm dưới sau đuôi mắt phải|Sẹo thẳng đứng giữa trán|"
    "Nốt ruồi dưới mép trái 1,5 cm|Cấp mới|Cấp đổi|Cấp lại|Mất CMND|Hết hạn|Có|Chưa|Nhập hộ khẩu|Tách hộ|"
    "Đăng ký thường trú|Xóa đăng ký thường trú|Đăng ký tạm trú|Điều chỉnh năm sinh|CA tỉnh Sóc Trăng|CA Sóc Trăng|"
    "Công an tỉnh Sóc Trăng|Công an huyện Kế Sách|Cục Cảnh sát QLHC về TTXH|Hậu Giang|Cần Thơ|Bạc Liêu|Còn sống|Đã chết"
).split("|")


def labelled(rng: random.Random, label: str) -> str:
    """The label as printed: numbered or not, with or without a note and a colon."""
    number = rng.choice(
        ("", "", f"{rng.randrange(1, 23)}. ", f"{rng.randrange(1, 23)}- ", f"{rng.randrange(1, 23)}) ")
    )
    note = f" ({rng.randrange(1, 8)})" if rng.random() < 0.12 else ""
    return f"{number}{label}{note}{rng.choice((':', ':', ':', '', ' :'))}"
