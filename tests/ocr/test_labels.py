"""Labels found in misread rows, and the form that they belong to."""

from forms import load_editions
from services.ocr.fields.catalogue import Catalogue, build
from services.ocr.fields.editions import Layout, recognise_layout
from services.ocr.fields.matching import Span, find_spans

CATALOGUE: Catalogue = build(load_editions())


def spans_of(*rows: str) -> list[Span]:
    """Labels in rows of one segment each."""
    return find_spans(rows, [frozenset({0})] * len(rows), CATALOGUE.index)


def layout_of(*rows: str, uprights: tuple[int, ...] = ()) -> Layout:
    """The form of such rows."""
    return recognise_layout(rows, uprights or (0,) * len(rows), spans_of(*rows), CATALOGUE)


def test_labels_survive_misreading() -> None:
    """A wrong letter or mark in ten does not hide a label, nor does a misread number before it."""
    rows = ("ó. Ngày, thóng, nảm sinh: 1/2/1970", "1- Ho va tẽn khai sinh: Lê An", "Sô CMND/CCCD: 1")
    assert [span.wording.common_field for span in spans_of(*rows)] == ["birth_date", "full_name", "number"]


def test_a_surname_is_no_relative() -> None:
    """A label before the surname Võ is the person's own, one that ends in vợ the wife's: both fold alike."""
    (own,) = spans_of("1. Họ và tên VÕ VĂN AN")
    (wife,) = spans_of("9. Họ và tên vợ Võ Thị An")
    assert (own.wording.common_field, own.wording.last_word) == ("full_name", "tên")
    assert (wife.wording.common_field, wife.wording.last_word) == (None, "vợ")


def test_a_longer_label_is_another_label() -> None:
    """Words between the wording and its colon make it somebody else's; a raised note does not."""
    assert spans_of("Họ và tên bà ngoại: Lê An") == []
    assert [span.wording.common_field for span in spans_of("Họ và tên con nuôi: Lê An")] == [None]
    assert spans_of("Họ và tên(1): Lê An")[0].end == len("Họ và tên(1):")
    assert spans_of("Họ và tênU: Lê An")[0].end == len("Họ và tênU:")


def test_running_text_holds_no_labels() -> None:
    """Words of a sentence are not anchored, and a page of prose is an unknown form without fields."""
    rows = (
        "HỢP ĐỒNG MUA BÁN",
        "Hôm nay ông Nguyễn Văn A, sinh ngày 12/3/1960, giới tính nam,",
        "có số chứng minh nhân dân 361234567, họ tên cha là Nguyễn Văn B và",
        "họ tên mẹ là Trần Thị C, nơi thường trú tại xã An Mỹ, thoả thuận như sau",
    )
    layout = layout_of(*rows)
    assert (layout.form, layout.fields) == (None, ())


def test_table_heads_are_not_labels() -> None:
    """Column heads of the family table do not answer for the person."""
    rows = (
        "Họ và tên Ngày, tháng, năm sinh Giới tính Quan hệ",
        "Lê An 1/2/1999 Nam con",
        "Lê Bé 2001 Nữ con",
    )
    assert layout_of(*rows, uprights=(7, 7, 7)).fields == ()


def test_editions_are_told_apart() -> None:
    """CT01 of 2021 asks for two addresses more than that of 2023."""
    both = (
        "TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ",
        "1. Họ, chữ đệm và tên: A",
        "2. Ngày, tháng, năm sinh: 1",
        "3. Giới tính: Nam",
        "5. Số điện thoại liên hệ:",
        "11. Họ, chữ đệm và tên chủ hộ: B",
    )
    old = (
        "4. Số định danh cá nhân/CMND: 1",
        "7. Nơi thường trú: x",
        "8. Nơi tạm trú: x",
        "9. Nơi ở hiện tại: x",
    )
    new = (
        "4. Số định danh cá nhân: 1",
        "8. Mối quan hệ với chủ hộ: x",
        "9. Số định danh cá nhân của chủ hộ: 1",
    )
    assert (layout_of(*both, *old).form, layout_of(*both, *old).edition) == ("CT01", "2021")
    assert layout_of(*both, *new).edition == "2023"


def test_repeated_labels_follow_printed_order() -> None:
    """The reporter's sex and the subject's stand under the same label; their order tells which is which."""
    rows = (
        "PHIẾU BÁO THAY ĐỔI HỘ KHẨU, NHÂN KHẨU",
        "1. Họ và tên: A 2. Giới tính: Nam",
        "3. CMND số: 1",
        "5. Nơi thường trú: x",
        "6. Địa chỉ chỗ ở hiện nay: x",
        "7. Số điện thoại liên hệ: 1",
        "1. Họ và tên: B 2. Giới tính: Nữ",
        "3. Ngày, tháng, năm sinh: 1",
        "6. CMND số: 2",
    )
    layout = layout_of(*rows)
    where = {one.id: one.span.row for one in layout.fields}
    assert layout.form == "HK02"
    assert (where["reporter_name"], where["full_name"]) == (1, 6)
    assert (where["reporter_sex"], where["sex"]) == (1, 6)
    assert (where["reporter_number"], where["number"]) == (2, 8)
