"""What unseen declarations say: their titles, labels and numbering, and what people write into them."""

import random
from dataclasses import dataclass

from synthetic.people import Person, place_line
from synthetic.text import dates, names, numbers

IDENTITY = ("number", "full_name", "birth_date", "sex", "father_name", "mother_name")
TITLES = (
    "TỜ KHAI CHỨNG MINH NHÂN DÂN",
    "TỜ KHAI CĂN CƯỚC CÔNG DÂN",
    "PHIẾU KHAI NHÂN THÂN",
    "ĐƠN ĐỀ NGHỊ CẤP LẠI GIẤY CHỨNG MINH NHÂN DÂN",
    "PHIẾU THU THẬP THÔNG TIN DÂN CƯ",
    "BẢN KHAI LÝ LỊCH CÁ NHÂN",
    "SƠ YẾU LÝ LỊCH",
    "GIẤY KHAI ĐĂNG KÝ THƯỜNG TRÚ",
    "PHIẾU CẬP NHẬT, CHỈNH SỬA THÔNG TIN CÔNG DÂN",
    "THẺ TÀNG THƯ CĂN CƯỚC",
)
LABELS: dict[str, tuple[str, ...]] = {
    "number": (
        "Số CMND",
        "CMND số",
        "Số CCCD",
        "Giấy CMND số",
        "Số định danh cá nhân",
        "Số CMND/CCCD",
        "Số Chứng minh nhân dân",
        "Chứng minh nhân dân số",
        "Số giấy chứng minh nhân dân",
        "Số CMND (CCCD)",
        "Số ĐDCN/CMND",
        "CCCD/CMND số",
    ),
    "full_name": (
        "Họ và tên",
        "Họ, chữ đệm và tên",
        "Họ và tên khai sinh",
        "Tên tôi là",
        "Họ tên",
        "Tôi tên là",
        "Họ, chữ đệm, tên",
        "Họ và tên người khai",
        "Họ tên đầy đủ",
        "Họ và tên (viết chữ in hoa)",
    ),
    "birth_date": (
        "Ngày, tháng, năm sinh",
        "Sinh ngày",
        "Ngày sinh",
        "Ngày tháng năm sinh",
        "Sinh ngày, tháng, năm",
        "Ngày/tháng/năm sinh",
    ),
    "sex": ("Giới tính", "Nam/nữ", "Giới tính (Nam/nữ)", "Nam, nữ", "Nam hay nữ", "Phái", "Nam (nữ)"),
    "father_name": (
        "Họ và tên cha",
        "Họ tên cha",
        "Họ, chữ đệm và tên cha",
        "Họ và tên bố",
        "Họ tên của cha",
        "Họ, chữ đệm và tên của cha",
        "Họ tên bố",
        "Cha",
    ),
    "mother_name": (
        "Họ và tên mẹ",
        "Họ tên mẹ",
        "Họ, chữ đệm và tên mẹ",
        "Họ và tên của mẹ",
        "Họ, chữ đệm và tên của mẹ",
        "Mẹ",
    ),
}
SUBTITLES: dict[str, str] = {
    "number": "ID number",
    "full_name": "Full name",
    "birth_date": "Date of birth",
    "sex": "Sex",
    "father_name": "Father's name",
    "mother_name": "Mother's name",
    "Dân tộc": "Ethnic group",
    "Tôn giáo": "Religion",
    "Quốc tịch": "Nationality",
    "Nguyên quán": "Place of origin",
    "Quê quán": "Place of origin",
    "Nơi thường trú": "Place of residence",
    "Nghề nghiệp": "Occupation",
}
NUMBERINGS = ("{}. ", "{}. ", "{}) ", "{}/ ", "{}- ", "({}) ", "{}.", "- ", "+ ", "* ", "", "")
LETTERS = ("a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u")
COLONS = (":", ":", ":", " :", "")


@dataclass(frozen=True)
class Item:
    """One labelled place: an identity field's name or the label itself, and what is written there."""

    id: str
    label: str
    text: str
    value: str
    short: bool = False
    """Fits beside another on one line."""

    @property
    def identity(self) -> bool:
        """Whether it is one of the six fields."""
        return self.id in IDENTITY


def identity_items(rng: random.Random, who: Person, *, filled: bool) -> list[Item]:
    """The six fields under one wording each."""
    number = rng.choice((who.cmnd_no, who.personal_id_no))
    written = rng.choice([one for one in dates.spellings(who.birth) if "…" not in one and one.strip("/ ")])
    if len(who.birth.iso) == 10 and str(who.birth.year) not in written:
        written = dates.spellings(who.birth)[0]
    name = who.full_name.upper() if rng.random() < 0.5 else who.full_name
    texts = {
        "number": (number, number),
        "full_name": (name, name),
        "birth_date": (written.strip(" /"), who.birth.iso),
        "sex": (who.sex_word, who.sex),
        "father_name": (who.father_name, who.father_name),
        "mother_name": (who.mother_name, who.mother_name),
    }
    labels = {field: rng.choice(LABELS[field]) for field in IDENTITY}
    if {labels["father_name"], labels["mother_name"]} & {"Cha", "Mẹ"}:
        labels |= {"father_name": "Cha", "mother_name": "Mẹ"}
    return [
        Item(
            field,
            labels[field],
            *(texts[field] if filled else ("", "")),
            short=field in {"sex", "birth_date"},
        )
        for field in IDENTITY
    ]


def other_items(rng: random.Random, who: Person, count: int, *, filled: bool) -> list[Item]:
    """Fields that are not asked of the reader, some of which look like those that are."""
    sure: list[tuple[str, str, bool]] = [
        ("Dân tộc", who.people.replace("Khmer", "Khơ-me"), True),
        ("Tôn giáo", who.religion, True),
        ("Quốc tịch", "Việt Nam", True),
        (rng.choice(("Nguyên quán", "Quê quán")), place_line(who.birth_commune), False),
        (rng.choice(("Nơi thường trú", "Nơi ĐKHK thường trú", "Hộ khẩu thường trú")), who.residence, False),
        (rng.choice(("Nơi ở hiện tại", "Chỗ ở hiện nay")), place_line(who.home_commune), False),
        ("Nghề nghiệp", who.occupation, True),
        (rng.choice(("Trình độ học vấn", "Trình độ văn hóa")), who.education, True),
        (rng.choice(("Họ và tên vợ (chồng)", "Họ tên vợ/chồng")), who.spouse_name, False),
        ("Họ và tên chủ hộ", names.name(rng, sex="male", people=who.people).full, False),
        (rng.choice(("Tên gọi khác", "Bí danh")), who.alias_name or "Không", False),
        ("Ngày cấp", f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{rng.randint(1990, 2020)}", True),
        ("Nơi cấp", "Công an tỉnh Sóc Trăng", True),
        ("Số điện thoại", numbers.telephone(rng), True),
        ("Nơi sinh", place_line(who.birth_commune), False),
        ("Dấu vết riêng và dị hình", "Sẹo chấm cách 2cm trên đuôi mắt trái", False),
        ("Tình trạng hôn nhân", "Đã kết hôn", True),
    ]
    chosen = rng.sample(sure, min(count, len(sure)))
    return [Item(label, label, text if filled else "", text, short) for label, text, short in chosen]
