"""Names of people who do not exist, in the shares of the province's three peoples."""

import random
import unicodedata
from dataclasses import dataclass
from typing import Literal

Sex = Literal["male", "female"]
People = Literal["Kinh", "Khmer", "Hoa"]

# 2019 census of Sóc Trăng, rounded: Kinh 64 %, Khmer 31 %, Hoa 5 %.
SHARES: dict[People, float] = {"Kinh": 0.64, "Khmer": 0.31, "Hoa": 0.05}


@dataclass(frozen=True)
class Name:
    """A whole name, NFC, as written on paper in ordinary case, with the people it is drawn from."""

    full: str
    sex: Sex
    people: People

    @property
    def surname(self) -> str:
        """The first syllable."""
        return self.full.split()[0]


def _weighted(text: str) -> tuple[list[str], list[float]]:
    """Parse `Nguyễn 188 Trần 76`: words and their weights; a word without a number weighs 10."""
    words: list[str] = []
    weights: list[float] = []
    for token in unicodedata.normalize("NFC", text).split():
        if token.isdigit():
            weights[-1] = float(token)
        else:
            words.append(token.replace("_", " "))
            weights.append(10.0)
    return words, weights


# Shares per thousand follow a count of 115,000 names on the web; Huỳnh and Võ weigh more in the south.
SURNAMES: dict[People, tuple[list[str], list[float]]] = {
    "Kinh": _weighted(
        "Nguyễn 188 Trần 86 Lê 69 Phạm 51 Huỳnh 45 Võ 40 Bùi 20 Đỗ 20 Phan 30 Hoàng 10 Vũ 10 Đặng 25 Ngô 21 "
        "Trương 25 Hồ 18 Dương 20 Lý 16 Đinh 12 Đoàn 11 Mai 10 Tô 9 Cao 9 Châu 8 Hà 8 Lương 8 Lưu 8 Tạ 6 Thái 8 "
        "Tăng 6 Từ 5 Văn 4 Vương 5 Bành 2 Biện 1 Chung 4 Cổ 1 Diệp 5 Doãn 1 Giang 3 Hứa 4 Kiều 4 Khổng 1 Khưu 2 "
        "La 3 Lại 3 Lục 2 Lữ 3 Mã 2 Mạc 2 Nghiêm 1 Ngụy 1 Nhan 2 Ninh 1 Ông 2 Phùng 5 Phương 2 Quan 1 Quang 1 "
        "Quách 4 Sử 1 Tiêu 3 Tôn 3 Tống 4 Triệu 3 Trịnh 7 Trình 1 Thân 1 Thi 1 Thới 1 Trà 1 Viên 1 Âu 2 Đàm 2 "
        "Đào 8 Điền 1 Đồng 2 Đổng 1 Ưng 1"
    ),
    "Khmer": _weighted(
        "Thạch 40 Sơn 30 Kim 25 Lâm 25 Danh 20 Lý 15 Trần 15 Châu 8 Liêu 6 Thị 3 Tăng 4 Kiên 6 Đào 5 Hứa 3 "
        "Ngô 3 Nhan 2 Triệu 4 Huỳnh 4 Trà 3 Diệp 2 Dương 3 Quách 2 Kha 2 Mai 2 Tiền 1 Ông 1 Chau 1 Neáng 1"
    ),
    "Hoa": _weighted(
        "Trần 20 Lý 20 Lâm 20 Quách 15 Tăng 15 Trịnh 10 Vương 9 Ông 6 Mã 5 Khưu 5 Huỳnh 10 Thái 8 Ngô 8 Lưu 6 "
        "Tạ 6 Châu 6 Dương 8 Tô 6 Hứa 6 Diệp 5 Trương 7 Liêu 4 Lữ 4 Hồng 3 Phùng 4 Giang 4 Tiêu 4 La 4 Đổng 2"
    ),
}

MIDDLES: dict[Sex, tuple[list[str], list[float]]] = {
    "male": _weighted(
        "Văn 100 Hữu 30 Minh 30 Thanh 25 Quốc 22 Hoàng 22 Đức 15 Ngọc 15 Công 12 Tấn 15 Trung 10 Phước 10 Xuân 8 "
        "Đình 6 Gia 8 Nhật 8 Anh 8 Bá 5 Chí 10 Duy 12 Hải 6 Hồng 6 Khánh 6 Kim 4 Long 3 Mạnh 4 Nam 4 Phú 6 Quang 10 "
        "Thành 12 Thế 6 Thiện 5 Trí 6 Trọng 6 Tuấn 8 Vĩnh 4 Viết 2 Út 3 Đăng 5 Bảo 6 Huy 4 Hoài 5 Ngũ 1"
    ),
    "female": _weighted(
        "Thị 160 Ngọc 35 Thị_Ngọc 15 Kim 20 Mỹ 20 Thanh 18 Thị_Kim 12 Thị_Mỹ 10 Thị_Thu 10 Bích 10 Thị_Bích 8 "
        "Hồng 12 Thu 10 Tuyết 8 Thùy 8 Phương 8 Như 8 Diễm 8 Thị_Cẩm 6 Cẩm 6 Ánh 5 Hoàng 4 Huỳnh 4 Kiều 5 Lan 4 "
        "Minh 5 Quỳnh 5 Thảo 4 Thị_Hồng 8 Thị_Thanh 8 Thị_Tuyết 5 Thị_Diễm 4 Thị_Phương 4 Thúy 6 Trúc 5 Tú 4 "
        "Xuân 4 Yến 5 Bảo 5 Gia 4 Khánh 4 Hoài 3 Tường 2 Thị_Út 2 Thị_Hoài 2"
    ),
}

GIVEN: dict[Sex, tuple[list[str], list[float]]] = {
    "male": _weighted(
        "Anh Bảo 8 Bình 12 Bửu 3 Cảnh 4 Chánh 3 Châu 4 Chiến 5 Chương 3 Công 6 Cường 12 Danh 6 Dũng 14 Duy 8 Dương 6 "
        "Đạt 9 Đăng 4 Điền 3 Định 4 Đông 4 Đồng 2 Đức 10 Em 4 Giang 5 Giàu 4 Hào 5 Hải 12 Hậu 7 Hiếu 9 Hiền 6 Hiển 3 "
        "Hòa 8 Hoàng 10 Hùng 14 Hưng 6 Hữu 2 Huy 10 Khải 4 Khang 6 Khánh 6 Khoa 8 Khôi 4 Kiên 4 Kiệt 7 Lâm 7 Lập 2 "
        "Lộc 7 Long 9 Luân 5 Lực 3 Lượng 2 Mạnh 3 Minh 14 Mười 3 Năm 3 Nam 8 Nghĩa 7 Nguyên 5 Nhân 8 Nhựt 5 Ninh 2 "
        "Phát 7 Phong 8 Phú 7 Phúc 6 Phước 8 Phương 6 Quang 8 Quân 5 Quí 3 Quốc 6 Quý 4 Quyền 3 Sang 6 Sáu 3 Sĩ 3 "
        "Sơn 9 Tài 8 Tâm 9 Tân 6 Tấn 4 Thái 6 Thạnh 4 Thành 12 Thắng 9 Thanh 10 Thảo 3 Thế 2 Thiện 6 Thịnh 7 Thọ 4 "
        "Thông 5 Thuận 7 Thức 3 Tiến 7 Tính 4 Toàn 8 Tới 2 Trí 6 Triết 2 Triều 3 Trọng 5 Trung 9 Trường 6 Tú 6 Tuấn 12 "
        "Tùng 5 Tường 4 Tuyên 2 Út 5 Vinh 6 Vĩnh 3 Vũ 8 Vương 3 Xuyên 2 Ý 1 Đệ 2 Đực 2 Đảm 2 Nhẫn 2 Hoạch 1 Nghiệp 2"
    ),
    "female": _weighted(
        "An 6 Anh 12 Ánh 6 Ba 3 Bé 5 Bích 4 Bông 1 Chi 7 Châu 6 Cúc 6 Cẩm 3 Dung 10 Duyên 9 Diễm 6 Điệp 4 Đào 4 Em 3 "
        "Giang 5 Giàu 3 Hà 9 Hạnh 9 Hằng 9 Hân 6 Hai 2 Hiền 9 Hiếu 3 Hoa 9 Hòa 4 Hoàng 3 Hồng 9 Hoa Hương 9 Hường 4 "
        "Huệ 6 Huyền 6 Khánh 3 Kiều 7 Kim 5 Lan 12 Lam 3 Lành 3 Lệ 4 Liên 8 Liễu 4 Linh 10 Loan 9 Lụa 2 Lý 4 Mai 10 "
        "Mận 2 Mỹ 6 My 7 Nga 8 Ngà 2 Ngân 9 Nghi 5 Ngọc 8 Nguyên 4 Nguyệt 7 Nhàn 4 Nhi 7 Nhiên 3 Nhung 6 Như 8 Oanh 7 "
        "Phấn 3 Phụng 4 Phượng 7 Phương 8 Quyên 6 Quỳnh 5 Quế 2 Sáu 3 Sương 5 Tâm 5 Thanh 6 Thảo 9 Thắm 4 Thi 4 Thơ 4 "
        "Thơm 3 Thoa 4 Thu 8 Thúy 9 Thủy 8 Thùy 4 Thư 7 Thương 3 Tiên 6 Tím 2 Trâm 6 Trang 9 Trinh 7 Trúc 7 Tú 3 Tuyền 6 "
        "Tuyết 7 Tư 3 Uyên 6 Út 4 Vân 8 Vàng 2 Vi 4 Vy 6 Xuân 6 Xuyến 3 Ý 2 Yến 8 Đẹp 1 Nở 1 Lượm 2 Ngoan 2 Nhiều 1"
    ),
}

KHMER_GIVEN: dict[Sex, tuple[list[str], list[float]]] = {
    "male": _weighted(
        "Sà_Rươne 2 Sóc_Kha Phên Sươl Sơn Rithy Sà_Ril Chanh_Đa Vuông Đây Thươne 4 Hên Xuân Sà_Rây Ươl Hiêng Vanna "
        "Sóc_Phone 4 Na_Rinh Đara Kim_Sane 3 Rết Thuôl Sà_Mết Sách Nghét Hoành Ry Phol 3 Sà_Vành Chane 3 Ra Thông "
        "Tha Thia Phước Minh Lợi Bình Tâm Út Sang Hùng Thanh Hiền Quol Oanh_Na Bươl Khêl Sà_Thươl Đen Xem"
    ),
    "female": _weighted(
        "Sà_Rinh Sa_Mươl Phương Sóc_Khone 4 Thị_Sà_Phết Thị_Sóc_Kha Thị_Na Thị_Xuân Thị_Hiền Thị_Ry Thị_Đa_Ni "
        "Thị_Sô_Phia Thị_Chanh_Thu Thị_Phương Thị_Út Thị_Lan Thị_Mỹ_Linh Thị_Hồng Thị_Thu Thị_Xà_Mết Thị_Sươne 3 "
        "Thị_Rết Thị_Pha Thị_Sà_Ren Thị_Đào Sóc_Thia Ngọc_Mai Sà_Vy Thị_Ươne 3 Thị_Hên Thị_Phol 3 Thị_Bé Thị_Bông"
    ),
}

HOA_GIVEN: dict[Sex, tuple[list[str], list[float]]] = {
    "male": _weighted(
        "Quốc_Cường Vĩnh_Phát Khải_Minh Chí_Hùng Bỉnh_Khuê Thuận_Hưng Hán_Dân Vĩ_Dân Kiến_Quốc Gia_Huy Tấn_Phát "
        "Ngọc_Sến Chấn_Hưng Bá_Hào Cẩm_Vinh Hớn_Huy Siêu Sển Xiếu Hùng Quảng Tường Huê Phến Tài Lợi Hên Phước Lai Kía"
    ),
    "female": _weighted(
        "Mỹ_Huê Lệ_Hoa Muối Ngọc_Lan Tú_Anh Bội_Nghi Mỹ_Linh Tố_Quyên Xiếu_Mùi Ái_Liên Huệ_Phương Bảo_Trân Gia_Hân "
        "Sậy Lệ_Quân Yến_Phương Mùi Phụng Huê Cúc Lan Hia Ngọc_Dung Tuyết_Mai Mỹ_Hà Lệ_Châu Quế_Trân Hồng_Khuyên"
    ),
}


def sex_of(rng: random.Random) -> Sex:
    """Either sex, equally often."""
    return "male" if rng.random() < 0.5 else "female"


def people_of(rng: random.Random) -> People:
    """One of the three peoples, by its share."""
    return rng.choices(list(SHARES), weights=list(SHARES.values()))[0]


def name(
    rng: random.Random, *, sex: Sex | None = None, people: People | None = None, surname: str | None = None
) -> Name:
    """Draw a name; what is not given is drawn too. `surname` keeps a family's name."""
    sex = sex or sex_of(rng)
    people = people or people_of(rng)
    first = surname or _draw(rng, SURNAMES[people])
    rest = {"Kinh": _kinh, "Khmer": _khmer, "Hoa": _hoa}[people](rng, sex)
    return Name(full=unicodedata.normalize("NFC", f"{first} {rest}"), sex=sex, people=people)


def _draw(rng: random.Random, stock: tuple[list[str], list[float]]) -> str:
    return rng.choices(stock[0], weights=stock[1])[0]


def _kinh(rng: random.Random, sex: Sex) -> str:
    given = _draw(rng, GIVEN[sex])
    if rng.random() < 0.08:
        return given
    middle = _draw(rng, MIDDLES[sex])
    if rng.random() < 0.12 and " " not in middle:
        middle = f"{middle} {_draw(rng, MIDDLES[sex]).split()[-1]}"
    return f"{middle} {given}"


def _khmer(rng: random.Random, sex: Sex) -> str:
    return _draw(rng, KHMER_GIVEN[sex]) if rng.random() < 0.65 else _kinh(rng, sex)


def _hoa(rng: random.Random, sex: Sex) -> str:
    return _draw(rng, HOA_GIVEN[sex]) if rng.random() < 0.5 else _kinh(rng, sex)
